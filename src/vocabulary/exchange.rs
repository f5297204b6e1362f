use std::time::Duration;

use super::Request;

/// A full answer: status, every header, and the body as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// HTTP status code.
    pub status: u16,
    /// Header fields, names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    /// Body bytes, up to the cap of the client.
    pub body: Vec<u8>,
    /// The body went on past the cap, and reading stopped there.
    pub capped: bool,
}

impl Response {
    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The body as JSON, or `None` if it is not JSON that can be read here.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether the status is in the 2xx class.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// How a request ended without a usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// No connection: refused, unresolved, reset before anything came.
    Unreachable,
    /// Nothing came within the time limit.
    Silent,
    /// Something came that is not a whole HTTP answer: garbage, truncated, or without end.
    Garbled,
}

/// Why there is no answer, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure.
    pub kind: FailureKind,
    /// What happened, innermost cause last.
    pub message: String,
}

/// One request with what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// The answer, or why there is none.
    pub answer: Result<Response, Failure>,
    /// From sending to the last byte of the answer.
    pub elapsed: Duration,
}

impl Exchange {
    /// Whether the answer says that nothing was done, for a reason in the request.
    pub fn is_refused(&self) -> bool {
        self.status().is_some_and(|status| (400..500).contains(&status))
    }

    /// The status of the answer, if there is one.
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|r| r.status)
    }
}
