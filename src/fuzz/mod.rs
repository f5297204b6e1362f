//! Black-box fuzzing: inputs that are mutated further for as long as they make the target answer in new ways.
//!
//! Everything here is about inputs and answers; [`crate::engine::fuzz`] sends them and judges what comes.

mod behaviour;
mod corpus;
mod file;
mod find;
mod forecast;
mod input;
mod mutate;
mod promote;
mod simplify;
mod words;

pub use behaviour::{Behaviour, Effect as SeenEffect, behaviour};
pub use corpus::Corpus;
pub use file::FileError;
pub use find::{Expected, Find, SCHEMA, fingerprint};
pub use forecast::forecast;
pub use input::{Input, Request};
pub use mutate::Mutator;
pub use promote::{PromoteError, promote};
pub use simplify::Simplifier;
