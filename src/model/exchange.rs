use std::borrow::Cow;
use std::time::Duration;

use tokio::time::Instant;

use http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::Request;

/// A full answer: status, every header, and the body as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// HTTP status code.
    pub status: u16,
    /// Header fields.
    pub headers: HeaderMap,
    /// Body bytes, up to the cap of the client.
    pub body: Vec<u8>,
    /// The body went on past the cap, and reading stopped there.
    pub capped: bool,
    /// How many bytes of a longer body were read, of which [`Response::body`] has the beginning; 0 if it has all.
    pub cut_from: usize,
}

impl Response {
    /// The first header field of that name; what is no text in it stands as a replacement character.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()))
    }

    /// The body as JSON, or `None` if it is not JSON that can be read here. A byte order mark before it is passed over,
    /// and half a surrogate pair, which no text here can hold, read as a replacement character.
    pub fn json(&self) -> Option<serde_json::Value> {
        let body = self.body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.body);
        let text = std::str::from_utf8(body).ok()?;
        let halves = || text.contains("\\ud") || text.contains("\\uD");
        let read = |text: &str| serde_json::from_str(text).ok();
        read(text).or_else(|| halves().then(|| read(&without_halves(text)))?)
    }

    /// Whether the body begins as an object or a list does: that tells JSON from a page without reading all of it.
    pub fn begins_as_json(&self) -> bool {
        let body = self.body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.body);
        matches!(body.trim_ascii_start().first(), Some(b'{' | b'['))
    }

    /// Whether the body begins with a byte order mark.
    pub fn has_byte_order_mark(&self) -> bool {
        self.body.starts_with(BYTE_ORDER_MARK)
    }

    /// Whether the status is in the 2xx class.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// How a request ended without a usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// No connection: refused, unresolved, TLS refused. Nothing was sent.
    Unreachable,
    /// The connection was closed or reset before a byte of the answer came; the request may have been carried out.
    Lost,
    /// Nothing came within the time limit.
    Silent,
    /// Something came that is not a whole HTTP answer: garbage, truncated, or without end.
    Garbled,
    /// The connection was lost and the target was down, and both again when the request was sent by itself.
    Fatal,
    /// Nothing was sent any more: the run had ended.
    Abandoned,
    /// Nothing is sent, and the record that is judged does not hold it.
    Unrecorded,
}

impl FailureKind {
    /// Whether no byte of the request has reached the target.
    pub fn is_unsent(self) -> bool {
        matches!(self, FailureKind::Unreachable | FailureKind::Abandoned | FailureKind::Unrecorded)
    }
}

/// Why there is no answer, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure.
    pub kind: FailureKind,
    /// What happened, innermost cause last.
    pub message: String,
}

/// One try of a request, and what came of it.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The answer, or why there is none.
    pub answer: Result<Response, Failure>,
    /// From sending to the last byte of the answer.
    pub elapsed: Duration,
    /// Nothing was answered otherwise just then: it says nothing of the request.
    pub shared: bool,
}

/// What one try came to, as far as it alone can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptKind {
    /// The target, or what stands in front of it, answered.
    Answered,
    /// The target will not be asked so often, or not now: 429 or 503.
    Throttled,
    /// The credentials were not accepted: 401 or 403.
    Unauthorised,
    /// There was no connection, or it was lost before a byte of the answer came.
    Unreachable,
    /// The answer did not come, or not to its end.
    Interrupted,
}

impl Attempt {
    /// A try that came to this.
    pub fn new(answer: Result<Response, Failure>, elapsed: Duration) -> Self {
        Attempt { answer, elapsed, shared: false }
    }

    /// What it came to.
    pub fn kind(&self) -> AttemptKind {
        match &self.answer {
            Ok(response) => match response.status {
                429 | 503 => AttemptKind::Throttled,
                401 | 403 => AttemptKind::Unauthorised,
                _ => AttemptKind::Answered,
            },
            Err(failure) => match failure.kind {
                FailureKind::Unreachable | FailureKind::Lost | FailureKind::Fatal => AttemptKind::Unreachable,
                FailureKind::Silent | FailureKind::Garbled | FailureKind::Abandoned | FailureKind::Unrecorded => {
                    AttemptKind::Interrupted
                }
            },
        }
    }

