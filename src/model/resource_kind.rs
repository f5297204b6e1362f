use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of things that operations act on.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, strum::Display,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ResourceKind {
    /// The tags of one secret.
    Secret,
    /// The tags of one KMS key.
    Key,
    /// The events of the project.
    Events,
}

impl ResourceKind {
    /// What carries the items, in words.
    pub fn carrier(self) -> &'static str {
        match self {
            ResourceKind::Secret => "secret",
            ResourceKind::Key => "key",
            ResourceKind::Events => "project",
        }
    }
}
