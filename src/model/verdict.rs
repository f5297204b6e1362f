use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a run says about one clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Verdict {
    /// Checked, and never found broken.
    Upheld,
    /// Found broken; for an open clause: no reading explains the observations.
    Violated,
    /// An open clause of which exactly one reading explains the observations.
    Determined,
    /// An open clause of which several readings explain the observations.
    Undetermined,
    /// It could not be checked on this target, for the reason given.
    Unobservable,
    /// Its precondition never held during this run.
    Vacuous,
}