    /// The status of the answer, if there is one.
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|response| response.status)
    }

    /// Whether the request may have been carried out, although this is no answer that says so.
    pub fn is_in_doubt(&self) -> bool {
        match &self.answer {
            Ok(response) => response.status >= 500,
            Err(failure) => !failure.kind.is_unsent(),
        }
    }
}

/// One request with what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// The answer to the last try, or why there is none.
    pub answer: Result<Response, Failure>,
    /// From sending to the last byte of the answer.
    pub elapsed: Duration,
    /// The tries before the last one, first to last; mostly none.
    pub earlier: Vec<Attempt>,
    /// When the last try was sent, if it was.
    pub sent: Option<Instant>,
}

impl Exchange {
    /// What came of one try.
    pub fn new(request: Request, answer: Result<Response, Failure>, elapsed: Duration) -> Self {
        Exchange { request, answer, elapsed, earlier: Vec::new(), sent: None }
    }

    /// When the answer came, if it is known when the request was sent.
    pub fn came(&self) -> Option<Instant> {
        Some(self.sent? + self.elapsed)
    }

    /// Whether a try before the last one may have been carried out, so that the last answer may be due to that.
    pub fn is_second_try(&self) -> bool {
        self.earlier.iter().any(Attempt::is_in_doubt)
    }

    /// Puts what came of the same request before this one, all its tries, in front of this one's.
    pub fn put_before(&mut self, first: Exchange) {
        let Exchange { answer, elapsed, earlier, .. } = first;
        let own = std::mem::replace(&mut self.earlier, earlier);
        self.earlier.push(Attempt::new(answer, elapsed));
        self.earlier.extend(own);
    }

    /// The kind of failure, if there is no answer.
    pub fn failure(&self) -> Option<FailureKind> {
        self.answer.as_ref().err().map(|failure| failure.kind)
    }

    /// Cuts long bodies of answers: what is kept until the end of a run must be small. They stay what they were for
    /// people; whoever reads them as JSON does so before.
    pub fn cut(&mut self, most: usize) {
        let earlier = self.earlier.iter_mut().map(|attempt| &mut attempt.answer);
        for response in earlier.chain([&mut self.answer]).flatten() {
            if response.body.len() > most {
                response.cut_from = response.body.len();
                response.body.truncate(most);
                response.body.shrink_to_fit();
            }
        }
    }

    /// Whether the answer says that nothing was done, for a reason in the request.
    pub fn is_refused(&self) -> bool {
        self.status().is_some_and(|status| (400..500).contains(&status))
    }

    /// The status of the answer, if there is one.
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|r| r.status)
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A JSON text with an escaped replacement character for every escaped half of a surrogate pair without the other half.
fn without_halves(text: &str) -> String {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(offset) = text[at..].find('\\') {
        out.push_str(&text[at..at + offset]);
        at += offset;
        let (length, whole) = match unit(at) {
            Some(0xD800..=0xDBFF) if unit(at + 6).is_some_and(|low| (0xDC00..=0xDFFF).contains(&low)) => (12, true),
            Some(0xD800..=0xDFFF) => (6, false),
            Some(_) => (6, true),
            None => (1 + text[at + 1..].chars().next().map_or(0, char::len_utf8), true),
        };
        out.push_str(if whole { &text[at..at + length] } else { "\\ufffd" });
        at += length;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(body: &[u8]) -> Option<serde_json::Value> {
        Response { status: 200, body: body.to_vec(), ..Response::default() }.json()
    }

    #[test]
    fn what_is_nearly_json_is_read() {
        assert_eq!(json(b"\xEF\xBB\xBF[1]"), Some(serde_json::json!([1])));
        let text = br#"["\ud800a","\\ud800","\ud83d\ude00","x\uDC00"]"#;
        assert_eq!(json(text), Some(serde_json::json!(["\u{fffd}a", "\\ud800", "\u{1f600}", "x\u{fffd}"])));
        assert_eq!(json(br#"["\ud800"#), None);
        assert_eq!(json(b"[1] "), Some(serde_json::json!([1])));
    }
}
