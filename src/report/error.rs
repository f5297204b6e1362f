use std::io;
use std::path::PathBuf;

use super::model::SCHEMA;

/// Why a report or a snapshot could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The text is not JSON, or not a report of the form we know.
    #[error("not a dewspec report: {}", malformed(source))]
    Malformed {
        /// What serde found.
        source: serde_json::Error,
    },
    /// JSON, but its `schema` is not the one this version reads.
    #[error("expected a report of schema {SCHEMA:?}, found {found}")]
    Schema {
        /// What stands there instead.
        found: String,
    },
    /// The report could not be written as JSON.
    #[error("cannot write the report as json")]
    Json {
        /// What serde found.
        source: serde_json::Error,
    },
    /// The report could not be written as JUnit XML.
    #[error("cannot write the report as junit xml")]
    Junit {
        /// What the writer found.
        source: quick_junit::SerializeError,
    },
    /// A file or directory of snapshots could not be used.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A file that should be a snapshot is not one.
    #[error("{} is not a snapshot: {problem}", path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A table's name cannot be a file name.
    #[error("{name:?} cannot be the name of a snapshot")]
    SnapshotName {
        /// The name.
        name: String,
    },
}

/// What is wrong with a JSON text, and where: the library says both, and the place last.
fn malformed(source: &serde_json::Error) -> String {
    let (line, column, text) = (source.line(), source.column(), source.to_string());
    let what = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
    if line == 0 { what.to_owned() } else { format!("line {line}, column {column}: {what}") }
}
