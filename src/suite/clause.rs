use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Constraint, Disputed, Judge};
use crate::model::Level;

/// One checkable sentence of the documentation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Clause {
    /// Stable, hierarchical id: `<topic>`, without the operation's prefix.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// The rule in our own words.
    pub wording: String,
    /// Where it stands; never empty.
    pub source: Vec<Source>,
    /// The permitted ways to understand an `open` clause, by name, each with what it means.
    #[serde(default)]
    pub readings: IndexMap<String, String>,
    /// A fact about one field, from which cases are expanded.
    pub constraint: Option<Constraint>,
    /// An oracle applied to every exchange of the operation.
    pub judge: Option<Judge>,
    /// The ground on which the readings of an open clause disagree.
    pub disputed: Option<Disputed>,
    /// The clause cannot be provoked from outside; it is watched on every exchange instead.
    #[serde(default)]
    pub monitored: bool,
}

/// A place in the documents, or in the collected public facts.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Source {
    /// Id of a document declared in `documents.toml`; left out, the operation's own documents.
    #[serde(default)]
    pub document: String,
    /// Table number; where a page does not number its tables, in order of appearance.
    pub table: Option<u32>,
    /// Row of that table, or the section of the page.
    pub row: Option<String>,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.document)?;
        if let Some(table) = self.table {
            write!(f, " table {table}")?;
        }
        match &self.row {
            Some(row) if self.table.is_some() => write!(f, " row {row}"),
            Some(row) => write!(f, " {row}"),
            None => Ok(()),
        }
    }
}

impl Clause {
    /// All sources in one line.
    pub fn source_line(&self) -> String {
        self.source.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}
