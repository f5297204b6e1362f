use serde::de::IgnoredAny;
use serde_json::Value;

use dewspec::judge::change_of;
use dewspec::rules::{Contract, Standing};
use dewspec::suite::Capacity;

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

/// A body as its readers see it, worked out once.
pub(super) struct Seen<'a> {
    pub(super) bytes: &'a [u8],
    /// The JSON that it is, if it can be read.
    pub(super) json: Option<&'a Value>,
    /// Whether readers may differ about it.
    pub(super) ambiguous: bool,
}

/// What is due to a body, and how it stands to the contract where that was asked.
pub(super) fn due(contract: &Contract, body: &Seen<'_>) -> (Due, Option<Standing>) {
    if body.bytes.starts_with(b"\xEF\xBB\xBF") {
        return (Due::Open, None);
    }
    let Some(json) = body.json else {
        // Syntax alone: this reader looks neither at the depth, nor at the size of numbers, nor for halves of
        // surrogates.
        let is_json =
            serde_json::from_slice::<IgnoredAny>(body.bytes).is_ok() && std::str::from_utf8(body.bytes).is_ok();
        return (if is_json { Due::Open } else { Due::Refused(INVALID) }, None);
    };
    if body.ambiguous {
        return (Due::Open, None);
    }
    let standing = contract.standing(json);
    let operation = &contract.operation().operation;
    let stored = || change_of(operation, json, None).put.len();
    let due = match operation.capacity {
        _ if standing.disputed => Due::Open,
        _ if !standing.broken.is_empty() => Due::Refused(INVALID),
        Some(Capacity::Fixed(limit)) if stored() > limit => Due::Refused(FULL),
        _ => Due::Accepted,
    };
    (due, Some(standing))
}
