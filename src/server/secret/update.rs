//! Changing what a secret is for.

use serde_json::json;

use super::create::{MAX_DESCRIPTION, MAX_ROTATION_PERIOD, MAX_URN};
use crate::server::dispatch::check_members;
use crate::server::http::{Failure, Reason, Success};
use crate::server::json::Json;
use crate::server::neighbour::{Errand, bounded, flag, text};
use crate::server::time::Milliseconds;

const MEMBERS: [&str; 6] =
    ["kms_key_id", "description", "auto_rotation", "rotation_period", "rotation_func_urn", "event_subscriptions"];

/// `UpdateSecret`: what is not given stays.
pub(crate) fn update(errand: Errand<'_>, name: &str) -> Result<Success, Failure> {
    let Errand { call, body, .. } = errand;
    check_members(call.rules.access.unknown_field_refused, "body", body, &MEMBERS)?;
    let key = key(errand)?;
    let description = bounded(body, "description", MAX_DESCRIPTION)?;
    let rotates = flag(body, "auto_rotation")?;
    let period = bounded(body, "rotation_period", MAX_ROTATION_PERIOD)?;
    let function = bounded(body, "rotation_func_urn", MAX_URN)?;
    let subscriptions = subscriptions(errand)?;
    let mut register = call.tenant.secret_register();
    let secret = register.enabled(name)?;
    replace(&mut secret.kms_key_id, key);
    replace(&mut secret.description, description.map(str::to_owned));
    replace(&mut secret.auto_rotation, rotates);
    replace(&mut secret.rotation_period, period.map(|period| Some(period.to_owned())));
    replace(&mut secret.rotation_func_urn, function.map(|function| Some(function.to_owned())));
    replace(&mut secret.event_subscriptions, subscriptions);
    secret.update_time = Milliseconds::now().whole_seconds();
    Success::json(&json!({ "secret": secret }))
}

fn replace<T>(place: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *place = new;
    }
}

/// The key that is to protect a secret, which has to be there and enabled.
pub(super) fn key(errand: Errand<'_>) -> Result<Option<String>, Failure> {
    let Some(id) = text(errand.body, "kms_key_id")? else { return Ok(None) };
    if id != errand.call.tenant.default_key_id && !errand.call.tenant.key_register().is_enabled(id) {
        let message = "kms_key_id: no such key exists, or it is not enabled";
        return Err(Failure::invalid(Reason::Protection, message));
    }
    Ok(Some(id.to_owned()))
}

/// The event that a secret is to tell, one at most.
pub(super) fn subscriptions(errand: Errand<'_>) -> Result<Option<Vec<String>>, Failure> {
    let names = match errand.body.get("event_subscriptions") {
        None => return Ok(None),
        Some(Json::Array(names)) => names,
        Some(other) => return Err(Failure::wrong_type("event_subscriptions", "an array", other.kind())),
    };
    if names.len() > 1 {
        let rule = format!("event_subscriptions: must have at most 1 item, not {}", names.len());
        return Err(Failure::invalid(Reason::Parameter, rule));
    }
    let events = errand.call.tenant.events();
    let known = names.iter().map(|name| match name {
        Json::String(name) if events.contains_key(name.as_ref()) => Ok(name.clone().into_owned()),
        Json::String(_) => Err(Failure::invalid(Reason::NoSuchEvent, "event_subscriptions: no such event exists")),
        other => Err(Failure::wrong_type("event_subscriptions", "an array of strings", other.kind())),
    });
    known.collect::<Result<_, _>>().map(Some)
}
