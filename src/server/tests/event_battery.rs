//! The part of the battery that is about events.

use serde_json::{Value, json};

use super::battery::deep;

/// Groups of bodies that are sent one after the other.
pub(super) fn bodies() -> Vec<Vec<Vec<u8>>> {
    let mut events = vec![event("demo-event")];
    events.extend(names());
    events.extend(types());
    for state in [json!("DISABLED"), json!("enabled"), json!("ON"), json!(true), json!(null), json!(1)] {
        events.push(with("state", state));
    }
    events.extend(notifications());
    for member in ["name", "event_types", "state", "notification"] {
        let mut event = event("without");
        event.as_object_mut().expect("an object").shift_remove(member);
        events.push(event);
    }
    let mut bodies: Vec<Vec<Vec<u8>>> = events.iter().map(|event| vec![event.to_string().into_bytes()]).collect();
    let mut again = event("twice");
    again["state"] = json!("DISABLED");
    bodies.push([event("twice"), again].map(|event| event.to_string().into_bytes()).to_vec());
    let text = event("lenient").to_string();
    let comma = text.replace("}}", "},}");
    let invalid = text.replace("SMN", "S\u{1}").into_bytes();
    bodies.push(vec![comma.into_bytes()]);
    bodies.push(vec![format!("{} x", text.replace("lenient", "longer")).into_bytes()]);
    bodies.push(vec![invalid.iter().map(|byte| if *byte == 1 { 0xff } else { *byte }).collect()]);
    bodies.push(vec![deep(&event("deep"))]);
    bodies
}

/// An event whose id and timestamps are reduced to what does not change from run to run.
pub(super) fn steady(mut json: Value) -> Value {
    match &mut json {
        Value::Array(elements) => elements.iter_mut().for_each(|element| *element = steady(element.take())),
        Value::Object(members) => {
            let id = members.get("event_id").and_then(Value::as_str).map(str::to_owned);
            if let Some(id) = id.filter(|id| id.len() == 36 && !id.starts_with("bb6a3d22")) {
                members.insert("event_id".to_owned(), json!(id.len()));
            }
            let created = members.get("create_time").and_then(Value::as_u64);
            let updated = members.get("update_time").and_then(Value::as_u64);
            if let (Some(created), Some(updated)) = (created, updated) {
                members.insert("order".to_owned(), json!(created == updated));
            }
            for time in ["create_time", "update_time"] {
                if let Some(value) = members.get_mut(time) {
                    *value = json!(value.to_string().len());
                }
            }
            members.values_mut().for_each(|value| *value = steady(value.take()));
        }
        _ => {}
    }
    json
}

pub(super) fn event(name: &str) -> Value {
    json!({
        "name": name,
        "event_types": ["SECRET_VERSION_EXPIRED", "SECRET_DELETED", "SECRET_VERSION_CREATED"],
        "state": "ENABLED",
        "notification": { "target_type": "SMN", "target_id": "urn:smn:x:y", "target_name": "topic" },
    })
}

fn with(member: &str, value: Value) -> Value {
    let mut event = event(&format!("e-{}", value.to_string().len()));
    event[member] = value;
    event
}

fn names() -> Vec<Value> {
    let mut names: Vec<Value> =
        ["", "a.b", "a b", "aé", "a!", "a\n", "a-b", "a_b", "1a", "ABC", "a\u{0}", "a😀"].map(Value::from).to_vec();
    names.extend([63, 64, 65, 5000].map(|length| Value::from("n".repeat(length))));
    names.extend([json!(1), json!(null), json!(["a"])]);
    names.into_iter().map(|name| with("name", name)).collect()
}

fn types() -> Vec<Value> {
    [
        json!([]),
        json!(null),
        json!("SECRET_ROTATED"),
        json!(["SECRET_ROTATED"]),
        json!(["SECRET_ROTATED", 1]),
        json!(["SECRET_ROTATED", "SECRET_ROTATED"]),
        json!(["SECRET_ROTATED", "X"]),
        json!(["X"]),
        json!(["secret_rotated"]),
        json!(["SECRET_ROTATED_FAILED"]),
        json!(["SECRET_DELETED"]),
    ]
    .map(|types| with("event_types", types))
    .to_vec()
}

fn notifications() -> Vec<Value> {
    let whole = event("x")["notification"].clone();
    let mut notifications = vec![json!(null), json!([whole]), json!({}), json!("SMN")];
    for member in ["target_type", "target_id", "target_name"] {
        let mut without = whole.clone();
        without.as_object_mut().expect("an object").shift_remove(member);
        notifications.push(without);
        for wrong in [json!(null), json!(1), json!("a😀")] {
            let mut with = whole.clone();
            with[member] = wrong;
            notifications.push(with);
        }
    }
    let number = |(index, value): (usize, Value)| {
        let mut event = event(&format!("notification-{index}"));
        event["notification"] = value;
        event
    };
    notifications.into_iter().enumerate().map(number).collect()
}
