use std::cell::Cell;
use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Method;
use http::header::{
    ACCEPT, CONTENT_TYPE, HOST, HeaderName, HeaderValue, InvalidHeaderName, InvalidHeaderValue, USER_AGENT,
};
use http::uri::InvalidUri;
use http_body_util::{BodyExt, Full};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::timeout;

use super::client::Limits;
use super::pool::{BoxError, Origin, Pool};
use crate::vocabulary::{Failure, FailureKind, Request, Response};

/// Header fields that most requests have.
const FIELDS: usize = 6;
/// What every request has.
static ANYTHING: HeaderValue = HeaderValue::from_static("*/*");
static DEWSPEC: HeaderValue = HeaderValue::from_static(concat!("dewspec/", env!("CARGO_PKG_VERSION")));

/// Connections to targets, kept from request to request. They send what they are given: they follow no redirect, use
/// no proxy, keep no cookie and decode no body. Cheap to clone; clones share the connections.
///
/// The layer below most HTTP clients does all that is needed here, and a run is a sixth shorter for it.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    pool: Pool,
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
        Connections { pool: Pool::new(tls.clone(), timeout), tls, timeout, most }
    }

    /// Sends one request and reads the whole answer, as far as the limits allow.
    ///
    /// # Errors
    /// If the request cannot be sent, or no whole answer comes in time.
    pub(super) async fn exchange(&self, request: &Request, now: Instant) -> Result<Response, Failure> {
        let begun = Cell::new(false);
        let answer = pin!(self.answer(request, now, &begun));
        timeout(self.timeout, answer).await.unwrap_or_else(|_| {
            let (kind, what) = match begun.get() {
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
        headers.reserve(FIELDS);
        for (name, value) in &request.headers {
            let name =
                header_name(name).map_err(|e| garbled(format!("the header name {name:?} cannot be sent: {e}")))?;
            let value = header_value(value)
                .map_err(|_| garbled(format!("the value of {name} holds bytes that cannot be sent")))?;
            headers.append(name, value);
        }
        headers.entry(ACCEPT).or_insert_with(|| ANYTHING.clone());
        headers.entry(USER_AGENT).or_insert_with(|| DEWSPEC.clone());
        Ok(outgoing)
    }

    /// The answer; `begun` says whether its head came.
    async fn answer(&self, request: &Request, now: Instant, begun: &Cell<bool>) -> Result<Response, Failure> {
        let mut outgoing = Self::outgoing(request)?;
        let (origin, path) = Origin::of(std::mem::take(outgoing.uri_mut()))
            .ok_or_else(|| garbled("the URL names no host".to_owned()))?;
        *outgoing.uri_mut() = path;
        let (connection, answer) = loop {
            let unreachable = |e: BoxError| Failure { kind: FailureKind::Unreachable, message: chain(&*e) };
            let mut connection = self.pool.take(&origin, now).await.map_err(unreachable)?;
            outgoing.headers_mut().entry(HOST).or_insert_with(|| connection.host.clone());
            match connection.sender.try_send_request(outgoing).await {
                Ok(answer) => break (connection, answer),
                Err(mut error) => match error.take_message().filter(|_| connection.used) {
                    // The other end has given up the connection, and nothing has been sent on it.
                    Some(unsent) => outgoing = unsent,
                    None => return Err(no_answer(&error.into_error())),
                },
            }
        };
        let (head, mut incoming) = answer.into_parts();
        begun.set(true);
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
        if !capped {
            self.pool.put(connection);
        }
        Ok(Response { status, headers: head.headers, body, capped })
    }
}

/// The name of a header field; those that every request has are at hand.
fn header_name(name: &str) -> Result<HeaderName, InvalidHeaderName> {
    static TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
    match name {
        "X-Auth-Token" => Ok(TOKEN.clone()),
        "Content-Type" => Ok(CONTENT_TYPE),
        _ => HeaderName::from_bytes(name.as_bytes()),
    }
}

/// The value of a header field, as well.
fn header_value(value: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    static JSON: HeaderValue = HeaderValue::from_static("application/json");
    match value {
        "application/json" => Ok(JSON.clone()),
        _ => HeaderValue::from_bytes(value.as_bytes()),
    }
}

fn garbled(message: String) -> Failure {
    Failure { kind: FailureKind::Garbled, message }
}

/// How the HTTP library says that the connection went away before an answer began.
const CLOSED: [&str; 2] = ["connection closed before message completed", "onnection reset"];

/// Tells a target that has gone from one that answers nonsense.
fn no_answer(error: &hyper::Error) -> Failure {
    let message = chain(error);
    let gone = CLOSED.iter().any(|text| message.contains(text));
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    type Outcome = Result<(), Box<dyn Error>>;

    /// A server that answers each connection with these bodies, one a request, and then closes it without a word; with
    /// its URL, and how many connections it has taken.
    async fn served(bodies: &'static [&'static str]) -> Result<(String, Arc<AtomicUsize>), Box<dyn Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let taken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(answer_each(stream, bodies));
            }
        });
        Ok((url, taken))
    }

    async fn answer_each(mut stream: TcpStream, bodies: &[&str]) {
        for body in bodies {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => return,
                }
            }
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    /// What comes of so many requests one after the other, with time for either side to close a connection.
    async fn answers(url: &str, requests: usize) -> Result<Vec<Response>, Box<dyn Error>> {
        let connections = Connections::new(&Limits { body: 4, ..Limits::default() }, false)?;
        let request = Request {
            operation: String::new(),
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
        };
        let mut all = Vec::new();
        for _ in 0..requests {
            all.push(connections.exchange(&request, Instant::now()).await.map_err(|failure| failure.message)?);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(all)
    }

    #[tokio::test]
    async fn connections_are_kept() -> Outcome {
        let (url, taken) = served(&["a", "", "bc"]).await?;
        let bodies: Vec<_> = answers(&url, 3).await?.into_iter().map(|answer| answer.body).collect();
        assert_eq!(bodies, [&b"a"[..], b"", b"bc"]);
        assert_eq!(taken.load(Ordering::Relaxed), 1);
        Ok(())
    }

    #[tokio::test]
    async fn what_the_other_end_has_closed_is_not_used_again() -> Outcome {
        let (url, taken) = served(&["a", "b"]).await?;
        let bodies: Vec<_> = answers(&url, 5).await?.into_iter().map(|answer| answer.body).collect();
        assert_eq!(bodies, [b"a", b"b", b"a", b"b", b"a"]);
        assert_eq!(taken.load(Ordering::Relaxed), 3);
        Ok(())
    }

    #[tokio::test]
    async fn what_has_more_to_say_is_not_used_again() -> Outcome {
        let (url, taken) = served(&["12345", "b"]).await?;
        let all: Vec<_> = answers(&url, 2).await?.into_iter().map(|answer| (answer.body, answer.capped)).collect();
        assert_eq!(all, [(b"1234".to_vec(), true), (b"1234".to_vec(), true)]);
        assert_eq!(taken.load(Ordering::Relaxed), 2);
        Ok(())
    }
}
