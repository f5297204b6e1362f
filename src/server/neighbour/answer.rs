//! From a request to the neighbour it asks for.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::operation::Neighbour;
use super::resources;
use super::route::Found;
use crate::server::access::{Caller, admit};
use crate::server::dispatch::{Call, object, text_of};
use crate::server::http::{Envelope, Failure, Incoming, Reason, Success, read_text};
use crate::server::json::{Json, Leniency, parse};
use crate::server::state::State;
use crate::server::{event, key, secret};

/// What a neighbour is asked to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Errand<'a> {
    pub(crate) call: Call<'a>,
    pub(crate) query: &'a str,
    pub(crate) body: &'a Json<'a>,
}

/// The answer to a request that is for none of the four operations and their observers; `known` says whether the path
/// is one of theirs all the same.
pub(crate) async fn answer(state: &State, parts: &Parts, caller: Caller<'_>, body: Incoming, known: bool) -> Response {
    let (project, asked) = match Found::at(parts.method.as_str(), parts.uri.path()) {
        Found::Neighbour { project, asked } => (project, asked),
        Found::Nothing if !known => {
            return nowhere(state, StatusCode::NOT_FOUND, Reason::NoRoute, "the API does not exist");
        }
        Found::OtherMethod | Found::Nothing => {
            let message = "the API does not support this method";
            return nowhere(state, StatusCode::METHOD_NOT_ALLOWED, Reason::NoMethod, message);
        }
    };
    let rules = asked.rules(state);
    let project = match parts.uri.path().split('/').nth(2) {
        Some(literal) if rules.access.literal_paths && !rules.operation.is_documented() => Cow::Borrowed(literal),
        _ => project,
    };
    let outcome = match admit(state, rules, &caller, &project, asked.writes()) {
        Err(failure) => Err(failure),
        Ok(tenant) => {
            let call = Call { state, rules, tenant, number: 0 };
            perform(call, &asked, parts, body).await
        }
    };
    // What follows readings of its own has one about this.
    let shaped = |failure| if rules.operation.is_documented() { shaped(failure, &asked) } else { failure };
    state.answerer.answer(rules, outcome.map_err(shaped))
}

fn nowhere(state: &State, status: StatusCode, reason: Reason, message: &'static str) -> Response {
    let failure = Failure::new(status, reason, message).enveloped(Envelope::Gateway);
    state.answerer.answer(state.gateway(), Err(failure))
}

async fn perform(call: Call<'_>, asked: &Neighbour<'_>, parts: &Parts, body: Incoming) -> Result<Success, Failure> {
    let query = parts.uri.query().unwrap_or_default();
    if !asked.reads_body() {
        return carry_out(Errand { call, query, body: &Json::Null }, asked);
    }
    let body = text_of(body.collect().await)?;
    let text = read_text(call.rules, &parts.headers, &body)?;
    let document = parse(&text, Leniency::default());
    let document = document.map_err(|error| Failure::invalid(Reason::Json, format!("body: must be JSON; {error}")))?;
    let body = object(call.rules, document)?;
    carry_out(Errand { call, query, body: &body }, asked)
}

fn carry_out(errand: Errand<'_>, asked: &Neighbour<'_>) -> Result<Success, Failure> {
    match asked {
        Neighbour::CreateSecret => secret::create(errand),
        Neighbour::ListSecrets => secret::list(errand),
        Neighbour::ShowSecret(name) => secret::show(errand, name),
        Neighbour::UpdateSecret(name) => secret::update(errand, name),
        Neighbour::DeleteSecret(name) => secret::delete(errand, name),
        Neighbour::DeleteSecretForSchedule(name) => secret::schedule_deletion(errand, name),
        Neighbour::RestoreSecret(name) => secret::restore(errand, name),
        Neighbour::UpdateSecretEvent(name) => event::update(errand, name),
        Neighbour::ListNotificationRecords => event::list_records(),
        Neighbour::CreateKey => key::create(errand),
        Neighbour::ListKeyDetail => key::describe(errand),
        Neighbour::ListKeys => key::list(errand),
        Neighbour::EnableKey => key::enable(errand),
        Neighbour::DisableKey => key::disable(errand),
        Neighbour::DeleteKey => key::schedule_deletion(errand),
        Neighbour::CancelKeyDeletion => key::cancel_deletion(errand),
        Neighbour::ListProjectSecretsTags => resources::secret_tags(errand),
        Neighbour::ListKmsTags => resources::key_tags(errand),
        Neighbour::ListResourceInstances => resources::secrets(errand),
        Neighbour::ListKmsByTags => resources::keys(errand),
    }
}

/// The form in which a neighbour refuses: the gateway speaks where credentials are missing or wrong.
fn shaped(failure: Failure, asked: &Neighbour<'_>) -> Failure {
    match failure.reason {
        Reason::TokenMissing | Reason::TokenWrong if failure.envelope != Envelope::Gateway => {
            let message = format!("Incorrect IAM authentication information: {}", failure.message);
            Failure::new(StatusCode::UNAUTHORIZED, failure.reason, message).enveloped(Envelope::Gateway)
        }
        _ if failure.envelope == Envelope::Wrapped && asked.has_flat_errors() => failure.enveloped(Envelope::Flat),
        _ => failure,
    }
}
