//! Sending: one client for every request. Here are the connections, the time limits, pace, retries and what is known of
//! the target's health; what an answer should be is not known here.

mod authentication;
mod certificate;
mod client;
mod decode;
mod failure;
mod framing;
mod health;
mod http;
mod proxy;
mod rate_limit;
mod raw;
mod retry_after;
mod tls;
mod transport_trait;
mod way_to_target;

pub use client::{Client, Confirmed, Limits};
pub use health::{Canary, Ended, EndedBy, Health};
pub use http::HttpTransport;
pub use tls::TlsError;
pub use transport_trait::{Authenticating, Ready, Received, Sending, Transport, TransportError, Tried, WireOptions};
pub use way_to_target::over_the_network;
