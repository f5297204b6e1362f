//! The history for machines.

use super::History;

/// As one line of JSON.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn render(history: &History) -> Result<String, serde_json::Error> {
    serde_json::to_string(history).map(|text| text + "\n")
}

/// The JSON Schema of this form, as it is kept in the repository.
pub fn schema_text() -> String {
    format!("{:#}\n", schemars::schema_for!(History).to_value())
}
