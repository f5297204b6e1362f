//! From a request to the operation or observer it asks for.

mod body;
mod fragile;
mod handle;
mod members;
mod observer;
mod picky;
mod positions;
mod robustness;

pub(crate) use body::{object, text_of};
pub(crate) use handle::{Call, handle};
pub(crate) use members::check_members;
pub(crate) use robustness::FRAGILE_DEPTH;
