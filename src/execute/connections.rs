use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{ACCEPT, HeaderName, HeaderValue, InvalidHeaderName, USER_AGENT};
use http::uri::InvalidUri;
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::timeout;

use super::client::Limits;
use crate::vocabulary::{Failure, FailureKind, Request, Response};

/// How long a connection is kept that nothing needs.
const IDLE: Duration = Duration::from_secs(90);
/// What every request has.
static ANYTHING: HeaderValue = HeaderValue::from_static("*/*");
static DEWSPEC: HeaderValue = HeaderValue::from_static(concat!("dewspec/", env!("CARGO_PKG_VERSION")));

/// Connections to targets, kept from request to request. They send what they are given: they follow no redirect, use
/// no proxy, keep no cookie and decode no body. Cheap to clone; clones share the connections.
///
/// The layer below most HTTP clients does all that is needed here, and a run is a sixth shorter for it.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    tls: ClientConfig,
    timeout: Duration,
    most: usize,
}

impl Connections {
    /// None yet. Those that need not be `encrypted` trust no certificate at all: to read those of the machine takes longer
    /// than many a request.
    ///
    /// # Errors
    /// If the machine has no certificates that can be used.
    pub(super) fn new(limits: &Limits, encrypted: bool) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let config = match encrypted {
            true => config.with_platform_verifier()?,
            false => config.with_root_certificates(RootCertStore::empty()),
        };
        Ok(Self::within(config.with_no_client_auth(), limits.timeout, limits.body))
    }

    /// Others with the same limits and trust, none of them open yet.
    pub(super) fn fresh(&self) -> Self {
        Self::within(self.tls.clone(), self.timeout, self.most)
    }

    fn within(tls: ClientConfig, timeout: Duration, most: usize) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(timeout));
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls.clone());
        let connector = connector.https_or_http().enable_http1().wrap_connector(tcp);
        let http = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Connections { http, tls, timeout, most }
    }

    /// Sends one request and reads the whole answer, as far as the limits allow.
    ///
    /// # Errors
    /// If the request cannot be sent, or no whole answer comes in time.
    pub(super) async fn exchange(&self, request: &Request) -> Result<Response, Failure> {
        let outgoing = Self::outgoing(request)?;
        let mut begun = false;
        let answer = timeout(self.timeout, self.answer(outgoing, &mut begun)).await;
        answer.unwrap_or_else(|_| {
            let (kind, what) = match begun {
                true => (FailureKind::Garbled, "the answer did not end"),
                false => (FailureKind::Silent, "no answer came"),
            };
            Err(Failure { kind, message: format!("{what} within {} s", self.timeout.as_secs_f64()) })
        })
    }

    fn outgoing(request: &Request) -> Result<http::Request<Full<Bytes>>, Failure> {
        let mut outgoing = http::Request::new(Full::new(request.body.clone().unwrap_or_default()));
        *outgoing.method_mut() = Method::from_bytes(request.method.as_bytes())
            .map_err(|e| garbled(format!("the method cannot be sent: {e}")))?;
        *outgoing.uri_mut() =
            request.url.parse().map_err(|e: InvalidUri| garbled(format!("the URL cannot be sent: {e}")))?;
        let headers = outgoing.headers_mut();
        for (name, value) in &request.headers {
            let name =
                header_name(name).map_err(|e| garbled(format!("the header name {name:?} cannot be sent: {e}")))?;
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| garbled(format!("the value of {name} holds bytes that cannot be sent")))?;
            headers.append(name, value);
        }
        headers.entry(ACCEPT).or_insert_with(|| ANYTHING.clone());
        headers.entry(USER_AGENT).or_insert_with(|| DEWSPEC.clone());
        Ok(outgoing)
    }

    /// The answer; `begun` says whether its head came.
    async fn answer(&self, outgoing: http::Request<Full<Bytes>>, begun: &mut bool) -> Result<Response, Failure> {
        let (head, mut incoming) = self.http.request(outgoing).await.map_err(|e| no_answer(&e))?.into_parts();
        *begun = true;
        let status = head.status.as_u16();
        let mut body = Vec::new();
        let mut capped = false;
        while let Some(frame) = incoming.frame().await {
            let Ok(chunk) = frame.map_err(|e| garbled(chain(&e)))?.into_data() else { continue };
            let room = self.most.saturating_sub(body.len());
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                capped = true;
                break;
            }
        }
        Ok(Response { status, headers: head.headers, body, capped })
    }
}

/// The name of a header field; those that every request has are at hand.
fn header_name(name: &str) -> Result<HeaderName, InvalidHeaderName> {
    static TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
    match name {
        "X-Auth-Token" => Ok(TOKEN.clone()),
        _ => HeaderName::from_bytes(name.as_bytes()),
    }
}

fn garbled(message: String) -> Failure {
    Failure { kind: FailureKind::Garbled, message }
}

/// How the HTTP library says that the connection went away before an answer began.
const CLOSED: [&str; 2] = ["connection closed before message completed", "onnection reset"];

/// Tells a target that is not there from one that answers nonsense.
fn no_answer(error: &hyper_util::client::legacy::Error) -> Failure {
    // The outermost error says which part of the library failed, its causes say why.
    let message = error.source().map_or_else(|| error.to_string(), chain);
    let gone = error.is_connect() || CLOSED.iter().any(|text| message.contains(text));
    Failure { kind: if gone { FailureKind::Unreachable } else { FailureKind::Garbled }, message }
}

/// An error with its causes, outermost first.
fn chain(error: &dyn Error) -> String {
    let mut parts = Vec::new();
    let mut current = Some(error);
    while let Some(e) = current {
        let text = e.to_string();
        if !parts.iter().any(|p: &String| p.ends_with(&text)) {
            parts.push(text);
        }
        current = e.source();
    }
    parts.join(": ")
}
