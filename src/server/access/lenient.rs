//! Signatures that a faulty gateway takes, though they do not fit their requests.

use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::canonical::{CONTENT_HASH, hash, head, head_of};
use super::signature::Signature;
use crate::server::fault::Deviation;
use crate::server::rules::Rules;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Whether a fault lets this signature through; right ones fit their requests anyway, and those of clients that sign what the
/// fault leaves out do so for its sake.
pub(super) fn takes(rules: &Rules, signature: &Signature<'_>, signed: &str, parts: &Parts, body: &[u8]) -> bool {
    let (method, path, query) = (parts.method.as_str(), parts.uri.path(), parts.uri.query().unwrap_or_default());
    let payload = hash(body);
    let fits = |line: (&str, &str, &str), headers: &HeaderMap| {
        head_of(line, headers, signed).is_some_and(|head| signature.is_of(&head, payload.as_bytes()))
    };
    let is_of = |payload: &[u8]| head(parts, signed).is_some_and(|head| signature.is_of(&head, payload));
    let bends = |deviation| rules.bends(deviation);
    bends(Deviation::VerifiesNoSignature)
        || bends(Deviation::TrimsSignedBody) && is_of(hash(&[body, b"\n"].concat()).as_bytes())
        || bends(Deviation::TrustsAnnouncedHash)
            && parts.headers.get(CONTENT_HASH).is_some_and(|announced| is_of(announced.as_bytes()))
        || bends(Deviation::SignsPathAbove)
            && path.rsplit_once('/').is_some_and(|(above, _)| fits((method, above, query), &parts.headers))
        || bends(Deviation::IgnoresSignedQuery) && fits((method, path, ""), &parts.headers)
        || bends(Deviation::CutsSignedHeaders) && fits((method, path, query), &cut(&parts.headers))
        || bends(Deviation::TakesMissingHeadersForEmpty)
            && fits((method, path, query), &completed(&parts.headers, signed))
        || bends(Deviation::IgnoresSignedMethod)
            && METHODS.iter().any(|other| fits((other, path, query), &parts.headers))
}

/// The fields without what follows a semicolon in their values.
fn cut(headers: &HeaderMap) -> HeaderMap {
    let mut cut = headers.clone();
    for value in cut.values_mut() {
        let kept: Vec<u8> = value.as_bytes().iter().copied().take_while(|byte| *byte != b';').collect();
        if let Ok(shorter) = kept.try_into() {
            *value = shorter;
        }
    }
    cut
}

/// The fields, and empty ones for those that are named and not there.
fn completed(headers: &HeaderMap, signed: &str) -> HeaderMap {
    let mut all = headers.clone();
    for name in signed.split(';').filter_map(|name| name.parse::<axum::http::HeaderName>().ok()) {
        all.entry(name).or_insert_with(|| axum::http::HeaderValue::from_static(""));
    }
    all
}
