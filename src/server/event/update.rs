//! Changing an event, and what it has told.

use std::collections::BTreeMap;

use serde_json::json;

use super::model::{Draft, Event, Notification};
use super::{notification, render, request, types};
use crate::server::dispatch::check_members;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason, Success};
use crate::server::json::Json;
use crate::server::neighbour::Errand;
use crate::server::rules::Rules;
use crate::server::time::Milliseconds;

/// What an update gives; what it does not give stays.
struct Given {
    state: Option<String>,
    types: Option<Vec<String>>,
    notification: Option<Notification>,
    /// Only a fault looks at it.
    name: Option<String>,
}

/// `UpdateSecretEvent`: what is not given stays, and the name always does.
pub(crate) fn update(errand: Errand<'_>, name: &str) -> Result<Success, Failure> {
    let Errand { call, body, .. } = errand;
    let rules = call.rules;
    let given = read(rules, body)?;
    let mut events = call.tenant.events();
    let Some(name) = found(rules, &events, name) else {
        if rules.bends(Deviation::CreatesUnknownEvents) {
            let event = Event::new(given.over(rules, &empty(name)));
            events.insert(name.to_owned(), event.clone());
            return render::created(rules, &event);
        }
        let message = "event_name: no such event exists";
        return Err(Failure::new(rules.event.unknown_name, Reason::NoSuchEvent, message));
    };
    let Some(before) = events.get(&name).cloned() else { return Err(Failure::internal()) };
    let mut event = Event { draft: given.over(rules, &before.draft), updated: Milliseconds::now(), ..before.clone() };
    if rules.is_bent() {
        bend(rules, &mut event);
    }
    let answer = if rules.bends(Deviation::AnswersWithOldEvent) { &before } else { &event };
    let answered = render::created(rules, answer);
    if !rules.bends(Deviation::StoresNoUpdate) {
        events.remove(&name);
        events.insert(event.draft.name.clone(), event);
    }
    answered
}

fn read(rules: &Rules, body: &Json<'_>) -> Result<Given, Failure> {
    let known = ["state", "event_types", "notification"];
    check_members(rules.access.unknown_field_refused, "body", body, &known)?;
    let is_given = |member: &str| body.get(member).is_some();
    if rules.event.nothing_refused && !known.into_iter().any(is_given) {
        return Err(Failure::invalid(Reason::Missing, "body: has nothing to change"));
    }
    let name = match body.get("name") {
        Some(Json::String(name)) if rules.bends(Deviation::RenamesEvents) => Some(name.clone().into_owned()),
        _ => None,
    };
    Ok(Given {
        state: is_given("state").then(|| request::state(rules, body)).transpose()?,
        types: is_given("event_types").then(|| types::read(rules, body)).transpose()?,
        notification: is_given("notification").then(|| notification::read(rules, body)).transpose()?,
        name,
    })
}

impl Given {
    /// An event with what is given in the place of what it had.
    fn over(self, rules: &Rules, before: &Draft) -> Draft {
        let state = || match rules.bends(Deviation::ResetsStateOnUpdate) {
            true => request::ENABLED.to_owned(),
            false => before.state.clone(),
        };
        let mut types = self.types.unwrap_or_else(|| before.types.clone());
        if rules.bends(Deviation::AddsTypesOnUpdate) {
            let more: Vec<String> = before.types.iter().filter(|old| !types.contains(old)).cloned().collect();
            types.extend(more);
        }
        let notification = self.notification.filter(|_| !rules.bends(Deviation::KeepsOldNotification));
        Draft {
            name: self.name.unwrap_or_else(|| before.name.clone()),
            types,
            state: self.state.unwrap_or_else(state),
            notification: notification.unwrap_or_else(|| before.notification.clone()),
        }
    }
}

/// The name of the event that a path means, if there is one.
fn found(rules: &Rules, events: &BTreeMap<String, Event>, name: &str) -> Option<String> {
    let loosely = || events.keys().find(|known| known.eq_ignore_ascii_case(name)).cloned();
    match events.contains_key(name) {
        true => Some(name.to_owned()),
        false if rules.bends(Deviation::FindsNamesInAnyCase) => loosely(),
        false => None,
    }
}

/// What a fault takes for the event of before where there was none.
fn empty(name: &str) -> Draft {
    let (types, state) = (Vec::new(), request::ENABLED.to_owned());
    Draft { name: name.to_owned(), types, state, notification: Notification::default() }
}

/// Applies the faults about what no request can give.
fn bend(rules: &Rules, event: &mut Event) {
    if rules.bends(Deviation::GivesNewEventId) {
        event.event_id = uuid::Uuid::new_v4().to_string();
    }
    if rules.bends(Deviation::KeepsUpdateTime) {
        event.updated = event.created;
    }
    if rules.bends(Deviation::MovesCreateTime) {
        event.created = event.updated;
    }
}

/// `ListNotificationRecords`: nobody is told anything by this server.
pub(crate) fn list_records() -> Result<Success, Failure> {
    Success::json(&json!({
        "records": [],
        "page_info": { "next_marker": null, "previous_marker": null, "current_count": 0 },
    }))
}
