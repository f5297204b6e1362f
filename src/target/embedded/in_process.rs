use std::fmt::Display;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, DATE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode, Uri};
use tower_service::Service;
use url::Url;

use crate::model::{Failure, FailureKind, Request, Response};
use crate::transport::{Limits, Received, Sending, Transport, Tried, WireOptions};

/// Calls a service in this process, in the place of a server behind a socket.
///
/// It does what an HTTP library and a network do to a message where that can be seen: paths are normalised, white space
/// around a header value is lost, an answer gets a length and a date, a 204 has no body. What it cannot show:
///
/// - how a message looks on the wire: for a request that is to go out raw or in pieces there is no answer (`None`);
/// - waiting: nothing is on its way for long, so that no time-out, lag or lost connection is ever seen;
/// - concurrency: requests that are sent at once take turns where the service itself pauses, on one thread.
#[derive(Clone, Debug)]
pub struct InProcessTransport<S> {
    service: S,
    timeout: Duration,
    body: usize,
}

impl<S> InProcessTransport<S> {
    /// A transport to this service; of the limits, those of one answer (its time and the bytes of its body) hold.
    pub fn new(service: S, limits: &Limits) -> Self {
        InProcessTransport { service, timeout: limits.timeout, body: limits.body }
    }

    async fn call<R>(&self, request: &Request) -> Result<Received, Failure>
    where
        S: Service<http::Request<Body>, Response = http::Response<R>, Error: Display> + Clone,
        R: HttpBody<Data = Bytes, Error: Display>,
    {
        let outgoing = outgoing(request)?;
        let is_head = outgoing.method() == Method::HEAD;
        let mut service = self.service.clone();
        let lost = |error: S::Error| failure(FailureKind::Lost, format!("the service broke: {error}"));
        poll_fn(|context| service.poll_ready(context)).await.map_err(lost)?;
        let (head, body) = service.call(outgoing).await.map_err(lost)?.into_parts();
        let has_body = !is_head && head.status != StatusCode::NO_CONTENT && head.status != StatusCode::NOT_MODIFIED;
        let length = body.size_hint().exact();
        let (body, capped) = if has_body { collect(body, self.body).await? } else { (Vec::new(), false) };
        let headers = sent_headers(head.headers, length.filter(|_| has_body));
        let response = Response { status: head.status.as_u16(), headers, body, capped, ..Response::default() };
        Ok(Received { response, after_head: None })
    }
}

impl<S, R> Transport for InProcessTransport<S>
where
    S: Service<http::Request<Body>, Response = http::Response<R>, Error: Display, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
    R: HttpBody<Data = Bytes, Error: Display> + Send,
{
    fn exchange<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Sending<'a> {
        Box::pin(async move {
            if options.raw || options.pieces {
                return None;
            }
            let sent = Instant::now();
            let until = options.until.map(|until| until.saturating_duration_since(sent));
            let limit = until.map_or(self.timeout, |until| until.min(self.timeout));
            let answer = tokio::time::timeout(limit, self.call(request)).await;
            let silent = || failure(FailureKind::Silent, format!("no answer came within {} s", limit.as_secs_f64()));
            Some(Tried::since(sent, answer.unwrap_or_else(|_| Err(silent()))))
        })
    }

    fn fresh(&self) -> Arc<dyn Transport> {
        Arc::new(self.clone())
    }
}

/// A request as a server sees it.
fn outgoing(request: &Request) -> Result<http::Request<Body>, Failure> {
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|e| unsendable("the method", &e))?;
    let url = Url::parse(&request.url).map_err(|e| unsendable("the URL", &e))?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let uri: Uri = format!("{}{query}", url.path()).parse().map_err(|e| unsendable("the path", &e))?;
    let length = request.body.as_ref().map(Bytes::len);
    let mut outgoing = http::Request::new(request.body.clone().map_or_else(Body::empty, Body::from));
    let headers = outgoing.headers_mut();
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| unsendable("a header name", &e))?;
        let value = HeaderValue::from_bytes(value.as_bytes().trim_ascii());
        headers.append(name, value.map_err(|e| unsendable("a header value", &e))?);
    }
    if let Some(length) = length {
        headers.entry(CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
    *outgoing.method_mut() = method;
    *outgoing.uri_mut() = uri;
    Ok(outgoing)
}

/// The header fields of an answer with those that a server's HTTP library adds.
fn sent_headers(mut headers: HeaderMap, length: Option<u64>) -> HeaderMap {
    if let Some(length) = length {
        headers.entry(CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
    if !headers.contains_key(DATE)
        && let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(SystemTime::now()))
    {
        headers.insert(DATE, date);
    }
    headers
}

/// A body up to `most` bytes, and whether there is more of it.
async fn collect(body: impl HttpBody<Data = Bytes, Error: Display>, most: usize) -> Result<(Vec<u8>, bool), Failure> {
    let mut body: Pin<&mut _> = pin!(body);
    let mut all = Vec::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let frame = frame.map_err(|e| failure(FailureKind::Garbled, format!("the answer broke off: {e}")))?;
        let Ok(data) = frame.into_data() else { continue };
        let room = most.saturating_sub(all.len());
        all.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok((all, true));
        }
    }
    Ok((all, false))
}

