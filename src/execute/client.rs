use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::{HeaderName, HeaderValue, InvalidHeaderName};
use reqwest::{Method, Url};

use super::pace::Pace;
use crate::vocabulary::{Exchange, Failure, FailureKind, Request, Response};

/// Bounds of what one target may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest wait for one whole answer.
    pub timeout: Duration,
    /// Largest body that is read.
    pub body: usize,
    /// Requests a second.
    pub rate: Option<u32>,
    /// How often a throttled request is sent again.
    pub throttled: u32,
    /// Longest wait that a throttling answer may ask for.
    pub retry_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            timeout: Duration::from_secs(10),
            body: 1 << 20,
            rate: None,
            throttled: 4,
            retry_after: Duration::from_secs(15),
        }
    }
}

/// The first wait of a throttled request that is not told how long to wait; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// How often a request was throttled, and since when.
#[derive(Debug, Default)]
pub struct Throttling {
    tries: u32,
    since: Option<tokio::time::Instant>,
}

/// The client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the HTTP client: {0}")]
pub struct ClientError(String);

/// Sends requests. Cheap to clone; clones share connections, pace and the count of requests.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    limits: Limits,
    pace: Arc<Pace>,
    sent: Arc<AtomicU64>,
    in_vain: Arc<AtomicBool>,
    urls: Arc<Mutex<HashMap<String, Url>>>,
    encrypted: bool,
}

/// URLs that are kept in their parsed form: those of a few operations on a few dozen resources.
const URLS: usize = 256;

