//! The rules for the types that an event covers.

use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::json::Json;
use crate::server::rules::Rules;

const DOCUMENTED: [&str; 4] = ["SECRET_VERSION_CREATED", "SECRET_VERSION_EXPIRED", "SECRET_ROTATED", "SECRET_DELETED"];

/// Known elsewhere, but not to the page.
const ROTATED_FAILED: &str = "SECRET_ROTATED_FAILED";

const MAX_ITEMS: usize = 12;

/// The checked member `event_types`.
pub(super) fn read(rules: &Rules, body: &Json<'_>) -> Result<Vec<String>, Failure> {
    let elements = match body.get("event_types") {
        None if rules.bends(Deviation::AcceptsMissingTypes) => return Ok(Vec::new()),
        None => return Err(Failure::missing("event_types")),
        Some(Json::Null) if rules.bends(Deviation::AcceptsNullTypes) => return Ok(Vec::new()),
        Some(Json::Array(elements)) => elements.as_slice(),
        Some(scalar @ Json::String(_)) if rules.bends(Deviation::AcceptsScalarTypes) => std::slice::from_ref(scalar),
        Some(other) => return Err(Failure::wrong_type("event_types", "an array", other.kind())),
    };
    if elements.is_empty() && !rules.bends(Deviation::AcceptsEmptyTypes) || elements.len() > MAX_ITEMS {
        let rule = format!("event_types: must have 1 to {MAX_ITEMS} items, not {}", elements.len());
        return Err(Failure::invalid(Reason::Parameter, rule));
    }
    let mut types: Vec<String> = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let name = match element {
            Json::String(name) => name.as_ref(),
            _ if rules.bends(Deviation::SkipsNonStringTypes) => continue,
            other => {
                return Err(Failure::wrong_type(format_args!("event_types[{index}]"), "a string", other.kind()));
            }
        };
        let unchecked =
            rules.bends(Deviation::AcceptsUnknownTypes) || index > 0 && rules.bends(Deviation::ChecksOnlyFirstType);
        let known = match known(rules, name) {
            Some(known) => known,
            None if unchecked => name,
            None => {
                let rule = format!("event_types[{index}]: must be one of {}", DOCUMENTED.join(", "));
                return Err(Failure::invalid(Reason::Parameter, rule));
            }
        };
        if types.iter().any(|earlier| earlier == known) && !rules.bends(Deviation::AcceptsRepeatedTypes) {
            if rules.bends(Deviation::DropsRepeatedTypes) {
                continue;
            }
            return Err(Failure::invalid(Reason::Parameter, format!("event_types[{index}]: must not be repeated")));
        }
        types.push(known.to_owned());
    }
    Ok(types)
}

fn known(rules: &Rules, name: &str) -> Option<&'static str> {
    let in_any_case = rules.bends(Deviation::MatchesTypesInAnyCase);
    let failed = rules.event.rotated_failed_accepted.then_some(ROTATED_FAILED);
    let mut known = DOCUMENTED.into_iter().chain(failed);
    let known = known.find(|known| *known == name || in_any_case && known.eq_ignore_ascii_case(name))?;
    let refused = known == "SECRET_DELETED" && rules.bends(Deviation::RefusesSecretDeleted);
    (!refused).then_some(known)
}
