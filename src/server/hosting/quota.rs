//! How many requests a second are let through.

use std::num::NonZero;
use std::sync::Mutex;
use std::time::Instant;

use crate::server::state::locked;

/// A bucket that fills by so many a second, and holds no more than those of one second.
#[derive(Debug)]
pub(super) struct Quota {
    per_second: NonZero<u32>,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    filled: Instant,
}

impl Quota {
    pub(super) fn new(per_second: NonZero<u32>) -> Self {
        let bucket = Bucket { left: f64::from(per_second.get()), filled: Instant::now() };
        Self { per_second, bucket: Mutex::new(bucket) }
    }

    /// Whether one more request may pass now.
    pub(super) fn admits(&self, now: Instant) -> bool {
        let rate = f64::from(self.per_second.get());
        let mut bucket = locked(&self.bucket);
        let since = now.saturating_duration_since(bucket.filled).as_secs_f64();
        bucket.left = (bucket.left + since * rate).min(rate);
        bucket.filled = now;
        if bucket.left < 1.0 {
            return false;
        }
        bucket.left -= 1.0;
        true
    }

    pub(super) fn per_second(&self) -> u32 {
        self.per_second.get()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_above_the_quota_waits_for_the_next_second() {
        let quota = Quota::new(NonZero::new(3).expect("not zero"));
        let start = Instant::now();
        let passed = |after| (0..5).filter(|_| quota.admits(start + Duration::from_millis(after))).count();
        assert_eq!(passed(0), 3);
        assert_eq!(passed(400), 1);
        assert_eq!(passed(5_000), 3);
    }
}