impl Client {
    /// A client that follows no redirect, uses no proxy and reads bounded bodies. One that need not do so over
    /// `encrypted` connections, too, trusts no certificate at all.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(limits: Limits, encrypted: bool) -> Result<Self, ClientError> {
        let pace = Arc::new(Pace::new(limits.rate));
        let http = Self::connections(&limits, encrypted)?;
        let (sent, in_vain, urls) = Default::default();
        Ok(Client { http, limits, pace, sent, in_vain, urls, encrypted })
    }

    /// A clone that shares pace and count, but no connection.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn with_own_connections(&self) -> Result<Self, ClientError> {
        let http = Self::connections(&self.limits, self.encrypted)?;
        Ok(Client { http, urls: Arc::default(), ..self.clone() })
    }

    fn connections(limits: &Limits, encrypted: bool) -> Result<reqwest::Client, ClientError> {
        // A second call finds a provider installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder();
        if !encrypted {
            // To read those of the machine takes longer than many a request.
            builder = builder.tls_certs_only([]);
        }
        builder
            .redirect(reqwest::redirect::Policy::none())
            // Every request that goes out is one that was asked for.
            .retry(reqwest::retry::never())
            .no_proxy()
            .tcp_nodelay(true)
            .timeout(limits.timeout)
            .connect_timeout(limits.timeout)
            .user_agent(concat!("dewspec/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| ClientError(chain(&e)))
    }

    /// How many requests were sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Counts a request that was sent by other means.
    pub fn count_one(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Waits for a turn, for a request sent by other means.
    pub async fn turn(&self) {
        self.pace.turn().await;
    }

    /// Sends one request. Answers 429 and 503 with `Retry-After` are waited for, as the documents ask.
    pub async fn send(&self, request: Request) -> Exchange {
        let mut throttling = Throttling::default();
        loop {
            self.pace.turn().await;
            let started = Instant::now();
            let answer = self.once(&request).await;
            let elapsed = started.elapsed();
            if !self.waits(answer.as_ref().ok(), &mut throttling).await {
                return Exchange { request, answer, elapsed };
            }
        }
    }

    /// Waits as long as a throttled answer asks for, if it is one; `false` if the answer stands. All requests are held
    /// back meanwhile, and come at a slower pace afterwards.
    pub async fn waits(&self, answer: Option<&Response>, throttling: &mut Throttling) -> bool {
        let Some(answer) = answer else { return false };
        let named = answer.header("retry-after").and_then(retry_after);
        let throttled = answer.status == 429 || (answer.status == 503 && named.is_some());
        if !throttled {
            match throttling.since {
                Some(since) => {
                    self.pace.slow_down(since);
                    self.in_vain.store(false, Ordering::Relaxed);
                }
                None => self.pace.answered(),
            }
            return false;
        }
        // Where waiting has not helped before, it is no throttling but an answer like any other.
        let in_vain = self.in_vain.load(Ordering::Relaxed);
        let most = if in_vain { 1 } else { self.limits.throttled };
        if throttling.tries >= most {
            self.in_vain.store(true, Ordering::Relaxed);
            return false;
        }
        let wait = FIRST_WAIT * 2u32.saturating_pow(throttling.tries);
        let wait = wait.max(named.unwrap_or_default()).min(self.limits.retry_after);
        throttling.tries += 1;
        throttling.since.get_or_insert_with(tokio::time::Instant::now);
        if in_vain {
            tokio::time::sleep(wait.min(FIRST_WAIT)).await;
        } else {
            self.pace.pause(wait);
        }
        true
    }

    /// The parsed form of a URL, most of which are used again and again.
    fn url(&self, text: &str) -> Result<Url, Failure> {
        let mut known = self.urls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(url) = known.get(text) {
            return Ok(url.clone());
        }
        let url = Url::parse(text).map_err(|e| garbled(format!("the URL cannot be sent: {e}")))?;
        if known.len() < URLS {
            known.insert(text.to_owned(), url.clone());
        }
        Ok(url)
    }

    async fn once(&self, request: &Request) -> Result<Response, Failure> {
        self.count_one();
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|e| garbled(format!("the method cannot be sent: {e}")))?;
        let mut outgoing = reqwest::Request::new(method, self.url(&request.url)?);
        let headers = outgoing.headers_mut();
        for (name, value) in &request.headers {
            let name =
                header_name(name).map_err(|e| garbled(format!("the header name {name:?} cannot be sent: {e}")))?;
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| garbled(format!("the value of {name} holds bytes that cannot be sent")))?;
            headers.append(name, value);
        }
        *outgoing.body_mut() = request.body.clone().map(reqwest::Body::from);
        let mut response = self.http.execute(outgoing).await.map_err(|e| failure(e, false))?;
        let status = response.status().as_u16();
        let headers =
            response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text_of(value))).collect();
        let mut body = Vec::new();
        let mut capped = false;
        while let Some(chunk) = response.chunk().await.map_err(|e| failure(e, true))? {
            let room = self.limits.body.saturating_sub(body.len());
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                capped = true;
                break;
            }
        }
        Ok(Response { status, headers, body, capped })
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

/// The value of a header field; what is no text in it stands as a replacement character.
fn text_of(value: &HeaderValue) -> String {
    value.to_str().map_or_else(|_| String::from_utf8_lossy(value.as_bytes()).into_owned(), str::to_owned)
}

fn garbled(message: String) -> Failure {
    Failure { kind: FailureKind::Garbled, message }
}

/// How the HTTP library says that the connection went away before an answer began.
const CLOSED: [&str; 2] = ["connection closed before message completed", "onnection reset"];

/// Tells a target that is not there from one that answers nonsense.
fn failure(error: reqwest::Error, in_body: bool) -> Failure {
    // Whoever shows the failure shows the URL, too.
    let error = error.without_url();
    let message = chain(&error);
    let kind = if in_body {
        FailureKind::Garbled
    } else if error.is_timeout() {
        if error.is_connect() { FailureKind::Unreachable } else { FailureKind::Silent }
    } else if error.is_connect() || CLOSED.iter().any(|text| message.contains(text)) {
        FailureKind::Unreachable
    } else {
        FailureKind::Garbled
    };
    Failure { kind, message }
}

/// An error with its causes, outermost first, without the URL that every caller shows anyway.
fn chain(error: &dyn std::error::Error) -> String {
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

/// Seconds or an HTTP date.
fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    Some(at.duration_since(std::time::SystemTime::now()).unwrap_or_default())
}
