//! What is tested: endpoints, credentials, resources, and the way there.

mod address;
mod near;
mod network;
mod replay;
mod settings;

pub use address::Addresses;
pub use network::{Network, Proxy, Resolve, is_credential};
pub use replay::ReplayLine;
pub use settings::{Foreign, Settings, Target};
