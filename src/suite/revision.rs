//! Frozen lists of clauses: what a target is measured by for as long as somebody has agreed to it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{DataError, DataFile};

/// The clauses that the suite had when it was frozen. What came later is told, and not scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The file's name without `.toml`.
    pub name: String,
    /// What it is for, in a sentence.
    pub summary: String,
    /// Ids.
    pub clauses: BTreeSet<String>,
}

/// A frozen list of clauses (`revisions/*.toml`).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevisionFile {
    /// What it is for, in a sentence.
    summary: String,
    /// Their ids, in full.
    clauses: Vec<String>,
}

/// Whether a file of the suite is one of these.
pub(super) fn is_revision(path: &str) -> bool {
    path.rsplit('/').nth(1) == Some("revisions")
}

/// Reads one.
///
/// # Errors
/// If it is none, or names a clause twice.
pub(super) fn revision(file: &DataFile) -> Result<Option<Revision>, DataError> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let Some(name) = name.strip_suffix(".toml") else { return Ok(None) };
    let parsed: RevisionFile = toml::from_str(&file.text).map_err(|e| DataError::toml(&file.path, &file.text, &e))?;
    let mut clauses = BTreeSet::new();
    for clause in parsed.clauses {
        if let Some(twice) = clauses.replace(clause) {
            return Err(DataError::file(&file.path, format!("names the clause {twice} twice")));
        }
    }
    if clauses.is_empty() {
        return Err(DataError::file(&file.path, "names no clause"));
    }
    Ok(Some(Revision { name: name.to_owned(), summary: parsed.summary, clauses }))
}
