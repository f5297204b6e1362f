use serde::Serialize;
use serde_json::{Map, Value};

use super::State;
use crate::suite::{Effect, Operation};
use crate::vocabulary::at;

/// What an accepted request does to the stored state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Stored, in this order.
    pub put: Vec<(String, String)>,
    /// Deleted.
    pub delete: Vec<String>,
}

impl Change {
    /// Every key that is touched.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.put.iter().map(|(key, _)| key).chain(&self.delete)
    }

    /// Carries it out.
    pub fn apply(&self, state: &mut State) {
        for (key, value) in &self.put {
            state.insert(key.clone(), value.clone());
        }
        for key in &self.delete {
            state.remove(key);
        }
    }
}

/// What a request would do if it were accepted; a body that cannot be read as documented does nothing.
/// For an operation that creates an entity, `answer` is the body of the successful answer, if there is one.
pub fn change_of(operation: &Operation, body: &Value, answer: Option<&Value>) -> Change {
    let mut change = Change::default();
    match &operation.effect {
        Effect::Put { item } => change.put.extend(at(body, item).and_then(tag)),
        Effect::Batch { items, action, put, delete } => {
            let tags = at(body, items).and_then(Value::as_array).into_iter().flatten().filter_map(tag);
            match at(body, action).and_then(Value::as_str) {
                Some(word) if word == put => change.put.extend(tags),
                Some(word) if word == delete => change.delete.extend(tags.map(|(key, _)| key)),
                _ => {}
            }
        }
        Effect::Create { name, entity, assigned } => {
            if let Some(name) = at(body, name).and_then(Value::as_str) {
                // Only what the operation's tables list is stored, and the valid body has all of it.
                let valid = operation.valid_members();
                let mut stored = body.as_object().map(|body| reduced(body, valid)).unwrap_or_default();
                if let Some(answered) = answer.and_then(|a| at(a, entity)) {
                    for member in assigned {
                        stored.extend(answered.get(member).map(|v| (member.clone(), v.clone())));
                    }
                }
                change.put.push((name.to_owned(), canonical(&stored)));
            }
        }
    }
    change
}

/// The members that a model has, at every depth.
pub(super) fn reduced(value: &Map<String, Value>, model: &Map<String, Value>) -> Map<String, Value> {
    let kept = value.iter().filter_map(|(name, value)| {
        let value = match (value, model.get(name)?) {
            (Value::Object(inner), Value::Object(model)) => Value::Object(reduced(inner, model)),
            _ => value.clone(),
        };
        Some((name.clone(), value))
    });
    kept.collect()
}

/// Key and value; no value is as good as an empty one here, since how it is listed is an open clause.
fn tag(item: &Value) -> Option<(String, String)> {
    let key = item.get("key")?.as_str()?.to_owned();
    let value = item.get("value").and_then(Value::as_str).unwrap_or_default().to_owned();
    Some((key, value))
}

/// One text for one JSON object, whatever the order of its members and of the texts in its lists: no page speaks of it.
pub(super) fn canonical(object: &Map<String, Value>) -> String {
    let mut sorted: Vec<_> = object.iter().collect();
    sorted.sort_by_key(|(name, _)| name.as_str());
    let mut out = String::from("{");
    for (name, value) in sorted {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&text(name));
        out.push(':');
        match value {
            Value::Object(inner) => out.push_str(&canonical(inner)),
            Value::Array(items) if items.iter().all(Value::is_string) => {
                let mut texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                texts.sort_unstable();
                out.push_str(&text(&texts));
            }
            other => out.push_str(&text(other)),
        }
    }
    out.push('}');
    out
}

/// Nothing can go wrong in writing what came out of JSON, or texts.
fn text(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
