//! Readings about one tag and the resource it is put on.

use axum::http::StatusCode;

use super::access::status;
use super::profile::Profile;
use crate::server::operation::Operation;

/// The tag limit that the secret pages state.
const SECRET_TAG_LIMIT: usize = 20;

/// Which prefix of a key is reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReservedPrefix {
    Literal,
    Sdk,
}

/// Which characters `\s` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whitespace {
    Unicode,
    Ascii,
}

/// What one character is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CharacterUnit {
    CodePoints,
    Utf16,
}

/// How a value that was not given is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OmittedValue {
    Empty,
    Null,
    Absent,
}

/// How one operation reads the clauses about a tag.
#[derive(Debug, Clone)]
pub(crate) struct TagReadings {
    pub(crate) reserved_prefix: ReservedPrefix,
    pub(crate) whitespace: Whitespace,
    pub(crate) key_unit: CharacterUnit,
    pub(crate) value_unit: CharacterUnit,
    pub(crate) blank_means_whitespace: bool,
    pub(crate) existing_key_refused: bool,
    pub(crate) existing_pair_refused: bool,
    pub(crate) duplicate_status: StatusCode,
    pub(crate) omitted_value: OmittedValue,
    pub(crate) null_value_accepted: bool,
    pub(crate) limit: Option<usize>,
    pub(crate) limit_status: StatusCode,
    pub(crate) unknown_id: StatusCode,
    pub(crate) malformed_id: StatusCode,
    pub(crate) foreign_id: StatusCode,
    pub(crate) unknown_field_refused: bool,
    pub(crate) absent_tag_accepted: bool,
    pub(crate) null_tag_accepted: bool,
    pub(crate) absent_key_accepted: bool,
    pub(crate) null_key_accepted: bool,
    pub(crate) success_body: bool,
    /// Deleting by its path a tag that is not there is accepted.
    pub(crate) absent_ignored: bool,
}

impl TagReadings {
    pub(crate) fn of(profile: &Profile, operation: Operation) -> Self {
        let status = |suffix| status(profile, operation, suffix);
        let is = |suffix, reading| profile.is(operation, suffix, reading);
        let unit = |suffix| match profile.at(operation, suffix) {
            "utf-16" => CharacterUnit::Utf16,
            _ => CharacterUnit::CodePoints,
        };
        Self {
            reserved_prefix: match profile.at(operation, "key.reserved-prefix") {
                "sdk" => ReservedPrefix::Sdk,
                _ => ReservedPrefix::Literal,
            },
            whitespace: match profile.at(operation, "key.whitespace") {
                "ascii" => Whitespace::Ascii,
                _ => Whitespace::Unicode,
            },
            key_unit: unit("key.character-unit"),
            value_unit: unit("value.character-unit"),
            blank_means_whitespace: is("key.blank", "whitespace"),
            existing_key_refused: is("existing-key", "refuse"),
            existing_pair_refused: is("existing-pair", "refuse"),
            duplicate_status: status("duplicate-status"),
            omitted_value: match profile.at(operation, "value.omitted") {
                "null" => OmittedValue::Null,
                "absent" => OmittedValue::Absent,
                _ => OmittedValue::Empty,
            },
            null_value_accepted: is("value.null", "accepted"),
            limit: match profile.at(operation, "tag-limit") {
                "10" => Some(10),
                "none" => None,
                _ => Some(SECRET_TAG_LIMIT),
            },
            limit_status: status("limit-status"),
            unknown_id: status("unknown-id"),
            malformed_id: status("malformed-id"),
            foreign_id: status("foreign-id"),
            unknown_field_refused: is("unknown-field.tag", "refused"),
            absent_tag_accepted: is("tag.absent", "accepted"),
            null_tag_accepted: is("tag.null", "accepted"),
            absent_key_accepted: is("key.absent", "accepted"),
            null_key_accepted: is("key.null", "accepted"),
            success_body: is("success.body", "empty-object"),
            absent_ignored: is("absent-tag", "ignored"),
        }
    }
}
