use super::neighbours::Neighbour;
use crate::judge::describe;
use crate::model::Exchange;

/// Why a neighbouring operation did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What kind of a refusal it is.
    pub(super) kind: RefusalKind,
    /// What came, or why nothing did.
    pub(super) told: String,
    /// What to do.
    pub(super) advice: String,
    /// Whether it, or an earlier try of the same request, may have been carried out all the same.
    pub(super) in_doubt: bool,
}

/// Kinds of refusals that something follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefusalKind {
    /// What it speaks of is not there.
    Absent,
    /// There is one of this name already.
    Exists,
    /// The target says no.
    Other,
    /// Nothing came that could be understood.
    NoAnswer,
}

impl Refusal {
    pub(super) fn without_answer(told: String, advice: &str) -> Self {
        Refusal { kind: RefusalKind::NoAnswer, told, advice: advice.to_owned(), in_doubt: true }
    }

    /// What to do and what came, in one line: what is too long for a terminal is cut at its end.
    pub(super) fn line(&self) -> String {
        if self.advice.is_empty() { self.told.clone() } else { format!("{} ({})", self.advice, self.told) }
    }
}

/// The refusal that an answer is, with what to do about it; nothing that must not be shown is in it.
pub(super) fn refusal(neighbour: Neighbour, exchange: &Exchange, clean: impl Fn(&str) -> String) -> Refusal {
    let body = exchange.answer.as_ref().ok().and_then(|response| response.json());
    let code = body.as_ref().and_then(code).unwrap_or_default();
    let status = exchange.status().unwrap_or_default();
    Refusal {
        kind: kind(status, &code),
        told: clean(&describe(exchange).split_whitespace().collect::<Vec<_>>().join(" ")),
        advice: advice(neighbour, status, &code),
        in_doubt: exchange.is_second_try() || status >= 500,
    }
}

/// The code in any of the forms that errors have.
fn code(body: &serde_json::Value) -> Option<String> {
    let found = ["/error_code", "/error/error_code", "/code", "/errorCode"];
    found.iter().find_map(|at| body.pointer(at)?.as_str().map(str::to_owned))
}

fn kind(status: u16, code: &str) -> RefusalKind {
    match (status, code) {
        // The gateway does not know the path, the service not the thing.
        (404, code) if code.starts_with("APIGW.") => RefusalKind::Other,
        (_, "CSMS.0005" | "CSMS.0106" | "KMS.0207") | (404, _) => RefusalKind::Absent,
        (_, "CSMS.0101" | "KMS.1104") | (409, _) => RefusalKind::Exists,
        _ => RefusalKind::Other,
    }
}

fn advice(neighbour: Neighbour, status: u16, code: &str) -> String {
    let Neighbour { name, action, .. } = neighbour;
    match (status, code) {
        (_, "CSMS.0202" | "CSMS.0201" | "KMS.1105") => {
            "the quota is used up: delete what nobody needs, ask for more, or give --secret-id and --key-id of what is there"
                .to_owned()
        }
        (401, _) => "are the credentials right, and not expired, and is the project their own?".to_owned(),
        (403, _) => format!(
            "the credentials may not do that: give them the permission `{action}`, or give --secret-id and --key-id"
        ),
        (404 | 405 | 501, _) => format!(
            "does it have {name}, and are the endpoint's base path and the project right? if it has not, give --secret-id \
             and --key-id of what is there"
        ),
        (429 | 503, _) => "it throttles or is in maintenance: try again later, or with a lower --rate".to_owned(),
        (500.., _) => "is the service behind it up? its logs will know more".to_owned(),
        _ => "give --secret-id and --key-id of what is there".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::neighbours::{CREATE_KEY, CREATE_SECRET};
    use super::*;
    use crate::model::{Request, Response};

    fn of(neighbour: Neighbour, status: u16, body: &str) -> Refusal {
        let request = Request {
            operation: neighbour.name.to_owned(),
            method: "POST".to_owned(),
            url: "http://h/".to_owned(),
            headers: Vec::new(),
            body: None,
        };
        let response = Response { status, body: body.as_bytes().to_vec(), ..Response::default() };
        refusal(neighbour, &Exchange::new(request, Ok(response), Duration::ZERO), |text| text.replace("hidden", "…"))
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        for (status, body, part) in [
            (400, r#"{"error_code":"CSMS.0202"}"#, "the quota is used up"),
            (500, r#"{"error_code":"CSMS.0201"}"#, "the quota is used up"),
            (401, "{}", "are the credentials right"),
            (403, "{}", "give them the permission `csms:secret:create`"),
            (404, r#"{"error_code":"APIGW.0101"}"#, "does it have CreateSecret"),
            (405, "", "does it have CreateSecret"),
            (429, "", "try again later"),
            (502, "", "its logs will know more"),
            (400, "{}", "give --secret-id and --key-id"),
        ] {
            let told = of(CREATE_SECRET, status, body);
            assert!(told.advice.contains(part), "{status} {body}: {told:?}");
            assert!(told.line().contains(&format!("(status {status}")), "{told:?}");
        }
        assert!(of(CREATE_KEY, 403, "{}").advice.contains("kms:cmk:create"));
        assert!(!of(CREATE_KEY, 403, "hidden").told.contains("hidden"));
    }

    #[test]
    fn what_is_not_there_is_told_from_what_nobody_serves() {
        let kind =
            |status, code: &str| of(CREATE_KEY, status, &format!(r#"{{"error":{{"error_code":"{code}"}}}}"#)).kind;
        assert_eq!(kind(404, "APIGW.0101"), RefusalKind::Other);
        assert_eq!(kind(404, "KMS.0207"), RefusalKind::Absent);
        assert_eq!(kind(400, "CSMS.0106"), RefusalKind::Absent);
        assert_eq!(kind(409, ""), RefusalKind::Exists);
        assert_eq!(kind(400, "KMS.1104"), RefusalKind::Exists);
        assert_eq!(kind(400, "KMS.0201"), RefusalKind::Other);
    }
}
