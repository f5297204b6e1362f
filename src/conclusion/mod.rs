//! What a run comes to: verdicts, causes and exit code from what is known when nothing is sent any more. No I/O, so that a run
//! in one piece and the shards of one come to the same in the same way.

mod basis;
mod conclude;
mod join;
mod tries;

pub use basis::{Basis, ClauseTally, Ended};
pub(crate) use conclude::counts_as_failure;
pub use conclude::{Concluded, conclude};
pub use join::{JoinError, Part, join};
pub(crate) use tries::{Try, of_tries};
