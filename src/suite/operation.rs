use std::sync::OnceLock;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::StepSpec;
use crate::model::{Level, ResourceKind};

/// One documented method and path.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Operation {
    /// The documents' name: `CreateSecretTag`.
    pub id: String,
    /// Prefix of the ids of its clauses and cases; filled in from the file's place (`csms.create-secret-tag`).
    #[serde(default)]
    #[schemars(skip)]
    pub prefix: String,
    /// Which endpoint it lives at: `csms`, `kms`, or another word, which is where `--endpoint` says.
    pub service: String,
    /// What it does, in a few words.
    pub summary: String,
    /// HTTP method.
    pub method: String,
    /// Path template with `{parameters}`.
    pub path: String,
    /// What it acts on, and what a lease covers.
    pub resource: ResourceKind,
    /// The pages that describe it; a source without a document means each of them.
    pub documents: Vec<String>,
    /// How many items one resource may carry, if there is a limit.
    pub capacity: Option<Capacity>,
    /// Status of an accepted request.
    pub success: u16,
    /// A neighbour of the documented operations, which only runs with `--neighbours` and of which no clause is more than a
    /// `should`: where the documents describe it. Each source of a clause that names no document stands there.
    pub neighbour: Option<String>,
    /// A valid body: JSON text with `${…}` placeholders. Left out, where its requests have none.
    #[serde(default)]
    pub valid: String,
    /// Of an operation whose path names an item: the item, where a step says nothing else.
    pub names: Option<String>,
    /// What each of its cases begins with, made ones included, unless it is `bare`: what is to be there first.
    #[serde(default)]
    pub first: Vec<StepSpec>,
    /// A body that carries one item: JSON text with `${item}` where it stands. Steps with `item` are sent in it.
    pub item_body: Option<String>,
    /// Further valid bodies that steps begin `from`, by name.
    #[serde(default)]
    pub bodies: IndexMap<String, String>,
    /// What an accepted request does to the stored state.
    pub effect: Effect,
    /// The members of the valid body, once somebody has asked for them.
    #[serde(skip)]
    members: OnceLock<Map<String, Value>>,
}

impl Operation {
    /// How grave it is to break a clause of it: none of a neighbour is more than a should, open ones included.
    pub fn gravity(&self, level: Level) -> Level {
        if self.neighbour.is_some() { Level::Should } else { level }
    }

    /// The members of the valid body, placeholders unfilled; none if it is no object.
    pub fn valid_members(&self) -> &Map<String, Value> {
        self.members.get_or_init(|| serde_json::from_str(&self.valid).unwrap_or_default())
    }
}

/// How many items one resource may carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a capacity is a number, or the topic of the open clause whose readings are numbers")]
pub enum Capacity {
    /// So many.
    Fixed(usize),
    /// The topic of the open clause whose readings are numbers.
    Clause(String),
}

/// What an accepted request does, in terms of its own body.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "kind")]
pub enum Effect {
    /// Stores the one tag found at `item`.
    Put {
        /// JSON pointer to the tag.
        item: String,
    },
    /// Stores or deletes every tag of a list, as another member says.
    Batch {
        /// JSON pointer to the list.
        items: String,
        /// JSON pointer to the word that decides.
        action: String,
        /// The word that stores.
        put: String,
        /// The word that deletes.
        delete: String,
    },
    /// Creates one named entity that echoes the body.
    Create {
        /// JSON pointer to its name.
        name: String,
        /// JSON pointer to it in the successful answer.
        entity: String,
        /// Members of it that the target assigns, and that read back the same.
        assigned: Vec<String>,
    },
    /// Deletes the one item that the path names.
    Remove {
        /// The parameter of the path that names it: the last one.
        parameter: String,
    },
    /// Gives members of the entity that the path names other values: those that the body has, and no others.
    Update {
        /// The parameter of the path that names it: the last one.
        parameter: String,
        /// The member of the entity that is its name.
        name: String,
    },
}

impl Effect {
    /// Whether a word of the body would make the request delete.
    pub fn deletes(&self, word: &str) -> bool {
        matches!(self, Effect::Batch { delete, .. } if delete == word)
    }

    /// Whether requests store what was not there. All others need something to act on.
    pub fn stores(&self) -> bool {
        self.parameter().is_none()
    }

    /// The parameter of the path that names what a request acts on, if the path does.
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Effect::Remove { parameter } | Effect::Update { parameter, .. } => Some(parameter),
            Effect::Put { .. } | Effect::Batch { .. } | Effect::Create { .. } => None,
        }
    }
}

/// A neighbouring operation used only to read back or clean up.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Observer {
    /// The vendor's name: `ListSecretTags`.
    pub id: String,
    /// Which endpoint it lives at.
    pub service: String,
    /// What it is for.
    pub purpose: Purpose,
    /// What it observes.
    pub resource: ResourceKind,
    /// HTTP method.
    pub method: String,
    /// Path template; `{key}` or `{name}` is the entity's own.
    pub path: String,
    /// Query for listings: page size and marker.
    #[serde(default)]
    pub page: Option<Page>,
    /// Body template of a batch delete: `${items}` is the list.
    pub body: Option<String>,
    /// Statuses of success.
    pub success: Vec<u16>,
    /// Statuses that say the thing is not there.
    #[serde(default)]
    pub absent: Vec<u16>,
    /// JSON pointer to the listed items, or to the one item shown.
    pub items: Option<String>,
    /// Members of an item by what they mean: `key`, `value`, `name`.
    #[serde(default)]
    pub members: IndexMap<String, String>,
    /// Where this operation is described.
    pub source: String,
}

/// What an observer is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Purpose {
    /// Reads the whole stored state.
    List,
    /// Reads one entity.
    Show,
    /// Deletes one entity.
    Delete,
    /// Deletes several tags at once.
    DeleteMany,
}

/// How a listing is paged.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Page {
    /// Query parameter for the page size.
    pub limit: String,
    /// The page size asked for.
    pub size: usize,
    /// Query parameter for the marker.
    pub marker: String,
    /// JSON pointer to the next marker in the answer.
    pub next: String,
}
