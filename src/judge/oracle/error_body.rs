use serde_json::Value;

use super::super::describe::excerpt;
use super::{Judgement, Scene};
use crate::model::at;
use crate::suite::JsonType;

/// One member of the body of an error. What the gateway in front of the service says in its own shape is
/// left to the clauses on envelopes.
pub(super) fn field(scene: &Scene<'_>, status: u16, pointer: &str, kind: JsonType, non_empty: bool) -> Judgement {
    let Some(response) = scene.response().filter(|r| r.status == status) else { return Judgement::NotApplicable };
    if scene.is_answered_on_the_way() {
        return Judgement::NotApplicable;
    }
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

#[cfg(test)]
mod tests {
    use std::cell::OnceCell;
    use std::time::Duration;

    use super::*;
    use crate::model::{Exchange, Request, Response};
    use crate::suite::{DataSource, Suite};

    /// What the first operation's oracle says of an answer.
    fn judged(status: u16, body: &[u8], transient: bool) -> Result<Judgement, Box<dyn std::error::Error>> {
        let suite = Suite::load(&DataSource::embedded()?).map_err(|errors| format!("{errors:?}"))?;
        let (operation, url, method) = (String::new(), String::new(), "POST".to_owned());
        let request = Request { operation, method, url, headers: Vec::new(), body: None };
        let answer = Response { status, body: body.to_vec(), ..Response::default() };
        let scene = Scene {
            operation: &suite.operations[0].operation,
            exchange: &Exchange::new(request, Ok(answer), Duration::ZERO),
            request: None,
            repeated_server_error: false,
            transient_server_error: transient,
            gateway_territory: false,
            unusual: false,
            secrets: &super::super::Secrets::default(),
            answered: OnceCell::new(),
            now: 0,
        };
        Ok(field(&scene, status, "/error", JsonType::Object, false))
    }

    #[test]
    fn what_is_no_json_is_called_so() -> Result<(), Box<dyn std::error::Error>> {
        let cases: [(&[u8], &str); 3] = [
            (b"", "no body"),
            (b"<html>", "no JSON: `<html>`"),
            (b"{\"error\":{\"error_msg\":\"\xff\"}}", "no JSON, since it is not UTF-8: "),
        ];
        for (body, told) in cases {
            let Judgement::Broken { seen, .. } = judged(400, body, false)? else {
                return Err(format!("{told}: not found").into());
            };
            assert!(seen.starts_with(told), "{seen}");
        }
        Ok(())
    }

    #[test]
    fn a_gateways_page_for_a_moment_is_not_the_services() -> Result<(), Box<dyn std::error::Error>> {
        assert_eq!(judged(502, b"<html>", true)?, Judgement::NotApplicable);
        assert!(matches!(judged(502, b"<html>", false)?, Judgement::Broken { .. }), "every time");
        assert!(matches!(judged(502, b"{}", true)?, Judgement::Broken { .. }), "in the service's words");
        assert!(matches!(judged(500, b"<html>", true)?, Judgement::Broken { .. }), "the service's own");
        Ok(())
    }
}
