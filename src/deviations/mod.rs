//! Known deviations: what is expected to fail, why, who looks after it, and until when. Entries and a report go in; what is
//! known, new, changed, stale, hidden or not to be seen comes out. No I/O and no clock: the day is that of the report.

mod apply;
mod compare;
mod entry;
mod file;
mod known_ids;
mod placeholder;
mod problem;
mod prune;
mod record;
mod schema;
mod sentence;
mod whole;

pub use apply::apply;
pub use entry::{Entry, KnownDeviations, Subject};
pub use file::parse;
pub use known_ids::KnownIds;
pub use problem::Problem;
pub use prune::prune;
pub use record::{Filling, Recorded, record};
pub use schema::{schema, schema_text};
pub use whole::unfit;

#[cfg(test)]
mod tests;
