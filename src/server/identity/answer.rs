//! From a request to the call of the identity service that it is.

use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::grant::{Grant, grant};
use super::login::log_in;
use super::refusal::Refusal;
use super::temporary::key_for;
use crate::server::access::{Caller, identify};
use crate::server::dispatch::{object, text_of};
use crate::server::http::{Incoming, respond};
use crate::server::json::{Json, Leniency, parse};
use crate::server::page::parameter;
use crate::server::state::State;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What a call has achieved.
struct Done {
    status: StatusCode,
    subject_token: Option<String>,
    body: Value,
}

/// Whether a path is one of the identity service's.
pub(crate) fn is_served(path: &str) -> bool {
    path == "/v3" || path == "/v3/" || path.starts_with("/v3/") || path.starts_with("/v3.0/")
}

/// The answer to a request to the identity service.
pub(crate) async fn answer(state: &State, parts: &Parts, caller: &Caller<'_>, body: Incoming) -> Response {
    let done = perform(state, parts, caller, body).await;
    state.answerer.stamped(|_| match done {
        Ok(done) => {
            let mut response = respond(done.status, JSON, done.body.to_string());
            if let Some(Ok(token)) = done.subject_token.map(|token| HeaderValue::from_str(&token)) {
                response.headers_mut().insert("x-subject-token", token);
            }
            response
        }
        Err(refusal) => respond(refusal.status, JSON, refusal.body().to_string()),
    })
}

async fn perform(state: &State, parts: &Parts, caller: &Caller<'_>, body: Incoming) -> Result<Done, Refusal> {
    let base = base_url(state, parts);
    let ok = |body: Value| Done { status: StatusCode::OK, subject_token: None, body };
    match (parts.method.as_str(), parts.uri.path().trim_end_matches('/')) {
        ("GET", "/v3") => Ok(ok(json!({ "version": version(&base) }))),
        ("POST", "/v3/auth/tokens") => {
            with_body(state, body, |body| {
                let (method, known) = log_in(&state.account, &state.credentials, body)?;
                let Grant { token, body } = grant(&state.account, &state.credentials, method, known, &base);
                Ok(Done { status: StatusCode::CREATED, subject_token: Some(token), body })
            })
            .await
        }
        ("POST", "/v3.0/OS-CREDENTIAL/securitytokens") => {
            let known = identify(state, caller).map_err(not_known)?;
            with_body(state, body, |body| {
                let body = key_for(&state.credentials, known, body)?;
                Ok(Done { status: StatusCode::CREATED, subject_token: None, body })
            })
            .await
        }
        ("GET", "/v3/projects" | "/v3/auth/projects") => {
            identify(state, caller).map_err(not_known)?;
            let wanted = parameter(parts.uri.query().unwrap_or_default(), "name");
            let shown = wanted.is_none_or(|name| name == state.account.region);
            let projects: Vec<_> = shown.then(|| state.account.listed_project(&base)).into_iter().collect();
            let links = json!({ "self": format!("{base}/v3/projects"), "previous": null, "next": null });
            Ok(ok(json!({ "projects": projects, "links": links })))
        }
        _ => Err(Refusal { status: StatusCode::NOT_FOUND, message: "The API does not exist.".into() }),
    }
}

fn not_known(failure: crate::server::http::Failure) -> Refusal {
    Refusal::unauthorized(failure.message)
}

async fn with_body(
    state: &State,
    body: Incoming,
    act: impl FnOnce(&Json<'_>) -> Result<Done, Refusal>,
) -> Result<Done, Refusal> {
    let body = text_of(body.collect().await)?;
    let text = std::str::from_utf8(&body).map_err(|_| Refusal::invalid("The request body is not UTF-8."))?;
    let document = parse(text, Leniency::default());
    let document = document.map_err(|error| Refusal::invalid(format!("The request body is not JSON: {error}.")))?;
    act(&object(state.gateway(), document)?)
}

/// The URL by which the client has reached this server.
fn base_url(state: &State, parts: &Parts) -> String {
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(|authority| authority.as_str())).unwrap_or("localhost");
    format!("{}://{host}", state.scheme())
}

fn version(base: &str) -> Value {
    json!({
        "id": "v3.6",
        "status": "stable",
        "updated": "2016-04-04T00:00:00Z",
        "links": [{ "rel": "self", "href": format!("{base}/v3/") }],
        "media-types": [{ "base": "application/json", "type": "application/vnd.openstack.identity-v3+json" }],
    })
}
