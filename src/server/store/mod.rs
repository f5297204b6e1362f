//! Keeping the state of a server in a file.

mod error;
mod file;
mod keeper;
mod snapshot;

pub use error::StateError;
pub(crate) use keeper::Keeper;
