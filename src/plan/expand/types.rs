use serde_json::json;

use super::Field;
use crate::suite::{CaseSpec, JsonType};

/// Every other JSON type is refused; `null` is the business of presence.
pub(super) fn expand(field: &Field<'_>, kind: JsonType) -> Vec<CaseSpec> {
    let values = [
        ("integer", json!(7)),
        // Languages with values that count as nothing skip their checks for these.
        ("zero", json!(0)),
        ("fraction", json!(1.5)),
        ("boolean", json!(true)),
        ("false", json!(false)),
        ("string", json!("text")),
        ("empty-string", json!("")),
        ("empty-array", json!([])),
        ("array", json!(["text"])),
        ("empty-object", json!({})),
        ("object", json!({"name": "text"})),
    ];
    let mut cases = Vec::new();
    for (turn, (name, value)) in values.into_iter().filter(|(_, value)| !kind.admits(value)).enumerate() {
        cases.push(field.refused(name, field.with(&field.pointer_in_turn(turn), value)));
    }
    if kind == JsonType::Array {
        // One element where a list of one belongs: what lenient readers take for the list.
        cases.extend(field.refused_everywhere("the-right-element-alone", |pointer| {
            field.with(pointer, field.valid_at(&format!("{pointer}/0")))
        }));
        // Languages whose lists are maps write and read them like this.
        cases.extend(field.refused_everywhere("the-right-elements-by-number", |pointer| {
            field.with(pointer, json!({"0": field.valid_at(&format!("{pointer}/0"))}))
        }));
    }
    if kind == JsonType::Object {
        cases.extend(field.refused_everywhere("array-of-the-right-object", |pointer| wrapped(field, pointer)));
        // JSON within JSON, of somebody who has encoded it twice.
        cases.extend(field.refused_everywhere("the-right-object-as-text", |pointer| {
            field.with(pointer, json!(field.valid_at(pointer).to_string()))
        }));
    }
    if kind == JsonType::String {
        cases.extend(field.refused_everywhere("array-of-the-right-string", |pointer| wrapped(field, pointer)));
    }
    cases
}

fn wrapped(field: &Field<'_>, pointer: &str) -> String {
    field.with(pointer, json!([field.valid_at(pointer)]))
}
