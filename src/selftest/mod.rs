//! The tester, tested: the suite against the reference server with each seeded fault, and against
//! conforming servers under many readings.

mod carry_out;
mod falsealarm;
mod kill;
mod lab;
mod pair;
mod scope;
mod summary;

pub use falsealarm::{Alarm, AlarmPlan, Conforming, alarms, profiles};
pub use kill::{Kill, dictionary, kills};
pub use lab::{LabError, Laboratory};
pub use pair::{Pair, pairs};
pub use summary::summary;
