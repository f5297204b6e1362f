//! The embedded reference server: a small, strict implementation of the documented operations and their observers.
//!
//! It follows any reading of the open clauses, and misbehaves on demand. It shares no code with the rest of the crate,
//! so that the two can disagree.

mod access;
mod config;
mod dispatch;
mod event;
pub mod fault;
mod http;
mod identities;
mod in_process;
mod json;
mod operation;
mod random;
pub mod reading;
mod router;
mod rules;
mod state;
mod tag;
#[cfg(test)]
mod tests;
mod texts;

pub use config::ServerConfig;
pub use http::{HostedServer, RunningServer, host, start};
pub use identities::Identities;
pub use in_process::InProcess;
pub use reading::{Profile, ProfileError};
pub use router::router;
pub use texts::{TextField, TextRules};
