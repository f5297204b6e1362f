//! Requests that are signed with an access key instead of carrying a token: `SDK-HMAC-SHA256`.

use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::canonical::{self, CONTENT_HASH, UNSIGNED};
use super::{AccessKey, Credentials, Known, lenient};
use crate::server::fault::Deviation::{TakesFutureSignatures, TakesOldSignatures};
use crate::server::http::{Collected, Envelope, Failure, Reason};
use crate::server::rules::Rules;
use crate::server::time::Milliseconds;

const ALGORITHM: &str = "SDK-HMAC-SHA256";
const DATE: &str = "x-sdk-date";
const SECURITY_TOKEN: &str = "x-security-token";
const DATE_FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

/// How far the clocks of client and server may be apart, in milliseconds.
const MAX_SKEW: u64 = 15 * 60 * 1000;

/// A signature, with what it takes to check it.
pub(super) struct Signature<'a> {
    key: &'a AccessKey,
    value: &'a [u8; 32],
    date: &'a [u8],
}

impl Signature<'_> {
    /// Whether it is that of a request with this head and this hash of its body.
    pub(super) fn is_of(&self, head: &[u8], payload: &[u8]) -> bool {
        self.key.signed(&canonical::to_sign(head, payload, self.date), self.value)
    }
}

/// What an `Authorization` header says.
#[derive(Debug, PartialEq, Eq)]
struct Authorization<'a> {
    access: &'a str,
    signed_headers: &'a str,
    signature: [u8; 32],
}

/// Whether a request comes with a signature, and without a token, which would count.
pub(crate) fn is_signed(headers: &HeaderMap) -> bool {
    headers.get(header::AUTHORIZATION).is_some_and(|value| value.as_bytes().starts_with(ALGORITHM.as_bytes()))
        && !headers.contains_key("x-auth-token")
}

/// Who has signed a request.
///
/// # Errors
///
/// The gateway's refusal of a signature that is wrong, too old, or of an unknown, expired or locked key.
pub(crate) fn signer(
    credentials: &Credentials,
    rules: &Rules,
    parts: &Parts,
    body: &Collected,
) -> Result<Known, Failure> {
    let text = |name: &str| parts.headers.get(name).map(|value| value.as_bytes()).unwrap_or_default();
    let authorization = std::str::from_utf8(text("authorization")).ok().and_then(Authorization::parse);
    let authorization = authorization.ok_or_else(|| {
        refused(format!("header Authorization: must be {ALGORITHM} Access=…, SignedHeaders=…, Signature=…"))
    })?;
    let key = credentials.key(authorization.access).ok_or_else(|| {
        let access: String = authorization.access.chars().take(64).collect();
        refused(format!("Get secretKey failed,ak:{access},err:ak not exist"))
    })?;
    if key.is_locked() {
        return Err(refused("AK access failed to reach the limit,forbidden"));
    }
    check_date(rules, &authorization, text(DATE))?;
    check_security_token(&key, &authorization, text(SECURITY_TOKEN))?;
    let body = match body {
        Collected::Whole(body) => body.as_ref(),
        Collected::Broken => return Err(refused("verify aksk signature fail, the body could not be read to its end")),
        Collected::TooLarge => {
            let message = "body: must not exceed 12 MiB";
            let failure = Failure::new(StatusCode::PAYLOAD_TOO_LARGE, Reason::TooLarge, message);
            return Err(failure.enveloped(Envelope::Gateway));
        }
    };
    let signature = Signature { key: &key, value: &authorization.signature, date: text(DATE) };
    if rules.is_bent() && lenient::takes(rules, &signature, authorization.signed_headers, parts, body) {
        key.tried(true);
        return Ok(key.known);
    }
    let head = canonical::head(parts, authorization.signed_headers)
        .ok_or_else(|| refused("verify aksk signature fail, a signed header is not there"))?;
    let signs = |payload: &[u8]| signature.is_of(&head, payload);
    let hash = canonical::hash(body);
    let right = match text(CONTENT_HASH) {
        b"" => signs(hash.as_bytes()),
        // Some clients hash an empty body although they decline to.
        UNSIGNED => signs(UNSIGNED) || body.is_empty() && signs(hash.as_bytes()),
        announced => announced == hash.as_bytes() && signs(announced),
    };
    key.tried(right);
    if right { Ok(key.known) } else { Err(refused(format!("verify aksk signature fail, {}", shown(&head)))) }
}

