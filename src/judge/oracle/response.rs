use std::collections::HashMap;

use serde_json::Value;

use super::super::describe::excerpt;
use super::{Judgement, Scene};
use crate::model::at;
use crate::suite::{Effect, JsonType};

/// What is documented of one member of a successful answer.
pub(super) struct Rule<'a> {
    pub(super) pointer: &'a str,
    pub(super) kind: JsonType,
    pub(super) echoes: Option<&'a str>,
    pub(super) in_any_order: bool,
    pub(super) one_of: &'a [String],
    pub(super) items: Option<(usize, usize)>,
    pub(super) non_empty: bool,
}

/// Type, size, enumeration and echo of one member.
pub(super) fn field(scene: &Scene<'_>, rule: &Rule<'_>) -> Judgement {
    let Some(response) = scene.success() else { return Judgement::NotApplicable };
    let allowed = || format!("`{}`, of type {}", rule.pointer, rule.kind);
    let Some(value) = scene.json().and_then(|body| at(body, rule.pointer)) else {
        return Judgement::broken(allowed(), format!("no such member in {}", excerpt(&response.body)));
    };
    if !rule.kind.admits(value) {
        return Judgement::broken(allowed(), value.to_string());
    }
    if rule.non_empty && value.as_str().is_some_and(str::is_empty) {
        return Judgement::broken(format!("{}, not empty", allowed()), "an empty string");
    }
    if let (Some((least, most)), Some(items)) = (rule.items, value.as_array())
        && !(least..=most).contains(&items.len())
    {
        return Judgement::broken(format!("{least} to {most} elements"), format!("{} elements", items.len()));
    }
    if let Some(text) = value.as_str()
        && !rule.one_of.is_empty()
        && !rule.one_of.iter().any(|word| word == text)
    {
        return Judgement::broken(format!("one of {}", rule.one_of.join(", ")), text);
    }
    let sent = rule.echoes.and_then(|pointer| scene.request.and_then(|r| at(r, pointer)));
    match sent {
        Some(sent) if rule.in_any_order && sorted(sent) == sorted(value) => Judgement::Upheld,
        Some(sent) if sent != value => Judgement::broken(format!("{sent}, as sent"), value.to_string()),
        _ => Judgement::Upheld,
    }
}

/// The elements of a list in an order of their own; `None` if it is none.
fn sorted(list: &Value) -> Option<Vec<String>> {
    let mut elements: Vec<String> = list.as_array()?.iter().map(Value::to_string).collect();
    elements.sort();
    Some(elements)
}

/// The order of a list that answers.
pub(super) fn same_order(scene: &Scene<'_>, pointer: &str, echoes: &str) -> Judgement {
    let answered = scene.success().and_then(|_| scene.json()).and_then(|body| at(body, pointer));
    let sent = scene.request.and_then(|body| at(body, echoes));
    match (sent, answered) {
        (Some(sent), Some(answered)) if sorted(sent).is_some() && sorted(sent) == sorted(answered) => {
            if sent == answered {
                Judgement::Upheld
            } else {
                Judgement::broken(format!("{sent}, in the order sent"), answered.to_string())
            }
        }
        _ => Judgement::NotApplicable,
    }
}

/// Identifiers that are remembered, at most.
const REMEMBERED: usize = 20_000;

/// A member that differs between all successful answers of a run.
pub(super) fn distinct(
    scene: &Scene<'_>,
    clause: &str,
    pointer: &str,
    seen: &mut HashMap<(String, String), Answered>,
) -> Judgement {
    let answered = scene.success().and_then(|_| scene.json());
    let Some(value) = answered.and_then(|body| at(body, pointer).map(Value::to_string)) else {
        return Judgement::NotApplicable;
    };
    let name = match &scene.operation.effect {
        Effect::Create { name, .. } => scene.request.and_then(|body| at(body, name)).cloned(),
        _ => None,
    };
    let told = scene.request.map(|body| excerpt(body.to_string().as_bytes())).unwrap_or_default();
    let key = (clause.to_owned(), value.clone());
    // A run of any length needs no more memory than this: later answers are held against the first ones.
    if seen.len() >= REMEMBERED && !seen.contains_key(&key) {
        return Judgement::Upheld;
    }
    match seen.insert(key, Answered { name: name.clone(), told }) {
        None => Judgement::Upheld,
        // The same thing, written again.
        Some(before) if name.is_some() && before.name == name => Judgement::Upheld,
        Some(before) => Judgement::broken(
            "an identifier that no other answer had",
            format!("{value} again; it came before in answer to {}", before.told),
        ),
    }
}

/// The request in whose answer an identifier came.
#[derive(Debug)]
pub(super) struct Answered {
    name: Option<Value>,
    /// The beginning of the request.
    told: String,
}
