use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};

use super::failure::garbled;
use super::transport_trait::Received;
use crate::model::{Failure, FailureKind, Response};

/// Header fields of one answer, at most.
const FIELDS: usize = 128;

/// How much of an answer has come so far, told from the bytes of its connection.
#[derive(Debug, Default)]
pub(super) struct Answer {
    head: Option<Head>,
    whole: bool,
}

#[derive(Debug)]
struct Head {
    status: u16,
    headers: HeaderMap,
    /// Where what follows the head begins.
    end: usize,
}

/// How the end of a body is told.
enum Framing {
    None,
    Length(usize),
    Chunked,
    UntilClosed,
}

impl Answer {
    /// Looks at everything that has come so far.
    pub(super) fn read(&mut self, received: &[u8]) {
        if self.head.is_none() {
            self.head = head(received);
        }
        let Some(head) = &self.head else { return };
        let rest = received.get(head.end..).unwrap_or_default();
        self.whole = match head.framing() {
            Framing::None => true,
            Framing::Length(length) => rest.len() >= length,
            Framing::Chunked => dechunk(rest).1,
            Framing::UntilClosed => false,
        };
    }

    /// Whether all has come that the head has announced.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The answer, once nothing more comes.
    ///
    /// # Errors
    /// If it is none, or came in part only.
    pub(super) fn finish(self, received: &[u8]) -> Result<Received, Failure> {
        let Some(head) = self.head else {
            if received.is_empty() {
                let message = "the connection was closed before an answer".to_owned();
                return Err(Failure { kind: FailureKind::Lost, message });
            }
            let beginning = String::from_utf8_lossy(&received[..received.len().min(200)]);
            return Err(garbled(format!("this is no HTTP answer: {beginning:?}")));
        };
        let after_head = received.get(head.end..).unwrap_or_default().to_vec();
        let body = match head.framing() {
            Framing::Length(length) if after_head.len() < length => {
                return Err(garbled(format!("the answer ended after {} of {length} bytes", after_head.len())));
            }
            Framing::Length(length) => after_head[..length].to_vec(),
            Framing::Chunked => match dechunk(&after_head) {
                (body, true) => body,
                (_, false) => return Err(garbled("the answer ended within its chunks")),
            },
            // What stands where nothing should is looked at all the same.
            Framing::None | Framing::UntilClosed => after_head.clone(),
        };
        let response = Response { status: head.status, headers: head.headers, body, ..Response::default() };
        Ok(Received { response, after_head: Some(after_head) })
    }
}

impl Head {
    fn framing(&self) -> Framing {
        if matches!(self.status, 204 | 304) {
            return Framing::None;
        }
        let chunked = |value: &HeaderValue| {
            value.to_str().is_ok_and(|text| text.split(',').any(|c| c.trim().eq_ignore_ascii_case("chunked")))
        };
        if self.headers.get_all(TRANSFER_ENCODING).iter().any(chunked) {
            return Framing::Chunked;
        }
        let length = self.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        length.map_or(Framing::UntilClosed, Framing::Length)
    }
}

/// The head of the answer that counts: those of class 1xx only announce it.
fn head(received: &[u8]) -> Option<Head> {
    let mut folding = httparse::ParserConfig::default();
    folding.allow_obsolete_multiline_headers_in_responses(true);
    let mut from = 0;
    loop {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS];
        let mut parsed = httparse::Response::new(&mut fields);
        let read = folding.parse_response(&mut parsed, received.get(from..)?);
        let httparse::Status::Complete(length) = read.ok()? else { return None };
        let status = parsed.code?;
        from += length;
        if (100..200).contains(&status) {
            continue;
        }
        let mut headers = HeaderMap::new();
        for field in parsed.headers.iter() {
            let value = unfolded(field.value);
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(field.name), HeaderValue::from_bytes(&value)) {
                headers.append(name, value);
            }
        }
        return Some(Head { status, headers, end: from });
    }
}

/// The value of a header field that may go on over several lines: a fold reads as blanks (RFC 9112, section 5.2).
fn unfolded(value: &[u8]) -> Vec<u8> {
    value.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect()
}

/// The contents of a chunked body, as far as they are there, and whether its end is.
fn dechunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    loop {
        match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete((from, size))) => {
                let Some(size) = usize::try_from(size).ok().filter(|size| *size > 0) else { return (out, size == 0) };
                let Some(chunk) = rest.get(from..from.saturating_add(size)) else { return (out, false) };
                out.extend_from_slice(chunk);
                rest = rest[from + size..].strip_prefix(b"\r\n").unwrap_or_default();
            }
            Ok(httparse::Status::Partial) | Err(_) => return (out, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer that comes in such parts, and whether it was whole before the connection ended.
    fn answer(parts: &[&[u8]]) -> (Result<Received, Failure>, bool) {
        let mut received = Vec::new();
        let mut answer = Answer::default();
        for part in parts {
            received.extend_from_slice(part);
            answer.read(&received);
        }
        let whole = answer.is_whole();
        (answer.finish(&received), whole)
    }

    #[test]
    fn interim_answers_are_not_the_answer() -> Result<(), Failure> {
        let bytes = b"HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\na: b\r\n\r\nrest";
        let answer = answer(&[bytes]).0?;
        assert_eq!((answer.response.status, answer.after_head.as_deref()), (204, Some(&b"rest"[..])));
        assert_eq!(answer.response.header("a").as_deref(), Some("b"));
        Ok(())
    }

    #[test]
    fn a_folded_field_reads_as_one_line() -> Result<(), Failure> {
        let answer = answer(&[b"HTTP/1.1 204 No Content\r\na: b\r\n  c\r\nd: e\r\n\r\n"]).0?;
        let words = |name| answer.response.header(name).map(|v| v.split_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!((words("a").as_deref(), words("d").as_deref()), (Some("b c"), Some("e")));
        Ok(())
    }

    #[test]
    fn an_answer_is_whole_when_its_framing_says_so() -> Result<(), Failure> {
        let (early, whole) = answer(&[b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", b"ab"]);
        assert!(!whole && early.is_err_and(|e| e.kind == FailureKind::Garbled), "two bytes are missing");
        let (late, whole) = answer(&[b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", b"ab", b"cd"]);
        assert!(whole);
        assert_eq!(late?.response.body, b"abcd");
        let (chunked, whole) =
            answer(&[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r", b"\n0\r\n\r\n"]);
        assert!(whole);
        assert_eq!(chunked?.response.body, b"ab");
        let (cut, whole) = answer(&[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"]);
        assert!(!whole && cut.is_err());
        let (closed, whole) = answer(&[b"HTTP/1.1 400 Bad Request\r\n\r\n{}"]);
        assert!(!whole, "only the end of the connection tells");
        assert_eq!(closed?.response.body, b"{}");
        Ok(())
    }

    #[test]
    fn what_is_no_answer_is_told_from_a_lost_connection() {
        let kind = |bytes: &[u8]| answer(&[bytes]).0.err().map(|failure| failure.kind);
        assert_eq!(kind(b""), Some(FailureKind::Lost));
        assert_eq!(kind(b"\x00\x01 what is this\r\n\r\n"), Some(FailureKind::Garbled));
        assert_eq!(kind(b"HTTP/1.1 20"), Some(FailureKind::Garbled));
    }
}
