//! Readings that every operation shares: credentials, project and body.

use axum::http::StatusCode;

use super::profile::Profile;
use crate::server::http::Envelope;
use crate::server::operation::Operation;

/// Which of two members with the same name counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DuplicateMember {
    Refused,
    Last,
    First,
}

/// Which media types besides JSON are refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ContentTypes {
    pub(crate) other_refused: bool,
    pub(crate) missing_refused: bool,
}

/// How one operation reads the clauses about who asks, for which project, with what kind of body.
#[derive(Debug, Clone)]
pub(crate) struct AccessReadings {
    pub(crate) token_missing: StatusCode,
    pub(crate) token_missing_envelope: Envelope,
    pub(crate) token_empty: StatusCode,
    pub(crate) token_wrong: StatusCode,
    pub(crate) token_wrong_envelope: Envelope,
    pub(crate) token_foreign: StatusCode,
    pub(crate) token_read_only: StatusCode,
    pub(crate) unknown_project: StatusCode,
    /// A path is compared as it stands, percent signs included.
    pub(crate) literal_paths: bool,
    pub(crate) content_types: ContentTypes,
    pub(crate) byte_order_mark_accepted: bool,
    pub(crate) duplicate_member: DuplicateMember,
    pub(crate) unknown_field_refused: bool,
}

impl AccessReadings {
    pub(crate) fn of(profile: &Profile, operation: Operation) -> Self {
        let status = |suffix| status(profile, operation, suffix);
        let envelope = |suffix| match profile.at(operation, suffix) {
            "gateway" => Envelope::Gateway,
            _ => Envelope::Wrapped,
        };
        let is = |suffix, reading| profile.is(operation, suffix, reading);
        Self {
            token_missing: status("token.missing"),
            token_missing_envelope: envelope("token.missing.envelope"),
            token_empty: status("token.empty"),
            token_wrong: status("token.wrong"),
            token_wrong_envelope: envelope("token.wrong.envelope"),
            token_foreign: status("token.foreign"),
            token_read_only: status("token.read-only"),
            unknown_project: status("unknown-project"),
            literal_paths: is("path.encoding", "literal"),
            content_types: ContentTypes {
                other_refused: is("content-type.other", "refused"),
                missing_refused: is("content-type.missing", "refused"),
            },
            byte_order_mark_accepted: is("byte-order-mark", "accepted"),
            duplicate_member: match profile.at(operation, "duplicate-member") {
                "last" => DuplicateMember::Last,
                "first" => DuplicateMember::First,
                _ => DuplicateMember::Refused,
            },
            unknown_field_refused: is("unknown-field.body", "refused"),
        }
    }
}

/// The status a clause is read as; operations without the clause never ask for it.
pub(super) fn status(profile: &Profile, operation: Operation, suffix: &str) -> StatusCode {
    StatusCode::from_bytes(profile.at(operation, suffix).as_bytes()).unwrap_or(StatusCode::BAD_REQUEST)
}
