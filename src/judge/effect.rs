use serde::Serialize;
use serde_json::{Map, Value};

use super::State;
use crate::model::at;
use crate::suite::{Effect, Operation};

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

/// What a request says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// Its body, if it can be read.
    pub body: Option<&'a Value>,
    /// The item that its path names.
    pub item: Option<&'a str>,
    /// What was stored before it.
    pub before: Option<&'a State>,
}

impl Said<'_> {
    /// The entity that the path names as it was, and if nothing is known of it, its name.
    fn entity(&self, item: &str, name: &str) -> Map<String, Value> {
        let before = self.before.and_then(|state| serde_json::from_str(state.get(item)?).ok());
        before.unwrap_or_else(|| Map::from_iter([(name.to_owned(), Value::from(item))]))
    }
}

/// What a request would do if it were accepted; a body that cannot be read as documented does nothing.
/// For an operation that creates an entity, `answer` is the body of the successful answer, if there is one.
pub fn change_of(operation: &Operation, body: &Value, answer: Option<&Value>) -> Change {
    change_by(operation, &Said { body: Some(body), ..Said::default() }, answer)
}

/// The same of a request that may have no body, and whose path may name an item.
pub fn change_by(operation: &Operation, said: &Said<'_>, answer: Option<&Value>) -> Change {
    let mut change = Change::default();
    let body = said.body.unwrap_or(&Value::Null);
    match &operation.effect {
        Effect::Remove { .. } => change.delete.extend(said.item.map(str::to_owned)),
        Effect::Update { name, .. } => {
            if let (Some(item), Some(body)) = (said.item, body.as_object()) {
                let mut entity = said.entity(item, name);
                // Only what the operation's tables list is stored, and the valid body has all of it.
                let known = canonical(body, Some(operation.valid_members()));
                entity.extend(serde_json::from_str::<Map<String, Value>>(&known).unwrap_or_default());
                change.put.push((item.to_owned(), canonical(&entity, None)));
            }
        }
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
                let valid = Some(operation.valid_members());
                let mut stored = body.as_object().map(|body| members(body, valid)).unwrap_or_default();
                if let Some(answered) = answer.and_then(|a| at(a, entity)) {
                    for (member, value) in assigned.iter().filter_map(|member| Some((member, answered.get(member)?))) {
                        stored.retain(|(name, _)| name != member);
                        stored.push((member, value));
                    }
                }
                change.put.push((name.to_owned(), text_of(stored, valid)));
            }
        }
    }
    change
}

/// Key and value; no value is as good as an empty one here, since how it is listed is an open clause.
fn tag(item: &Value) -> Option<(String, String)> {
    let key = at(item, "/key")?.as_str()?.to_owned();
    let value = at(item, "/value").and_then(Value::as_str).unwrap_or_default().to_owned();
    Some((key, value))
}

/// One text for one JSON object, whatever the order of its members and of the texts in its lists: no page speaks of it.
/// If there is a `model`, of the members that it has alone, at every depth.
pub(super) fn canonical(object: &Map<String, Value>, model: Option<&Map<String, Value>>) -> String {
    text_of(members(object, model), model)
}

type Members<'a> = Vec<(&'a str, &'a Value)>;

/// Those of an object that a model has, too.
fn members<'a>(object: &'a Map<String, Value>, model: Option<&Map<String, Value>>) -> Members<'a> {
    let kept = object.iter().filter(|(name, _)| model.is_none_or(|model| model.contains_key(*name)));
    kept.map(|(name, value)| (name.as_str(), value)).collect()
}

fn text_of(members: Members<'_>, model: Option<&Map<String, Value>>) -> String {
    let mut out = Vec::with_capacity(SHORT);
    write(&mut out, members, model);
    String::from_utf8(out).unwrap_or_default()
}

/// Bytes of most entities.
const SHORT: usize = 256;

fn write(out: &mut Vec<u8>, mut sorted: Members<'_>, model: Option<&Map<String, Value>>) {
    sorted.sort_unstable_by_key(|(name, _)| *name);
    out.push(b'{');
    for (nth, (name, value)) in sorted.into_iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        write_json(out, name);
        out.push(b':');
        match value {
            Value::Object(inner) => {
                let model = model.and_then(|model| model.get(name)?.as_object());
                write(out, members(inner, model), model);
            }
            Value::Array(items) if items.iter().all(Value::is_string) => {
                let mut texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                texts.sort_unstable();
                write_json(out, &texts);
            }
            other => write_json(out, other),
        }
    }
    out.push(b'}');
}

/// Nothing can go wrong in writing what came out of JSON, or texts.
fn write_json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let _ = serde_json::to_writer(out, value);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operation(effect: &str, valid: &str) -> Operation {
        let text = format!(
            "id = 'Op'\nservice = 's'\nsummary = ''\nmethod = 'M'\npath = '/{{key}}'\nresource = 'secret'\n\
             documents = []\nsuccess = 204\nnames = '${{key}}'\nvalid = '{valid}'\neffect = {effect}"
        );
        toml::from_str(&text).expect("an operation")
    }

    #[test]
    fn what_a_path_names_is_deleted_whatever_the_body_says() {
        let op = operation("{ kind = 'remove', parameter = 'key' }", "");
        for body in [None, Some(json!({"key": "b"}))] {
            let said = Said { body: body.as_ref(), item: Some("a"), before: None };
            assert_eq!(change_by(&op, &said, None), Change { put: Vec::new(), delete: vec!["a".to_owned()] });
        }
        assert_eq!(change_by(&op, &Said::default(), None), Change::default());
    }

    #[test]
    fn what_an_update_gives_takes_the_place_of_what_was_there() {
        let valid = r#"{"state":"x","in":{"a":1}}"#;
        let op = operation("{ kind = 'update', parameter = 'key', name = 'name' }", valid);
        let before = State::from([("a".to_owned(), r#"{"id":"7","in":{"a":1},"name":"a","state":"on"}"#.to_owned())]);
        let after = |body: Value, before| {
            let said = Said { body: Some(&body), item: Some("a"), before };
            change_by(&op, &said, None).put.pop().map(|(_, text)| text).unwrap_or_default()
        };
        let body = || json!({"state": "off", "name": "b", "more": 1});
        assert_eq!(after(body(), Some(&before)), r#"{"id":"7","in":{"a":1},"name":"a","state":"off"}"#);
        assert_eq!(
            after(json!({"in": {"a": 2, "b": 3}}), Some(&before)),
            r#"{"id":"7","in":{"a":2},"name":"a","state":"on"}"#
        );
        assert_eq!(after(body(), None), r#"{"name":"a","state":"off"}"#, "nothing is known of it");
        assert_eq!(after(json!([1]), Some(&before)), "", "no object");
    }

    #[test]
    fn entities_have_one_text_each() {
        let text = |value: &Value, model: Option<&Value>| {
            canonical(value.as_object().unwrap_or(&Map::new()), model.and_then(Value::as_object))
        };
        let entity = json!({"name": "n\"", "types": ["b", "a"], "in": {"z": 1, "a": [2, 1], "x": null}});
        assert_eq!(text(&entity, None), r#"{"in":{"a":[2,1],"x":null,"z":1},"name":"n\"","types":["a","b"]}"#);
        let model = json!({"in": {"z": 0, "q": 0}, "types": "whatever", "more": 1});
        assert_eq!(text(&entity, Some(&model)), r#"{"in":{"z":1},"types":["a","b"]}"#);
        let flat = json!({"in": 1});
        assert_eq!(text(&entity, Some(&flat)), r#"{"in":{"a":[2,1],"x":null,"z":1}}"#, "as it is");
    }
}
