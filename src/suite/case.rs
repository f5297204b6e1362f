use std::hash::Hasher;

use fnv::FnvHasher;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor, value};
use serde::{Deserialize, Serialize};

use crate::model::{PathChoice, TokenChoice};

/// One named check with fixed input, as it stands in the data.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CaseSpec {
    /// Stable id: `<topic>/<what is tested>`, without the operation's prefix.
    pub id: String,
    /// The clauses it can break; the first is blamed when an answer is not as expected. Left out, the one that its id
    /// begins with.
    #[serde(default)]
    pub clauses: Vec<String>,
    /// One line on what it does, where the id does not say it all.
    #[serde(default)]
    pub title: String,
    /// What the target must offer for this case.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Run only if these open clauses are known to have one of these readings: `{ clause = ["reading"] }`.
    #[serde(default)]
    pub when: IndexMap<String, Vec<String>>,
    /// How many tags it may store at once beside those that were there.
    #[serde(default = "one")]
    pub room: usize,
    /// It is sent first, before anything that would suffer from what it finds.
    #[serde(default)]
    pub early: bool,
    /// It does not begin with what cases of its operation begin with.
    #[serde(default)]
    pub bare: bool,
    /// It is one of several of which each run takes one.
    #[serde(skip)]
    pub turn: Option<Turn>,
    /// What is done, in order.
    pub steps: Vec<StepSpec>,
}

/// The place of a case among alternatives, of which each run takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Which one it is.
    pub nth: usize,
    /// How many there are.
    pub of: usize,
    /// What they are alternatives for.
    pub group: String,
    /// What it is called among them.
    pub value: String,
}

impl Turn {
    /// Whether it is the one for runs with this seed; as many seeds in a row as there are alternatives take all of them.
    pub fn is_on(&self, seed: u64) -> bool {
        let mut hasher = FnvHasher::default();
        hasher.write(self.group.as_bytes());
        let of = self.of.max(1) as u64;
        (seed % of + hasher.finish() % of) % of == self.nth as u64
    }
}

fn one() -> usize {
    1
}

impl CaseSpec {
    /// Begins with these steps, unless it is bare.
    pub(crate) fn begin(&mut self, first: &[StepSpec]) {
        if !self.bare {
            self.steps.splice(0..0, first.iter().cloned());
        }
    }

    /// A case of these clauses that does nothing but these steps.
    pub(super) fn new(id: String, clauses: Vec<String>, steps: Vec<StepSpec>) -> Self {
        CaseSpec {
            id,
            clauses,
            title: String::new(),
            needs: Vec::new(),
            when: IndexMap::new(),
            room: 1,
            early: false,
            bare: false,
            turn: None,
            steps,
        }
    }
}

/// What a case may need of a target.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Need {
    /// The stored state can be listed.
    List,
    /// What was written can be deleted.
    Delete,
    /// A second resource of the same kind.
    SecondResource,
    /// A secret and a key: the second resource is of the other kind.
    OtherKind,
    /// Another tenant's identifier of the operation's resource.
    ForeignResource,
    /// Another tenant's project.
    ForeignProject,
    /// Another tenant's token.
    ForeignToken,
    /// A token that may only read.
    ReadOnlyToken,
    /// Nothing is stored yet beside what dewspec wrote.
    EmptyResource,
    /// Requests are signed with an access key.
    AccessKey,
}

