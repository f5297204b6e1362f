//! The rules for keys and values of secret tags.

use unicode_general_category::{GeneralCategory, get_general_category};

use super::item::{Field, TagItem};
use super::text::{Limit, Part, check_length, examined, wrongly_refused};
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::reading::{ReservedPrefix, Whitespace};
use crate::server::rules::Rules;

pub(super) const KEY: Limit = Limit { maximum: 128, instead: [(Deviation::LimitsKeyToOldMaximum, 36)] };
const VALUE: Limit = Limit { maximum: 255, instead: [(Deviation::LimitsValueToOldMaximum, 43)] };

/// Punctuation that keys and values share.
const PUNCTUATION: &str = "_.:=+-@";

pub(crate) fn check(rules: &Rules, item: &TagItem<'_>) -> Result<(), Failure> {
    let field = item.field("key");
    check_length(rules, Part::Key, field, &item.key, KEY)?;
    check_ends(rules, field, &item.key)?;
    check_prefix(rules, field, &item.key)?;
    check_characters(rules, Part::Key, field, &item.key)?;
    if let Some(value) = &item.value {
        let field = item.field("value");
        check_length(rules, Part::Value, field, value, VALUE)?;
        check_characters(rules, Part::Value, field, value)?;
    }
    Ok(())
}

fn check_ends(rules: &Rules, field: Field, key: &str) -> Result<(), Failure> {
    let is_space = |character: char| match rules.tag.whitespace {
        Whitespace::Unicode => character.is_whitespace(),
        Whitespace::Ascii => matches!(character, '\t'..='\r' | ' '),
    };
    let bends = |deviation| rules.bends(deviation);
    let leading_passes = bends(Deviation::AcceptsAnyCharacterInKey)
        || bends(Deviation::AcceptsLeadingSpaceInKey) && key.starts_with(' ');
    let trailing_passes = bends(Deviation::AcceptsAnyCharacterInKey)
        || bends(Deviation::ChecksOnlyFirstKeyCharacter)
        || bends(Deviation::AcceptsTrailingSpaceInKey) && key.ends_with(' ')
        || bends(Deviation::AcceptsFinalNewlineInKey) && key.ends_with('\n');
    let leading = key.starts_with(is_space) && !leading_passes;
    let trailing = key.ends_with(is_space) && !trailing_passes;
    if leading || trailing {
        let end = if leading { "start" } else { "end" };
        return Err(Failure::invalid(Reason::Key, format!("{field}: must not {end} with white space")));
    }
    Ok(())
}

fn check_prefix(rules: &Rules, field: Field, key: &str) -> Result<(), Failure> {
    let prefix = match rules.tag.reserved_prefix {
        ReservedPrefix::Literal => "sys",
        ReservedPrefix::Sdk => "_sys_",
    };
    let excused = rules.bends(Deviation::IgnoresReservedPrefix)
        || rules.bends(Deviation::AcceptsReservedPrefixAlone) && key == prefix;
    let reserved = key.starts_with(prefix) && !excused
        || rules.bends(Deviation::ReservesPrefixInAnyCase) && starts_with_capital_sys(key)
        || rules.bends(Deviation::ReservesPrefixAnywhere) && key.rfind("sys") > Some(1);
    if reserved {
        return Err(Failure::invalid(
            Reason::Key,
            format!("{field}: must not start with `{prefix}`, which is reserved"),
        ));
    }
    Ok(())
}

/// Neither reading reserves a prefix with a capital.
fn starts_with_capital_sys(key: &str) -> bool {
    let start = key.trim_start_matches('_').get(..3);
    start.is_some_and(|start| start != "sys" && start.eq_ignore_ascii_case("sys"))
}

fn check_characters(rules: &Rules, part: Part, field: Field, text: &str) -> Result<(), Failure> {
    let wrong = |character: &char| {
        !is_permitted(part, *character) && !wrongly_accepted(rules, part, *character)
            || wrongly_refused(rules, part, *character)
            || wrongly_refused_in_secrets(rules, part, *character)
    };
    match examined(rules, part, text).chars().find(wrong) {
        None => Ok(()),
        Some(character) => {
            let code = u32::from(character);
            let rule = format!(
                "{field}: must consist of letters, numbers, spaces and {PUNCTUATION}{}, not U+{code:04X}",
                if part == Part::Value { "/" } else { "" },
            );
            Err(Failure::invalid(part.reason(), rule))
        }
    }
}

/// Whether the documented class has a character. Secrets allow the same in both parts but for the slash.
pub(crate) fn is_permitted(part: Part, character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric()
            || character == ' '
            || PUNCTUATION.contains(character)
            || character == '/' && part == Part::Value;
    }
    use GeneralCategory as Is;
    matches!(
        get_general_category(character),
        Is::UppercaseLetter
            | Is::LowercaseLetter
            | Is::TitlecaseLetter
            | Is::ModifierLetter
            | Is::OtherLetter
            | Is::SpaceSeparator
            | Is::LineSeparator
            | Is::ParagraphSeparator
            | Is::DecimalNumber
            | Is::LetterNumber
            | Is::OtherNumber
    )
}

fn wrongly_accepted(rules: &Rules, part: Part, character: char) -> bool {
    use GeneralCategory as Is;
    let is_mark = || {
        let category = get_general_category(character);
        matches!(category, Is::NonspacingMark | Is::SpacingMark | Is::EnclosingMark)
    };
    rules.bends(part.either(Deviation::AcceptsMarkInKey, Deviation::AcceptsMarkInValue)) && is_mark()
        || part == Part::Key && character == '/' && rules.bends(Deviation::AcceptsSlashInKey)
}

fn wrongly_refused_in_secrets(rules: &Rules, part: Part, character: char) -> bool {
    use GeneralCategory as Is;
    let is = |category| get_general_category(character) == category;
    let letter_number = part.either(Deviation::RefusesLetterNumberInKey, Deviation::RefusesLetterNumberInValue);
    rules.bends(letter_number) && is(Is::LetterNumber)
        || match part {
            Part::Key => {
                rules.bends(Deviation::RefusesOtherNumberInKey) && is(Is::OtherNumber)
                    || rules.bends(Deviation::RefusesAtSignInKey) && character == '@'
                    || rules.bends(Deviation::RefusesPlusInKey) && character == '+'
            }
            Part::Value => rules.bends(Deviation::RefusesSlashInValue) && character == '/',
        }
}
