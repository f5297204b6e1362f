//! Readings about events.

use axum::http::StatusCode;

use super::access::status;
use super::profile::Profile;
use crate::server::operation::Operation;

/// The unit of a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeUnit {
    Milliseconds,
    Seconds,
}

/// How the clauses about events are read.
#[derive(Debug, Clone)]
pub(crate) struct EventReadings {
    pub(crate) repeated_name_accepted: bool,
    pub(crate) duplicate_status: StatusCode,
    pub(crate) quota: Option<usize>,
    pub(crate) rotated_failed_accepted: bool,
    pub(crate) other_target_type_refused: bool,
    pub(crate) target_id_pattern: bool,
    pub(crate) target_name_pattern: bool,
    pub(crate) create_time: TimeUnit,
    pub(crate) update_time: TimeUnit,
    pub(crate) unknown_notification_field_refused: bool,
    /// The name in the path is that of no event.
    pub(crate) unknown_name: StatusCode,
    /// An update that changes nothing is refused.
    pub(crate) nothing_refused: bool,
}

impl EventReadings {
    pub(crate) fn of(profile: &Profile, operation: Operation) -> Self {
        let is = |suffix, reading| profile.is(operation, suffix, reading);
        let unit = |suffix| match profile.at(operation, suffix) {
            "seconds" => TimeUnit::Seconds,
            _ => TimeUnit::Milliseconds,
        };
        Self {
            repeated_name_accepted: is("repeated-name", "accepted"),
            duplicate_status: status(profile, operation, "duplicate-status"),
            quota: profile.at(operation, "quota").parse().ok(),
            rotated_failed_accepted: is("event_types.rotated-failed", "accepted"),
            other_target_type_refused: is("notification.target_type.other", "refused"),
            target_id_pattern: is("notification.target_id.pattern", "pattern"),
            target_name_pattern: is("notification.target_name.pattern", "pattern"),
            create_time: unit("response.create_time.unit"),
            update_time: unit("response.update_time.unit"),
            unknown_notification_field_refused: is("unknown-field.notification", "refused"),
            unknown_name: status(profile, operation, "unknown-name"),
            nothing_refused: is("nothing", "refused"),
        }
    }
}
