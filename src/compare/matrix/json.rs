//! The matrix for machines.

use super::Matrix;

/// As one line of JSON.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn render(matrix: &Matrix) -> Result<String, serde_json::Error> {
    serde_json::to_string(matrix).map(|text| text + "\n")
}

/// The JSON Schema of this form, as it is kept in the repository.
pub fn schema_text() -> String {
    format!("{:#}\n", schemars::schema_for!(Matrix).to_value())
}
