use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::record::Recorded;

/// The time of day as the run has it, which is that of a recorded run when its record is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) began: SystemTime,
    at: Instant,
    pub(super) is_recorded: bool,
}

impl Clock {
    /// Of a run that begins now.
    pub(super) fn starting() -> Self {
        Clock { began: SystemTime::now(), at: Instant::now(), is_recorded: false }
    }

    /// Of a recorded run.
    pub(super) fn of(recorded: &Recorded) -> Self {
        Clock { began: recorded.header.began(), at: recorded.began(), is_recorded: true }
    }

    pub(super) fn now(&self) -> SystemTime {
        self.began + self.elapsed()
    }

    /// Since the beginning of the run.
    pub(super) fn elapsed(&self) -> Duration {
        self.at.elapsed()
    }
}
