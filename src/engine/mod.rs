//! One run: capabilities, probes, cases, restoration, conclusion.

mod alone;
mod canary;
mod case_report;
mod clean;
mod cleanup;
mod conclude;
mod doubt;
mod fuzz;
mod group;
mod isolation;
mod join_bounded;
mod lock;
mod needs;
mod preflight;
mod progress;
mod property;
mod property_shards;
mod provision;
mod race;
mod recover;
mod repeat;
mod rerun_throttled;
mod resource;
mod resource_queues;
mod restore;
mod runner;
mod scheduler;
mod send;
mod sending;
mod sentinel;
mod session;
mod shrink;
mod tally;
mod target_facts;
mod watch;

pub use clean::{Cleaned, clean};
pub use fuzz::FuzzLimits;
pub use lock::Busy;
pub use progress::{Observer as ProgressObserver, Silent};
pub use provision::{
    Candidate, Neighbours, NotMade, PENDING_DAYS, Removal, Removed, Wanted, candidates, create, remove,
};
pub use runner::{Assignment, RunError, Stop, doctor, early_journal, fuzz, replay, run};
