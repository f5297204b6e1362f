//! Reading events back, and deleting one.

use axum::http::StatusCode;
use serde_json::json;

use super::life;
use super::render::members;
use crate::server::dispatch::Call;
use crate::server::http::{Failure, Reason, Success};
use crate::server::page::Page;

/// `ListSecretEvents`: ordered by name, after the marker.
pub(crate) fn list(call: Call<'_>, query: &str) -> Result<Success, Failure> {
    let mut events = call.tenant.events();
    life::age(call, &mut events);
    let misses = life::misses(call);
    let (shown, page_info) = Page::of(query)?.of_map(&events, |_| !misses);
    let rendered: Vec<_> = shown.iter().map(|event| members(&call.rules.event, event)).collect();
    Success::json(&json!({ "events": rendered, "page_info": page_info }))
}

/// `ShowSecretEvent`.
pub(crate) fn show(call: Call<'_>, name: &str) -> Result<Success, Failure> {
    let mut events = call.tenant.events();
    life::age(call, &mut events);
    match events.get(name) {
        Some(event) => {
            let mut shown = members(&call.rules.event, event);
            life::bend_shown(call, &mut shown);
            Success::json(&json!({ "event": shown }))
        }
        None => Err(unknown()),
    }
}

/// `DeleteSecretEvent`.
pub(crate) fn delete(call: Call<'_>, name: &str) -> Result<Success, Failure> {
    if call.tenant.secret_register().subscribes(name) {
        let message = "event_name: a secret subscribes to this event";
        return Err(Failure::invalid(Reason::EventInUse, message));
    }
    match call.tenant.events().remove(name) {
        Some(_) => Ok(Success::NoContent),
        None => Err(unknown()),
    }
}

pub(super) fn unknown() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, Reason::NoSuchEvent, "event_name: no such event exists")
}
