//! Cases that share a read-back.

mod gather;
mod member;
mod outlook;
mod together;

pub(super) use gather::neighbours_together;
pub(super) use together::run_next;
