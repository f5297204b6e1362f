//! What faults hold against the way in which a request is sent, which HTTP gives no say in what it means.

use axum::http::header::{ACCEPT, TRANSFER_ENCODING};
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;

use crate::server::fault::Deviation;
use crate::server::http::{Collected, Failure, Reason};
use crate::server::rules::Rules;

/// The body as a fault has it, or why it refuses the request.
pub(super) fn taken(rules: &Rules, headers: &HeaderMap, body: Collected) -> Result<Collected, Failure> {
    if !rules.is_bent() {
        return Ok(body);
    }
    let accept = headers.get(ACCEPT).map_or("*/*", |value| value.to_str().unwrap_or_default());
    let takes_json = accept.contains("json");
    if rules.bends(Deviation::InsistsOnAccept) && !takes_json && accept != "*/*" {
        return Err(Failure::new(StatusCode::NOT_ACCEPTABLE, Reason::Parameter, "header Accept: must name JSON"));
    }
    if rules.bends(Deviation::RefusesOtherAccept) && !takes_json && !accept.contains("*/*") {
        return Err(Failure::invalid(Reason::Parameter, "header Accept: must take JSON"));
    }
    if !headers.contains_key(TRANSFER_ENCODING) {
        return Ok(body);
    }
    if rules.bends(Deviation::RefusesChunks) {
        return Err(Failure::invalid(Reason::Json, "header Transfer-Encoding: must not be there"));
    }
    Ok(if rules.bends(Deviation::TakesChunksForNothing) { Collected::Whole(Bytes::new()) } else { body })
}
