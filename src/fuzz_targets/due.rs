use serde::de::IgnoredAny;

use crate::check::{change_of, is_ambiguous, parse_request};
use crate::contract::Contract;
use crate::suite::Capacity;

/// What the documents say of a body that comes with a valid token, to a resource that is there and empty.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// It is accepted.
    Accepted,
    /// It is refused with one of these statuses.
    Refused(&'static [u16]),
    /// They do not say, or readings disagree.
    Open,
}

const INVALID: &[u16] = &[400];
/// Statuses of one tag too many.
const FULL: &[u16] = &[400, 403, 409];

/// What is due to these bytes.
pub(super) fn due(contract: &Contract, body: &[u8]) -> Due {
    if body.starts_with(b"\xEF\xBB\xBF") {
        return Due::Open;
    }
    // Syntax alone: this reader looks neither at the depth, nor at the size of numbers, nor for halves of surrogates.
    let is_json = serde_json::from_slice::<IgnoredAny>(body).is_ok() && std::str::from_utf8(body).is_ok();
    if !is_json {
        return Due::Refused(INVALID);
    }
    let Some(json) = parse_request(body) else { return Due::Open };
    let standing = contract.standing(&json);
    if standing.disputed || is_ambiguous(body) {
        return Due::Open;
    }
    if !standing.broken.is_empty() {
        return Due::Refused(INVALID);
    }
    let operation = &contract.operation().operation;
    let stored = change_of(operation, &json, None).put.len();
    match operation.capacity {
        Some(Capacity::Fixed(limit)) if stored > limit => Due::Refused(FULL),
        _ => Due::Accepted,
    }
}
