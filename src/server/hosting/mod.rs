//! Putting a server before its clients: sockets, TLS, and how the way to it behaves.

mod front;
mod log;
mod options;
mod quota;
mod running;
mod tls;
mod wire;

pub(crate) use options::Teller;
pub use options::{Hosting, HostingError};
pub use running::{HostedServer, RunningServer, host, start, start_with};
pub use tls::{Tls, TlsError};
pub(crate) use wire::PLACEHOLDER_STATUS;
