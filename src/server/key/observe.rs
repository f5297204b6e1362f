//! Describing and listing keys.

use serde_json::json;

use crate::server::dispatch::check_members;
use crate::server::http::{Failure, Reason, Success};
use crate::server::neighbour::{Errand, choice, digits, text};
use crate::server::tag::check_sequence;

const DEFAULT_LIMIT: usize = 1000;
const MAX_LIMIT: usize = 1000;
const MAX_MARKER: usize = 9999;
const STATES: [&str; 5] = ["1", "2", "3", "4", "5"];
const LISTED: [&str; 6] = ["limit", "marker", "key_state", "key_spec", "enterprise_project_id", "sequence"];

/// `ListKeyDetail`.
pub(crate) fn describe(errand: Errand<'_>) -> Result<Success, Failure> {
    let Errand { call, body, .. } = errand;
    check_members(call.rules.access.unknown_field_refused, "body", body, &["key_id", "sequence"])?;
    check_sequence(call.rules, body)?;
    Success::json(&json!({ "key_info": call.tenant.key_register().named(body)? }))
}

/// `ListKeys`: from the position that the marker names.
pub(crate) fn list(errand: Errand<'_>) -> Result<Success, Failure> {
    let Errand { call, body, .. } = errand;
    check_members(call.rules.access.unknown_field_refused, "body", body, &LISTED)?;
    check_sequence(call.rules, body)?;
    let limit = digits(body, "limit", 1..=MAX_LIMIT, Reason::Limit)?.unwrap_or(DEFAULT_LIMIT);
    let marker = digits(body, "marker", 0..=MAX_MARKER, Reason::Marker)?.unwrap_or_default();
    let state = choice(body, "key_state", &STATES)?;
    let spec = text(body, "key_spec")?.filter(|spec| *spec != "ALL");
    let project = text(body, "enterprise_project_id")?;
    let register = call.tenant.key_register();
    let fits = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
    let all: Vec<_> = register
        .iter()
        .filter(|key| fits(state, key.state_digit()) && fits(spec, &key.key_spec))
        .filter(|key| fits(project, &key.sys_enterprise_project_id))
        .collect();
    let shown: Vec<_> = all.iter().skip(marker).take(limit).collect();
    let next = marker + shown.len();
    let truncated = next < all.len();
    Success::json(&json!({
        "keys": shown.iter().map(|key| &key.key_id).collect::<Vec<_>>(),
        "key_details": shown,
        "next_marker": if truncated { next.to_string() } else { String::new() },
        "truncated": truncated.to_string(),
        "total": all.len(),
    }))
}
