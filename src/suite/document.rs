use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A page that clauses cite.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Document {
    /// Short id used in sources: `DOC-000`, or `FACTS` for what is known from elsewhere.
    pub id: String,
    /// What the page is.
    pub title: String,
    /// Language of the page.
    pub language: String,
    /// Number of tables on it.
    pub tables: u32,
    /// Whether its rules bind; facts from elsewhere only open questions.
    pub binding: bool,
    /// Known slips of the page, each with how it is read here.
    #[serde(default)]
    pub defects: Vec<String>,
}
