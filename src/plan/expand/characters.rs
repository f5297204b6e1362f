use serde_json::json;

use super::Field;
use crate::generate::samples;
use crate::rules::admits;
use crate::suite::{CaseSpec, Characters};

/// Which characters that do not belong are put at both ends and alone, too, besides those that a rule names: to see that
/// the whole string is judged; `\n` and its like because `$` matches before a final one in some engines, U+200B because some trim it.
const AT_EDGES: [char; 5] = ['\n', '*', '\u{0}', '\u{85}', '\u{200B}'];

/// What may stand anywhere is put at the edges, too: engines and hand-written rules like to treat those apart.
const ALLOWED_AT_EDGES: [char; 12] = ['5', 'A', '中', '_', '-', '.', ':', '=', '+', '@', '/', '½'];

/// Every sample inside the class is accepted, every one outside refused; for classes that list what is
/// forbidden, each of those is tried.
pub(super) fn expand(field: &Field<'_>, facts: &Characters) -> Vec<CaseSpec> {
    let mut tried: Vec<(char, String)> = samples().map(|s| (s.character, s.category.to_owned())).collect();
    let listed = facts.also.chars().map(|c| (c, "listed".to_owned()));
    let forbidden = facts.forbidden.chars().map(|c| (c, "forbidden".to_owned()));
    let ranges = facts
        .forbidden_ranges
        .iter()
        .flat_map(|(first, last)| (*first..=*last).filter_map(char::from_u32))
        .map(|c| (c, "forbidden".to_owned()));
    for (character, category) in listed.chain(forbidden).chain(ranges) {
        if !tried.iter().any(|(c, _)| *c == character) {
            tried.push((character, category));
        }
    }

    let mut cases = Vec::new();
    let (allowed, other): (Vec<_>, Vec<_>) = tried.into_iter().partition(|(character, _)| admits(facts, *character));
    let places = field.pointers();
    // A list has room for several at once.
    for together in allowed.chunks(places.len().max(1)) {
        let names: Vec<String> = together.iter().map(name).collect();
        let inside = places.iter().zip(together).map(|(pointer, (character, _))| {
            let text = format!("{}{character}z", base(field, pointer));
            (pointer.as_str(), json!(text))
        });
        cases.push(field.accepted(&names.join("-and-"), field.with_all(inside)));
    }
    let turn_of_other = allowed.len();
    for (turn, tried) in allowed.iter().enumerate().filter(|(_, (character, _))| ALLOWED_AT_EDGES.contains(character)) {
        let pointer = field.pointer_in_turn(turn);
        let ends = format!("{0}{1}{0}", tried.0, base(field, &pointer));
        cases.push(field.accepted(&format!("{}-first-and-last", name(tried)), field.with(&pointer, json!(ends))));
    }
    for (turn, tried) in other.iter().enumerate() {
        let pointer = field.pointer_in_turn(turn_of_other + turn);
        let (base, name, character) = (base(field, &pointer), name(tried), tried.0);
        cases.push(field.refused(&name, field.with(&pointer, json!(format!("{base}{character}z")))));
        if AT_EDGES.contains(&character) || facts.forbidden.contains(character) {
            let first = field.with(&pointer, json!(format!("{character}{base}")));
            cases.push(field.refused(&format!("{name}-first"), first));
            let last = field.with(&pointer, json!(format!("{base}{character}")));
            cases.push(field.refused(&format!("{name}-last"), last));
            let alone = field.with(&pointer, json!(character.to_string()));
            cases.push(field.refused(&format!("{name}-alone"), alone));
        }
    }
    cases
}

fn name((character, category): &(char, String)) -> String {
    format!("{category}-u{:04x}", u32::from(*character))
}

fn base(field: &Field<'_>, pointer: &str) -> String {
    field.identity(pointer).map_or_else(|| "x".to_owned(), |name| format!("${{{name}}}"))
}
