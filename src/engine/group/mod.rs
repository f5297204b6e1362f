//! Cases that share a read-back.

mod expected_state;
mod grouped_case;
mod lost;
mod refused_under_load;
mod run;
mod select;

pub(super) use run::run_next;
pub(super) use select::neighbours_together;
