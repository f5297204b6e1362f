//! Events as JSON.

use serde_json::{Map, Value, json};

use super::model::{Event, Notification};
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Success};
use crate::server::reading::{EventReadings, TimeUnit};
use crate::server::rules::Rules;
use crate::server::time::Milliseconds;

const HOUR: u64 = 60 * 60 * 1000;

/// The response to a creation.
pub(super) fn created(rules: &Rules, event: &Event) -> Result<Success, Failure> {
    let mut members = members(&rules.event, event);
    if rules.is_bent() {
        bend(rules, event, &mut members);
        if rules.bends(Deviation::LeavesResponseUnwrapped) {
            return Success::json(&members);
        }
        if rules.bends(Deviation::SendsEventArray) {
            return Success::json(&json!({ "event": [members] }));
        }
        if rules.bends(Deviation::SendsEmptyResponse) {
            return Success::json(&json!({}));
        }
    }
    Success::json(&json!({ "event": members }))
}

/// The members of an event, in the documented order.
pub(super) fn members(readings: &EventReadings, event: &Event) -> Map<String, Value> {
    let draft = &event.draft;
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("name", draft.name.clone().into());
    put("event_id", event.event_id.clone().into());
    put("event_types", draft.types.clone().into());
    put("state", draft.state.clone().into());
    put("create_time", time(event.created, readings.create_time).into());
    put("update_time", time(event.updated, readings.update_time).into());
    put("notification", notification(&draft.notification));
    members
}

fn time(time: Milliseconds, unit: TimeUnit) -> u64 {
    match unit {
        TimeUnit::Milliseconds => time.0,
        TimeUnit::Seconds => time.0 / 1000,
    }
}

fn notification(notification: &Notification) -> Value {
    json!({
        "target_type": notification.target_type,
        "target_id": notification.target_id,
        "target_name": notification.target_name,
    })
}

/// Applies the faults that garble a response.
fn bend(rules: &Rules, event: &Event, members: &mut Map<String, Value>) {
    bend_identity(rules, members);
    bend_types(rules, event, members);
    bend_times(rules, event, members);
    bend_notification(rules, event, members);
}

fn bend_identity(rules: &Rules, members: &mut Map<String, Value>) {
    if rules.bends(Deviation::EchoesExampleName) {
        replace(members, "name", "event-test".into());
    }
    if rules.bends(Deviation::OmitsEventId) {
        members.shift_remove("event_id");
    } else if rules.bends(Deviation::SendsNumericEventId) {
        replace(members, "event_id", 42.into());
    } else if rules.bends(Deviation::SendsEmptyEventId) {
        replace(members, "event_id", "".into());
    } else if rules.bends(Deviation::ShowsOtherEventId) {
        replace(members, "event_id", uuid::Uuid::new_v4().to_string().into());
    }
    if rules.bends(Deviation::SendsBooleanState) {
        let enabled = members.get("state").is_some_and(|state| state == super::request::ENABLED);
        replace(members, "state", enabled.into());
    }
}

fn bend_types(rules: &Rules, event: &Event, members: &mut Map<String, Value>) {
    let mut types = event.draft.types.clone();
    if rules.bends(Deviation::ReversesTypes) {
        types.reverse();
    } else if rules.bends(Deviation::SortsTypes) {
        types.sort_unstable();
    } else if rules.bends(Deviation::DropsLastType) {
        types.truncate(types.len().saturating_sub(1).max(1));
    } else if rules.bends(Deviation::JoinsTypes) {
        return replace(members, "event_types", types.join(",").into());
    }
    replace(members, "event_types", types.into());
}

fn bend_times(rules: &Rules, event: &Event, members: &mut Map<String, Value>) {
    let readings = &rules.event;
    let created = time(event.created, readings.create_time);
    if rules.bends(Deviation::SendsCreateTimeAsString) {
        replace(members, "create_time", created.to_string().into());
    } else if rules.bends(Deviation::SendsCreateTimeAsFloat) {
        #[expect(clippy::cast_precision_loss, reason = "the value is meant to be wrong")]
        replace(members, "create_time", (created as f64 + 0.5).into());
    } else if rules.bends(Deviation::OmitsCreateTime) {
        members.shift_remove("create_time");
    } else if rules.bends(Deviation::SendsCreateTimeOfZero) {
        replace(members, "create_time", 0.into());
    } else if rules.bends(Deviation::SendsCreateTimeInMicroseconds) {
        replace(members, "create_time", (event.created.0 * 1000).into());
    } else if rules.bends(Deviation::SendsCreateTimeOfTomorrow) {
        let tomorrow = time(Milliseconds(event.created.0 + 24 * HOUR), readings.create_time);
        replace(members, "create_time", tomorrow.into());
    }
    if rules.bends(Deviation::SendsTimesOfDisabledInOtherUnit) && members.get("state").is_some_and(|s| s == "DISABLED")
    {
        let other = |unit| match unit {
            TimeUnit::Milliseconds => TimeUnit::Seconds,
            TimeUnit::Seconds => TimeUnit::Milliseconds,
        };
        replace(members, "create_time", time(event.created, other(readings.create_time)).into());
        replace(members, "update_time", time(event.updated, other(readings.update_time)).into());
    }
    if rules.bends(Deviation::SendsUpdateTimeInOtherUnit) {
        let other = match readings.create_time {
            TimeUnit::Milliseconds => TimeUnit::Seconds,
            TimeUnit::Seconds => TimeUnit::Milliseconds,
        };
        replace(members, "update_time", time(event.updated, other).into());
    }
    if rules.bends(Deviation::SendsUpdateTimeAsString) {
        replace(members, "update_time", "2020-02-12T11:39:40Z".into());
    } else if rules.bends(Deviation::OmitsUpdateTime) {
        members.shift_remove("update_time");
    } else if rules.bends(Deviation::SendsUpdateTimeOfZero) {
        replace(members, "update_time", 0.into());
    } else if rules.bends(Deviation::SendsUpdateTimeBeforeCreateTime) {
        let before = time(Milliseconds(event.created.0.saturating_sub(HOUR)), readings.update_time);
        replace(members, "update_time", before.into());
    }
}

fn bend_notification(rules: &Rules, event: &Event, members: &mut Map<String, Value>) {
    let mut bent = event.draft.notification.clone();
    if rules.bends(Deviation::OmitsNotification) {
        members.shift_remove("notification");
        return;
    }
    if rules.bends(Deviation::SwapsTargetIdAndName) {
        std::mem::swap(&mut bent.target_id, &mut bent.target_name);
    }
    let mut value = notification(&bent);
    if let Value::Object(members) = &mut value {
        if rules.bends(Deviation::OmitsTargetType) {
            members.shift_remove("target_type");
        }
        if rules.bends(Deviation::SendsNullTargetName) {
            replace(members, "target_name", Value::Null);
        }
    }
    replace(members, "notification", value);
}

fn replace(members: &mut Map<String, Value>, name: &str, value: Value) {
    members.insert(name.to_owned(), value);
}
