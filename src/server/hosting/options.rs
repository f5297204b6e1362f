//! How a server is put before its clients.

use std::fmt;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Tls;
use crate::server::store::StateError;

/// Something that takes a line of text.
pub(crate) type Teller = Arc<dyn Fn(&str) + Send + Sync>;

/// What stands between a server and its clients; nothing, unless something is said.
#[derive(Clone, Default)]
pub struct Hosting {
    /// Encrypted connections, and no others.
    pub tls: Option<Tls>,
    /// How long every request waits before it is looked at.
    pub latency: Option<Duration>,
    /// How many requests a second are answered; the rest is throttled.
    pub quota: Option<NonZero<u32>>,
    /// Takes a line for each request, without anything secret.
    pub log: Option<Teller>,
    /// The file that the state is read from, and kept in.
    pub state: Option<PathBuf>,
    /// Is told what went wrong meanwhile.
    pub warn: Option<Teller>,
}

/// Why a server cannot be put up.
#[derive(Debug, thiserror::Error)]
pub enum HostingError {
    /// The address cannot be listened on.
    #[error("cannot listen: {0}")]
    Listen(#[from] std::io::Error),
    /// The state file cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

impl fmt::Debug for Hosting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Hosting")
            .field("tls", &self.tls.is_some())
            .field("latency", &self.latency)
            .field("quota", &self.quota)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
