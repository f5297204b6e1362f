use serde_json::{Map, Value};

use crate::suite::{Observer, ValueForm};
use crate::vocabulary::{at, at_mut};

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

    /// The item of that key.
    pub fn item(&self, key: &str) -> Option<&ListedItem> {
        self.items.iter().find(|i| i.key == key)
    }
}

/// Reads the items out of an observer's answer; `None` if it is not of the form the observer has.
pub fn parse_listing(observer: &Observer, mut body: Value) -> Option<Listing> {
    let items = match at_mut(&mut body, observer.items.as_deref()?)?.take() {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        one @ Value::Object(_) => vec![one],
        _ => return None,
    };
    let items = items.into_iter().map(|item| parse_item(observer, item)).collect::<Option<Vec<_>>>()?;
    Some(Listing { items })
}

fn parse_item(observer: &Observer, mut item: Value) -> Option<ListedItem> {
    if let Some(pointer) = observer.members.get("key") {
        let value = observer.members.get("value").and_then(|pointer| at_mut(&mut item, pointer)).map(Value::take);
        let Value::String(key) = at_mut(&mut item, pointer)?.take() else { return None };
        return Some(ListedItem { key, value, entity: None });
    }
    let name = at(&item, observer.members.get("name")?)?.as_str()?.to_owned();
    let entity = if let Value::Object(entity) = item { Some(entity) } else { None };
    Some(ListedItem { key: name, value: None, entity })
}
