//! Which readings of the open clauses explain everything that was seen.

mod profile;

pub use profile::{Observation, Prediction, Profile};
