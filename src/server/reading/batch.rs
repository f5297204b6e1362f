//! Readings about batches and their sequence number.

use super::profile::Profile;
use crate::server::operation::Operation;

/// What a key given twice in one create means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RepeatedKey {
    Refused,
    LastWins,
    FirstWins,
}

/// What happens to a stored tag that a delete names only in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disposal {
    Deleted,
    Ignored,
    Refused,
}

/// How long a sequence number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SequenceLength {
    Exactly36,
    AtMost36,
    Any,
}

/// How one operation reads the clauses about batches.
#[derive(Debug, Clone)]
pub(crate) struct BatchReadings {
    pub(crate) repeated_key: RepeatedKey,
    pub(crate) delete_absent_refused: bool,
    pub(crate) delete_other_value: Disposal,
    pub(crate) delete_value_omitted: Disposal,
    pub(crate) empty_create_accepted: bool,
    pub(crate) empty_delete_accepted: bool,
    pub(crate) long_delete_accepted: bool,
}

/// How one operation reads the clauses about the sequence number.
#[derive(Debug, Clone)]
pub(crate) struct SequenceReadings {
    pub(crate) length: SequenceLength,
    pub(crate) uuid: bool,
    pub(crate) null_accepted: bool,
}

impl BatchReadings {
    pub(crate) fn of(profile: &Profile, operation: Operation) -> Self {
        let is = |suffix, reading| profile.is(operation, suffix, reading);
        let disposal = |suffix| match profile.at(operation, suffix) {
            "ignored" => Disposal::Ignored,
            "refused" => Disposal::Refused,
            _ => Disposal::Deleted,
        };
        Self {
            repeated_key: match profile.at(operation, "create.repeated-key") {
                "last-wins" => RepeatedKey::LastWins,
                "first-wins" => RepeatedKey::FirstWins,
                _ => RepeatedKey::Refused,
            },
            delete_absent_refused: is("delete.absent-tag", "refused"),
            delete_other_value: disposal("delete.other-value"),
            delete_value_omitted: disposal("delete.value-omitted"),
            empty_create_accepted: is("create.empty-batch", "accepted"),
            empty_delete_accepted: is("delete.empty-batch", "accepted"),
            long_delete_accepted: is("delete.more-than-20", "accepted"),
        }
    }
}

impl SequenceReadings {
    pub(crate) fn of(profile: &Profile, operation: Operation) -> Self {
        Self {
            length: match profile.at(operation, "sequence.length") {
                "at-most-36" => SequenceLength::AtMost36,
                "any" => SequenceLength::Any,
                _ => SequenceLength::Exactly36,
            },
            uuid: profile.is(operation, "sequence.format", "uuid"),
            null_accepted: profile.is(operation, "sequence.null", "accepted"),
        }
    }
}
