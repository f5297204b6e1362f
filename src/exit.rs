//! Exit codes of the program: part of its contract with scripts.

/// The target conforms, or does nothing beside its known deviations.
pub const CONFORMS: u8 = 0;
/// The target does not conform, or differs from snapshots or from the known deviations.
pub const NONCONFORMING: u8 = 1;
/// Wrong usage, configuration or suite data; nothing was sent.
pub const USAGE: u8 = 2;
/// No verdict: the target could not be reached, is not this API, refused credentials or identifiers, throttled or
/// expired beyond what the run can bear, or dewspec itself broke.
pub const BROKEN: u8 = 3;
/// Nothing was proven.
pub const VACUOUS: u8 = 4;
/// Ended by SIGHUP, after the target was restored.
pub const HANGUP: u8 = 129;
/// Ended by SIGINT, after the target was restored.
pub const INTERRUPTED: u8 = 130;
/// Ended by SIGTERM, after the target was restored.
pub const TERMINATED: u8 = 143;
