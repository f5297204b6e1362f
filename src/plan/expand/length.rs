use serde_json::json;

use super::Field;
use crate::generate::filler;
use crate::rules::admits;
use crate::suite::CaseSpec;

/// The kinds of padding; astral characters are left to the clauses on what a character is.
const KINDS: [&str; 3] = ["ascii", "latin", "cjk"];
/// How far beyond the greatest length the last case goes.
const FAR: usize = 10;

fn kinds(field: &Field<'_>) -> Vec<&'static str> {
    KINDS
        .into_iter()
        .filter(|kind| filler(kind).is_some_and(|c| field.characters().is_none_or(|facts| admits(facts, c))))
        .collect()
}

fn text(field: &Field<'_>, pointer: &str, kind: &str, length: usize) -> String {
    if length == 0 {
        return String::new();
    }
    let identity = field.identity(pointer).unwrap_or_default();
    format!("${{exact:{kind}:{length}:{identity}}}")
}

/// The least length is accepted, one less refused.
pub(super) fn at_least(field: &Field<'_>, least: usize) -> Vec<CaseSpec> {
    let mut cases = Vec::new();
    if let Some(less) = least.checked_sub(1) {
        let what = format!("length-{less}");
        cases.extend(
            field.refused_everywhere(&what, |pointer| field.with(pointer, json!(text(field, pointer, "ascii", less)))),
        );
    }
    for kind in kinds(field) {
        let pointer = field.pointer_in_turn(0);
        cases.push(
            field.accepted(&format!("{kind}-{least}"), field.with(&pointer, json!(text(field, &pointer, kind, least)))),
        );
    }
    cases
}

/// The greatest length and one less are accepted, one more and far more refused: in each kind of
/// character, so that counting bytes shows.
pub(super) fn at_most(field: &Field<'_>, most: usize) -> Vec<CaseSpec> {
    let mut cases = Vec::new();
    for (turn, kind) in kinds(field).into_iter().enumerate() {
        let pointer = field.pointer_in_turn(turn);
        for length in [most.saturating_sub(1), most] {
            cases.push(field.accepted(
                &format!("{kind}-{length}"),
                field.with(&pointer, json!(text(field, &pointer, kind, length))),
            ));
        }
        let what = format!("{kind}-{}", most + 1);
        cases.extend(
            field.refused_everywhere(&what, |pointer| field.with(pointer, json!(text(field, pointer, kind, most + 1)))),
        );
    }
    let far = most.saturating_mul(FAR);
    let pointer = field.pointer_in_turn(1);
    cases
        .push(field.refused(&format!("ascii-{far}"), field.with(&pointer, json!(text(field, &pointer, "ascii", far)))));
    cases
}
