use serde_json::json;

use super::Field;
use crate::suite::CaseSpec;

/// No white space first. Only the space counts here, since what else is white space is an open clause.
pub(super) fn first(field: &Field<'_>) -> Vec<CaseSpec> {
    let text = field.valid_text().to_owned();
    let mut cases = field.refused_everywhere("space", |pointer| field.with(pointer, json!(format!(" {text}"))));
    cases.push(field.refused("nothing-but-a-space", field.with(&field.pointer_in_turn(0), json!(" "))));
    cases.push(field.accepted("space-second", field.with(&field.pointer_in_turn(0), json!(format!("d {text}")))));
    cases
}

/// No white space last.
pub(super) fn last(field: &Field<'_>) -> Vec<CaseSpec> {
    let text = field.valid_text().to_owned();
    let mut cases = field.refused_everywhere("space", |pointer| field.with(pointer, json!(format!("{text} "))));
    cases.push(field.refused("two-spaces", field.with(&field.pointer_in_turn(1), json!(format!("{text}  ")))));
    cases.push(field.accepted("space-before-last", field.with(&field.pointer_in_turn(0), json!(format!("{text} d")))));
    cases
}