/// The canonical request on one line, as the gateway shows it to those who debug theirs.
fn shown(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(head);
    let lines = text.trim_end().lines().map(|line| match line.split_once(':') {
        Some((SECURITY_TOKEN, _)) => "x-security-token:…",
        _ => line,
    });
    format!("canonicalRequest:{}", lines.collect::<Vec<_>>().join("|"))
}

fn check_date(rules: &Rules, authorization: &Authorization<'_>, date: &[u8]) -> Result<(), Failure> {
    if date.is_empty() || !authorization.signs(DATE) {
        return Err(refused("header X-Sdk-Date: is mandatory, and has to be signed"));
    }
    let parsed = std::str::from_utf8(date).ok().and_then(|date| PrimitiveDateTime::parse(date, DATE_FORMAT).ok());
    let Some(parsed) = parsed else {
        return Err(refused("header X-Sdk-Date: must have the form 20191115T033655Z"));
    };
    let seconds = u64::try_from(parsed.assume_utc().unix_timestamp()).unwrap_or_default();
    let now = Milliseconds::now();
    let unchecked = if seconds * 1000 < now.0 { TakesOldSignatures } else { TakesFutureSignatures };
    if now.0.abs_diff(seconds * 1000) > MAX_SKEW && !rules.bends(unchecked) {
        return Err(refused(format!(
            "signature expired, signed at {}, received at {now}: more than 15 minutes apart",
            Milliseconds(seconds * 1000)
        )));
    }
    Ok(())
}

fn check_security_token(key: &AccessKey, authorization: &Authorization<'_>, token: &[u8]) -> Result<(), Failure> {
    match &key.security_token {
        None if token.is_empty() => Ok(()),
        None => Err(refused("header X-Security-Token: this access key has none")),
        Some(_) if token.is_empty() => {
            Err(refused("header X-Security-Token: is mandatory with a temporary access key"))
        }
        Some(expected) if expected.as_bytes() != token || !authorization.signs(SECURITY_TOKEN) => {
            Err(refused("header X-Security-Token: must be that of the access key, and has to be signed"))
        }
        Some(_) => match key.validity.ended() {
            None => Ok(()),
            Some(end) => Err(expired(&format!("security token expires, expires at {end}"))),
        },
    }
}

fn refused(message: impl std::fmt::Display) -> Failure {
    let message = format!("Incorrect IAM authentication information: {message}");
    Failure::new(StatusCode::UNAUTHORIZED, Reason::TokenWrong, message).enveloped(Envelope::Gateway)
}

/// The gateway's refusal of what was good once.
pub(super) fn expired(message: &str) -> Failure {
    Failure { reason: Reason::Expired, ..refused(message) }
}

impl<'a> Authorization<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut members = text.strip_prefix(ALGORITHM)?.split(',').map(str::trim);
        let mut member = |name: &str| members.next()?.strip_prefix(name)?.strip_prefix('=');
        let authorization = Self {
            access: member("Access")?,
            signed_headers: member("SignedHeaders")?,
            signature: digest(member("Signature")?)?,
        };
        members.next().is_none().then_some(authorization)
    }

    fn signs(&self, header: &str) -> bool {
        self.signed_headers.split(';').any(|name| name == header)
    }
}

