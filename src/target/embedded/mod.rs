//! The reference server of this crate as a target: over sockets like any other, or without them.

mod in_process;
mod target;

pub use in_process::InProcessTransport;
pub use target::{IN_PROCESS_ENDPOINT, embedded_target};
