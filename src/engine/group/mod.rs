//! Cases that share a read-back.

mod gather;
mod lost;
mod member;
mod outlook;
mod request;
mod together;
mod turned_away;

pub(super) use gather::neighbours_together;
pub(super) use together::run_next;
