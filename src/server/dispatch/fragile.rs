//! Requests that a fragile implementation cannot take, whatever their body says: for their path, their method or their
//! header fields.

use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, IF_MODIFIED_SINCE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use percent_encoding::percent_decode_str;

use crate::server::fault::Deviation;
use crate::server::operation::Operation;
use crate::server::rules::Rules;
use crate::server::state::State;

/// What columns and buffers of careless implementations hold.
const COLUMN: usize = 255;
const TOKEN_BUFFER: usize = 4_000;
const FIELD_BUFFER: usize = 2_000;

/// Methods that HTTP knows.
const KNOWN_METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Methods that some path of this server knows.
const SERVED_METHODS: [&str; 3] = ["GET", "POST", "DELETE"];

/// The operation that breaks down with a request, before it looks at the body.
pub(super) fn broken_down(state: &State, parts: &Parts) -> Option<Operation> {
    let place = Place::of(parts.uri.path())?;
    let rules = state.operation(place.operation);
    let breaks = rules.is_bent()
        && if !place.documented {
            on_undocumented_path(rules, &place)
        } else if parts.method == "POST" {
            on_path(rules, parts.uri.path(), &place)
                || on_header_fields(rules, &parts.headers)
                || rules.bends(Deviation::FailsOnQuery) && parts.uri.query().is_some()
        } else {
            on_method(rules, parts.method.as_str())
        };
    breaks.then_some(place.operation)
}

/// Where a path leads, roughly.
struct Place<'a> {
    operation: Operation,
    /// Whether it is the path of the operation, to the letter.
    documented: bool,
    version: &'a str,
    project: &'a str,
    id: &'a str,
    /// What stands behind the path of the operation.
    behind: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let mut parts = path.strip_prefix('/')?.splitn(4, '/');
        let (version, project, service, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (own_version, id, operation, behind) = match service {
            "csms" if rest == "events" || rest.starts_with("events/") => {
                ("v1", "", Operation::CreateSecretEvent, rest.strip_prefix("events"))
            }
            "csms" => {
                let (id, rest) = rest.split_once('/')?;
                match rest.strip_prefix("tags")? {
                    action if action == "/action" || action.starts_with("/action/") => {
                        ("v1", id, Operation::BatchCreateOrDeleteTags, action.strip_prefix("/action"))
                    }
                    behind => ("v1", id, Operation::CreateSecretTag, Some(behind)),
                }
            }
            "kms" => {
                let (id, rest) = rest.split_once('/')?;
                ("v1.0", id, Operation::CreateKmsTag, rest.strip_prefix("tags"))
            }
            _ => return None,
        };
        let behind = behind.filter(|behind| !behind.is_empty());
        let documented = version == own_version && behind.is_none();
        Some(Self { operation, documented, version, project, id, behind })
    }
}

fn on_undocumented_path(rules: &Rules, place: &Place<'_>) -> bool {
    let Some(behind) = place.behind else {
        return rules.bends(Deviation::FailsOnOtherVersions) && place.version.starts_with('v');
    };
    let below = behind.trim_matches('/').contains('/') || rules.operation == Operation::BatchCreateOrDeleteTags;
    if behind == "/" {
        rules.bends(Deviation::FailsOnTrailingSlash)
    } else {
        below && rules.bends(Deviation::FailsBelowThePath)
    }
}

fn on_method(rules: &Rules, method: &str) -> bool {
    rules.bends(Deviation::FailsOnOtherMethods) && !SERVED_METHODS.contains(&method)
        || rules.bends(Deviation::FailsOnUnheardOfMethods) && !KNOWN_METHODS.contains(&method)
}

fn on_path(rules: &Rules, path: &str, place: &Place<'_>) -> bool {
    let length = |segment: &str| percent_decode_str(segment).count();
    let beyond_ascii = |segment: &str| percent_decode_str(segment).any(|byte| !byte.is_ascii());
    rules.bends(Deviation::FailsOnLongId) && length(place.id) > COLUMN
        || rules.bends(Deviation::FailsOnLongProject) && length(place.project) > COLUMN
        || rules.bends(Deviation::FailsOnBrokenPercent) && has_broken_percent(path)
        || rules.bends(Deviation::FailsOnNonAsciiId) && beyond_ascii(place.id)
        || rules.bends(Deviation::FailsOnBrokenUtf8InPath) && percent_decode_str(path).decode_utf8().is_err()
}

fn has_broken_percent(path: &str) -> bool {
    let hexadecimal = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    path.match_indices('%').any(|(at, _)| !hexadecimal(&path[at + 1..]))
}

fn on_header_fields(rules: &Rules, headers: &HeaderMap) -> bool {
    let value = |name: HeaderName| headers.get(name).map(|value| value.as_bytes());
    let no_type = |name| value(name).is_some_and(|value| !value.contains(&b'/'));
    let token = headers.get("x-auth-token").map(|token| token.as_bytes()).unwrap_or_default();
    let is_date = |value: &[u8]| std::str::from_utf8(value).is_ok_and(|text| httpdate::parse_http_date(text).is_ok());
    let is_long =
        |(name, value): (&HeaderName, &axum::http::HeaderValue)| name != "x-auth-token" && value.len() > FIELD_BUFFER;
    rules.bends(Deviation::FailsOnLongToken) && token.len() > TOKEN_BUFFER
        || rules.bends(Deviation::FailsOnNonAsciiToken) && !token.is_ascii()
        || rules.bends(Deviation::FailsOnQuoteInToken) && token.contains(&b'\'')
        || rules.bends(Deviation::FailsOnUnreadableContentType) && no_type(CONTENT_TYPE)
        || rules.bends(Deviation::FailsOnUnreadableAccept) && no_type(ACCEPT)
        || rules.bends(Deviation::FailsOnCompressedBody) && headers.contains_key(CONTENT_ENCODING)
        || rules.bends(Deviation::FailsOnUnreadableDate) && value(IF_MODIFIED_SINCE).is_some_and(|date| !is_date(date))
        || rules.bends(Deviation::FailsOnLongHeader) && headers.iter().any(is_long)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> Option<(Operation, bool)> {
        Place::of(path).map(|place| (place.operation, place.documented))
    }

    #[test]
    fn paths_lead_to_the_operation_that_is_nearest() {
        use Operation::{BatchCreateOrDeleteTags, CreateKmsTag, CreateSecretEvent, CreateSecretTag};
        assert_eq!(place("/v1/p/csms/s/tags"), Some((CreateSecretTag, true)));
        assert_eq!(place("/v1/p/csms/s/tags/"), Some((CreateSecretTag, false)));
        assert_eq!(place("/v1/p/csms/s/tags/action"), Some((BatchCreateOrDeleteTags, true)));
        assert_eq!(place("/v1/p/csms/s/tags/action/x"), Some((BatchCreateOrDeleteTags, false)));
        assert_eq!(place("/v1.0/p/kms/k/tags"), Some((CreateKmsTag, true)));
        assert_eq!(place("/v9/p/kms/k/tags"), Some((CreateKmsTag, false)));
        assert_eq!(place("/v1/p/csms/events"), Some((CreateSecretEvent, true)));
        assert_eq!(place("/v1/p/csms/events/x/y"), Some((CreateSecretEvent, false)));
        assert_eq!(place("/v1/p/other/s/tags"), None);
    }

    #[test]
    fn percent_signs_are_broken_without_two_digits() {
        assert!(has_broken_percent("/%zz") && has_broken_percent("/%4") && has_broken_percent("/%"));
        assert!(!has_broken_percent("/%41%ff") && !has_broken_percent("/"));
    }
}
