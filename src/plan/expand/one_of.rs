use serde_json::{Value, json};

use super::Field;
use crate::suite::CaseSpec;

/// Each word is accepted; each of its near misses is refused.
pub(super) fn expand(field: &Field<'_>, words: &[String]) -> Vec<CaseSpec> {
    let mut cases = Vec::new();
    for word in words.iter().filter(|word| !field.deletes(word)) {
        cases.push(field.accepted(word, with_word(field, word)));
    }
    for (name, text) in near_misses(words) {
        cases.push(field.refused(&name, with_word(field, &text)));
    }
    cases
}

/// Elements of arrays are tried as the only element.
fn with_word(field: &Field<'_>, word: &str) -> String {
    match field.constraint.field.strip_suffix("/*") {
        Some(array) => field.with(array, json!([word])),
        None => field.with(&field.constraint.field, Value::from(word)),
    }
}

fn near_misses(words: &[String]) -> Vec<(String, String)> {
    let mut misses = Vec::new();
    for word in words {
        misses.push((format!("{word}-in-other-case"), other_case(word)));
        misses.push((format!("{word}-capitalised"), capitalised(word)));
        misses.push((format!("{word}-and-a-space"), format!("{word} ")));
        misses.push((format!("space-and-{word}"), format!(" {word}")));
        misses.push((format!("{word}-and-a-newline"), format!("{word}\n")));
        misses.push((format!("{word}-and-a-letter"), format!("{word}x")));
        misses.push((format!("{word}-cut-short"), word.chars().take(word.chars().count().saturating_sub(1)).collect()));
    }
    if let Some(word) = words.first() {
        misses.push((format!("{word}-in-wide-letters"), word.chars().map(wide).collect()));
        misses.push((format!("{word}-in-quotes"), format!("\"{word}\"")));
        misses.push((format!("{word}-with-hyphens"), word.replace('_', "-")));
        misses.push((format!("{word}-and-{word}"), format!("{word},{word}")));
    }
    // What implementations make of words: their number, or a name that every object has.
    misses.push(("number".to_owned(), "0".to_owned()));
    misses.push(("name-of-a-language".to_owned(), "constructor".to_owned()));
    misses.push(("unheard-of".to_owned(), "unheard-of".to_owned()));
    misses.push(("empty".to_owned(), String::new()));
    misses.retain(|(_, text)| !words.contains(text));
    misses
}

fn other_case(word: &str) -> String {
    if word.chars().any(char::is_uppercase) { word.to_lowercase() } else { word.to_uppercase() }
}

/// The letter of the same shape, as wide as an ideogram.
fn wide(character: char) -> char {
    match character {
        '!'..='~' => char::from_u32(u32::from(character) + 0xFEE0).unwrap_or(character),
        other => other,
    }
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    let first: String = characters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    first + &characters.as_str().to_lowercase()
}
