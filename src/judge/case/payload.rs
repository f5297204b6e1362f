use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::generate::to_bytes;
use crate::judge::{Change, Said, State, change_by, change_of, parse_request};
use crate::suite::{Effect, Operation};

use crate::ledger::own_names;

/// What a request carries: what is sent, and what it says.
pub(crate) struct Payload {
    /// Nothing where the request has no body.
    pub(crate) bytes: Option<Bytes>,
    /// What its target reads, if it is JSON.
    pub(crate) json: Option<Arc<Value>>,
    /// The item that the path of the request names.
    pub(crate) item: Option<Arc<str>>,
    /// What it does, if it is accepted. A body that only its target can read may store what looks like a name in it.
    pub(crate) change: Change,
}

impl Payload {
    /// A filled text as the body of an operation's request.
    pub(crate) fn new(operation: &Operation, text: &str) -> Self {
        let bytes = Bytes::from(to_bytes(text));
        let json = parse_request(&bytes).map(Arc::new);
        let change = match &json {
            Some(json) => change_of(operation, json, None),
            None => {
                let text = String::from_utf8_lossy(&bytes);
                let names = own_names(&text).map(str::to_owned).chain(members(&text, naming(operation)));
                Change { put: names.map(|name| (name, String::new())).collect(), delete: Vec::new() }
            }
        };
        Payload { bytes: Some(bytes), json, item: None, change }
    }

    /// That of a request whose path names an item: with a filled text as its body, if it has one, and what was stored
    /// `before` it, as far as is known.
    pub(crate) fn naming(operation: &Operation, item: &str, text: Option<&str>, before: &State) -> Self {
        let bytes = text.map(|text| Bytes::from(to_bytes(text)));
        let json = bytes.as_ref().and_then(|bytes| parse_request(bytes)).map(Arc::new);
        let said = Said { body: json.as_deref(), item: Some(item), before: Some(before) };
        let change = change_by(operation, &said, None);
        Payload { bytes, json, item: Some(Arc::from(item)), change }
    }
}

/// The member that names what an operation stores.
fn naming(operation: &Operation) -> &str {
    match &operation.effect {
        Effect::Create { name, .. } => name.rsplit('/').next().unwrap_or(name),
        _ => "key",
    }
}

/// The texts of all members of one name in what need not be JSON.
fn members(text: &str, name: &str) -> Vec<String> {
    let after = |(at, quoted): (usize, &str)| text[at + quoted.len()..].trim_start().strip_prefix(':');
    let values = text.match_indices(&format!("\"{name}\"")).filter_map(after).collect::<Vec<_>>();
    let first = |rest: &str| serde_json::Deserializer::from_str(rest).into_iter::<String>().next()?.ok();
    values.into_iter().filter_map(first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_what_is_no_json() {
        let text = r#"{"tags":[{"key":"a\u0062","value":"key"},{"key" : "c"},],"key":1,"key"#;
        assert_eq!(members(text, "key"), ["ab", "c"]);
        assert_eq!(
            own_names("'dewspec-0011aabb!', dewspec-00, dewspec-run-0011aabb").collect::<Vec<_>>(),
            ["dewspec-0011aabb", "dewspec-run-0011aabb"]
        );
    }
}
