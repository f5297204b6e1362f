//! Why the identity service refuses, in its own form.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::server::http::Failure;

/// A refusal with a status and a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) message: Cow<'static, str>,
}

impl Refusal {
    pub(super) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    pub(super) fn unauthorized(message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, message: message.into() }
    }

    /// `{"error":{"code":401,"message":"…","title":"Unauthorized"}}`
    pub(super) fn body(&self) -> Value {
        let title = self.status.canonical_reason().unwrap_or_default();
        json!({ "error": { "code": self.status.as_u16(), "message": self.message, "title": title } })
    }
}

/// What is wrong with a body is said in the same words everywhere.
impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { status: failure.status, message: failure.message }
    }
}
