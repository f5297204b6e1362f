//! A case, judged. `CaseRun` is the machine: it says what it wants next, is told what came of it, and ends in evidence. What
//! runs cases one by one, several with one read-back, or made up by the fuzzer, drives the same machine.

mod claim;
mod evidence;
mod knowledge;
mod outgoing;
mod payload;
mod prediction;
mod prospect;
mod race;
mod read_back;
mod receive;
mod request;
mod run;
mod site;
mod suspicion;
#[cfg(test)]
mod tests;

pub(crate) use claim::{Claim, Pause, Says, stand};
pub(crate) use evidence::{Evidence, Finding, JudgedCase, Unsteady};
pub(crate) use knowledge::Knowledge;
pub(crate) use outgoing::{Outgoing, Sent};
pub(crate) use payload::Payload;
pub(crate) use prediction::writing;
pub(crate) use prospect::{Prospect, states_differ};
pub(crate) use race::Raced;
pub(crate) use receive::{is_fatal, receive, receive_one_of_several};
pub(crate) use request::{Request, payload_of};
pub(crate) use run::{COME_AND_GO, CaseRun, Doubt, Want, Weighed, is_answered_alike, may_be_full, takes_nothing_more};
pub(crate) use site::Site;
