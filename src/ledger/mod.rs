//! Whose each item of a resource is, what it was last known to be, and what follows from that: what should be there, how
//! much room is left, what is to be deleted, and what is somebody else's. Only `journal` does I/O: it
//! keeps on disk what a run is about to store.

mod entry;
mod items;
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "it is on disk")]
pub mod journal;
mod ownership;
mod sent_keys;

pub(crate) use items::Ledger;
pub(crate) use ownership::{MARK, own_names, own_words, word};
pub(crate) use sent_keys::{Sender, SentKeys};
