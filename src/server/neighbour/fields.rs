//! Members of a request, each with its type and bounds.

use crate::server::http::{Failure, Reason};
use crate::server::json::Json;

/// A text that may be left out.
pub(crate) fn text<'a>(body: &'a Json<'_>, name: &str) -> Result<Option<&'a str>, Failure> {
    match body.get(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(other) => Err(Failure::wrong_type(name, "a string", other.kind())),
    }
}

/// A text that has to be there.
pub(crate) fn required<'a>(body: &'a Json<'_>, name: &str) -> Result<&'a str, Failure> {
    text(body, name)?.ok_or_else(|| Failure::missing(name))
}

/// A text of at most so many characters.
pub(crate) fn bounded<'a>(body: &'a Json<'_>, name: &str, maximum: usize) -> Result<Option<&'a str>, Failure> {
    let text = text(body, name)?;
    let length = text.map_or(0, |text| text.chars().count());
    if length > maximum {
        let rule = format!("{name}: must be at most {maximum} characters long, not {length}");
        return Err(Failure::invalid(Reason::Parameter, rule));
    }
    Ok(text)
}

/// One of a few words.
pub(crate) fn choice<'a>(body: &'a Json<'_>, name: &str, words: &[&str]) -> Result<Option<&'a str>, Failure> {
    match text(body, name)? {
        Some(word) if !words.contains(&word) => {
            Err(Failure::invalid(Reason::Parameter, format!("{name}: must be one of {}", words.join(", "))))
        }
        word => Ok(word),
    }
}

/// A truth value.
pub(crate) fn flag(body: &Json<'_>, name: &str) -> Result<Option<bool>, Failure> {
    match body.get(name) {
        None => Ok(None),
        Some(Json::Bool(flag)) => Ok(Some(*flag)),
        Some(other) => Err(Failure::wrong_type(name, "a boolean", other.kind())),
    }
}

/// A number within bounds that is documented as a text of digits; known clients send it as a number, and are served.
pub(crate) fn digits(
    body: &Json<'_>,
    name: &str,
    bounds: std::ops::RangeInclusive<usize>,
    reason: Reason,
) -> Result<Option<usize>, Failure> {
    let digits = match body.get(name) {
        None => return Ok(None),
        Some(Json::String(digits)) => digits.as_ref(),
        Some(Json::Number(digits)) => digits,
        Some(other) => return Err(Failure::wrong_type(name, "a string of digits", other.kind())),
    };
    let number = digits.parse().ok().filter(|number| bounds.contains(number));
    number.map(Some).ok_or_else(|| {
        Failure::invalid(reason, format!("{name}: must be a number from {} to {}", bounds.start(), bounds.end()))
    })
}

/// Whether a text is a name: 1 to so many letters a to z, digits and what else is permitted.
pub(crate) fn is_name(text: &str, maximum: usize, punctuation: &str) -> bool {
    (1..=maximum).contains(&text.len())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || punctuation.contains(character))
}
