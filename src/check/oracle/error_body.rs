use serde_json::Value;

use super::super::describe::excerpt;
use super::{Judgement, Scene};
use crate::suite::JsonType;
use crate::vocabulary::at;

/// One member of the body of an error. What the gateway in front of the service says in its own shape is
/// left to the clauses on envelopes.
pub(super) fn field(scene: &Scene<'_>, status: u16, pointer: &str, kind: JsonType, non_empty: bool) -> Judgement {
    let Some(response) = scene.response().filter(|r| r.status == status) else { return Judgement::NotApplicable };
    let body = scene.json();
    if (scene.gateway_territory || status >= 500) && body.is_some_and(is_gateway) {
        return Judgement::NotApplicable;
    }
    let allowed = || format!("`{pointer}`, of type {kind}{}", if non_empty { ", not empty" } else { "" });
    let Some(body) = body else {
        let seen = match std::str::from_utf8(&response.body) {
            Ok("") => "no body".to_owned(),
            Ok(_) => format!("no JSON: {}", excerpt(&response.body)),
            Err(_) => format!("no JSON, since it is not UTF-8: {}", excerpt(&response.body)),
        };
        return Judgement::broken(allowed(), seen);
    };
    match at(body, pointer) {
        Some(value) if kind.admits(value) && non_empty && value.as_str().is_some_and(str::is_empty) => {
            Judgement::broken(allowed(), "an empty string")
        }
        Some(value) if kind.admits(value) => Judgement::Upheld,
        _ => Judgement::broken(allowed(), excerpt(&response.body)),
    }
}

/// The flat body of the gateway, which has codes of its own.
fn is_gateway(body: &Value) -> bool {
    body.get("error_code").and_then(Value::as_str).is_some_and(|code| code.starts_with("APIG"))
        && body.get("error_msg").is_some_and(Value::is_string)
}
