use std::sync::OnceLock;

use regex::Regex;

use crate::suite::Characters;

fn letters() -> Option<&'static [Regex; 3]> {
    static CLASSES: OnceLock<Option<[Regex; 3]>> = OnceLock::new();
    CLASSES
        .get_or_init(|| {
            Some([Regex::new(r"^\p{L}$").ok()?, Regex::new(r"^\p{N}$").ok()?, Regex::new(r"^\p{Z}$").ok()?])
        })
        .as_ref()
}

fn in_class(class: &str, character: char) -> bool {
    let mut buffer = [0; 4];
    let text = &*character.encode_utf8(&mut buffer);
    match (class, letters()) {
        ("ascii-alphanumeric", _) => character.is_ascii_alphanumeric(),
        ("L", Some([letters, _, _])) => letters.is_match(text),
        ("N", Some([_, numbers, _])) => numbers.is_match(text),
        ("Z", Some([_, _, separators])) => separators.is_match(text),
        _ => false,
    }
}

/// Whether the facts allow `character` somewhere in the field.
pub fn admits(facts: &Characters, character: char) -> bool {
    if facts.forbidden.contains(character) {
        return false;
    }
    let code = u32::from(character);
    if facts.forbidden_ranges.iter().any(|(first, last)| (*first..=*last).contains(&code)) {
        return false;
    }
    let all_but = !facts.forbidden.is_empty() || !facts.forbidden_ranges.is_empty();
    all_but || facts.also.contains(character) || facts.classes.iter().any(|class| in_class(class, character))
}
