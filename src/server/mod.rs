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

pub use config::ServerConfig;
pub use http::{HostedServer, RunningServer, host, start};
pub use identities::Identities;
pub use reading::{Profile, ProfileError};
pub use router::router;
