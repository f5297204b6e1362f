use serde_json::Value;

use super::describe::{describe, excerpt};
use crate::model::{Exchange, Response};
use crate::suite::{Answer, Envelope, Expect, Operation, WireBody};

/// What was allowed and what was seen instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// Which clause this speaks about.
    pub blame: Blame,
    /// What the documents allow.
    pub allowed: String,
    /// What came.
    pub seen: String,
}

/// Which clause a deviation speaks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The first clause of the case.
    Case,
    /// The operation's clause on its success status.
    Success,
    /// The operation's clause on one row of the status table.
    Status(u16),
    /// The operation's clause on documented statuses.
    Documented,
    /// The operation's clause on what is stored.
    Stored,
    /// The operation's clause on refused requests.
    Unchanged,
    /// The clause that a refused list is not applied in part.
    Atomic,
    /// The clause that a key has one value.
    OneValue,
    /// The clause on how many items a resource carries.
    Limit,
}

/// Whether the answer is the one expected. `statuses` are those that a refusal may have.
pub fn judge_answer(
    operation: &Operation,
    expect: &Expect,
    statuses: &[u16],
    exchange: &Exchange,
    wire: Option<&[u8]>,
) -> Result<(), Deviation> {
    let deviation = |blame| {
        let allowed = allowed(operation, expect, statuses);
        Err(Deviation { blame, allowed, seen: describe(exchange) })
    };
    let Ok(response) = &exchange.answer else { return deviation(Blame::Documented) };
    match expect.answer {
        Answer::Any => Ok(()),
        Answer::Accepted if expect.or_refused.contains(&response.status) => Ok(()),
        Answer::Accepted if response.status == operation.success => accepted(expect, response, wire),
        Answer::Accepted if (200..400).contains(&response.status) => deviation(Blame::Success),
        Answer::Accepted => deviation(Blame::Case),
        Answer::Refused if statuses.contains(&response.status) => match expect.envelope {
            Some(envelope) => judge_envelope(envelope, response),
            None => Ok(()),
        },
        Answer::Refused if (200..400).contains(&response.status) => deviation(Blame::Case),
        Answer::Refused => deviation(Blame::Status(statuses.first().copied().unwrap_or(400))),
    }
}

fn allowed(operation: &Operation, expect: &Expect, statuses: &[u16]) -> String {
    match expect.answer {
        Answer::Any => "any documented answer".to_owned(),
        Answer::Accepted => {
            let accepted = format!("accepted with status {}", operation.success);
            match &expect.or_refused[..] {
                [] => accepted,
                statuses => format!("{accepted}, or refused with status {}", any_of(statuses)),
            }
        }
        Answer::Refused => {
            let list = any_of(statuses);
            let envelope = expect.envelope.map(|e| format!(", the error {e}")).unwrap_or_default();
            format!("refused with status {list}{envelope}")
        }
    }
}

fn any_of(statuses: &[u16]) -> String {
    statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}

/// What an accepted answer holds beyond its status.
fn accepted(expect: &Expect, response: &Response, wire: Option<&[u8]>) -> Result<(), Deviation> {
    if let Some(range) = &expect.number {
        let number = response.json().and_then(|body| body.pointer(&range.pointer).and_then(Value::as_i64));
        if !number.is_some_and(|n| (range.min..=range.max).contains(&n)) {
            let found = response.json().and_then(|body| body.pointer(&range.pointer).cloned());
            return Err(Deviation {
                blame: Blame::Case,
                allowed: format!("`{}` from {} to {}", range.pointer, range.min, range.max),
                seen: found.map_or_else(|| "no such member".to_owned(), |v| v.to_string()),
            });
        }
    }
    if let (Some(expected), Some(after_head)) = (expect.wire_body, wire) {
        let found = wire_body(after_head);
        if found != Some(expected) {
            return Err(Deviation {
                blame: Blame::Case,
                allowed: match expected {
                    WireBody::None => "no byte after the head of the answer".to_owned(),
                    WireBody::EmptyObject => "an empty JSON object after the head of the answer".to_owned(),
                },
                seen: format!("{} bytes: {}", after_head.len(), excerpt(after_head)),
            });
        }
    }
    Ok(())
}

/// What a body of bytes after the head amounts to; an empty chunked body is no body.
fn wire_body(after_head: &[u8]) -> Option<WireBody> {
    let text = String::from_utf8_lossy(after_head);
    let compact: String = text.split_whitespace().collect();
    match compact.as_str() {
        "" | "0" => Some(WireBody::None),
        "{}" | "2{}0" | "3{}0" => Some(WireBody::EmptyObject),
        _ => None,
    }
}

/// Whether an error body has one of the two shapes.
pub fn judge_envelope(envelope: Envelope, response: &Response) -> Result<(), Deviation> {
    let body = response.json();
    let text = |pointer: &str| body.as_ref().and_then(|b| b.pointer(pointer)).and_then(Value::as_str);
    let (allowed, holds) = match envelope {
        Envelope::Wrapped => (
            "an object `error` with strings `error_code` and `error_msg`",
            text("/error/error_code").is_some() && text("/error/error_msg").is_some(),
        ),
        Envelope::Gateway => (
            "the gateway's `error_code` (APIGW.…) and `error_msg` at the top",
            text("/error_code").is_some_and(|code| code.starts_with("APIG")) && text("/error_msg").is_some(),
        ),
    };
    if holds {
        return Ok(());
    }
    let seen = if response.body.is_empty() { "no body".to_owned() } else { excerpt(&response.body) };
    Err(Deviation { blame: Blame::Case, allowed: allowed.to_owned(), seen })
}
