//! The rules for event names.

use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::json::Json;
use crate::server::rules::Rules;

const MAX_LENGTH: usize = 64;

/// The checked member `name`; `number` tells made-up names apart.
pub(super) fn read(rules: &Rules, body: &Json<'_>, number: u64) -> Result<String, Failure> {
    let made_up = || Ok(format!("unnamed-{number}"));
    let name = match body.get("name") {
        None if rules.bends(Deviation::AcceptsMissingName) => return made_up(),
        None => return Err(Failure::missing("name")),
        Some(Json::Null) if rules.bends(Deviation::AcceptsNullName) => return made_up(),
        Some(Json::String(name)) => name.as_ref(),
        Some(Json::Number(name)) if rules.bends(Deviation::CoercesNumberName) => name,
        Some(other) => return Err(Failure::wrong_type("name", "a string", other.kind())),
    };
    check(rules, name)?;
    let lower_cased = rules.bends(Deviation::LowerCasesName);
    Ok(if lower_cased { name.to_lowercase() } else { name.to_owned() })
}

/// Checks everything the documents say about a name.
pub(crate) fn check(rules: &Rules, name: &str) -> Result<(), Failure> {
    check_length(rules, name)?;
    check_characters(rules, name)
}

fn check_length(rules: &Rules, name: &str) -> Result<(), Failure> {
    let length = name.chars().count();
    let maximum = if rules.bends(Deviation::AcceptsNameOneTooLong) {
        MAX_LENGTH + 1
    } else if rules.bends(Deviation::RefusesNameOfMaximumLength) {
        MAX_LENGTH - 1
    } else {
        MAX_LENGTH
    };
    if length == 0 && !rules.bends(Deviation::AcceptsEmptyName) || length > maximum {
        let rule = format!("name: must be 1 to {maximum} characters long, not {length}");
        return Err(Failure::invalid(Reason::Parameter, rule));
    }
    Ok(())
}

fn check_characters(rules: &Rules, name: &str) -> Result<(), Failure> {
    let examined = if rules.bends(Deviation::AcceptsAnyCharacterInName) {
        ""
    } else if rules.bends(Deviation::ChecksOnlyFirstNameCharacter) {
        &name[..name.chars().next().map_or(0, char::len_utf8)]
    } else if rules.bends(Deviation::AcceptsFinalNewlineInName) {
        name.strip_suffix('\n').unwrap_or(name)
    } else {
        name
    };
    let wrong = |character: char| match character {
        '-' => rules.bends(Deviation::RefusesHyphenInName),
        '_' => rules.bends(Deviation::RefusesUnderscoreInName),
        '.' => !rules.bends(Deviation::AcceptsDotInName),
        ' ' => !rules.bends(Deviation::AcceptsSpaceInName),
        other if other.is_ascii() => !other.is_ascii_alphanumeric(),
        other => !(other.is_alphabetic() && rules.bends(Deviation::AcceptsNonAsciiLetterInName)),
    };
    let starts_wrong =
        rules.bends(Deviation::RefusesLeadingDigitInName) && name.starts_with(|first: char| first.is_ascii_digit());
    if examined.contains(wrong) || starts_wrong {
        return Err(Failure::invalid(Reason::Parameter, "name: must consist of letters a to z, digits, _ and -"));
    }
    Ok(())
}
