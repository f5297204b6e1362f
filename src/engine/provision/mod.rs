//! Secrets and keys: those that are made for one run and removed after it, and those that there are to choose from. What is
//! refused here accuses nobody: these operations are neighbours, which no clause speaks of.

mod candidates;
mod create;
mod neighbours;
mod refusal;
mod remove;
mod wanted;

pub use candidates::{Candidate, candidates};
pub use create::{NotMade, create};
pub use neighbours::Neighbours;
pub use remove::{PENDING_DAYS, Removal, Removed, remove};
pub use wanted::Wanted;
