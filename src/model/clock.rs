use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The time of day as a run has it: when its record is judged, that of the recorded run.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: SystemTime,
    at: Instant,
}

impl Clock {
    /// Of a run that begins now.
    pub fn starting() -> Self {
        Clock { began: SystemTime::now(), at: Instant::now() }
    }

    /// Of a run that began at this time, which is `at` in the time of the runtime.
    pub fn of(began: SystemTime, at: Instant) -> Self {
        Clock { began, at }
    }

    /// When the run began.
    pub fn began(&self) -> SystemTime {
        self.began
    }

    /// The time of day.
    pub fn now(&self) -> SystemTime {
        self.began + self.elapsed()
    }

    /// Since the beginning of the run.
    pub fn elapsed(&self) -> Duration {
        self.at.elapsed()
    }
}
