use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::generate::to_bytes;
use crate::judge::{Change, change_of, parse_request};
use crate::suite::{Effect, Operation};

use crate::ledger::own_names;

/// The body of a request: what is sent, and what it says.
pub(crate) struct Payload {
    pub(crate) bytes: Bytes,
    /// What its target reads, if it is JSON.
    pub(crate) json: Option<Arc<Value>>,
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
        Payload { bytes, json, change }
    }
}

/// The member that names what an operation stores.
fn naming(operation: &Operation) -> &str {
    match &operation.effect {
        Effect::Create { name, .. } => name.rsplit('/').next().unwrap_or(name),
        Effect::Put { .. } | Effect::Batch { .. } => "key",
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
