use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::Instant;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Method, Url};
use rustls::ClientConfig;

use super::client::Limits;
use super::failure::{self, garbled};
use super::raw::RawConnection;
use super::transport_trait::{Received, Sending, Transport, TransportError, Tried, WireOptions};
use super::{decode, tls};
use crate::model::{Failure, FailureKind, Request, Response};
use crate::target::{Network, Proxy};

/// How long a connection is kept that nothing needs: shorter than most servers keep theirs.
const IDLE: Duration = Duration::from_secs(20);
/// So many connections are kept that nothing needs: as many as come.
const MOST_KEPT: usize = usize::MAX;

/// Requests over the network. It sends what it is given: it follows no redirect, keeps no cookie, repeats nothing, and
/// takes a proxy only if the user asks for one.
pub struct HttpTransport {
    client: reqwest::Client,
    raw: RawConnection,
    setup: Arc<Setup>,
}

/// What clients of one target are made of.
struct Setup {
    network: Network,
    tls: ClientConfig,
    limits: Limits,
    /// Fields that every request has, unless it has them itself.
    usual: Vec<(HeaderName, Vec<HeaderValue>)>,
    /// A client that keeps no connection; made when it is needed.
    unkept: OnceLock<reqwest::Client>,
    /// Requests that were lost on a connection that had been kept, and answered on a new one.
    stale: AtomicU32,
}

/// After so many requests that were lost because somebody had closed a kept connection, none is kept any more.
const STALE: u32 = 3;

impl Setup {
    /// A client that keeps so many connections that nothing needs.
    fn client(&self, kept: usize) -> Result<reqwest::Client, TransportError> {
        let network = &self.network;
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            // A client has to understand them, though nobody should send them (RFC 9112, section 5.2).
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .tcp_nodelay(true)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(kept)
            .connect_timeout(network.connect_timeout)
            .tls_backend_preconfigured(self.tls.clone());
        builder = match &network.proxy {
            Proxy::Direct => builder.no_proxy(),
            Proxy::Url(url) => {
                let proxy = reqwest::Proxy::all(url).map_err(|e| TransportError::Proxy(e.to_string()))?;
                builder.no_proxy().proxy(proxy)
            }
            Proxy::Environment => builder,
        };
        for resolve in &network.resolve {
            builder = builder.resolve(&resolve.host, resolve.address);
        }
        Ok(builder.build()?)
    }
}

impl HttpTransport {
    /// A client for a target; without `encrypted` connections it reads no certificates.
    ///
    /// # Errors
    /// If certificates, keys or the proxy cannot be used.
    pub fn new(network: &Network, limits: &Limits, encrypted: bool) -> Result<Self, TransportError> {
        let encrypted = encrypted || matches!(&network.proxy, Proxy::Url(url) if url.starts_with("https:"));
        let tls = tls::config(network, encrypted)?;
        let setup = Setup {
            network: network.clone(),
            tls,
            limits: limits.clone(),
            usual: usual(network),
            unkept: OnceLock::new(),
            stale: AtomicU32::new(0),
        };
        Self::of(Arc::new(setup))
    }

    fn of(setup: Arc<Setup>) -> Result<Self, TransportError> {
        let raw = RawConnection::new(&setup.network, setup.tls.clone());
        Ok(HttpTransport { client: setup.client(MOST_KEPT)?, raw, setup })
    }

    /// The client that keeps connections, unless that has lost too much, or a connection is wanted that is new.
    fn client(&self, unused: bool) -> &reqwest::Client {
        if !unused && self.setup.stale.load(Ordering::Relaxed) < STALE {
            return &self.client;
        }
        self.setup.unkept.get_or_init(|| self.setup.client(0).unwrap_or_else(|_| self.client.clone()))
    }

    fn outgoing(&self, request: &Request) -> Result<reqwest::Request, Failure> {
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|e| garbled(format!("the method cannot be sent: {e}")))?;
        let url = Url::parse(&request.url).map_err(|e| garbled(format!("the URL cannot be sent: {e}")))?;
        let mut outgoing = reqwest::Request::new(method, url);
        let headers = outgoing.headers_mut();
        headers.reserve(request.headers.len() + self.setup.usual.len());
        for (name, value) in &request.headers {
            let name =
                header_name(name).map_err(|e| garbled(format!("the header name {name:?} cannot be sent: {e}")))?;
            let value = header_value(value)
                .map_err(|_| garbled(format!("the value of {name} holds bytes that cannot be sent")))?;
            headers.append(name, value);
        }
        for (name, values) in &self.setup.usual {
            if !headers.contains_key(name) {
                for value in values {
                    headers.append(name.clone(), value.clone());
                }
            }
        }
        if let Some(body) = &request.body {
            *outgoing.body_mut() = Some(Bytes::clone(body).into());
        }
        Ok(outgoing)
    }

    async fn send(&self, request: &Request, unused: bool, begun: &mut bool) -> Result<Received, Failure> {
        let outgoing = self.outgoing(request)?;
        let answer = self.client(unused).execute(outgoing).await;
        let mut answer = answer.map_err(|e| failure::of(&e, e.is_connect(), false))?;
        if unused {
            self.setup.stale.fetch_add(1, Ordering::Relaxed);
        }
        *begun = true;
        let most = self.setup.limits.body;
        let status = answer.status().as_u16();
        let headers = std::mem::take(answer.headers_mut());
        let mut body = Vec::new();
        let mut capped = false;
        while let Some(chunk) = answer.chunk().await.map_err(|e| failure::of(&e, false, true))? {
            let room = most.saturating_sub(body.len());
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                capped = true;
                break;
            }
        }
        let response = Response { status, headers, body, capped, ..Response::default() };
        Ok(Received { response: plain(response, most)?, after_head: None })
    }
}

