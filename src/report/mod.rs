//! What a run found out, and the forms it is shown in. The JSON report is the truth; the terminal
//! text, the JUnit file and the snapshot tables are made from it and hold nothing else.

mod body;
mod brief;
mod deviations;
mod error;
mod failure_text;
mod finding;
pub(crate) mod frame;
mod latency;
mod model;
mod schema;
mod tally;

pub mod annotations;
pub mod diff;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;
pub mod snapshot;
pub mod terminal;
pub mod text;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

pub(crate) use snapshot::body_shape;

#[cfg(test)]
pub(crate) use sample::report as sample_for_tests;

pub(crate) use body::grouped;
pub use deviations::{
    CauseStanding, DeviationsReport, DeviationsVerdict, EntryReport, EntryState, Otherwise, StandingKind,
};
pub use error::ReportError;
pub use failure_text::failure_text;
pub use latency::Latency;
pub use model::{
    CaseReport, Cause, CauseExample, ClauseReport, Evidence, ExchangeReport, FindingReport, Flakiness, FuzzReport,
    GeneratedFailure, GeneratedReport, Likeness, Observation, PreflightStep, Rate, ReadingReport, Report, SCHEMA,
    ShardReport, Summary, TargetSummary,
};
pub use schema::{schema, schema_text};
pub use tally::{CaseTally, VerdictTally};
