//! Inputs from facts: placeholders, strings of a given length, and properties with their generators.

mod body;
mod characters;
pub(crate) mod json;
pub(crate) mod mark;
mod placeholder;
pub(crate) mod pool;
mod property;
pub(crate) mod series;
mod text;
mod whole;

pub use characters::{Sample, samples};
pub use placeholder::{Placeholders, filler, seed_of, to_bytes};
pub use property::{Decider, Doing, Drawing, Generator, Instance, Move, Property, Shrinker, TargetFacts, properties};
pub(crate) use property::{FULL, TAKEN};
