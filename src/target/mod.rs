//! What is tested: endpoints, credentials, resources, and the way there.

mod address;
mod embedded;
mod near;
mod network;
mod replay;
mod settings;

pub use address::Addresses;
pub use embedded::{IN_PROCESS_ENDPOINT, InProcessTransport, embedded_target};
pub use network::{Network, Proxy, Resolve, is_credential};
pub use replay::ReplayLine;
pub use settings::{Foreign, Settings, Target};
