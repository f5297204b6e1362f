//! From many failures to few causes: one fault of a target makes dozens or hundreds of cases fail, and what a person reads,
//! triages and compares is the fault. No I/O, and nothing of how a case came about: the findings and the suite are enough.

mod diagnosis;
mod find;
mod looks;
mod name;
mod observations;
mod shared;
mod signature;

pub(crate) use diagnosis::{Dictionary, Fault, Seen};
pub(crate) use find::{explain, looks_of};
pub(crate) use looks::Looks;
pub(crate) use observations::general;
pub(crate) use signature::{EVERYWHERE, possible_ids};
