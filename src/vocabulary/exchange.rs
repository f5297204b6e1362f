use std::borrow::Cow;
use std::time::Duration;

use http::HeaderMap;

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
