//! Values on which software breaks, as data: what is sent at every documented position of every operation.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// Values of one sort for one sort of position.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NastyClass {
    /// What they have in common.
    pub name: String,
    /// Where they are sent.
    pub at: Position,
    /// The values, by name. Each run sends one of them at each position, which one depends on the seed.
    pub values: IndexMap<String, Nasty>,
}

/// A sort of position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// Every member of the body that is a text.
    Text,
    /// Every identifier in the path.
    Identifier,
    /// The credential.
    Token,
    /// The request as a whole.
    Request,
}

/// One value.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Nasty {
    /// As a text of a body: what stands between its quotation marks, JSON escapes included. In a path, as it stands there.
    #[serde(default)]
    pub text: String,
    /// Of the request as a whole: header fields.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    /// Its body, in the place of a valid one.
    pub body: Option<String>,
    /// What stands behind the path.
    #[serde(default)]
    pub behind: String,
}