fn unsendable(what: &str, error: &dyn Display) -> Failure {
    failure(FailureKind::Garbled, format!("{what} cannot be sent: {error}"))
}

fn failure(kind: FailureKind, message: String) -> Failure {
    Failure { kind, message }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{Ready, ready};
    use std::task::{Context, Poll};

    use super::*;

    /// Answers with what it was asked: method, path and query, `X-Auth-Token`; the body as it came.
    #[derive(Clone)]
    struct Mirror(StatusCode);

    impl Service<http::Request<Body>> for Mirror {
        type Response = http::Response<Body>;
        type Error = Infallible;
        type Future = Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: http::Request<Body>) -> Self::Future {
            let (head, body) = request.into_parts();
            let asked = format!("{} {}", head.method, head.uri);
            let mut answer = http::Response::new(body);
            *answer.status_mut() = self.0;
            answer.headers_mut().extend(HeaderValue::from_str(&asked).map(|v| (HeaderName::from_static("asked"), v)));
            answer
                .headers_mut()
                .extend(head.headers.get("x-auth-token").map(|v| (HeaderName::from_static("token"), v.clone())));
            ready(Ok(answer))
        }
    }

    fn request(method: &str, url: &str) -> Request {
        Request {
            operation: "op".to_owned(),
            method: method.to_owned(),
            url: url.to_owned(),
            headers: vec![("X-Auth-Token".to_owned(), " t ".to_owned())],
            body: Some(Bytes::from_static(b"0123456789")),
        }
    }

    async fn answer(status: StatusCode, request: &Request, limits: &Limits) -> Response {
        let transport = InProcessTransport::new(Mirror(status), limits);
        let received = transport.fresh().exchange(request, &WireOptions::default()).await;
        received.expect("an exchange").answer.expect("an answer").response
    }

    #[tokio::test]
    async fn a_message_becomes_what_a_network_makes_of_it() {
        let got = answer(StatusCode::OK, &request("POST", "http://here/a/../b/%2e/c?q=1#f"), &Limits::default()).await;
        assert_eq!(got.header("asked").as_deref(), Some("POST /b/c?q=1"));
        assert_eq!(got.header("token").as_deref(), Some("t"));
        assert_eq!(got.header("content-length").as_deref(), Some("10"));
        assert!(got.header("date").is_some());
        assert_eq!((got.status, &got.body[..], got.capped), (200, &b"0123456789"[..], false));
    }

    #[tokio::test]
    async fn bodies_end_where_a_client_would_see_them_end() {
        let limits = Limits { body: 4, ..Limits::default() };
        let got = answer(StatusCode::OK, &request("POST", "http://here/"), &limits).await;
        assert_eq!((&got.body[..], got.capped), (&b"0123"[..], true));
        for (status, method) in [(StatusCode::NO_CONTENT, "POST"), (StatusCode::OK, "HEAD")] {
            let got = answer(status, &request(method, "http://here/"), &Limits::default()).await;
            assert!(got.body.is_empty() && !got.capped, "{status} {method}");
        }
    }

    #[tokio::test]
    async fn what_it_cannot_show_has_no_answer() {
        let transport = InProcessTransport::new(Mirror(StatusCode::OK), &Limits::default());
        let request = request("POST", "http://here/");
        for options in [
            WireOptions { raw: true, ..WireOptions::default() },
            WireOptions { pieces: true, ..WireOptions::default() },
        ] {
            assert!(transport.exchange(&request, &options).await.is_none());
        }
    }

    #[tokio::test]
    async fn what_cannot_be_sent_says_why() {
        let transport = InProcessTransport::new(Mirror(StatusCode::OK), &Limits::default());
        for (method, url) in [("A B", "http://here/"), ("GET", "nowhere")] {
            let request = request(method, url);
            let got = transport.exchange(&request, &WireOptions::default()).await.expect("an exchange");
            let failure = got.answer.expect_err("no answer");
            assert!(failure.kind == FailureKind::Garbled && failure.message.contains("cannot be sent"), "{failure:?}");
        }
    }

    /// A service that never answers.
    #[derive(Clone)]
    struct Silence;

    impl Service<http::Request<Body>> for Silence {
        type Response = http::Response<Body>;
        type Error = Infallible;
        type Future = std::future::Pending<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: http::Request<Body>) -> Self::Future {
            std::future::pending()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_with_the_limit() {
        let transport = InProcessTransport::new(Silence, &Limits::default());
        let request = request("POST", "http://here/");
        let got = transport.exchange(&request, &WireOptions::default()).await.expect("an exchange");
        assert_eq!(got.answer.expect_err("no answer").kind, FailureKind::Silent);
    }
}
