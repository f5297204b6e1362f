use serde_json::Value;

use super::file::File;

/// The JSON Schema of a file of known deviations, generated from the types that read it.
pub fn schema() -> Value {
    schemars::schema_for!(File).to_value()
}

/// The same as text, as it is kept in the repository: pretty, with a newline at the end.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}
