//! Whose each item of a resource is, what it was last known to be, and what follows from that: what should be there, how
//! much room is left, what is to be deleted, and what is somebody else's. Only `journal` does I/O: it
//! keeps on disk what a run is about to store.

mod entry;
mod items;
pub mod journal;
mod ownership;

pub(crate) use items::Ledger;
pub(crate) use ownership::{MARK, odd_keys, own_names, own_words, word};
