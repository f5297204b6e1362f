use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::model::{at, at_mut};
use crate::suite::{Observer, ValueForm};

/// One item of a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedItem {
    /// Its key or name.
    pub key: String,
    /// Its value, if it is a tag: `None` where the member is absent.
    pub value: Option<Value>,
    /// The whole item, if it is an entity.
    pub entity: Option<Map<String, Value>>,
}

impl ListedItem {
    /// The value as text; null and absent count as empty.
    pub(super) fn text(&self) -> String {
        match &self.value {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => format!("(not a string) {other}"),
        }
    }

    /// How an empty value is written, if it is empty.
    pub fn form(&self) -> Option<ValueForm> {
        match &self.value {
            None => Some(ValueForm::Absent),
            Some(Value::Null) => Some(ValueForm::Null),
            Some(Value::String(text)) if text.is_empty() => Some(ValueForm::Empty),
            Some(_) => None,
        }
    }
}

/// What an observer lists, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The items.
    pub items: Vec<ListedItem>,
}

impl Listing {
    /// Keys that occur more than once.
    pub fn repeated(&self) -> Vec<String> {
        let mut keys: Vec<&String> = self.items.iter().map(|i| &i.key).collect();
        keys.sort();
        let mut repeated: Vec<String> = keys.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0].clone()).collect();
        repeated.dedup();
        repeated
    }

    /// How many of the items could not be read.
    pub fn unreadable(&self) -> usize {
        self.items.iter().filter(|item| is_unreadable(&item.key)).count()
    }

    /// The item of that key.
    pub fn item(&self, key: &str) -> Option<&ListedItem> {
        self.items.iter().find(|i| i.key == key)
    }
}

/// What stands before an item that has no key or name that could be read, in the place of one.
const UNREADABLE: &str = "(unreadable) ";
/// So much of it is kept.
const KEPT: usize = 200;

/// Whether this stands for an item without a key or name that could be read.
pub fn is_unreadable(key: &str) -> bool {
    key.starts_with(UNREADABLE)
}

/// Reads the items out of an observer's answer; `None` if it is not of the form the observer has. An item that cannot be
/// read is kept under its own text, so that one of them does not hide the others.
pub fn parse_listing(observer: &Observer, mut body: Value) -> Option<Listing> {
    let items = match at_mut(&mut body, observer.items.as_deref()?)?.take() {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        one @ Value::Object(_) => vec![one],
        _ => return None,
    };
    let mut unreadable: HashMap<String, usize> = HashMap::new();
    let items = items.into_iter().map(|item| {
        parse_item(observer, item).unwrap_or_else(|item| {
            let text: String = item.to_string().chars().take(KEPT).collect();
            let count = unreadable.entry(text.clone()).or_default();
            *count += 1;
            let number = if *count > 1 { format!(" #{count}") } else { String::new() };
            ListedItem { key: format!("{UNREADABLE}{text}{number}"), value: None, entity: None }
        })
    });
    Some(Listing { items: items.collect() })
}

/// One item; as it is, if it has no key or name that is a text.
fn parse_item(observer: &Observer, mut item: Value) -> Result<ListedItem, Value> {
    let text = |pointer: Option<&String>| Some(at(&item, pointer?)?.as_str()?.to_owned());
    if let Some(pointer) = observer.members.get("key") {
        let Some(key) = text(Some(pointer)) else { return Err(item) };
        let value = observer.members.get("value").and_then(|pointer| at_mut(&mut item, pointer)).map(Value::take);
        return Ok(ListedItem { key, value, entity: None });
    }
    let Some(name) = text(observer.members.get("name")) else { return Err(item) };
    let entity = if let Value::Object(entity) = item { Some(entity) } else { None };
    Ok(ListedItem { key: name, value: None, entity })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observer() -> Observer {
        toml::from_str(
            r#"
            id = "List"
            purpose = "list"
            resource = "secret"
            service = "csms"
            method = "GET"
            path = "/tags"
            source = "a test"
            success = [200]
            items = "/tags"
            members = { key = "/key", value = "/value" }
            "#,
        )
        .unwrap_or_else(|error| unreachable!("{error}"))
    }

    #[test]
    fn one_odd_item_does_not_hide_the_others() {
        let body = serde_json::json!({ "tags": [{ "value": "v" }, { "key": "a", "value": "1" }, { "value": "v" }, 7] });
        let listing = parse_listing(&observer(), body).unwrap_or_default();
        let keys: Vec<&str> = listing.items.iter().map(|item| item.key.as_str()).collect();
        let odd = "(unreadable) {\"value\":\"v\"}";
        assert_eq!(keys, [odd, "a", &format!("{odd} #2"), "(unreadable) 7"]);
        assert_eq!(listing.unreadable(), 3);
        assert!(parse_listing(&observer(), serde_json::json!({ "tags": "none" })).is_none());
    }
}
