//! Reports that were stored as JSON.

use std::path::Path;

use super::CliError;
use crate::report::{Report, json};

/// Longer files are no reports.
const LONGEST: u64 = 64 << 20;

/// Reads a report.
///
/// # Errors
/// Usage, if it cannot be read or is none.
pub(super) fn read(path: &Path) -> Result<Report, CliError> {
    json::read(&text(path)?).map_err(|e| CliError::usage(format!("{}: {e}", path.display())))
}

/// The text of what should be a report.
///
/// # Errors
/// Usage, if it cannot be read.
pub(super) fn text(path: &Path) -> Result<String, CliError> {
    let shown = path.display();
    let cannot = |why: std::io::Error| CliError::usage(format!("{shown}: cannot be read: {why}"));
    let length = std::fs::metadata(path).map_err(cannot)?.len();
    if length > LONGEST {
        return Err(CliError::usage(format!(
            "{shown}: it has {length} bytes, which is more than any report of dewspec's"
        )));
    }
    std::fs::read_to_string(path).map_err(cannot)
}
