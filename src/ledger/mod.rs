//! Whose each item of a resource is, what it was last known to be, and what follows from that: what should be there, how
//! much room is left, what is to be deleted, and what is somebody else's. No I/O.

mod entry;
mod items;
mod ownership;

pub(crate) use items::Ledger;
pub(crate) use ownership::{MARK, odd_keys, own_names, own_words, word};
