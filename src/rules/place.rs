use serde_json::Value;

/// The concrete JSON pointers that a field's pointer, in which `*` stands for every element of an array,
/// stands for in a body.
pub fn pointers(body: &Value, field: &str) -> Vec<String> {
    let Some((array, rest)) = field.split_once("/*") else { return vec![field.to_owned()] };
    let length = body.pointer(array).and_then(Value::as_array).map_or(0, Vec::len);
    (0..length).map(|i| format!("{array}/{i}{rest}")).collect()
}

/// The placeholder in a text of the valid body that names what is stored, if it is one.
pub fn identity(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    (name.starts_with("key") || name.starts_with("name")).then_some(name)
}
