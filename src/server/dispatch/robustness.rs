//! Requests that a fragile implementation cannot take.

use axum::http::{HeaderMap, StatusCode};

use super::handle::Asked;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason, Success};
use crate::server::json::{Json, Leniency, ParseError};
use crate::server::operation::Operation;
use crate::server::rules::Rules;
use crate::server::state::State;

const FLAKY_PERIOD: u64 = 16;
pub(crate) const FRAGILE_DEPTH: usize = 30;
const FRAGILE_LENGTH: usize = 4000;

/// What every so many requests are answered with, whatever they say.
pub(super) fn fail_now_and_then(rules: &Rules, number: u64) -> Result<(), Failure> {
    if number == 0 || !number.is_multiple_of(FLAKY_PERIOD) {
        return Ok(());
    }
    if rules.bends(Deviation::FailsNowAndThen) {
        Err(Failure::internal())
    } else if rules.bends(Deviation::TimesOutNowAndThen) {
        Err(Failure::new(StatusCode::GATEWAY_TIMEOUT, Reason::Internal, "the upstream server did not answer"))
    } else if rules.bends(Deviation::LosesUpstreamNowAndThen) {
        Err(Failure::new(StatusCode::BAD_GATEWAY, Reason::Internal, "the upstream server answered nonsense"))
    } else if rules.bends(Deviation::RefusesNowAndThen) {
        Err(Failure::invalid(Reason::Parameter, "body: is not valid this time"))
    } else {
        Ok(())
    }
}

/// The outcome where a fault decides about an empty body.
pub(super) fn on_empty_body(rules: &Rules, body: &[u8]) -> Option<Result<Success, Failure>> {
    if !body.is_empty() {
        None
    } else if rules.bends(Deviation::FailsOnEmptyBody) {
        Some(Err(Failure::internal()))
    } else if rules.bends(Deviation::AcceptsEmptyBody) {
        Some(Ok(match rules.operation {
            Operation::CreateSecretEvent => Success::Json(b"{}".to_vec()),
            _ => Success::NoContent,
        }))
    } else {
        None
    }
}

pub(super) fn leniency(rules: &Rules) -> Leniency {
    Leniency {
        trailing_comma: rules.bends(Deviation::AcceptsTrailingComma),
        trailing_text: rules.bends(Deviation::AcceptsTextAfterJson),
    }
}

pub(super) fn on_malformed(rules: &Rules, error: &ParseError) -> Failure {
    if rules.bends(Deviation::FailsOnMalformedJson) {
        Failure::internal()
    } else {
        Failure::invalid(Reason::Json, format!("body: must be JSON; {error}"))
    }
}

/// Breaks down on inputs that a fault makes fragile.
pub(super) fn fail_on(rules: &Rules, body: &Json<'_>) -> Result<(), Failure> {
    let fragile = |deviation, test: &dyn Fn(&Json<'_>) -> bool| rules.bends(deviation) && body.any(test);
    let failed = rules.bends(Deviation::FailsOnArrayBody) && body.is_array()
        || rules.bends(Deviation::FailsOnDeepNesting) && body.depth() >= FRAGILE_DEPTH
        || rules.bends(Deviation::FailsOnWrongType)
            && body.members().iter().any(|(_, value)| matches!(value, Json::Number(_)))
        || fragile(Deviation::FailsOnNull, &|json| json.is_null())
        || fragile(Deviation::FailsOnEmptyArray, &|json| json.is_array() && json.elements().is_empty())
        || fragile(Deviation::FailsOnEmoji, &|json| has(json, |character| character > '\u{ffff}'))
        || fragile(Deviation::FailsOnNulCharacter, &|json| has(json, |character| character == '\0'))
        || fragile(
            Deviation::FailsOnLongString,
            &|json| matches!(json, Json::String(string) if string.len() > FRAGILE_LENGTH),
        )
        || fragile(Deviation::FailsOnTripleEquals, &|json| holds(json, "==="))
        || fragile(Deviation::FailsOnTemplate, &|json| holds(json, "{{"))
        || fragile(Deviation::FailsOnFormat, &|json| holds(json, "%n"));
    if failed { Err(Failure::internal()) } else { Ok(()) }
}

fn holds(json: &Json<'_>, text: &str) -> bool {
    matches!(json, Json::String(string) if string.contains(text))
}

/// A refusal by stages, each seen in the message only, the last of which breaks down.
pub(super) fn by_stages(rules: &Rules, failure: Failure, body: &Json<'_>) -> Failure {
    let stage = if rules.bends(Deviation::RendersTemplatesInRefusals) {
        [holds_any(body, "{{"), holds_any(body, "}}"), holds_any(body, "|")]
    } else if rules.bends(Deviation::FailsOnVeryLongLists) {
        let items = body.get("tags").map_or(0, |tags| tags.elements().len());
        [items > 20, items > 40, items > 60]
    } else if rules.bends(Deviation::FailsOnHugeTexts) {
        let longer = |than: usize| body.any(&|json| matches!(json, Json::String(text) if text.len() > than));
        [longer(1_000), longer(8_000), longer(16_000)]
    } else {
        return failure;
    };
    let reached = stage.iter().take_while(|stage| **stage).count();
    let more = match reached {
        0 => return failure,
        1 => "somewhat unusual",
        2 => "highly unusual",
        _ => return Failure::internal(),
    };
    Failure { message: format!("{} {more}", failure.message).into(), ..failure }
}

fn holds_any(body: &Json<'_>, text: &str) -> bool {
    body.any(&|json| holds(json, text))
}

/// A refusal whose message is made by a formatter that reads what the client sent as its format, where a fault
/// says so: a stray percent sign shows in the message, and a request to write to memory ends the request.
pub(super) fn formatted(rules: &Rules, failure: Failure, body: &Json<'_>) -> Failure {
    if !rules.bends(Deviation::FormatsErrorMessages) || !body.any(&|json| holds(json, "%")) {
        return failure;
    }
    if body.any(&|json| holds(json, "%n")) {
        return Failure::internal();
    }
    Failure { message: format!("{} !(NOVERB)", failure.message).into(), ..failure }
}

fn has(json: &Json<'_>, test: impl Fn(char) -> bool) -> bool {
    matches!(json, Json::String(string) if string.contains(test))
}

/// A refusal that gives away the caller's token, where a fault says so.
pub(super) fn repeating_token(rules: &Rules, failure: Failure, headers: &HeaderMap) -> Failure {
    let token = headers.get("x-auth-token").and_then(|value| value.to_str().ok());
    match token {
        Some(token) if rules.bends(Deviation::RepeatsTokenInErrors) => {
            Failure { message: format!("{} (token {token})", failure.message).into(), ..failure }
        }
        _ => failure,
    }
}

/// What `POST` asks for, where a fault makes every method do the same.
pub(super) fn asked_by_any_method<'a>(state: &State, posted: Option<Asked<'a>>) -> Option<Asked<'a>> {
    posted.filter(|asked| match asked {
        Asked::Operation(operation) => state.operation(*operation).bends(Deviation::ServesEveryMethod),
        Asked::Observer(_) => false,
    })
}
