//! Reading events back, and deleting one.

use std::ops::Bound;

use axum::http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::life;
use super::render::members;
use crate::server::dispatch::Call;
use crate::server::http::{Failure, Reason, Success};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 1000;

/// Which part of the list is asked for.
struct Page {
    limit: usize,
    marker: Option<String>,
}

/// `ListSecretEvents`: ordered by name, after the marker.
pub(crate) fn list(call: Call<'_>, query: &str) -> Result<Success, Failure> {
    let page = Page::of(query)?;
    let mut events = call.tenant.events();
    life::age(call, &mut events);
    let after = match &page.marker {
        Some(marker) => Bound::Excluded(marker.as_str()),
        None => Bound::Unbounded,
    };
    let mut rest = events.range::<str, _>((after, Bound::Unbounded));
    let shown: Vec<_> = rest.by_ref().take(page.limit).collect();
    let more = rest.next().is_some();
    let last = shown.last().filter(|_| more).map(|(name, _)| name);
    let first = shown.first().filter(|_| page.marker.is_some()).map(|(name, _)| name);
    let rendered: Vec<_> = shown.iter().map(|(_, event)| members(&call.rules.event, event)).collect();
    Success::json(&json!({
        "events": rendered,
        "page_info": { "next_marker": last, "previous_marker": first, "current_count": shown.len() },
    }))
}

/// `ShowSecretEvent`.
pub(crate) fn show(call: Call<'_>, name: &str) -> Result<Success, Failure> {
    let mut events = call.tenant.events();
    life::age(call, &mut events);
    match events.get(name) {
        Some(event) => Success::json(&json!({ "event": members(&call.rules.event, event) })),
        None => Err(unknown()),
    }
}

/// `DeleteSecretEvent`.
pub(crate) fn delete(call: Call<'_>, name: &str) -> Result<Success, Failure> {
    match call.tenant.events().remove(name) {
        Some(_) => Ok(Success::NoContent),
        None => Err(unknown()),
    }
}

fn unknown() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, Reason::NoSuchEvent, "event_name: no such event exists")
}

impl Page {
    fn of(query: &str) -> Result<Self, Failure> {
        let mut page = Self { limit: DEFAULT_LIMIT, marker: None };
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(value).decode_utf8_lossy();
            match name {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
                    page.limit = limit.ok_or_else(|| {
                        Failure::invalid(Reason::Parameter, format!("limit: must be a number from 1 to {MAX_LIMIT}"))
                    })?;
                }
                "marker" if !value.is_empty() => page.marker = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(page)
    }
}
