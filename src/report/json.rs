//! The JSON report: the form that is stored, replayed and compared.

use serde::Deserialize;
use serde_json::Value;

use super::error::ReportError;
use super::model::{Report, SCHEMA};

/// The report as pretty JSON with a newline at the end.
pub fn render(report: &Report) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(report).map_err(|source| ReportError::Json { source })?;
    text.push('\n');
    Ok(text)
}

/// Reads what [`render`] wrote. The schema is looked at first: a report of another version is said to be
/// that, instead of a missing field somewhere inside.
pub fn read(text: &str) -> Result<Report, ReportError> {
    #[derive(Deserialize)]
    struct Head {
        schema: Option<Value>,
    }

    let head: Head = serde_json::from_str(text).map_err(|source| ReportError::Malformed { source })?;
    match head.schema {
        Some(Value::String(schema)) if schema == SCHEMA => {}
        Some(other) => return Err(ReportError::Schema { found: other.to_string() }),
        None => return Err(ReportError::Schema { found: "none".to_owned() }),
    }
    serde_json::from_str(text).map_err(|source| ReportError::Malformed { source })
}