/// One step of a case: exactly one of `setup`, `remove`, `fill`, `body`, `item`, `from`, `fixture`, `race`, `race-items`,
/// `looks`, `shown`, `hidden`, `no-body` says what is sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StepSpec {
    /// Tags to store first, by this operation or the one that can write; judged by nothing.
    pub setup: Option<IndexMap<String, String>>,
    /// Store generated tags until the resource carries this many.
    pub fill: Option<usize>,
    /// A request body, as text with `${…}` placeholders; sent as it stands.
    pub body: Option<String>,
    /// One item, as JSON text: it is sent in the operation's `item-body`. Gone once the suite is loaded.
    pub item: Option<String>,
    /// A body of the operation's by name: `valid`, or one of its `bodies`. Gone once the suite is loaded.
    pub from: Option<String>,
    /// Members of that body that are changed or added: JSON texts by JSON pointers. Gone once the suite is loaded.
    #[serde(default)]
    pub with: IndexMap<String, String>,
    /// The body is sent as it stands, `${…}` included: generated input.
    #[serde(skip)]
    pub verbatim: bool,
    /// A documented request example, by its id.
    pub fixture: Option<String>,
    /// Bodies of writes that are sent at the same time, several times over.
    pub race: Option<Vec<String>>,
    /// The same, one item each. Gone once the suite is loaded.
    pub race_items: Option<Vec<String>>,
    /// Look as the other tenant: nothing that this case stored may be listed there.
    #[serde(default)]
    pub hidden: bool,
    /// Look so many times in a row: what the case has stored is listed each time, and what it has deleted is not.
    pub looks: Option<usize>,
    /// Look at each item that the case has stored by the observer that shows one: it is as it is listed.
    #[serde(default)]
    pub shown: bool,
    /// The request has no body at all.
    #[serde(default)]
    pub no_body: bool,
    /// So many milliseconds later.
    pub after: Option<u64>,
    /// Another operation than the case's.
    pub operation: Option<String>,
    /// The item that the path names, where it is not the operation's usual one.
    pub names: Option<String>,
    /// Credential.
    #[serde(default)]
    pub token: TokenChoice,
    /// Identifiers in the path, by parameter name.
    #[serde(default)]
    pub path: IndexMap<String, PathChoice>,
    /// What stands in the place of identifiers, as it is sent, percent signs included; `path` says what it counts as.
    #[serde(default)]
    pub literal: IndexMap<String, String>,
    /// What stands behind the path of the operation: nothing that anybody documents.
    #[serde(default)]
    pub behind: String,
    /// Another version than the one in the path of the operation.
    #[serde(default)]
    pub version: String,
    /// Deletes these items of the case's own, by whatever can; judged by nothing.
    pub remove: Option<Vec<String>>,
    /// Another method than the documented one.
    pub method: Option<String>,
    /// Identifiers in the path are written with percent signs, which changes nothing in their meaning.
    #[serde(default)]
    pub encoded: bool,
    /// Names of header fields are written in capitals, on a raw connection.
    #[serde(default)]
    pub capitals: bool,
    /// The body goes out in three pieces with a pause between them, on a raw connection.
    #[serde(default)]
    pub pieces: bool,
    /// Of a race, so many requests may be accepted, at most.
    pub winners: Option<usize>,
    /// Of a race, every request is to be accepted: none has anything to do with another.
    #[serde(default)]
    pub all: bool,
    /// Header fields to set; an empty value removes the field.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    /// Send to the second resource of the case.
    #[serde(default)]
    pub second: bool,
    /// Also look at the raw bytes of the answer.
    #[serde(default)]
    pub wire: bool,
    /// The one thing expected.
    pub expect: Option<Expect>,
    /// What each reading of the case's first clause predicts.
    #[serde(default)]
    pub readings: IndexMap<String, Expect>,
}

/// What is expected of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Expect {
    /// Accepted or refused.
    pub answer: Answer,
    /// Permitted statuses of a refusal.
    pub status: StatusRule,
    /// The case's own tags afterwards, exactly; without it, what the request says.
    pub stored: Option<IndexMap<String, String>>,
    /// How a tag is listed.
    pub listed: Option<Listed>,
    /// Shape of the error body.
    pub envelope: Option<Envelope>,
    /// A number in the successful answer.
    pub number: Option<NumberRange>,
    /// What follows the head of the answer on the wire.
    pub wire_body: Option<WireBody>,
    /// The request counts as if this member of the valid body had this value.
    pub member: Option<MemberValue>,
    /// What is to be accepted may also be refused with these statuses.
    pub or_refused: Vec<u16>,
}

/// One member of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberValue {
    /// JSON pointer to it.
    pub pointer: String,
    /// Its text.
    pub value: String,
}

/// Accepted, refused, or not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Answer {
    /// The success status.
    Accepted,
    /// An error status.
    Refused,
    /// Either; only the exchange oracles judge.
    Any,
}

/// Which statuses a refusal may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "statuses are a list of numbers, or `@` and the topic of an open clause")]
pub enum StatusRule {
    /// These.
    Fixed(Vec<u16>),
    /// Those that the remaining readings of this open clause (without its `@`) name.
    ByClause(String),
}

/// How a tag stands in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Listed {
    /// Its key, with placeholders.
    pub key: String,
    /// The form of its value.
    pub value: ValueForm,
}

/// How "no value" can be written in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ValueForm {
    /// `""`
    Empty,
    /// `null`
    Null,
    /// The member is not there.
    Absent,
}

