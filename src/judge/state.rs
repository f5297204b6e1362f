use serde_json::{Map, Value};

use super::Listing;
use super::effect::canonical;
use crate::model::State;

/// Most differences told in one sentence.
const TOLD: usize = 4;

/// The state that a listing shows. Entities are reduced to the members that `like` has, so that what the
/// target adds to them does not count.
pub fn state_of(listing: &Listing, like: &State) -> State {
    let mut state = State::new();
    for item in &listing.items {
        let text = match &item.entity {
            None => item.text(),
            Some(entity) => {
                let whole = canonical(entity, None);
                // Mostly there is nothing to leave out.
                let differing = like.get(&item.key).filter(|text| **text != whole);
                let model = differing.and_then(|text| serde_json::from_str(text).ok());
                model.map_or(whole, |model| canonical(entity, Some(&model)))
            }
        };
        // Of several entities of one name, the one that is looked for counts.
        let known = state.get(&item.key).filter(|_| item.entity.is_some());
        if known.is_none() || known != like.get(&item.key) {
            state.insert(item.key.clone(), text);
        }
    }
    state
}

/// Whether a listed value is what was stored: of an entity, what the target has added to it does not count.
pub fn is_shown_as(stored: &str, seen: &str) -> bool {
    let object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    stored == seen
        || object(stored).zip(object(seen)).is_some_and(|(model, entity)| canonical(&entity, Some(&model)) == stored)
}

/// How `seen` differs from `expected`, in words; `None` if it does not.
pub fn difference(expected: &State, seen: &State) -> Option<String> {
    let lost: Vec<_> = expected.iter().filter(|(key, _)| !seen.contains_key(*key)).collect();
    let added: Vec<_> = seen.iter().filter(|(key, _)| !expected.contains_key(*key)).collect();
    // What is there in the place of something else may look just like it.
    let bent = !lost.is_empty() && !added.is_empty();
    let changed = expected.iter().filter_map(|(key, value)| {
        let found = seen.get(key)?;
        (found != value).then(|| changed_item(key, found, value))
    });
    let key = |key: &str| if bent { exact(key) } else { format!("{key:?}") };
    let all: Vec<String> = lost
        .iter()
        .map(|(lost, _)| format!("{} is missing", key(lost)))
        .chain(changed)
        .chain(added.iter().map(|(added, value)| format!("{} = {value:?} is there", key(added))))
        .collect();
    if all.is_empty() {
        return None;
    }
    let more = all.len().saturating_sub(TOLD);
    let told = all.into_iter().take(TOLD).collect::<Vec<_>>().join("; ");
    Some(if more > 0 { format!("{told}; and {more} more") } else { told })
}

/// How one item differs from what it should be: an entity by its members.
fn changed_item(key: &str, found: &str, expected: &str) -> String {
    let object = |text: &str| serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    if let (Some(found), Some(expected)) = (object(found), object(expected)) {
        let mut told = Vec::new();
        changed_members("", Some(&found), Some(&expected), &mut told);
        if !told.is_empty() {
            return format!("of {key:?}, {}", told.join(", "));
        }
    }
    format!("{key:?} is {} and not {}", exact(found), exact(expected))
}

/// The members in which two JSON values differ, each named by its path.
fn changed_members(path: &str, found: Option<&Value>, expected: Option<&Value>, told: &mut Vec<String>) {
    match (found, expected) {
        (Some(Value::Object(found)), Some(Value::Object(expected))) => {
            let more = found.keys().filter(|name| !expected.contains_key(*name));
            for name in expected.keys().chain(more) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                changed_members(&path, found.get(name), expected.get(name), told);
            }
        }
        (found, expected) if found == expected => {}
        (None, _) => told.push(format!("`{path}` is missing")),
        (Some(found), None) => told.push(format!("`{path}` is there: {}", spelled(&found.to_string()))),
        (Some(found), Some(expected)) => {
            told.push(format!(
                "`{path}` is {} and not {}",
                spelled(&found.to_string()),
                spelled(&expected.to_string())
            ));
        }
    }
}

/// A text in quotes with everything beyond ASCII as code points, so that what looks alike is told apart.
fn exact(text: &str) -> String {
    spelled(&format!("{text:?}"))
}

fn spelled(text: &str) -> String {
    let one = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\u{{{:x}}}", u32::from(c)) };
    text.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::ListedItem;

    #[test]
    fn of_entities_of_one_name_the_one_that_is_looked_for_counts() {
        let entity = |kind: &str| {
            let members = serde_json::Map::from_iter([("kind".to_owned(), serde_json::Value::from(kind))]);
            (canonical(&members, None), ListedItem { key: "a".to_owned(), value: None, entity: Some(members) })
        };
        let (both, first, second) = (|| [entity("old").1, entity("new").1], entity("old").0, entity("new").0);
        for (items, wanted) in [(both(), &first), (both(), &second)] {
            let like = State::from([("a".to_owned(), wanted.clone())]);
            assert_eq!(state_of(&Listing { items: items.into() }, &like), like);
        }
    }

    #[test]
    fn of_an_entity_only_what_differs_is_told() {
        let state = |text: &str| State::from([("a".to_owned(), text.to_owned())]);
        let expected = r#"{"name":"a","state":"ENABLED","to":{"id":"x","kind":"SMN"}}"#;
        for (seen, told) in [
            (
                r#"{"name":"a","state":"ENABLED","to":{"id":"é","kind":"SMN"}}"#,
                r#"of "a", `to.id` is "\u{e9}" and not "x""#,
            ),
            (
                r#"{"name":"a","to":{"id":"x","kind":"SMN","more":1}}"#,
                r#"of "a", `state` is missing, `to.more` is there: 1"#,
            ),
            (
                r#""text""#,
                r#""a" is "\"text\"" and not "{\"name\":\"a\",\"state\":\"ENABLED\",\"to\":{\"id\":\"x\",\"kind\":\"SMN\"}}""#,
            ),
        ] {
            assert_eq!(difference(&state(expected), &state(seen)).unwrap_or_default(), told);
        }
        assert_eq!(difference(&state(expected), &state(expected)), None);
    }

    #[test]
    fn what_a_target_adds_to_an_entity_changes_nothing() {
        let stored = r#"{"name":"a","to":{"id":"x"}}"#;
        for (seen, same) in [
            (stored, true),
            (r#"{"event_id":"1","name":"a","to":{"id":"x","more":1}}"#, true),
            (r#"{"event_id":"1","name":"a","to":{"id":"y"}}"#, false),
            (r#"{"event_id":"1","to":{"id":"x"}}"#, false),
            ("text", false),
        ] {
            assert_eq!(is_shown_as(stored, seen), same, "{seen}");
        }
        assert!(is_shown_as("text", "text") && !is_shown_as("text", "other"));
    }

    #[test]
    fn what_looks_alike_is_spelled_out() {
        let state = |key: &str, value: &str| State::from([(key.to_owned(), value.to_owned())]);
        let told = difference(&state("\u{212a}", "v"), &state("K", "v")).unwrap_or_default();
        assert_eq!(told, "\"\\u{212a}\" is missing; \"K\" = \"v\" is there");
        let told = difference(&state("中", "é"), &state("中", "e\u{301}")).unwrap_or_default();
        assert_eq!(told, "\"中\" is \"e\\u{301}\" and not \"\\u{e9}\"");
        assert_eq!(difference(&state("a", "b"), &state("a", "b")), None);
    }
}
