use std::collections::BTreeSet;

use serde_json::Value;

use super::super::text::{split_at_width, visible};

/// Longest shape shown; a longer one is the work of a hostile target.
const MAX_COLUMNS: usize = 300;

/// The structure of a body: keys and types, no values. Members are sorted, since their order means nothing.
pub(crate) fn body_shape(body: Option<&str>, content_type: Option<&str>) -> String {
    let Some(body) = body.filter(|body| !body.is_empty()) else {
        return "-".to_owned();
    };
    let shape = match serde_json::from_str::<Value>(body) {
        Ok(value) => shape(&value),
        Err(_) => other(body, content_type.unwrap_or_default()).to_owned(),
    };
    match split_at_width(&shape, MAX_COLUMNS) {
        (_, "") => shape,
        (start, _) => format!("{start}…"),
    }
}

fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(items) => {
            // Items of several shapes are named once each: how many there are changes from run to run.
            let shapes: BTreeSet<String> = items.iter().map(shape).collect();
            format!("[{}]", shapes.into_iter().collect::<Vec<_>>().join("|"))
        }
        Value::Object(members) => {
            let mut shown: Vec<String> =
                members.iter().map(|(name, value)| format!("{}:{}", key(name), shape(value))).collect();
            shown.sort_unstable();
            format!("{{{}}}", shown.join(","))
        }
    }
}

fn key(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.$".contains(c));
    if plain { name.to_owned() } else { visible(&Value::from(name).to_string()) }
}

fn other(body: &str, content_type: &str) -> &'static str {
    let content_type = content_type.to_ascii_lowercase();
    let start = body.trim_start().get(..5).unwrap_or_default().to_ascii_lowercase();
    if content_type.contains("html") || start == "<html" || start == "<!doc" {
        "html"
    } else if content_type.contains("json") {
        "unreadable json"
    } else {
        "text"
    }
}

#[cfg(test)]
mod tests {
    use super::body_shape;

    #[test]
    fn only_structure_is_left() {
        let shape = |body| body_shape(Some(body), None);
        assert_eq!(
            shape(r#"{"error":{"error_msg":"m","error_code":"c"}}"#),
            "{error:{error_code:string,error_msg:string}}"
        );
        assert_eq!(
            shape(r#"{"b":[1,"x",2],"a":[],"c":null,"d d":true}"#),
            r#"{"d d":bool,a:[],b:[number|string],c:null}"#
        );
        assert_eq!(shape("<HTML>"), "html");
        assert_eq!(shape("oops"), "text");
        assert_eq!(shape(""), "-");
        assert_eq!(body_shape(None, None), "-");
        assert_eq!(body_shape(Some("{\"a\":"), Some("application/json")), "unreadable json");
        assert_eq!(body_shape(Some("\u{1b}\u{202e}"), Some("text/html")), "html");
    }
}