/// Reads 64 hexadecimal digits.
fn digest(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = text.as_bytes();
    let mut digest = [0; 32];
    if bytes.len() != 2 * digest.len() {
        return None;
    }
    for (pair, byte) in bytes.chunks_exact(2).zip(&mut digest) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use bytes::Bytes;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::*;
    use crate::server::access::Validity;
    use crate::server::config::ServerConfig;
    use crate::server::fault::FaultSet;
    use crate::server::identities::Identities;
    use crate::server::operation::Operation;
    use crate::server::reading::Profile;

    const OWNER: Known = Known { tenant: 0, writes: true };
    const PATH: &str = "/v1/p/csms/s/tags?limit=2";
    const BODY: &[u8] = br#"{"tag":{"key":"k"}}"#;

    /// The example that the vendor publishes, with its signature.
    #[test]
    fn published_example_has_its_published_signature() {
        let key = AccessKey::lasting("QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc", OWNER);
        let text =
            b"SDK-HMAC-SHA256\n20191115T033655Z\nb25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a";
        let signature = digest("7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe").expect("a digest");
        assert!(key.signed(text, &signature));
        assert!(!key.signed(&text[1..], &signature));
    }

    /// What a request is signed with, and how.
    struct Signing {
        access: &'static str,
        secret: &'static str,
        age: i64,
        payload: Option<&'static str>,
        security_token: Option<&'static str>,
    }

    const PLAIN: Signing = Signing { access: "AK", secret: "SK", age: 0, payload: None, security_token: None };

    fn credentials() -> Credentials {
        let credentials = Credentials::new(&Identities::derive(&ServerConfig::default()), None);
        credentials.add_key(AccessKey::lasting("AK", "SK", OWNER));
        credentials.add_key(AccessKey::temporary("TEMPORARY", "SK", "token", OWNER, Validity(None)));
        let ended = Validity(Some(Milliseconds(1)));
        credentials.add_key(AccessKey::temporary("ENDED", "SK", "token", OWNER, ended));
        credentials
    }

    fn rules(faults: &[&str]) -> Rules {
        let mut set = FaultSet::default();
        faults.iter().for_each(|fault| set.insert(fault).expect("a fault of the catalogue"));
        Rules::new(Operation::CreateSecretTag, &Profile::default(), &set)
    }

    fn request(signing: &Signing) -> Parts {
        let now = time::OffsetDateTime::now_utc() - time::Duration::seconds(signing.age);
        let date = now.format(DATE_FORMAT).expect("a date");
        let mut request = Request::post(PATH).header("Host", "h").header("X-Sdk-Date", &date);
        let mut signed = "host;x-sdk-date".to_owned();
        if let Some(payload) = signing.payload {
            request = request.header("X-Sdk-Content-Sha256", payload);
        }
        if let Some(token) = signing.security_token {
            request = request.header("X-Security-Token", token);
            signed = "host;x-sdk-date;x-security-token".to_owned();
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        let head = canonical::head(&parts, &signed).expect("its headers are there");
        let payload = signing.payload.map_or_else(|| canonical::hash(BODY), str::to_owned);
        let mut mac = Hmac::<Sha256>::new_from_slice(signing.secret.as_bytes()).expect("a key");
        mac.update(&canonical::to_sign(&head, payload.as_bytes(), date.as_bytes()));
        let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let access = signing.access;
        let text = format!("{ALGORITHM} Access={access}, SignedHeaders={signed}, Signature={signature}");
        parts.headers.insert("authorization", text.parse().expect("a value"));
        parts
    }

    fn verdict(credentials: &Credentials, parts: &Parts, body: &'static [u8]) -> Result<Known, String> {
        let body = Collected::Whole(Bytes::from_static(body));
        signer(credentials, &rules(&[]), parts, &body).map_err(|failure| {
            assert_eq!((failure.status, failure.envelope), (StatusCode::UNAUTHORIZED, Envelope::Gateway));
            failure.message.into_owned()
        })
    }

    #[test]
    fn what_is_changed_after_signing_is_refused() {
        let credentials = credentials();
        assert_eq!(verdict(&credentials, &request(&PLAIN), BODY), Ok(OWNER));
        let changes: [fn(&mut Parts); 4] = [
            |parts| parts.method = axum::http::Method::PUT,
            |parts| parts.uri = "/v1/p/csms/t/tags?limit=2".parse().expect("a path"),
            |parts| parts.uri = "/v1/p/csms/s/tags?limit=3".parse().expect("a path"),
            |parts| {
                parts.headers.insert("host", "other".parse().expect("a value"));
            },
        ];
        for change in changes {
            let mut parts = request(&PLAIN);
            change(&mut parts);
            let refused = verdict(&credentials, &parts, BODY).expect_err("a refusal");
            assert!(refused.contains("verify aksk signature fail, canonicalRequest:"), "{refused}");
            // A good one in between, so that the key is not locked.
            assert_eq!(verdict(&credentials, &request(&PLAIN), BODY), Ok(OWNER));
        }
        assert!(verdict(&credentials, &request(&PLAIN), b"{}").is_err());
        let mut parts = request(&PLAIN);
        parts.headers.remove("host");
        assert!(verdict(&credentials, &parts, BODY).expect_err("a refusal").contains("a signed header is not there"));
    }

    #[test]
    fn the_body_may_be_left_out_of_the_signature() {
        let credentials = credentials();
        let unsigned = request(&Signing { payload: Some("UNSIGNED-PAYLOAD"), ..PLAIN });
        assert_eq!(verdict(&credentials, &unsigned, b"anything"), Ok(OWNER));
        assert_eq!(verdict(&credentials, &unsigned, b""), Ok(OWNER));
        let other = request(&Signing { payload: Some("e3b0c44298fc1c14"), ..PLAIN });
        assert!(verdict(&credentials, &other, BODY).is_err());
    }

    #[test]
    fn what_cannot_be_read_is_not_taken_for_signed() {
        let credentials = credentials();
        let status = |body| {
            signer(&credentials, &rules(&[]), &request(&PLAIN), &body).map_err(|failure| failure.status.as_u16())
        };
        assert_eq!(status(Collected::Broken), Err(401));
        assert_eq!(status(Collected::TooLarge), Err(413));
    }

    #[test]
    fn clocks_may_be_a_quarter_of_an_hour_apart() {
        let credentials = credentials();
        for age in [-890, 890] {
            assert_eq!(verdict(&credentials, &request(&Signing { age, ..PLAIN }), BODY), Ok(OWNER));
        }
        for age in [-910, 910] {
            let refused = verdict(&credentials, &request(&Signing { age, ..PLAIN }), BODY).expect_err("a refusal");
            assert!(refused.contains("signature expired"), "{refused}");
        }
    }

    #[test]
    fn temporary_keys_count_with_their_token_and_for_their_time() {
        let credentials = credentials();
        let signed = |access, token| request(&Signing { access, security_token: token, ..PLAIN });
        assert_eq!(verdict(&credentials, &signed("TEMPORARY", Some("token")), BODY), Ok(OWNER));
        for (access, token, said) in [
            ("TEMPORARY", None, "is mandatory with a temporary access key"),
            ("TEMPORARY", Some("other"), "must be that of the access key"),
            ("AK", Some("token"), "this access key has none"),
            ("ENDED", Some("token"), "security token expires, expires at 1970-01-01T00:00:00"),
        ] {
            let refused = verdict(&credentials, &signed(access, token), BODY).expect_err("a refusal");
            assert!(refused.contains(said), "{refused}");
        }
    }

    #[test]
    fn five_wrong_signatures_in_a_row_lock_a_key() {
        let credentials = credentials();
        let wrong = Signing { secret: "wrong", ..PLAIN };
        for _ in 0..4 {
            assert!(verdict(&credentials, &request(&wrong), BODY).is_err());
        }
        assert_eq!(verdict(&credentials, &request(&PLAIN), BODY), Ok(OWNER));
        for _ in 0..5 {
            assert!(verdict(&credentials, &request(&wrong), BODY).is_err());
        }
        let refused = verdict(&credentials, &request(&PLAIN), BODY).expect_err("a refusal");
        assert!(refused.contains("AK access failed to reach the limit"), "{refused}");
    }

    #[test]
    fn headers_that_are_no_signature_are_refused() {
        for text in [
            "SDK-HMAC-SHA256",
            "SDK-HMAC-SHA256 Access=AK",
            "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=00",
            "SDK-HMAC-SHA256 SignedHeaders=host, Access=AK, Signature=",
        ] {
            let mut parts = request(&PLAIN);
            parts.headers.insert("authorization", text.parse().expect("a value"));
            assert!(verdict(&credentials(), &parts, BODY).is_err(), "{text}");
        }
        let mut parts = request(&PLAIN);
        assert!(is_signed(&parts.headers));
        parts.headers.insert("x-auth-token", "t".parse().expect("a value"));
        assert!(!is_signed(&parts.headers));
    }
}
