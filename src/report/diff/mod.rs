//! What is otherwise in one report than in an earlier one: by cause, clause and reading. What differs because the suite or the
//! selection does is kept apart: it says nothing of the target.

mod compare;
mod html;
mod markdown;
mod model;
mod text;

pub use compare::compare;
pub use html::render as html;
pub use markdown::render as markdown;
pub use model::{
    CauseChange, ClauseChange, Diff, FlakyChange, PerformanceChange, ReadingChange, SCHEMA, Side, SuiteChange,
};
pub use text::render as text;

use super::error::ReportError;

/// The difference as one line of JSON with a newline at its end.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn json(diff: &Diff) -> Result<String, ReportError> {
    let mut text = serde_json::to_string(diff).map_err(|source| ReportError::Json { source })?;
    text.push('\n');
    Ok(text)
}

/// The JSON Schema of the difference, generated from the types: pretty, with a newline at the end.
pub fn schema_text() -> String {
    format!("{:#}\n", schemars::schema_for!(Diff).to_value())
}

#[cfg(test)]
mod tests;
