//! One run: capabilities, probes, cases, restoration, conclusion.

mod at_once;
mod capability;
mod case;
mod cleanup;
mod conclude;
mod doubt;
mod fuzz;
mod group;
mod isolation;
mod knowledge;
mod lanes;
mod lock;
mod needs;
mod ours;
mod payload;
mod prediction;
mod probe;
mod progress;
mod property;
mod race;
mod readback;
mod record;
mod resource;
mod restore;
mod runner;
mod sending;
mod session;
mod shards;
mod shrink;
mod side_by_side;
mod step;
mod tally;
mod watch;

pub use fuzz::FuzzLimits;
pub use progress::{Observer as ProgressObserver, Silent};
pub use runner::{Assignment, RunError, Stop, fuzz, replay, run};
