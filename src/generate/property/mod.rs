//! Properties: checks over generated input, derived from the facts of the data.

mod decide;
mod derive;
mod draw;
mod drawn;
mod frame;
mod instance;
mod kind;
mod one_field;
mod sequence;

#[cfg(test)]
mod tests;

pub use decide::Decider;
pub use derive::properties;
pub use draw::{Drawing, Generator, Shrinker};
pub use instance::{Doing, Instance, Move};
pub use kind::{Property, TargetFacts};
pub(crate) use sequence::{FULL, TAKEN};
