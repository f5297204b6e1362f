//! What a run is about to store, on disk before it is sent: what a run left behind that was killed is known, to the next run
//! on the same resources and to `dewspec clean`. Holds no credential.

mod entry;
mod file;
mod place;

pub use entry::{Header, Items, Left, Made, Recorded};
pub use file::{Abandoned, Journal};
pub use place::Place;
