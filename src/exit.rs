//! Exit codes of the program: part of its contract with scripts.

/// The target conforms.
pub const CONFORMS: u8 = 0;
/// The target does not conform, or snapshots differ.
pub const NONCONFORMING: u8 = 1;
/// Wrong usage, configuration or suite data; nothing was sent.
pub const USAGE: u8 = 2;
/// The target could not be reached, or dewspec itself broke.
pub const BROKEN: u8 = 3;
/// Nothing was proven.
pub const VACUOUS: u8 = 4;
