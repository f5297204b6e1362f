//! Turning outcomes into responses.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use super::misshapen::{self, Shape};
use super::{Envelope, Failure};
use crate::server::fault::Deviation;
use crate::server::hosting::PLACEHOLDER_STATUS;
use crate::server::random::mixed;
use crate::server::rules::Rules;

/// What is sent where a 204 is followed by a body.
const EMPTY_OBJECT: &[u8] = b"{ }";
const UNDOCUMENTED_BODY: &[u8] = br#"{"result":"ok"}"#;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What an operation or observer achieved.
#[derive(Debug)]
pub(crate) enum Success {
    NoContent,
    /// A 200 with nothing in it.
    Empty,
    Json(Vec<u8>),
}

impl Success {
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, Failure> {
        serde_json::to_vec(value).map(Self::Json).map_err(|_| Failure::internal())
    }
}

/// Makes responses and numbers them.
#[derive(Debug)]
pub(crate) struct Answerer {
    over_the_wire: bool,
    seed: u64,
    answered: AtomicU64,
}

#[derive(Serialize)]
struct Wrapped<'a> {
    error: ErrorDetail<'a>,
}

#[derive(Serialize)]
struct ErrorDetail<'a> {
    error_code: &'a str,
    error_msg: &'a str,
}

#[derive(Serialize)]
struct Flat<'a> {
    error_msg: &'a str,
    error_code: &'a str,
    request_id: &'a str,
}

impl Answerer {
    pub(crate) fn new(seed: u64, over_the_wire: bool) -> Self {
        Self { over_the_wire, seed, answered: AtomicU64::new(0) }
    }

    /// The response to a request that followed the given rules.
    pub(crate) fn answer(&self, rules: &Rules, outcome: Result<Success, Failure>) -> Response {
        self.stamped(|request_id| match outcome {
            Ok(success) => self.success(rules, success),
            Err(failure) => refusal(rules, &failure, request_id),
        })
    }

    /// A response with the next request id.
    pub(crate) fn stamped(&self, make: impl FnOnce(&[u8]) -> Response) -> Response {
        let request_id = self.next_request_id();
        let mut response = make(&request_id);
        if let Ok(value) = HeaderValue::from_bytes(&request_id) {
            response.headers_mut().insert("x-request-id", value);
        }
        response
    }

    /// Numbers the answers from the beginning again.
    pub(crate) fn restart(&self) {
        self.answered.store(0, Ordering::Relaxed);
    }

    fn success(&self, rules: &Rules, success: Success) -> Response {
        let json = match success {
            Success::NoContent => None,
            Success::Empty => return empty(StatusCode::OK),
            Success::Json(json) => Some(json),
        };
        let bends = |deviation| rules.bends(deviation);
        match json {
            Some(json) if bends(Deviation::AnswersSuccessWithCreated) => respond(StatusCode::CREATED, JSON, json),
            Some(_) if bends(Deviation::AnswersSuccessWithNoContent) => empty(StatusCode::NO_CONTENT),
            Some(json) => respond(StatusCode::OK, JSON, json),
            None if bends(Deviation::AnswersSuccessWithOk) => empty(StatusCode::OK),
            None if bends(Deviation::AnswersSuccessWithCreated) => empty(StatusCode::CREATED),
            None if bends(Deviation::SendsBodyWithNoContent) => self.no_content_with(UNDOCUMENTED_BODY),
            None if rules.tag.success_body => self.no_content_with(EMPTY_OBJECT),
            None => empty(StatusCode::NO_CONTENT),
        }
    }

    /// A 204 with a body; over the wire another status carries it past the HTTP library, which would drop it.
    fn no_content_with(&self, body: &'static [u8]) -> Response {
        let placeholder = StatusCode::from_u16(PLACEHOLDER_STATUS).ok().filter(|_| self.over_the_wire);
        respond(placeholder.unwrap_or(StatusCode::NO_CONTENT), JSON, body)
    }

    fn next_request_id(&self) -> [u8; 32] {
        let number = self.answered.fetch_add(1, Ordering::Relaxed);
        // Numbered from one: the mixing leaves zero as it is.
        let high = mixed((number + 1) ^ self.seed.rotate_left(32));
        let bits = u128::from(high) << 64 | u128::from(mixed(high ^ number));
        let mut text = [b'0'; 32];
        for (index, digit) in text.iter_mut().enumerate() {
            let nibble = (bits >> (124 - 4 * index)) & 0xf;
            *digit = b"0123456789abcdef"[nibble as usize];
        }
        text
    }
}

fn refusal(rules: &Rules, failure: &Failure, request_id: &[u8]) -> Response {
    let status = misshapen::status(rules, failure);
    if let Some(Shape { content_type, body }) = misshapen::body(rules, failure) {
        return respond(status, HeaderValue::from_static(content_type), body);
    }
    let json = match failure.envelope {
        Envelope::Wrapped => {
            let error_code = failure.reason.code(rules.operation.service());
            serde_json::to_vec(&Wrapped { error: ErrorDetail { error_code, error_msg: &failure.message } })
        }
        Envelope::Flat => {
            let error_code = failure.reason.code(rules.operation.service());
            serde_json::to_vec(&ErrorDetail { error_code, error_msg: &failure.message })
        }
        Envelope::Gateway => serde_json::to_vec(&Flat {
            error_msg: &failure.message,
            error_code: failure.reason.gateway(),
            request_id: std::str::from_utf8(request_id).unwrap_or_default(),
        }),
    };
    respond(status, JSON, json.unwrap_or_default())
}

pub(crate) fn respond(status: StatusCode, content_type: HeaderValue, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
