//! What is tested: endpoints, credentials, resources, and the way there.

mod address;
mod network;
mod settings;

pub use address::Addresses;
pub use network::{Network, Proxy, Resolve};
pub use settings::{Foreign, Settings, Target};
