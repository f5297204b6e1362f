//! Reading request bodies.

use std::borrow::Cow;
use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};

use super::{Failure, Reason};
use crate::server::fault::Deviation;
use crate::server::rules::Rules;

/// The gateway's limit.
const MAX_BODY: usize = 12 * 1024 * 1024;

/// How much of a body that is too large is read and dropped, so that the client gets to see the answer.
const MAX_DRAINED: usize = 64 * 1024 * 1024;

/// What came as a body.
#[derive(Debug)]
pub(crate) enum Collected {
    Whole(Bytes),
    TooLarge,
    Broken,
}

/// A body that may have been read already.
#[derive(Debug)]
pub(crate) enum Incoming {
    Unread(Body),
    Read(Collected),
}

impl Incoming {
    /// The body, read now if it was not before.
    pub(crate) async fn collect(self) -> Collected {
        match self {
            Self::Unread(body) => collect(body).await,
            Self::Read(collected) => collected,
        }
    }
}

/// Reads a body up to the limit.
pub(crate) async fn collect(mut body: Body) -> Collected {
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(frame) = frame else {
            return Collected::Broken;
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length += data.len();
        if length > MAX_DRAINED {
            break;
        }
        if length > MAX_BODY {
            (first, rest) = (Bytes::new(), BytesMut::new());
        } else if first.is_empty() && rest.is_empty() {
            // Nearly every body is one frame: keep it without a copy.
            first = data;
        } else {
            rest.extend_from_slice(&std::mem::take(&mut first));
            rest.extend_from_slice(&data);
        }
    }
    if length > MAX_BODY {
        return Collected::TooLarge;
    }
    Collected::Whole(if rest.is_empty() { first } else { rest.freeze() })
}

/// Checks what a body says it is and turns it into text.
pub(crate) fn read_text<'a>(rules: &Rules, headers: &HeaderMap, body: &'a [u8]) -> Result<Cow<'a, str>, Failure> {
    check_content_type(rules, headers)?;
    let body = match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) if rules.access.byte_order_mark_accepted => rest,
        Some(_) => {
            return Err(Failure::invalid(Reason::Json, "body: must not start with a byte order mark"));
        }
        None => body,
    };
    if rules.bends(Deviation::ReplacesInvalidUnicode) {
        return Ok(String::from_utf8_lossy(body));
    }
    let text = std::str::from_utf8(body);
    text.map(Cow::Borrowed).map_err(|_| Failure::invalid(Reason::Json, "body: must be UTF-8"))
}

/// Whether a media type comes with a character set other than that of JSON.
fn names_unknown_charset(content_type: &[u8]) -> bool {
    let text = String::from_utf8_lossy(content_type).to_ascii_lowercase();
    text.split_once("charset=").is_some_and(|(_, name)| name.trim_matches('"') != "utf-8")
}

fn check_content_type(rules: &Rules, headers: &HeaderMap) -> Result<(), Failure> {
    let readings = rules.access.content_types;
    let content_type = headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes()).unwrap_or_default();
    if rules.bends(Deviation::FailsOnUnknownCharset) && names_unknown_charset(content_type) {
        return Err(Failure::internal());
    }
    let essence = content_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let refused = if essence.is_empty() {
        readings.missing_refused
    } else {
        let to_the_letter = rules.bends(Deviation::ComparesMediaTypeToTheLetter);
        let other = !essence.eq_ignore_ascii_case(b"application/json");
        readings.other_refused && other || to_the_letter && !other && !content_type.starts_with(b"application/json")
    };
    if refused {
        return Err(Failure::invalid(Reason::Json, "header Content-Type: must be application/json"));
    }
    Ok(())
}
