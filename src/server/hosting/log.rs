//! One line a request, for whoever watches the server.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use serde_json::Value;

use crate::server::time::Milliseconds;

/// Errors are shorter than this.
const MAX_ERROR: usize = 64 * 1024;

/// What of a request is told; its headers, where the secrets are, are not.
#[derive(Debug)]
pub(super) struct Asked {
    method: String,
    target: String,
}

impl Asked {
    pub(super) fn of(request: &Request) -> Self {
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        Self { method: request.method().to_string(), target: target.to_owned() }
    }

    /// The line, and the response as it was.
    pub(super) async fn told(self, response: Response, took: Duration) -> (String, Response) {
        let status = response.status();
        let id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or("-").to_owned();
        let (error, response) = if status.is_client_error() || status.is_server_error() {
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, MAX_ERROR).await.unwrap_or_default();
            (error(&bytes), Response::from_parts(parts, Body::from(bytes)))
        } else {
            (String::new(), response)
        };
        let line = format!(
            "{} {} {} {} {:.1} ms {id}{error}",
            Milliseconds::now(),
            status.as_u16(),
            self.method,
            self.target,
            took.as_secs_f64() * 1000.0,
        );
        (line, response)
    }
}

/// Code and message of an error, in whichever of its forms.
fn error(body: &[u8]) -> String {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = json.get("error").unwrap_or(&json);
    let text = |name: &str| error[name].as_str().map(|text| text.escape_debug().to_string());
    let code = text("error_code");
    let message = text("error_msg").or_else(|| text("message"));
    [code, message].into_iter().flatten().map(|text| format!(" {text}")).collect()
}
