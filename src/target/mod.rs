//! What is tested: endpoints, credentials, resources, and the way there.

mod address;
mod embedded;
mod network;
mod settings;

pub use address::Addresses;
pub use embedded::{IN_PROCESS_ENDPOINT, InProcessTransport, embedded_target};
pub use network::{Network, Proxy, Resolve};
pub use settings::{Foreign, Settings, Target};
