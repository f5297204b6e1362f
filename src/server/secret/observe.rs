//! Showing and listing secrets.

use serde_json::json;

use crate::server::http::{Failure, Success};
use crate::server::neighbour::Errand;
use crate::server::page::{Page, parameter};

/// `ShowSecret`.
pub(crate) fn show(errand: Errand<'_>, name: &str) -> Result<Success, Failure> {
    Success::json(&json!({ "secret": errand.call.tenant.secret_register().get(name)? }))
}

/// `ListSecrets`: ordered by name, after the marker; with `event_name`, those that tell this event.
pub(crate) fn list(errand: Errand<'_>) -> Result<Success, Failure> {
    let event = parameter(errand.query, "event_name");
    let register = errand.call.tenant.secret_register();
    let (secrets, page_info) = Page::of(errand.query)?.of_map(register.by_name(), |secret| {
        event.as_ref().is_none_or(|event| secret.event_subscriptions.contains(event))
    });
    Success::json(&json!({ "secrets": secrets, "page_info": page_info }))
}
