use serde_json::json;

use super::Field;
use crate::suite::CaseSpec;

/// Repeated elements are refused wherever they stand; different ones are accepted in any order.
pub(super) fn unique(field: &Field<'_>) -> Vec<CaseSpec> {
    let pointer = &field.constraint.field;
    let words = field.words().unwrap_or_default();
    let mut cases = Vec::new();
    if let Some(first) = words.first() {
        cases.push(field.refused("twice", field.with(pointer, json!([first, first]))));
    }
    if let [first, second, ..] = words {
        cases.push(field.refused("first-and-last", field.with(pointer, json!([first, second, first]))));
        cases.push(field.refused("last-two", field.with(pointer, json!([first, second, second]))));
        cases.push(field.accepted("two-different", field.with(pointer, json!([first, second]))));
    }
    let reversed: Vec<_> = words.iter().rev().collect();
    cases.push(field.accepted("all-in-order", field.with(pointer, json!(words))));
    cases.push(field.accepted("all-reversed", field.with(pointer, json!(reversed))));
    cases
}

/// Fewer elements than the least number are refused.
pub(super) fn at_least(field: &Field<'_>, least: usize) -> Vec<CaseSpec> {
    let pointer = &field.constraint.field;
    let words = field.words().unwrap_or_default();
    let mut cases = Vec::new();
    if let Some(less) = least.checked_sub(1) {
        cases.push(
            field.refused(&format!("{less}-elements"), field.with(pointer, json!(words[..less.min(words.len())]))),
        );
    }
    if words.len() >= least {
        cases.push(field.accepted(&format!("{least}-elements"), field.with(pointer, json!(words[..least]))));
    }
    cases
}
