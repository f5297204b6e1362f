//! The rules for whom an event tells.

use super::model::Notification;
use crate::server::dispatch::check_members;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::json::Json;
use crate::server::rules::Rules;

pub(crate) const SMN: &str = "SMN";
const MAX_TARGET_ID: usize = 256;
const MAX_TARGET_NAME: usize = 64;

/// The one topic that a server knows which wrongly looks targets up.
const KNOWN_TOPIC: &str = "urn:smn:cn-north-4:dc3b7c85759141a991da17423c0f2068:test-poc";

/// What lets a member of the notification pass that must not.
struct Laxity {
    missing: Deviation,
    null: Deviation,
    number: Deviation,
}

const TARGET_TYPE: Laxity = Laxity {
    missing: Deviation::AcceptsMissingTargetType,
    null: Deviation::AcceptsNullTargetType,
    number: Deviation::CoercesNumberTargetType,
};
const TARGET_ID: Laxity = Laxity {
    missing: Deviation::AcceptsMissingTargetId,
    null: Deviation::AcceptsNullTargetId,
    number: Deviation::CoercesNumberTargetId,
};
const TARGET_NAME: Laxity = Laxity {
    missing: Deviation::AcceptsMissingTargetName,
    null: Deviation::AcceptsNullTargetName,
    number: Deviation::CoercesNumberTargetName,
};

/// The checked member `notification`.
pub(super) fn read(rules: &Rules, body: &Json<'_>) -> Result<Notification, Failure> {
    let notification = match body.get("notification") {
        None if rules.bends(Deviation::AcceptsMissingNotification) => {
            return Ok(Notification::default());
        }
        None => return Err(Failure::missing("notification")),
        Some(Json::Null) if rules.bends(Deviation::AcceptsNullNotification) => {
            return Ok(Notification::default());
        }
        Some(Json::Array(elements)) if rules.bends(Deviation::AcceptsNotificationArray) => elements.first(),
        other => other,
    };
    let notification = match notification {
        Some(notification @ Json::Object(_)) => notification,
        other => {
            let kind = other.map_or("nothing", Json::kind);
            return Err(Failure::wrong_type("notification", "an object", kind));
        }
    };
    let refused = rules.event.unknown_notification_field_refused;
    check_members(refused, "notification", notification, &["target_type", "target_id", "target_name"])?;
    let notification = Notification {
        target_type: member(rules, notification, "target_type", &TARGET_TYPE)?,
        target_id: member(rules, notification, "target_id", &TARGET_ID)?,
        target_name: member(rules, notification, "target_name", &TARGET_NAME)?,
    };
    check(rules, &notification)?;
    Ok(notification)
}

fn member(rules: &Rules, notification: &Json<'_>, name: &str, laxity: &Laxity) -> Result<String, Failure> {
    let field = format_args!("notification.{name}");
    match notification.get(name) {
        None if rules.bends(laxity.missing) => Ok(String::new()),
        None => Err(Failure::missing(field)),
        Some(Json::Null) if rules.bends(laxity.null) => Ok(String::new()),
        Some(Json::String(text)) => Ok(text.clone().into_owned()),
        Some(Json::Number(text)) if rules.bends(laxity.number) => Ok((*text).to_owned()),
        Some(other) => Err(Failure::wrong_type(field, "a string", other.kind())),
    }
}

/// Checks what some readings say about the texts of a notification.
pub(crate) fn check(rules: &Rules, notification: &Notification) -> Result<(), Failure> {
    let readings = &rules.event;
    let invalid = |rule: &'static str| Err(Failure::invalid(Reason::Parameter, rule));
    if readings.other_target_type_refused
        && notification.target_type != SMN
        && !is_excused(rules, &notification.target_type, &TARGET_TYPE)
    {
        return invalid("notification.target_type: must be SMN");
    }
    if readings.target_id_pattern
        && !fits(&notification.target_id, MAX_TARGET_ID, b"-._:")
        && !is_excused(rules, &notification.target_id, &TARGET_ID)
    {
        return invalid("notification.target_id: must be 1 to 256 letters a to z, digits, -, ., _ and :");
    }
    if readings.target_name_pattern
        && !fits(&notification.target_name, MAX_TARGET_NAME, b"_-")
        && !is_excused(rules, &notification.target_name, &TARGET_NAME)
    {
        return invalid("notification.target_name: must be 1 to 64 letters a to z, digits, _ and -");
    }
    if rules.bends(Deviation::ChecksTargetExists) && notification.target_id != KNOWN_TOPIC {
        return invalid("notification.target_id: no such topic exists");
    }
    Ok(())
}

/// Whether a fault that lets a member be absent or coerced is on, which a further rule must not undo.
fn is_excused(rules: &Rules, text: &str, laxity: &Laxity) -> bool {
    text.is_empty() && (rules.bends(laxity.missing) || rules.bends(laxity.null))
        || rules.bends(laxity.number) && text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

fn fits(text: &str, maximum: usize, punctuation: &[u8]) -> bool {
    (1..=maximum).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(&byte))
}
