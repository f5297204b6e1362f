//! JSON as it came over the wire, repeated members included.

mod parse;
mod repeated;
mod value;

pub(crate) use parse::{Document, Leniency, ParseError, parse};
pub(crate) use repeated::{Kept, keep};
pub(crate) use value::Json;