/// The answer with its body as the service wrote it.
fn plain(mut response: Response, most: usize) -> Result<Response, Failure> {
    match decode::decoded(&response.headers, std::mem::take(&mut response.body), most) {
        Ok((body, capped)) => Ok(Response { body, capped: response.capped || capped, ..response }),
        // Of a body that was cut short, the rest is missing, and nobody else is to blame for that.
        Err(_) if response.capped => Ok(response),
        Err(why) => Err(garbled(format!("the body cannot be decoded: {why}"))),
    }
}

impl Transport for HttpTransport {
    fn exchange<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Sending<'a> {
        Box::pin(async move {
            let limit = self.setup.limits.timeout;
            let limit = options.until.map_or(limit, |until| limit.min(until.saturating_duration_since(Instant::now())));
            let mut begun = false;
            let sent = Instant::now();
            let sending = async {
                if !options.raw {
                    return Some(self.send(request, options.unused, &mut begun).await);
                }
                let answer = self.raw.exchange(request, &self.setup.usual, options.pieces).await?;
                let most = self.setup.limits.body;
                Some(answer.and_then(|raw| Ok(Received { response: plain(raw.response, most)?, ..raw })))
            };
            let answer = match tokio::time::timeout(limit, sending).await {
                Ok(answer) => answer?,
                Err(_) => {
                    let (kind, what) = match begun {
                        true => (FailureKind::Garbled, "the answer did not end"),
                        false => (FailureKind::Silent, "no answer came"),
                    };
                    let seconds = (limit.as_secs_f64() * 10.0).round() / 10.0;
                    Err(Failure { kind, message: format!("{what} within {seconds} s") })
                }
            };
            Some(Tried::since(sent, answer))
        })
    }

    fn fresh(&self) -> Arc<dyn Transport> {
        match Self::of(Arc::clone(&self.setup)) {
            Ok(transport) => Arc::new(transport),
            // It was made of the same once already; where that fails now, connections are shared.
            Err(_) => Arc::new(HttpTransport {
                client: self.client.clone(),
                raw: self.raw.clone(),
                setup: Arc::clone(&self.setup),
            }),
        }
    }
}

/// The fields that every request carries, over the wire as by the library: those of the user, then those of a plain
/// client that wants its answers as they are.
fn usual(network: &Network) -> Vec<(HeaderName, Vec<HeaderValue>)> {
    let agent = network.user_agent.as_deref().unwrap_or(concat!("dewspec/", env!("CARGO_PKG_VERSION")));
    let mut all: Vec<(HeaderName, Vec<HeaderValue>)> = Vec::new();
    for (name, value) in &network.headers {
        // The command line takes no other names and values.
        let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) else {
            continue;
        };
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => all.push((name, vec![value])),
        }
    }
    for (name, value) in [(ACCEPT, "*/*"), (ACCEPT_ENCODING, "identity"), (USER_AGENT, agent)] {
        if let Ok(value) = HeaderValue::from_str(value)
            && !all.iter().any(|(known, _)| *known == name)
        {
            all.push((name, vec![value]));
        }
    }
    all
}

/// The name of a header field; those that every request has are at hand.
fn header_name(name: &str) -> Result<HeaderName, http::header::InvalidHeaderName> {
    static TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
    match name {
        "X-Auth-Token" => Ok(TOKEN.clone()),
        "Content-Type" => Ok(CONTENT_TYPE),
        _ => HeaderName::from_bytes(name.as_bytes()),
    }
}

/// The value of a header field, as well.
fn header_value(value: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    static JSON: HeaderValue = HeaderValue::from_static("application/json");
    match value {
        "application/json" => Ok(JSON.clone()),
        _ => HeaderValue::from_bytes(value.as_bytes()),
    }
}
