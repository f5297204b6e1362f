//! The fuzzer's loop: inputs in rounds, what is learned of them, finds.

mod build_case;
mod campaign;
mod input_result;
mod minimize;
mod replay;
mod wait_for_recovery;

pub(super) use campaign::Campaign;
pub use campaign::FuzzLimits;
pub(super) use replay::replay_finds;
