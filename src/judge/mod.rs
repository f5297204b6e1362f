//! Oracles: small functions that judge one exchange, one step or one read-back, and say what was allowed
//! and what was seen; a whole case as a machine that is told what came; and which readings of the open clauses explain
//! everything that was seen. No I/O.

mod answer;
pub(crate) mod case;
mod describe;
mod effect;
mod intermediary;
mod json;
mod listing;
mod oracle;
pub mod readings;
mod state;

pub use crate::model::State;
pub use answer::{Blame, Deviation, judge_answer, judge_envelope};
pub use describe::describe;
pub use effect::{Change, Said, change_by, change_of};
pub use intermediary::{is_by_an_intermediary, is_in_no_form_of_a_service};
pub use json::{is_ambiguous, parse_request};
pub use listing::{ListedItem, Listing, is_unreadable, parse_listing};
pub use oracle::{History, Judgement, Scene, Secrets, judge};
pub use state::{difference, is_shown_as, state_of};
