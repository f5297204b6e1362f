//! Open clauses and the readings a server can follow.

mod access;
mod batch;
mod catalogue;
mod event;
mod nearest;
mod profile;
mod tag;

pub(crate) use access::{AccessReadings, DuplicateMember};
pub(crate) use batch::{BatchReadings, Disposal, RepeatedKey, SequenceLength, SequenceReadings};
pub use catalogue::{ReadingSet, catalogue, neighbours};
pub(crate) use event::{EventReadings, TimeUnit};
pub(crate) use nearest::nearest;
pub use profile::{Profile, ProfileError};
pub(crate) use tag::{CharacterUnit, OmittedValue, ReservedPrefix, TagReadings, Whitespace};
