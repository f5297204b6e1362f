//! Inputs from facts: characters by category, placeholders, and strings of a given length.

mod body;
mod characters;
mod placeholder;

pub use characters::{Sample, admits, samples};
pub use placeholder::{Placeholders, filler, to_bytes};
