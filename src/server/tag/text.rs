//! What keys and values have in common as texts.

use super::item::{Field, TagItem};
use super::{kms_text, secret_text};
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::operation::Service;
use crate::server::reading::CharacterUnit;
use crate::server::rules::Rules;

/// The part of a tag that a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Key,
    Value,
}

/// How long a part may be, with what bends that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) maximum: usize,
    /// Deviations that put another maximum in its place.
    pub(crate) instead: [(Deviation, usize); 1],
}

impl Part {
    /// One deviation for a key, another for a value.
    pub(crate) fn either(self, key: Deviation, value: Deviation) -> Deviation {
        match self {
            Self::Key => key,
            Self::Value => value,
        }
    }

    /// The reason given when the characters of the part are wrong.
    pub(crate) fn reason(self) -> Reason {
        match self {
            Self::Key => Reason::Key,
            Self::Value => Reason::Value,
        }
    }

    fn length_reason(self) -> Reason {
        match self {
            Self::Key => Reason::KeyLength,
            Self::Value => Reason::ValueLength,
        }
    }
}

/// Checks everything the documents say about the texts of a tag.
pub(crate) fn check(rules: &Rules, item: &TagItem<'_>) -> Result<(), Failure> {
    if item.value.is_none() && rules.bends(Deviation::RequiresValue) {
        return Err(Failure::missing(item.field("value")));
    }
    match rules.operation.service() {
        Service::Csms => secret_text::check(rules, item),
        Service::Kms => kms_text::check(rules, item),
    }
}

/// Checks the length of a part.
pub(crate) fn check_length(rules: &Rules, part: Part, field: Field, text: &str, limit: Limit) -> Result<(), Failure> {
    let unit = match part {
        Part::Key => rules.tag.key_unit,
        Part::Value => rules.tag.value_unit,
    };
    let bends = |key, value| rules.bends(part.either(key, value));
    let unit = match unit {
        CharacterUnit::CodePoints if bends(Deviation::CountsKeyInUtf16, Deviation::CountsValueInUtf16) => {
            CharacterUnit::Utf16
        }
        CharacterUnit::CodePoints if other_unit(rules, part) => CharacterUnit::Utf16,
        CharacterUnit::Utf16 if other_unit(rules, part) => CharacterUnit::CodePoints,
        unit => unit,
    };
    let length = if bends(Deviation::CountsKeyInBytes, Deviation::CountsValueInBytes) {
        text.len()
    } else {
        match unit {
            CharacterUnit::CodePoints => text.chars().count(),
            CharacterUnit::Utf16 => text.encode_utf16().count(),
        }
    };
    let mut maximum = limit.maximum;
    if bends(Deviation::AcceptsKeyOneTooLong, Deviation::AcceptsValueOneTooLong) {
        maximum += 1;
    }
    if bends(Deviation::RefusesKeyOfMaximumLength, Deviation::RefusesValueOfMaximumLength) {
        maximum -= 1;
    }
    for (deviation, other) in limit.instead {
        if rules.bends(deviation) {
            maximum = other;
        }
    }
    if length > maximum {
        let rule = format!("{field}: must be at most {maximum} characters long, not {length}");
        return Err(Failure::invalid(part.length_reason(), rule));
    }
    if part == Part::Key && length == 0 && !rules.bends(Deviation::AcceptsEmptyKey) {
        return Err(Failure::invalid(part.length_reason(), format!("{field}: must not be empty")));
    }
    if part == Part::Value && length == 0 && rules.bends(Deviation::RefusesEmptyValue) {
        return Err(Failure::invalid(part.length_reason(), format!("{field}: must not be empty")));
    }
    Ok(())
}

/// Whether a fault counts the characters of values otherwise than those of keys.
fn other_unit(rules: &Rules, part: Part) -> bool {
    part == Part::Value && rules.bends(Deviation::CountsValueInOtherUnit)
}

/// The part of a text that is looked at, character by character; all of it, faults aside.
pub(crate) fn examined<'a>(rules: &Rules, part: Part, text: &'a str) -> &'a str {
    let bends = |key, value| rules.bends(part.either(key, value));
    if bends(Deviation::AcceptsAnyCharacterInKey, Deviation::AcceptsAnyCharacterInValue) {
        ""
    } else if bends(Deviation::ChecksOnlyFirstKeyCharacter, Deviation::ChecksOnlyFirstValueCharacter) {
        let end = text.chars().next().map_or(0, char::len_utf8);
        &text[..end]
    } else if bends(Deviation::AcceptsFinalNewlineInKey, Deviation::AcceptsFinalNewlineInValue) {
        text.strip_suffix('\n').unwrap_or(text)
    } else {
        text
    }
}

/// Whether a fault refuses a character that either service permits.
pub(crate) fn wrongly_refused(rules: &Rules, part: Part, character: char) -> bool {
    let bends = |key, value| rules.bends(part.either(key, value));
    character == ' ' && bends(Deviation::RefusesSpaceInKey, Deviation::RefusesSpaceInValue)
        || !character.is_ascii() && bends(Deviation::RefusesNonAsciiInKey, Deviation::RefusesNonAsciiInValue)
}
