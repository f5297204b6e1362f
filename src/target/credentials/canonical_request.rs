//! The one form of a request that client and server sign, however it was written on the wire.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};
use url::{Position, Url};

/// Everything but unreserved characters is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// A header field whose value stands for the hash of the body, where there is one.
const CONTENT_HASH: &str = "x-sdk-content-sha256";

/// What of a request is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signable<'a> {
    /// HTTP method, in any case of letters.
    pub method: &'a str,
    /// Absolute URL, as it will be sent.
    pub url: &'a Url,
    /// Header fields to sign, beside those that every signature has.
    pub headers: &'a [(String, String)],
    /// The body's bytes; empty where there is none.
    pub body: &'a [u8],
}

/// The canonical form, and the names of the header fields in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalRequest {
    /// Method, path, query, header fields, their names, and the hash of the body, a line each.
    pub text: String,
    /// The names of the signed fields: lower case, sorted, with `;` between them.
    pub signed_headers: String,
}

impl CanonicalRequest {
    /// Of a request with exactly these header fields.
    pub fn of(request: &Signable<'_>) -> Self {
        let fields = fields(request.headers);
        let signed_headers = fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
        let lines: String = fields.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let hash = fields.iter().find(|(name, _)| name == CONTENT_HASH).map(|(_, value)| value.clone());
        let text = [
            request.method.to_ascii_uppercase(),
            path(request.url),
            query(request.url),
            lines,
            signed_headers.clone(),
            hash.unwrap_or_else(|| sha256(request.body)),
        ]
        .join("\n");
        CanonicalRequest { text, signed_headers }
    }
}

/// The hash of bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The host of a URL as it stands in `Host`: with the port, unless it is the scheme's own.
pub(super) fn host(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// The path: decoded and encoded again, so that every way to write it is the same, with a slash at its end.
fn path(url: &Url) -> String {
    let decoded: Vec<u8> = percent_decode_str(url.path()).collect();
    let segments = decoded.split(|byte| *byte == b'/').map(|segment| percent_encode(segment, ENCODED).to_string());
    let path = segments.collect::<Vec<_>>().join("/");
    if path.ends_with('/') { path } else { path + "/" }
}

/// The query: names and values decoded and encoded again, sorted by name, then by value. A plus sign is a plus sign.
fn query(url: &Url) -> String {
    let Some(query) = url.query().filter(|query| !query.is_empty()) else { return String::new() };
    let decoded = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let mut parameters: Vec<(Vec<u8>, Vec<u8>)> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    parameters.sort();
    let encoded = |bytes: &[u8]| percent_encode(bytes, ENCODED).to_string();
    let written = parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    written.collect::<Vec<_>>().join("&")
}

/// The header fields: names in lower case and sorted, values without blanks around them. Of a name with an underscore, which
/// many servers drop, and of one that comes several times, nobody knows what arrives: it is not signed.
fn fields(headers: &[(String, String)]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = headers
        .iter()
        .filter(|(name, _)| !name.contains('_'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    all.sort();
    let names: Vec<String> = all.iter().map(|(name, _)| name.clone()).collect();
    all.retain(|(name, _)| names.iter().filter(|known| *known == name).count() == 1);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> CanonicalRequest {
        let headers: Vec<_> = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        CanonicalRequest::of(&Signable { method, url: &Url::parse(url).unwrap(), headers: &headers, body })
    }

    fn line(url: &str, number: usize) -> String {
        canonical("GET", url, &[], b"").text.lines().nth(number).unwrap_or_default().to_owned()
    }

    #[test]
    fn every_way_to_write_a_path_is_the_same() {
        for url in ["http://h/v1/a%20b", "http://h/v1/a%20b/", "http://h/%76%31/a%20b", "http://h/v1/a b"] {
            assert_eq!(line(url, 1), "/v1/a%20b/", "{url}");
        }
        assert_eq!(line("http://h", 1), "/");
        assert_eq!(line("http://h/~a-b_c.d", 1), "/~a-b_c.d/");
        assert_eq!(line("http://h/a+b:c@d=e*f", 1), "/a%2Bb%3Ac%40d%3De%2Af/");
        assert_eq!(line("http://h/a%2Fb", 1), "/a/b/", "decoded before it is cut into segments");
        assert_eq!(line("http://h/%E5%87%AD/\u{636e}", 1), "/%E5%87%AD/%E6%8D%AE/");
        assert_eq!(line("http://h/%FF", 1), "/%FF/", "bytes that are no text stay what they are");
    }

    #[test]
    fn queries_are_sorted_by_name_and_value_and_encoded_once() {
        assert_eq!(line("http://h/?b=2&a=3&a=1&c", 2), "a=1&a=3&b=2&c=");
        assert_eq!(line("http://h/?a=x%20y&b=%2F&c=/", 2), "a=x%20y&b=%2F&c=%2F");
        assert_eq!(line("http://h/?a=1+2", 2), "a=1%2B2");
        assert_eq!(line("http://h/?a=b=c", 2), "a=b%3Dc");
        assert_eq!(line("http://h/?a-b=1&a=2", 2), "a=2&a-b=1", "by name first, and not as written");
        assert_eq!(line("http://h/?", 2), "");
        assert_eq!(line("http://h/?&&a=1&", 2), "a=1");
    }

    #[test]
    fn fields_are_in_lower_case_trimmed_and_sorted_and_an_empty_line_follows() {
        let headers = [("X-B", "  two  words "), ("A", "1"), ("x_odd", "dropped"), ("Twice", "1"), ("twice", "2")];
        let canonical = canonical("post", "http://h/", &headers, b"body");
        assert_eq!(canonical.signed_headers, "a;x-b");
        let body = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";
        assert_eq!(canonical.text, format!("POST\n/\n\na:1\nx-b:two  words\n\na;x-b\n{body}"));
    }

    #[test]
    fn the_hash_of_an_empty_body_is_that_of_nothing_and_may_be_told_otherwise() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert!(canonical("GET", "http://h/", &[], b"").text.ends_with(empty));
        let told = canonical("PUT", "http://h/", &[("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD")], b"x");
        assert!(told.text.ends_with("\nUNSIGNED-PAYLOAD"), "{}", told.text);
    }

    #[test]
    fn the_port_stands_in_the_host_unless_it_is_the_schemes() {
        let of = |text: &str| host(&Url::parse(text).unwrap()).to_owned();
        assert_eq!(of("https://h.example:443/a"), "h.example");
        assert_eq!(of("http://h.example:8080/a"), "h.example:8080");
        assert_eq!(of("http://[::1]:8080/a"), "[::1]:8080");
        assert_eq!(of("http://[::1]/a"), "[::1]");
    }
}
