//! Reading the request for an event.

use super::model::Draft;
use super::{name, notification, types};
use crate::server::dispatch::{Call, check_members};
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::json::Json;
use crate::server::rules::Rules;

pub(super) const ENABLED: &str = "ENABLED";
pub(super) const DISABLED: &str = "DISABLED";

/// Checks a body and turns it into a draft.
pub(super) fn read(call: Call<'_>, body: &Json<'_>) -> Result<Draft, Failure> {
    let rules = call.rules;
    let known = ["name", "event_types", "state", "notification"];
    check_members(rules.access.unknown_field_refused, "body", body, &known)?;
    Ok(Draft {
        name: name::read(rules, body, call.number)?,
        types: types::read(rules, body)?,
        state: state(rules, body)?,
        notification: notification::read(rules, body)?,
    })
}

/// What is stored for a body that is refused, where a fault stores it: as much as can be read.
pub(super) fn salvage(call: Call<'_>, body: &Json<'_>) -> Option<Draft> {
    let rules = call.rules;
    Some(Draft {
        name: name::read(rules, body, call.number).ok()?,
        types: types::read(rules, body).unwrap_or_default(),
        state: state(rules, body).unwrap_or_else(|_| ENABLED.to_owned()),
        notification: notification::read(rules, body).unwrap_or_default(),
    })
}

pub(super) fn state(rules: &Rules, body: &Json<'_>) -> Result<String, Failure> {
    let enabled = || Ok(ENABLED.to_owned());
    let state = match body.get("state") {
        None if rules.bends(Deviation::AcceptsMissingState) => return enabled(),
        None => return Err(Failure::missing("state")),
        Some(Json::Null) if rules.bends(Deviation::AcceptsNullState) => return enabled(),
        Some(Json::Bool(on)) if rules.bends(Deviation::CoercesBooleanState) => {
            return Ok(if *on { ENABLED } else { DISABLED }.to_owned());
        }
        Some(Json::String(state)) => state.as_ref(),
        Some(other) => return Err(Failure::wrong_type("state", "a string", other.kind())),
    };
    let in_any_case = rules.bends(Deviation::MatchesStateInAnyCase);
    let mut known = [ENABLED, DISABLED].into_iter();
    let known = known.find(|known| *known == state || in_any_case && known.eq_ignore_ascii_case(state));
    match known {
        Some(DISABLED) if rules.bends(Deviation::RefusesDisabled) => {}
        Some(_) if rules.bends(Deviation::EnablesAlways) => return enabled(),
        Some(known) => return Ok(known.to_owned()),
        None if rules.bends(Deviation::AcceptsUnknownState) => return Ok(state.to_owned()),
        None => {}
    }
    Err(Failure::invalid(Reason::Parameter, "state: must be ENABLED or DISABLED"))
}
