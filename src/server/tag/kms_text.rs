//! The rules for keys and values of key tags.

use super::item::{Field, TagItem};
use super::secret_text;
use super::text::{Limit, Part, check_length, examined, wrongly_refused};
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::rules::Rules;

const KEY: Limit = Limit { maximum: 36, instead: [(Deviation::LimitsKeyToSecretMaximum, 128)] };
const VALUE: Limit = Limit { maximum: 43, instead: [(Deviation::LimitsValueToSecretMaximum, 255)] };

const DELETE: char = '\u{7f}';
const UNIT_SEPARATOR: char = '\u{1f}';

pub(crate) fn check(rules: &Rules, item: &TagItem<'_>) -> Result<(), Failure> {
    let field = item.field("key");
    check_length(rules, Part::Key, field, &item.key, KEY)?;
    let blank = !item.key.is_empty() && item.key.chars().all(char::is_whitespace);
    if rules.tag.blank_means_whitespace && blank {
        return Err(Failure::invalid(Reason::Key, format!("{field}: must not be blank")));
    }
    check_characters(rules, Part::Key, field, &item.key)?;
    if let Some(value) = &item.value {
        let field = item.field("value");
        check_length(rules, Part::Value, field, value, VALUE)?;
        check_characters(rules, Part::Value, field, value)?;
    }
    Ok(())
}

fn check_characters(rules: &Rules, part: Part, field: Field, text: &str) -> Result<(), Failure> {
    let wrong = |character: &char| {
        is_forbidden(*character) && !wrongly_accepted(rules, part, *character)
            || wrongly_refused(rules, part, *character)
            || *character == DELETE
                && rules.bends(part.either(Deviation::RefusesDeleteInKey, Deviation::RefusesDeleteInValue))
            || part == Part::Key
                && rules.bends(Deviation::AppliesSecretClassToKey)
                && !secret_text::is_permitted(part, *character)
    };
    match examined(rules, part, text).chars().find(wrong) {
        None => Ok(()),
        Some(character) => {
            let code = u32::from(character);
            let rule = format!("{field}: must not contain control characters or any of *<>\\=, as U+{code:04X} is");
            Err(Failure::invalid(part.reason(), rule))
        }
    }
}

fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..=UNIT_SEPARATOR | '*' | '<' | '>' | '\\' | '=')
}

fn wrongly_accepted(rules: &Rules, part: Part, character: char) -> bool {
    let bends = |key, value| rules.bends(part.either(key, value));
    match character {
        '*' => bends(Deviation::AcceptsAsteriskInKey, Deviation::AcceptsAsteriskInValue),
        '<' | '>' => bends(Deviation::AcceptsAngleBracketInKey, Deviation::AcceptsAngleBracketInValue),
        '\\' => bends(Deviation::AcceptsBackslashInKey, Deviation::AcceptsBackslashInValue),
        '=' => bends(Deviation::AcceptsEqualsSignInKey, Deviation::AcceptsEqualsSignInValue),
        UNIT_SEPARATOR => bends(Deviation::AcceptsUnitSeparatorInKey, Deviation::AcceptsUnitSeparatorInValue),
        _ => part == Part::Key && rules.bends(Deviation::AcceptsControlInKey),
    }
}
