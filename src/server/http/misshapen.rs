//! Errors as faulty implementations answer them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Failure, Reason};
use crate::server::fault::Deviation;
use crate::server::rules::Rules;

/// A body that is not the documented one.
pub(crate) struct Shape {
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

const HTML: &str = "<html><body><h1>Error</h1></body></html>\n";

/// The status of a refusal, bent where a fault says so.
pub(crate) fn status(rules: &Rules, failure: &Failure) -> StatusCode {
    let bends = |deviation| rules.bends(deviation);
    match failure.reason {
        _ if bends(Deviation::AnswersErrorsWithOk) => StatusCode::OK,
        Reason::Json if bends(Deviation::AnswersBadJsonWithNotFound) => StatusCode::NOT_FOUND,
        Reason::UnknownId if bends(Deviation::AnswersUnknownIdWithGone) => StatusCode::GONE,
        Reason::UnknownId if bends(Deviation::FailsOnUnknownId) => StatusCode::INTERNAL_SERVER_ERROR,
        Reason::TagLimit if bends(Deviation::AnswersLimitWithTooManyRequests) => StatusCode::TOO_MANY_REQUESTS,
        reason if is_about_the_body(reason) && bends(Deviation::AnswersInvalidWithUnprocessable) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        _ => failure.status,
    }
}

/// The body of a refusal where a fault gives it another shape.
pub(crate) fn body(rules: &Rules, failure: &Failure) -> Option<Shape> {
    let bends = |deviation| rules.bends(deviation);
    let code = failure.reason.code(rules.operation.service());
    let message = failure.message.as_ref();
    let number = code.bytes().filter(u8::is_ascii_digit).fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    let from_upstream = failure.status == StatusCode::BAD_GATEWAY || failure.status == StatusCode::GATEWAY_TIMEOUT;
    let detail = json!({ "error_code": code, "error_msg": message });
    if from_upstream || bends(Deviation::SendsHtmlErrors) {
        return Some(Shape { content_type: "text/html", body: HTML.to_owned() });
    }
    if bends(Deviation::AnnouncesErrorsAsText) {
        return Some(Shape { content_type: "text/plain", body: json!({ "error": detail }).to_string() });
    }
    if bends(Deviation::MarksByteOrderInErrors) {
        return Some(Shape::json(format!("\u{feff}{}", json!({ "error": detail }))));
    }
    if bends(Deviation::SendsTruncatedErrors) {
        let mut body = json!({ "error": detail }).to_string();
        body.pop();
        return Some(Shape::json(body));
    }
    let value = if bends(Deviation::FlattensErrors) {
        detail
    } else if bends(Deviation::SendsErrorArray) {
        json!({ "error": [detail] })
    } else if bends(Deviation::SendsErrorString) {
        json!({ "error": message })
    } else if bends(Deviation::SendsEmptyErrors) {
        return Some(Shape::json(String::new()));
    } else if bends(Deviation::OmitsErrorCode) {
        json!({ "error": { "error_msg": message } })
    } else if bends(Deviation::SendsNumericErrorCode) {
        json!({ "error": { "error_code": number, "error_msg": message } })
    } else if bends(Deviation::SendsKeystoneErrors) {
        json!({ "error": { "message": message, "title": "Bad Request" } })
    } else if bends(Deviation::OmitsErrorMessage) {
        json!({ "error": { "error_code": code } })
    } else if bends(Deviation::SendsNullErrorMessage) {
        json!({ "error": { "error_code": code, "error_msg": Value::Null } })
    } else {
        return None;
    };
    Some(Shape::json(value.to_string()))
}

impl Shape {
    fn json(body: String) -> Self {
        Self { content_type: "application/json", body }
    }
}

fn is_about_the_body(reason: Reason) -> bool {
    use Reason::{Action, Json, Key, KeyLength, Missing, Parameter, Sequence, TagList, Value, ValueLength};
    matches!(reason, Json | Missing | Parameter | Key | KeyLength | Value | ValueLength | TagList | Action | Sequence)
}
