//! Conformance suite and fuzzing harness for the tag and event operations of KMS and CSMS services.
//!
//! The contract is data: operations, clauses and cases under `suites/`, documented examples under
//! `fixtures/`. This library is the engine: it loads the data, plans cases, sends them to any endpoint,
//! judges what comes back clause by clause, and reports. The reference server in [`server`] is
//! independent of all that, so that suite and server can disagree.

mod causes;
pub mod check;
pub mod cli;
pub mod contract;
pub mod evidence;
pub mod exit;
pub mod fixture;
pub mod fuzz;
pub mod fuzz_targets;
pub mod generate;
pub mod journal;
mod ledger;
pub mod mutants;
pub mod plan;
pub mod readings;
pub mod record;
pub mod report;
pub mod run;
pub mod server;
pub mod suite;
pub mod target;
pub mod transport;
pub mod vocabulary;
