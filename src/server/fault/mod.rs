//! Faults that can be seeded, to see the suite find them.

mod deviation;
mod info;
mod kind;
mod manner;
mod set;

pub(crate) use deviation::Deviation;
pub use info::{FaultInfo, NEIGHBOUR, RARE, SIGNATURE, catalogue};
pub use kind::Fault;
pub(crate) use set::DeviationSet;
pub use set::{FaultError, FaultSet};
