use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Failure, Request, Response};

/// Makes one try of one request. It neither waits nor repeats: pace, retries and time limits are the client's.
pub trait Transport: Send + Sync {
    /// Sends a request once and reads the whole answer, as far as the limits allow. `None` if this transport cannot
    /// show what the options ask for.
    fn exchange<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Sending<'a>;

    /// Completes when a request may go: at once, unless the transport has a reason to hold it back.
    fn ready<'a>(&'a self, _request: &'a Request, _options: &'a WireOptions) -> Ready<'a> {
        Box::pin(std::future::ready(()))
    }

    /// The same with connections of its own: one serves the runtime that opened it best.
    fn fresh(&self) -> Arc<dyn Transport>;

    /// Gets what requests are authenticated with, where that has to be fetched: what it got, or why it did not, in words.
    /// `None` where nothing has to be.
    fn authenticate(&self) -> Authenticating<'_> {
        Box::pin(std::future::ready(None))
    }

    /// What it has done that nobody saw, and people should know in the end.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Credentials on their way.
pub type Authenticating<'a> = Pin<Box<dyn Future<Output = Option<Result<String, String>>> + Send + 'a>>;

/// An exchange under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Option<Tried>> + Send + 'a>>;

/// Completes when a request may go.
pub type Ready<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// What one try came to, and when.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The answer, or why there is none.
    pub answer: Result<Received, Failure>,
    /// When it was sent.
    pub sent: Instant,
    /// From then to the last byte of the answer.
    pub elapsed: Duration,
}

impl Tried {
    /// What has just come of a request that was sent at this time.
    pub fn since(sent: Instant, answer: Result<Received, Failure>) -> Self {
        Tried { answer, sent, elapsed: sent.elapsed() }
    }
}

/// What is unusual about the way a request goes over the wire; by default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireOptions {
    /// On a connection of its own, so that every byte of the answer can be looked at.
    pub raw: bool,
    /// The body goes out piece by piece.
    pub pieces: bool,
    /// On a connection that nothing was sent on before: what was kept may have been closed meanwhile.
    pub unused: bool,
    /// A server error is not tried again: of several requests at once, it counts what the first try came to.
    pub errors_stand: bool,
    /// It is sent once, whatever comes of it.
    pub once: bool,
    /// It asks for the target's condition, and is no case's request.
    pub canary: bool,
    /// When the whole answer has to be there.
    pub until: Option<Instant>,
}

/// A full answer, as it came over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Status, header fields, and the body that the framing tells.
    pub response: Response,
    /// Every byte after the head, framing included; only of raw connections.
    pub after_head: Option<Vec<u8>>,
}

/// A transport could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Certificates or keys cannot be used.
    #[error(transparent)]
    Tls(#[from] super::tls::TlsError),
    /// The proxy's URL cannot be used.
    #[error("the proxy cannot be used: {0}")]
    Proxy(String),
    /// The HTTP client could not be made.
    #[error("cannot set up the HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}
