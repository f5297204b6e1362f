//! What the data says about one request body: the facts about each field, and the constraints it breaks.

mod characters;
mod facts;
mod place;
mod standing;

pub use characters::{admits, is_invisible, is_old};
pub use facts::{FieldFacts, fields};
pub use place::{identity, pointers};
pub use standing::{Contract, Standing};