/// The two shapes of error bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Envelope {
    /// `{"error": {"error_code", "error_msg"}}`
    Wrapped,
    /// `{"error_code": "APIGW.…", "error_msg"}`, as the gateway in front of the service writes it.
    Gateway,
}

/// A closed range for a number in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberRange {
    /// JSON pointer to the number.
    pub pointer: String,
    /// Least value.
    pub min: i64,
    /// Greatest value.
    pub max: i64,
}

/// What follows the head of an answer on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum WireBody {
    /// Nothing.
    None,
    /// An empty JSON object.
    EmptyObject,
}

/// The forms in which an expectation can be written.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only described by the schema, and read by the visitor")]
pub(super) enum ExpectForm {
    /// A word; a refusal has status 400, the documents' "invalid request parameters".
    Word(Answer),
    /// Refused with this status.
    Status(u16),
    /// Refused with one of these statuses.
    Statuses(Vec<u16>),
    /// `"@clause"`: refused with a status that the clause's remaining readings name.
    ByClause(String),
    /// Everything.
    Full(Box<ExpectFull>),
}

/// An expectation in full.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ExpectFull {
    /// Accepted or refused.
    answer: Answer,
    /// Permitted statuses of a refusal, 400 if it is left out.
    #[serde(default = "invalid")]
    status: StatusRule,
    /// The case's own tags afterwards, exactly; without it, what the request says, or nothing new if it is refused.
    stored: Option<IndexMap<String, String>>,
    /// How a tag is listed.
    listed: Option<Listed>,
    /// Shape of the error body.
    envelope: Option<Envelope>,
    /// A number in the successful answer.
    number: Option<NumberRange>,
    /// What follows the head of the answer on the wire.
    wire_body: Option<WireBody>,
    /// The request counts as if this member of the valid body had this value.
    member: Option<MemberValue>,
    /// What is to be accepted may also be refused with these statuses: HTTP lets a server say so.
    #[serde(default)]
    or_refused: Vec<u16>,
}

struct ExpectVisitor;

impl<'de> Visitor<'de> for ExpectVisitor {
    type Value = Expect;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("`accepted`, `refused`, `any`, a status or a list of them, `@` and an open clause, or a table with `answer`")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Expect, E> {
        if word.starts_with('@') {
            return Ok(Expect { status: StatusRule::ByClause(word.to_owned()), ..Expect::new(Answer::Refused) });
        }
        Answer::deserialize(value::StrDeserializer::new(word)).map(Expect::new)
    }

    fn visit_i64<E: serde::de::Error>(self, status: i64) -> Result<Expect, E> {
        let status = u16::try_from(status).map_err(|_| E::custom("a status is a number of three digits"))?;
        Ok(Expect::with_statuses(Answer::Refused, vec![status]))
    }

    fn visit_u64<E: serde::de::Error>(self, status: u64) -> Result<Expect, E> {
        let status = u16::try_from(status).map_err(|_| E::custom("a status is a number of three digits"))?;
        Ok(Expect::with_statuses(Answer::Refused, vec![status]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, statuses: A) -> Result<Expect, A::Error> {
        let statuses = Vec::<u16>::deserialize(value::SeqAccessDeserializer::new(statuses))?;
        Ok(Expect::with_statuses(Answer::Refused, statuses))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Expect, A::Error> {
        let full = ExpectFull::deserialize(value::MapAccessDeserializer::new(members))?;
        Ok(Expect {
            answer: full.answer,
            status: full.status,
            stored: full.stored,
            listed: full.listed,
            envelope: full.envelope,
            number: full.number,
            wire_body: full.wire_body,
            member: full.member,
            or_refused: full.or_refused,
        })
    }
}

impl<'de> Deserialize<'de> for Expect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExpectVisitor)
    }
}

impl JsonSchema for Expect {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expect".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        ExpectForm::json_schema(generator)
    }
}

fn invalid() -> StatusRule {
    StatusRule::Fixed(vec![400])
}

impl Expect {
    /// An answer; refusals have one of these statuses.
    pub fn with_statuses(answer: Answer, statuses: Vec<u16>) -> Self {
        Expect { status: StatusRule::Fixed(statuses), ..Expect::new(answer) }
    }

    /// Just an answer; refusals have status 400 (the documents' "invalid request parameters").
    pub fn new(answer: Answer) -> Self {
        Expect {
            answer,
            status: invalid(),
            stored: None,
            listed: None,
            envelope: None,
            number: None,
            wire_body: None,
            member: None,
            or_refused: Vec::new(),
        }
    }
}
