use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{HeaderValue, InvalidHeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Uri, uri};
use http_body_util::Full;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;
use tokio::time::timeout;
use tower_service::Service;

pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// How long a connection is kept that nothing needs.
const IDLE: Duration = Duration::from_secs(90);
/// How long one may take to be ready for the next request before another is used.
const PATIENCE: Duration = Duration::from_millis(50);

/// Connections that are kept from request to request. Cheap to clone; clones share them.
///
/// The pool of hyper-util's client serves any number of hosts and versions of HTTP, and would take a thirtieth of the CPU
/// of a run.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    connector: HttpsConnector<HttpConnector>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

/// Where connections lead.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    scheme: Scheme,
    authority: Authority,
}

/// One connection, which carries one request at a time.
#[derive(Debug)]
pub(super) struct Connection {
    origin: Origin,
    /// The value of `Host`.
    pub(super) host: HeaderValue,
    pub(super) sender: SendRequest<Full<Bytes>>,
    /// It has carried a request before, and its other end may have given it up since.
    pub(super) used: bool,
    /// When it was taken last.
    taken: Instant,
}

impl Origin {
    /// Of an absolute URL, with what is asked for there; `None` if it is not absolute.
    pub(super) fn of(url: Uri) -> Option<(Self, Uri)> {
        let parts = url.into_parts();
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        Some((Origin { scheme: parts.scheme?, authority: parts.authority? }, Uri::from(path)))
    }

    fn is(&self, other: &Self) -> bool {
        self.authority == other.authority && self.scheme == other.scheme
    }
}

impl Pool {
    /// None yet.
    pub(super) fn new(tls: ClientConfig, connecting: Duration) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(connecting));
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls);
        let connector = connector.https_or_http().enable_http1().wrap_connector(tcp);
        Pool { connector, idle: Arc::default() }
    }

    /// One that is ready for a request.
    ///
    /// # Errors
    /// If none is left, and no other can be made.
    pub(super) async fn take(&self, origin: &Origin, now: Instant) -> Result<Connection, BoxError> {
        while let Some(mut connection) = self.kept(origin, now) {
            if connection.sender.is_ready() || matches!(timeout(PATIENCE, connection.sender.ready()).await, Ok(Ok(())))
            {
                return Ok(connection);
            }
        }
        // It happens once in a while, and every request would carry the room that it takes.
        Box::pin(self.connect(origin, now)).await
    }

    /// Keeps one whose answer has come to its end.
    pub(super) fn put(&self, connection: Connection) {
        self.idle().push(Connection { used: true, ..connection });
    }

    /// The last one that was in use and is ready, or else will be.
    fn kept(&self, origin: &Origin, now: Instant) -> Option<Connection> {
        let mut idle = self.idle();
        let leads_there = |connection: &Connection| connection.origin.is(origin);
        loop {
            let ready = idle.iter().rposition(|connection| leads_there(connection) && connection.sender.is_ready());
            let at = ready.or_else(|| idle.iter().rposition(leads_there))?;
            let connection = idle.remove(at);
            if now.saturating_duration_since(connection.taken) < IDLE {
                return Some(Connection { taken: now, ..connection });
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self, origin: &Origin, now: Instant) -> Result<Connection, BoxError> {
        let Origin { scheme, authority } = origin.clone();
        let host = HeaderValue::from_str(authority.as_str()).map_err(|e: InvalidHeaderValue| Box::new(e))?;
        let url = uri::Builder::new().scheme(scheme).authority(authority).path_and_query("/").build()?;
        let stream = self.connector.clone().call(url).await?;
        let (sender, connection) = handshake(stream).await?;
        // How it ends is said to whoever has sent a request on it.
        tokio::spawn(async move { connection.await.ok() });
        Ok(Connection { origin: origin.clone(), host, sender, used: false, taken: now })
    }
}
