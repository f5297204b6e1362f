//! The canonical form of a request, which is what `SDK-HMAC-SHA256` signs.

use std::fmt::Write as _;

use axum::http::HeaderMap;
use axum::http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// All but letters, digits and `-_.~` is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The header that stands in for the hash of the body.
pub(super) const CONTENT_HASH: &str = "x-sdk-content-sha256";

/// The value by which a client declines to sign its body.
pub(super) const UNSIGNED: &[u8] = b"UNSIGNED-PAYLOAD";

/// Method, path, query, headers and their names, but not yet the hash of the body; nothing if a signed header is
/// not there.
pub(super) fn head(parts: &Parts, signed: &str) -> Option<Vec<u8>> {
    let query = parts.uri.query().unwrap_or_default();
    head_of((parts.method.as_str(), parts.uri.path(), query), &parts.headers, signed)
}

/// The same of a request line and header fields.
pub(super) fn head_of(
    (method, asked, asked_for): (&str, &str, &str),
    headers: &HeaderMap,
    signed: &str,
) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(512);
    text.extend_from_slice(method.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(path(asked).as_bytes());
    text.push(b'\n');
    text.extend_from_slice(query(asked_for).as_bytes());
    text.push(b'\n');
    for name in signed.split(';') {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend_from_slice(&value(headers, name)?);
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(signed.as_bytes());
    text.push(b'\n');
    Some(text)
}

/// What is signed in the end: the algorithm, the date and the hash of the canonical request.
pub(super) fn to_sign(head: &[u8], payload: &[u8], date: &[u8]) -> Vec<u8> {
    let canonical = Sha256::new().chain_update(head).chain_update(payload).finalize();
    let mut text = b"SDK-HMAC-SHA256\n".to_vec();
    text.extend_from_slice(date);
    text.push(b'\n');
    text.extend_from_slice(hex(&canonical).as_bytes());
    text
}

/// The hash of a body, in hexadecimal digits.
pub(super) fn hash(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The values of a header, trimmed; nothing if it is not there.
fn value(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    let mut values = headers.get_all(name).iter().map(|value| value.as_bytes().trim_ascii());
    let first = values.next()?.to_vec();
    Some(values.fold(first, |mut joined, value| {
        joined.push(b',');
        joined.extend_from_slice(value);
        joined
    }))
}

/// The path with each segment encoded anew and a slash at its end.
fn path(path: &str) -> String {
    let mut canonical: String = path.split('/').map(recoded).collect::<Vec<_>>().join("/");
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

/// The query sorted by name, then by value.
fn query(query: &str) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    pairs.sort_unstable();
    let encoded = pairs.iter().map(|(name, value)| format!("{}={}", recoded_text(name), recoded_text(value)));
    encoded.collect::<Vec<_>>().join("&")
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn recoded(segment: &str) -> String {
    recoded_text(&decoded(segment))
}

fn recoded_text(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    /// The example that the vendor publishes, with its hash.
    #[test]
    fn published_example_has_its_published_hash() {
        let path = "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0";
        let (parts, ()) = Request::get(path)
            .header("Content-Type", "application/json")
            .header("Host", "service.region.example.com")
            .header("X-Sdk-Date", "20191115T033655Z")
            .body(())
            .expect("a request")
            .into_parts();
        let head = head(&parts, "content-type;host;x-sdk-date").expect("its headers are there");
        let text = to_sign(&head, hash(b"").as_bytes(), b"20191115T033655Z");
        assert!(text.ends_with(b"\nb25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"));
    }

    #[test]
    fn paths_and_queries_are_encoded_anew() {
        assert_eq!(path("/a/b%2fc/%C3%A9 ~"), "/a/b%2Fc/%C3%A9%20~/");
        assert_eq!(path("/"), "/");
        assert_eq!(query("b=2&a=x%2Fy&a=w&c"), "a=w&a=x%2Fy&b=2&c=");
        assert_eq!(query(""), "");
    }
}
