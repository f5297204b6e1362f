//! The fuzzer's loop: inputs in rounds, what is learned of them, finds.

mod campaign;
mod prepare;
mod replay;
mod revive;
mod settle;
mod tried;

pub(super) use campaign::Campaign;
pub use campaign::FuzzLimits;
pub(super) use replay::replay_finds;
