//! A server without a socket, and requests to it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State as Shared};
use serde_json::Value;

use crate::server::config::ServerConfig;
use crate::server::dispatch::handle;
use crate::server::http::{Collected, collect};
use crate::server::identities::Identities;
use crate::server::operation::Operation;
use crate::server::state::State;

/// Which token a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Own,
    Missing,
    Empty,
    Wrong,
    Prefix,
    Suffix,
    LowerCase,
    ReadOnly,
    Foreign,
}

/// One request before it is sent.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) token: Token,
    pub(super) content_type: Option<&'static str>,
    pub(super) body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) request_id: String,
    pub(super) body: Vec<u8>,
}

#[derive(Debug, Clone)]
pub(super) struct Bench {
    state: Arc<State>,
    pub(super) identities: Identities,
}

impl Ask {
    pub(super) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), token: Token::Own, content_type: Some("application/json"), body: Vec::new() }
    }

    pub(super) fn token(mut self, token: Token) -> Self {
        self.token = token;
        self
    }

    pub(super) fn content_type(mut self, content_type: Option<&'static str>) -> Self {
        self.content_type = content_type;
        self
    }

    pub(super) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Bench {
    pub(super) fn new(config: &ServerConfig) -> Self {
        let identities = Identities::derive(config);
        Self { state: Arc::new(State::new(config, &identities, false)), identities }
    }

    /// The path of an operation on the resource of the given number.
    pub(super) fn path(&self, operation: Operation, resource: usize) -> String {
        let id = match operation {
            Operation::CreateKmsTag => &self.identities.key_ids[resource],
            _ => &self.identities.secret_ids[resource],
        };
        self.path_of(operation, &self.identities.project_id, id)
    }

    pub(super) fn path_of(&self, operation: Operation, project: &str, id: &str) -> String {
        match operation {
            Operation::CreateSecretTag => format!("/v1/{project}/csms/{id}/tags"),
            Operation::BatchCreateOrDeleteTags => format!("/v1/{project}/csms/{id}/tags/action"),
            Operation::CreateKmsTag => format!("/v1.0/{project}/kms/{id}/tags"),
            Operation::CreateSecretEvent => format!("/v1/{project}/csms/events"),
            Operation::DeleteSecretTag => format!("/v1/{project}/csms/{id}/tags/key"),
            Operation::UpdateSecretEvent => format!("/v1/{project}/csms/events/name"),
        }
    }

    /// Where the state that an operation changes can be read.
    pub(super) fn observed(&self, operation: Operation, resource: usize) -> String {
        match operation {
            Operation::BatchCreateOrDeleteTags => self.path(Operation::CreateSecretTag, resource),
            other => self.path(other, resource),
        }
    }

    pub(super) async fn post(&self, operation: Operation, resource: usize, body: impl AsRef<[u8]>) -> Reply {
        self.send(Ask::new("POST", self.path(operation, resource)).body(body)).await
    }

    /// The tags of a resource as `key=value` pairs, or the events.
    pub(super) async fn read_back(&self, operation: Operation, resource: usize) -> Value {
        self.send(Ask::new("GET", self.observed(operation, resource))).await.json()
    }

    pub(super) async fn send(&self, ask: Ask) -> Reply {
        let own = &self.identities.token;
        let token = match ask.token {
            Token::Own => Some(own.clone()),
            Token::Missing => None,
            Token::Empty => Some(String::new()),
            Token::Wrong => Some("MIIDwrong".to_owned()),
            Token::Prefix => Some(own[..own.len() / 2].to_owned()),
            Token::Suffix => Some(format!("{own}x")),
            Token::LowerCase => Some(own.to_lowercase()),
            Token::ReadOnly => Some(self.identities.read_only_token.clone()),
            Token::Foreign => Some(self.identities.foreign_token.clone()),
        };
        let mut request = Request::builder().method(ask.method).uri(&ask.path);
        if let Some(token) = token {
            request = request.header("X-Auth-Token", token);
        }
        if let Some(content_type) = ask.content_type {
            request = request.header("Content-Type", content_type);
        }
        let request = request.body(Body::from(ask.body)).expect("a request");
        let (parts, body) = handle(Shared(Arc::clone(&self.state)), request).await.into_parts();
        let header = |name: &str| {
            let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let body = match collect(body).await {
            Collected::Whole(body) => body.to_vec(),
            Collected::TooLarge | Collected::Broken => Vec::new(),
        };
        Reply {
            status: parts.status.as_u16(),
            content_type: header("content-type"),
            request_id: header("x-request-id"),
            body,
        }
    }
}
