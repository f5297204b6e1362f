//! The embedded reference server: a small, strict implementation of the documented operations and their observers.
//!
//! It follows any reading of the open clauses, and misbehaves on demand. It shares no code with the rest of the crate,
//! so that the two can disagree.

mod access;
mod config;
mod dispatch;
mod event;
pub mod fault;
mod hosting;
mod http;
mod identities;
mod identity;
mod in_process;
mod json;
mod key;
mod neighbour;
mod operation;
mod page;
mod random;
pub mod reading;
mod router;
mod rules;
mod secret;
mod state;
mod store;
mod tag;
#[cfg(test)]
mod tests;
mod texts;
mod time;

pub use config::ServerConfig;
pub use hosting::{HostedServer, Hosting, HostingError, RunningServer, Tls, TlsError, host, start, start_with};
pub use identities::Identities;
pub use in_process::InProcess;
pub use reading::{Profile, ProfileError};
pub use router::router;
pub use store::StateError;
pub use texts::{TextField, TextRules};
