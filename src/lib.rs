//! Conformance suite and fuzzing harness for the tag and event operations of KMS and CSMS services.
//!
//! The contract is data: operations, clauses and cases under `suites/`, documented examples under
//! `fixtures/`. This library is the engine: it loads the data, plans cases, sends them to any endpoint,
//! judges what comes back clause by clause, and reports. The reference server in [`server`] is
//! independent of all that, so that suite and server can disagree.
//!
//! Parts that deny disallowed methods and types have no clock, no chance, no files and no connections: see `clippy.toml`.
//! Who may know whom is held by `tests/architecture.rs`.

#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
mod causes;
pub mod cli;
pub mod compare;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod conclusion;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod deviations;
pub mod engine;
pub mod exit;
pub mod fuzz;
pub mod generate;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod judge;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod ledger;
pub mod model;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod plan;
pub mod record;
pub mod redaction;
pub mod report;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod rules;
pub mod selftest;
pub mod server;
pub mod suite;
pub mod target;
pub mod transport;
