use serde_json::Value;

use super::model::Report;

/// The JSON Schema of the JSON report, generated from the types.
pub fn schema() -> Value {
    schemars::schema_for!(Report).to_value()
}

/// The same as text, as it is kept in the repository: pretty, with a newline at the end.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}
