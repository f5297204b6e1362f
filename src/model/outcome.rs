use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a case. Ordered from harmless to grave, so that the worst of several is their maximum.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, strum::Display,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Outcome {
    /// Everything checked holds.
    Pass,
    /// Not judged; the case report says why.
    Skip,
    /// A `should` clause is broken.
    Warn,
    /// It was not the same each time: sent again, or by itself, all was well. Its clauses are not upheld by it.
    Flaky,
    /// dewspec or the network broke; says nothing about the target.
    Error,
    /// A `must` clause is broken, or no reading explains what was seen.
    Fail,
}
