//! From the contract to an ordered list of cases: expansion of constraints, selection, dependencies.

mod coverage;
mod expand;
mod narrow;
mod order;
mod planned;
mod select;
mod shard;

pub use coverage::{lint_coverage, role_ids};
pub use expand::expand;
pub use planned::{Plan, PlannedCase, plan};
pub use select::{DEFAULT_SEED, Filter};
pub use shard::{Part, Shard, ShardError};
