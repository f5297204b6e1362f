//! What is tested: endpoints, credentials, resources.

mod address;
mod settings;

pub use address::Addresses;
pub use settings::{Foreign, Settings, Target};
