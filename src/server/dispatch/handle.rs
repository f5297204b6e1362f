//! From a request to the operation or observer it asks for.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;

use super::body::{object, text_of};
use super::observer::Observer;
use super::{fragile, picky, positions, robustness};
use crate::server::access::{Caller, admit, is_signed, signer};
use crate::server::event;
use crate::server::fault::Deviation;
use crate::server::http::{Collected, Failure, Incoming, Method, Route, Success, Target, read_text};
use crate::server::identity;
use crate::server::json::{Json, parse};
use crate::server::neighbour;
use crate::server::operation::Operation;
use crate::server::rules::Rules;
use crate::server::state::{State, Tenant};
use crate::server::tag;

/// An admitted request for one of the four operations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) state: &'a State,
    pub(crate) rules: &'a Rules,
    pub(crate) tenant: &'a Tenant,
    /// The how-manieth request to this operation it is, where a fault depends on it.
    pub(crate) number: u64,
}

/// What a method on a path asks for.
pub(super) enum Asked<'a> {
    Operation(Operation),
    Observer(Observer<'a>),
}

/// Answers any request.
pub(crate) async fn handle(Shared(state): Shared<Arc<State>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Some(operation) = fragile::broken_down(&state, &parts) {
        return state.answerer.answer(state.operation(operation), Err(Failure::internal()));
    }
    let mut body = Incoming::Unread(body);
    let mut caller = Caller { headers: &parts.headers, signed: None };
    let route = Route::of(parts.uri.path());
    let known = route.is_some();
    let asked = route.as_ref().and_then(|route| {
        Method::of(&parts.method)
            .and_then(|method| asked(method, &route.target, parts.uri.query()))
            .or_else(|| robustness::asked_by_any_method(&state, asked(Method::Post, &route.target, None)))
    });
    if is_signed(&parts.headers) {
        let rules = match asked {
            Some(Asked::Operation(operation)) => state.operation(operation),
            _ => state.gateway(),
        };
        let read = body.collect().await;
        caller.signed = Some(signer(&state.credentials, rules, &parts, &read));
        body = Incoming::Read(read);
    }
    match (asked, &route) {
        (Some(Asked::Operation(operation)), Some(route)) => {
            let rules = state.operation(operation);
            let body = body.collect().await;
            let literal = rules.access.literal_paths.then(|| route.clone().literal(parts.uri.path()));
            let outcome = perform(&state, rules, literal.as_ref().unwrap_or(route), &caller, body).await;
            let outcome = outcome.map_err(|failure| robustness::repeating_token(rules, failure, &parts.headers));
            state.answerer.answer(rules, outcome)
        }
        (Some(Asked::Observer(observer)), Some(route)) => {
            let rules = observer.rules(&state);
            let number = rules.number_request();
            let literal = rules.access.literal_paths && !rules.operation.is_documented();
            let route = if literal { &route.clone().literal(parts.uri.path()) } else { route };
            let outcome = match admit(&state, rules, &caller, &route.project, observer.writes()) {
                Err(failure) => {
                    if rules.bends(Deviation::RemovesBeforeAsking)
                        && let Some(tenant) = state.tenant_of(&route.project)
                    {
                        let _ = observer.look(Call { state: &state, rules, tenant, number });
                    }
                    Err(failure)
                }
                Ok(tenant) => {
                    let body = if observer.reads_body() { Some(body.collect().await) } else { None };
                    let call = Call { state: &state, rules, tenant, number };
                    observe(call, observer, &route.target, &parts.headers, body).await
                }
            };
            state.answerer.answer(rules, outcome)
        }
        // Boxed, so that what is rarely asked for takes no room in every request.
        _ if identity::is_served(parts.uri.path()) => Box::pin(identity::answer(&state, &parts, &caller, body)).await,
        _ => Box::pin(neighbour::answer(&state, &parts, caller, body, known)).await,
    }
}

fn asked<'a>(method: Method, target: &'a Target<'a>, query: Option<&'a str>) -> Option<Asked<'a>> {
    let operation = match (method, target) {
        (Method::Post, Target::SecretTags { .. }) => Operation::CreateSecretTag,
        (Method::Post, Target::SecretTagsAction { .. }) => Operation::BatchCreateOrDeleteTags,
        (Method::Post, Target::KmsTags { .. }) => Operation::CreateKmsTag,
        (Method::Post, Target::Events) => Operation::CreateSecretEvent,
        _ => return Observer::of(method, target, query).map(Asked::Observer),
    };
    Some(Asked::Operation(operation))
}

async fn perform(
    state: &State,
    rules: &Rules,
    route: &Route<'_>,
    caller: &Caller<'_>,
    body: Collected,
) -> Result<Success, Failure> {
    let headers = caller.headers;
    let number = rules.number_request();
    robustness::fail_now_and_then(rules, number)?;
    match admit(state, rules, caller, &route.project, true) {
        Ok(tenant) => {
            let call = Call { state, rules, tenant, number };
            carry_out(call, &route.target, headers, body).await
        }
        Err(failure) => {
            if rules.bends(Deviation::StoresUnauthenticated)
                && let Some(tenant) = state.tenant_of(&route.project)
            {
                let call = Call { state, rules, tenant, number };
                // The client hears of the refusal only.
                let _ = carry_out(call, &route.target, headers, body).await;
            }
            Err(failure)
        }
    }
}

async fn observe(
    call: Call<'_>,
    observer: Observer<'_>,
    target: &Target<'_>,
    headers: &HeaderMap,
    body: Option<Collected>,
) -> Result<Success, Failure> {
    match (observer, body) {
        (Observer::BatchCreateKmsTags, Some(body)) => carry_out(call, target, headers, body).await,
        (observer, _) => observer.look(call),
    }
}

/// Reads the body and does what it says.
async fn carry_out(
    call: Call<'_>,
    target: &Target<'_>,
    headers: &HeaderMap,
    body: Collected,
) -> Result<Success, Failure> {
    let rules = call.rules;
    let body = text_of(picky::taken(rules, headers, body)?)?;
    if positions::is_too_large(rules, &body) {
        return Err(Failure::internal());
    }
    if let Some(outcome) = robustness::on_empty_body(rules, &body) {
        return outcome;
    }
    let text = read_text(rules, headers, &body)?;
    let document =
        parse(&text, robustness::leniency(rules)).map_err(|error| robustness::on_malformed(rules, &error))?;
    robustness::fail_on(rules, &document.root)?;
    if rules.is_bent()
        && (positions::breaks(rules, &document.root)
            || document.repeated.is_some() && rules.bends(Deviation::FailsOnRepeatedMembers))
    {
        return Err(Failure::internal());
    }
    let root = object(rules, document)?;
    execute(call, target, &root)
        .await
        .map_err(|failure| robustness::by_stages(rules, robustness::formatted(rules, failure, &root), &root))
}

async fn execute(call: Call<'_>, target: &Target<'_>, body: &Json<'_>) -> Result<Success, Failure> {
    match target {
        Target::SecretTags { secret } => tag::create(call, secret, body).await,
        Target::KmsTags { key_id } => tag::create(call, key_id, body).await,
        Target::SecretTagsAction { secret } => tag::batch(call, secret, body).await,
        Target::KmsTagsAction { key_id } => tag::batch(call, key_id, body).await,
        Target::Events => event::create(call, body),
        // Nothing else takes a body, so that nothing else gets here.
        Target::SecretTag { .. } | Target::KmsTag { .. } | Target::Event { .. } => Ok(Success::NoContent),
    }
}
