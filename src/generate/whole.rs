use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::Value;

use super::Placeholders;
use super::json::remove;
use super::mark;
use super::text::TextRule;
use crate::model::at_mut;
use crate::rules::{Contract, FieldFacts, identity, pointers};
use crate::suite::{Effect, JsonType};

/// Elements of a generated list, at most.
pub(super) const ITEMS: usize = 3;

/// A body as it comes from the data, with stand-ins where it names what is stored.
pub(super) fn plain(contract: &Contract, places: &Placeholders) -> Value {
    let mut body = contract.valid().clone();
    let mut named = 0;
    fill(&mut body, places, &mut named);
    body
}

fn fill(value: &mut Value, places: &Placeholders, named: &mut usize) {
    match value {
        Value::Object(object) => object.values_mut().for_each(|member| fill(member, places, named)),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, places, named)),
        Value::String(text) if identity(text).is_some() => {
            *text = mark::key(*named);
            *named += 1;
        }
        Value::String(text) if text == "${uuid}" => *text = mark::uuid(),
        Value::String(text) => *text = places.fill(text),
        _ => {}
    }
}

/// Which mark makes the text at this place one of ours, if it names what is stored.
pub(super) fn mark_of(contract: &Contract, pointer: &str) -> Option<usize> {
    let at = |digit: &str| digit.parse::<usize>().ok();
    let index = pointer.split('/').find_map(at).unwrap_or(0);
    let general: Vec<&str> = pointer.split('/').map(|step| if at(step).is_some() { "0" } else { step }).collect();
    let text = contract.valid().pointer(&general.join("/")).and_then(Value::as_str)?;
    identity(text).map(|_| index)
}

/// One member of a generated body: where it stands, and what stands there, if anything does.
type Member = (String, Option<Value>);

/// Whole bodies of which every member is made up within the documented rules.
pub(super) fn whole(contract: &Contract, places_of: &Placeholders) -> BoxedStrategy<Value> {
    let base = with_items(contract, plain(contract, places_of), ITEMS);
    let mut members: Vec<BoxedStrategy<Member>> = Vec::new();
    for facts in contract.fields() {
        for pointer in pointers(&base, &facts.rules.field) {
            members.extend(member(contract, facts, pointer));
        }
    }
    let list = list_of(contract);
    (members, 1..=ITEMS)
        .prop_map(move |(members, count)| {
            let mut body = base.clone();
            for (pointer, value) in members {
                match (value, at_mut(&mut body, &pointer)) {
                    (Some(value), Some(place)) => *place = value,
                    (None, _) => remove(&mut body, &pointer),
                    (Some(_), None) => {}
                }
            }
            if let Some(Value::Array(items)) = list.as_ref().and_then(|list| at_mut(&mut body, list)) {
                items.truncate(count);
            }
            body
        })
        .boxed()
}

fn list_of(contract: &Contract) -> Option<String> {
    match &contract.operation().operation.effect {
        Effect::Batch { items, .. } => Some(items.clone()),
        _ => None,
    }
}

/// The body with so many items in its list, if it has one.
pub(super) fn with_items(contract: &Contract, mut body: Value, count: usize) -> Value {
    if let Some(Value::Array(items)) = list_of(contract).and_then(|list| at_mut(&mut body, &list))
        && let Some(first) = items.first().cloned()
    {
        *items = (0..count)
            .map(|number| {
                let mut item = first.clone();
                if let Some(key) = item.get_mut("key") {
                    *key = Value::from(mark::key(number));
                }
                item
            })
            .collect();
    }
    body
}

/// What may stand at a place. `None` where the valid body's own value is all there is.
fn member(contract: &Contract, facts: &FieldFacts, pointer: String) -> Option<BoxedStrategy<Member>> {
    let value = value(contract, facts, &pointer)?;
    let optional = facts.rules.mandatory == Some(false);
    let value = if optional { proptest::option::weighted(0.8, value).boxed() } else { value.prop_map(Some).boxed() };
    Some(value.prop_map(move |value| (pointer.clone(), value)).boxed())
}

fn value(contract: &Contract, facts: &FieldFacts, pointer: &str) -> Option<BoxedStrategy<Value>> {
    let elements = contract.field(&format!("{}/*", facts.rules.field)).and_then(|f| f.rules.one_of.clone());
    if facts.rules.kind == Some(JsonType::Array)
        && let Some(words) = elements
    {
        return Some(some_of(words).boxed());
    }
    if facts.rules.field.ends_with("/*") {
        // Elements of enumerations come with their list.
        return None;
    }
    if let Some(words) = &facts.rules.one_of {
        let words: Vec<String> =
            words.iter().filter(|word| !contract.operation().operation.effect.deletes(word)).cloned().collect();
        return Some(select(words).prop_map(Value::from).boxed());
    }
    if facts.rules.kind != Some(JsonType::String) {
        return None;
    }
    let rule = TextRule::new(facts, mark_of(contract, pointer))?;
    Some(rule.usual().prop_map(Value::from).boxed())
}

/// Some of the words, each once, in any order.
pub(super) fn some_of(words: Vec<String>) -> impl Strategy<Value = Value> {
    let count = words.len();
    subsequence(words, 1..=count).prop_shuffle().prop_map(Value::from)
}
