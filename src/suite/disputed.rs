use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Characters;

/// Ground on which the readings of an open clause disagree. Generated input stays off it: what happens
/// there is the business of the clause's own probes.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Disputed {
    /// JSON pointer into the operation's valid body; `*` stands for every element of an array.
    pub field: String,
    /// Whatever is not the valid body's own text.
    #[serde(default)]
    pub everything_else: bool,
    /// Texts that begin like this.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// These texts.
    #[serde(default)]
    pub values: Vec<String>,
    /// Texts that begin or end with white space beyond ASCII's.
    #[serde(default)]
    pub wide_edges: bool,
    /// Texts of which some ways to count characters are within the bounds and others are not.
    #[serde(default)]
    pub character_unit: bool,
    /// Texts of nothing but white space.
    #[serde(default)]
    pub blank: bool,
    /// Texts with other characters than these.
    pub beyond: Option<Characters>,
    /// Texts longer than this.
    pub longer_than: Option<usize>,
}
