//! What is stored for a tag: the tag itself, unless a fault garbles it.

use percent_encoding::percent_decode_str;

use super::item::TagItem;
use super::set::{Tag, TagValue};
use super::text::Part;
use super::{life, rare};
use crate::server::fault::Deviation;
use crate::server::reading::OmittedValue;
use crate::server::rules::Rules;

const TRUNCATED_KEY: usize = 32;
const TRUNCATED_VALUE: usize = 40;

/// The tag to be stored for an item.
pub(crate) fn stored(rules: &Rules, item: &TagItem<'_>) -> Tag {
    let omitted = || usual_omitted(rules);
    if !rules.is_bent() {
        let value = item.value.as_deref().map_or_else(omitted, |value| TagValue::Text(value.into()));
        return Tag { key: item.key.as_ref().into(), value };
    }
    let omitted = || life::omitted(rules, omitted());
    let value = item.value.as_deref().filter(|_| !rules.bends(Deviation::LosesValue));
    let (key, value) = match value {
        Some(value) if !value.is_empty() && rules.bends(Deviation::SwapsKeyAndValue) => (value, Some(&*item.key)),
        value => (&*item.key, value),
    };
    let value = value.map(|value| garbled(rules, Part::Value, value));
    Tag {
        key: garbled(rules, Part::Key, key).into(),
        value: match value {
            Some(value) if value.is_empty() && rules.bends(Deviation::ListsEmptyValueAsNull) => TagValue::Null,
            value => value.map_or_else(omitted, |value| TagValue::Text(value.into())),
        },
    }
}

/// How a value that was not given is listed.
pub(crate) fn usual_omitted(rules: &Rules) -> TagValue {
    match rules.tag.omitted_value {
        OmittedValue::Empty => TagValue::Text("".into()),
        OmittedValue::Null => TagValue::Null,
        OmittedValue::Absent => TagValue::Absent,
    }
}

/// A text after every garbling that is on.
fn garbled(rules: &Rules, part: Part, text: &str) -> String {
    let bends = |key, value| rules.bends(part.either(key, value));
    let mut text = text.to_owned();
    if bends(Deviation::StoresKeyTrimmed, Deviation::StoresValueTrimmed) {
        text = text.trim_matches(' ').to_owned();
    }
    if bends(Deviation::StoresKeyLowerCased, Deviation::StoresValueLowerCased) {
        text = text.to_lowercase();
    }
    if bends(Deviation::StoresKeyComposed, Deviation::StoresValueComposed) {
        text = composed(&text);
    }
    if bends(Deviation::StoresKeyTruncated, Deviation::StoresValueTruncated) {
        let kept = if part == Part::Key { TRUNCATED_KEY } else { TRUNCATED_VALUE };
        text = text.chars().take(kept).collect();
    }
    if bends(Deviation::LosesAstralInKey, Deviation::LosesAstralInValue) {
        text = text.replace(|character| character > '\u{ffff}', "?");
    }
    if bends(Deviation::ManglesNonAsciiInKey, Deviation::ManglesNonAsciiInValue) {
        text = text.bytes().map(char::from).collect();
    }
    if part == Part::Value && rules.bends(Deviation::DecodesPlusInValue) {
        text = text.replace('+', " ");
    }
    if part == Part::Value && rules.bends(Deviation::DecodesPercentInValue) {
        text = percent_decode_str(&text).decode_utf8_lossy().into_owned();
    }
    if part == Part::Value && rules.bends(Deviation::EscapesHtmlInValue) {
        text = text.replace('&', "&amp;");
    }
    if part == Part::Value { rare::garbled(rules, text) } else { text }
}

/// A piece of normal form C: singletons, and Latin vowels with the commonest accents.
fn composed(text: &str) -> String {
    let mut composed = String::with_capacity(text.len());
    for character in text.chars() {
        let with_accent = composed.chars().next_back().and_then(|base| accented(base, character));
        match (with_accent, character) {
            (Some(accented), _) => {
                composed.pop();
                composed.push(accented);
            }
            (None, '\u{2126}') => composed.push('\u{3a9}'),
            (None, '\u{212a}') => composed.push('K'),
            (None, '\u{212b}') => composed.push('\u{c5}'),
            (None, other) => composed.push(other),
        }
    }
    composed
}

fn accented(base: char, accent: char) -> Option<char> {
    let accents = ['\u{300}', '\u{301}', '\u{302}', '\u{308}'];
    let row = match base {
        'a' => "àáâä",
        'e' => "èéêë",
        'i' => "ìíîï",
        'o' => "òóôö",
        'u' => "ùúûü",
        'A' => "ÀÁÂÄ",
        'E' => "ÈÉÊË",
        'I' => "ÌÍÎÏ",
        'O' => "ÒÓÔÖ",
        'U' => "ÙÚÛÜ",
        'n' if accent == '\u{303}' => return Some('ñ'),
        _ => return None,
    };
    let column = accents.iter().position(|known| *known == accent)?;
    row.chars().nth(column)
}
