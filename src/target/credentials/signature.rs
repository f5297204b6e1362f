//! The signature of a request, `SDK-HMAC-SHA256`: what an access key puts in the place of a token.

use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::AccessKey;
use super::canonical_request::{CanonicalRequest, Signable, hex, host, sha256};

/// The name of the scheme, which `Authorization` begins with.
const SCHEME: &str = "SDK-HMAC-SHA256";
/// When a request was signed; a server takes it for 15 minutes.
const DATE: &str = "X-Sdk-Date";
/// What a temporary key sends with it.
const SECURITY_TOKEN: &str = "X-Security-Token";

/// Clocks that differ by less are as good as right; where they differ by more, the target's counts for signatures.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);

/// A signed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The header fields that the signature covers, in the order in which they were given, and `Authorization` behind them.
    /// They must be sent as they are here.
    pub headers: Vec<(String, String)>,
    /// What was made of the request.
    pub canonical: String,
    /// What was made of that, and signed.
    pub string_to_sign: String,
    /// The signature alone.
    pub signature: String,
}

/// Signs a request. `Host`, `X-Sdk-Date` and, of a temporary key, `X-Security-Token` are added unless the request has them.
pub fn sign(request: &Signable<'_>, key: &AccessKey, at: SystemTime) -> Signed {
    let mut headers = request.headers.to_vec();
    add(&mut headers, "Host", || host(request.url).to_owned());
    add(&mut headers, DATE, || timestamp(at));
    if let Some(token) = &key.security_token {
        add(&mut headers, SECURITY_TOKEN, || token.clone());
    }
    let date = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(DATE)).map_or("", |(_, value)| value.trim());
    let canonical = CanonicalRequest::of(&Signable { headers: &headers, ..*request });
    let string_to_sign = format!("{SCHEME}\n{date}\n{}", sha256(canonical.text.as_bytes()));
    let signature = hmac(key.secret_key.as_bytes(), string_to_sign.as_bytes());
    let (access, names) = (&key.access_key, &canonical.signed_headers);
    let authorization = format!("{SCHEME} Access={access}, SignedHeaders={names}, Signature={signature}");
    headers.push(("Authorization".to_owned(), authorization));
    Signed { headers, canonical: canonical.text, string_to_sign, signature }
}

/// A time as `X-Sdk-Date` has it: `20191115T033655Z`.
pub fn timestamp(at: SystemTime) -> String {
    // Nothing but times beyond the year 9999 fails here.
    let at = jiff::Timestamp::try_from(at).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn add(headers: &mut Vec<(String, String)>, name: &str, value: impl FnOnce() -> String) {
    if !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
        headers.push((name.to_owned(), value()));
    }
}

fn hmac(key: &[u8], text: &[u8]) -> String {
    // Keys of any length are taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(text);
    hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use url::Url;

    use super::*;

    /// 2019-11-15 03:36:55 UTC.
    fn published_time() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_573_789_015)
    }

    /// The key of the example in the vendor's signing guide.
    fn published_key() -> AccessKey {
        AccessKey {
            access_key: "QTWAOYTTINDUT2QVKYUC".to_owned(),
            secret_key: "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc".to_owned(),
            security_token: None,
        }
    }

    fn published_url() -> Url {
        let text = "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs/\
                    ?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0";
        Url::parse(text).unwrap()
    }

    fn published(method: &str, headers: &[(String, String)], key: &AccessKey) -> Signed {
        sign(&Signable { method, url: &published_url(), headers, body: b"" }, key, published_time())
    }

    #[test]
    fn the_published_example_comes_out() {
        let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
        let signed = published("GET", &headers, &published_key());
        let expected = "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a";
        assert_eq!(sha256(signed.canonical.as_bytes()), expected);
        assert_eq!(signed.string_to_sign, format!("SDK-HMAC-SHA256\n20191115T033655Z\n{expected}"));
        let signature = "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe";
        assert_eq!(signed.signature, signature);
        let fields: Vec<&str> = signed.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(fields, ["Content-Type", "Host", "X-Sdk-Date", "Authorization"]);
        assert_eq!(
            signed.headers[3].1,
            format!(
                "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, \
                 Signature={signature}"
            )
        );
    }

    #[test]
    fn a_temporary_key_signs_its_token_too() {
        let key = AccessKey { security_token: Some("temporary".to_owned()), ..published_key() };
        let signed = published("GET", &[], &key);
        assert!(signed.canonical.contains("\nx-security-token:temporary\n"), "{}", signed.canonical);
        assert!(signed.headers.contains(&("X-Security-Token".to_owned(), "temporary".to_owned())));
        assert_ne!(signed.signature, published("GET", &[], &published_key()).signature);
    }

    #[test]
    fn a_date_that_is_given_is_the_one_that_is_signed() {
        let headers = [("x-sdk-date".to_owned(), "20200101T000000Z".to_owned())];
        let signed = published("GET", &headers, &published_key());
        assert!(signed.string_to_sign.starts_with("SDK-HMAC-SHA256\n20200101T000000Z\n"));
        assert_eq!(signed.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-sdk-date")).count(), 1);
    }

    #[test]
    fn everything_that_is_signed_changes_the_signature() {
        let own = published("GET", &[], &published_key()).signature;
        assert_ne!(published("DELETE", &[], &published_key()).signature, own);
        let other = AccessKey { secret_key: "another".to_owned(), ..published_key() };
        assert_ne!(published("GET", &[], &other).signature, own);
        let headers = [("X-Project-Id".to_owned(), "p".to_owned())];
        assert_ne!(published("GET", &headers, &published_key()).signature, own);
        let url = published_url();
        let of_body = |body: &[u8]| {
            sign(&Signable { method: "GET", url: &url, headers: &[], body }, &published_key(), published_time())
        };
        assert_ne!(of_body(b"{}").signature, own);
        assert_eq!(of_body(b"").signature, own);
    }

    #[test]
    fn times_are_written_in_utc_without_signs() {
        assert_eq!(timestamp(published_time()), "20191115T033655Z");
        assert_eq!(timestamp(UNIX_EPOCH), "19700101T000000Z");
    }
}
