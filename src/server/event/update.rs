//! Changing an event, and what it has told.

use serde_json::json;

use super::observe::unknown;
use super::{notification, render, request, types};
use crate::server::dispatch::check_members;
use crate::server::http::{Failure, Success};
use crate::server::neighbour::Errand;
use crate::server::time::Milliseconds;

/// `UpdateSecretEvent`: what is not given stays, and the name always does.
pub(crate) fn update(errand: Errand<'_>, name: &str) -> Result<Success, Failure> {
    let Errand { call, body, .. } = errand;
    let rules = call.rules;
    let known = ["state", "event_types", "notification"];
    check_members(rules.access.unknown_field_refused, "body", body, &known)?;
    let given = |member: &str| body.get(member).is_some();
    let state = given("state").then(|| request::state(rules, body)).transpose()?;
    let types = given("event_types").then(|| types::read(rules, body)).transpose()?;
    let notification = given("notification").then(|| notification::read(rules, body)).transpose()?;
    let mut events = call.tenant.events();
    let event = events.get_mut(name).ok_or_else(unknown)?;
    let draft = &mut event.draft;
    draft.state = state.unwrap_or_else(|| std::mem::take(&mut draft.state));
    draft.types = types.unwrap_or_else(|| std::mem::take(&mut draft.types));
    draft.notification = notification.unwrap_or_else(|| std::mem::take(&mut draft.notification));
    event.updated = Milliseconds::now();
    render::created(rules, event)
}

/// `ListNotificationRecords`: nobody is told anything by this server.
pub(crate) fn list_records() -> Result<Success, Failure> {
    Success::json(&json!({
        "records": [],
        "page_info": { "next_marker": null, "previous_marker": null, "current_count": 0 },
    }))
}
