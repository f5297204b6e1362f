use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How binding a clause is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, strum::Display,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// The documents state it; breaking it is a `fail`.
    Must,
    /// Sound practice without a documented basis, or softened by one; breaking it is a `warn`.
    Should,
    /// The documents are silent or contradict each other; the clause has readings.
    Open,
}
