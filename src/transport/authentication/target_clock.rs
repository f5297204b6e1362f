//! The target's time of day, as its answers tell it: a signature is good for 15 minutes of that.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use crate::model::Response;
use crate::target::CLOCK_TOLERANCE;

/// How far the target's clock is ahead of ours.
#[derive(Debug, Default)]
pub(super) struct TargetClock {
    /// In seconds; negative where it is behind.
    ahead: AtomicI64,
    /// A signature was accepted: what was right is not changed because of a strange `Date`.
    is_proven: AtomicBool,
}

impl TargetClock {
    /// The time to sign with, by our own clock and what is known of the target's.
    pub(super) fn time(&self, ours: SystemTime) -> SystemTime {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let by = Duration::from_secs(ahead.unsigned_abs());
        let theirs = if ahead < 0 { ours.checked_sub(by) } else { ours.checked_add(by) };
        theirs.unwrap_or(ours)
    }

    /// Learns from an answer that came just now to a signed request. True if the request was refused and should be signed
    /// anew: the time in its signature was wrong.
    pub(super) fn learn(&self, response: &Response, ours: SystemTime) -> bool {
        let is_refused = matches!(response.status, 401 | 403);
        if !is_refused && response.status < 400 {
            self.is_proven.store(true, Ordering::Relaxed);
        }
        let Some(ahead) = response.header("date").and_then(|date| ahead(date.trim(), ours)) else { return false };
        let known = self.ahead.load(Ordering::Relaxed);
        let differs = known.abs_diff(ahead) >= CLOCK_TOLERANCE.as_secs();
        if !differs || (self.is_proven.load(Ordering::Relaxed) && response.status != 401) {
            return false;
        }
        self.ahead.store(ahead, Ordering::Relaxed);
        is_refused
    }
}

/// How many seconds a date is ahead of us; 0 where that is as good as nothing.
fn ahead(date: &str, ours: SystemTime) -> Option<i64> {
    let theirs = httpdate::parse_http_date(date).ok()?;
    let (by, sign) = match theirs.duration_since(ours) {
        Ok(ahead) => (ahead, 1),
        Err(behind) => (behind.duration(), -1),
    };
    if by < CLOCK_TOLERANCE {
        return Some(0);
    }
    Some(i64::try_from(by.as_secs()).ok()? * sign)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn answer(status: u16, date: SystemTime) -> Response {
        let date = HeaderValue::from_str(&httpdate::fmt_http_date(date)).unwrap();
        Response { status, headers: HeaderMap::from_iter([(http::header::DATE, date)]), ..Response::default() }
    }

    fn off_by(one: SystemTime, other: SystemTime) -> u64 {
        one.duration_since(other).unwrap_or_else(|e| e.duration()).as_secs()
    }

    #[test]
    fn a_refusal_with_another_time_of_day_is_a_reason_to_sign_anew_once() {
        let (now, clock) = (SystemTime::now(), TargetClock::default());
        assert_eq!(clock.time(now), now);
        assert!(clock.learn(&answer(401, now - HOUR), now));
        assert!(off_by(clock.time(now), now - HOUR) <= 1);
        assert!(!clock.learn(&answer(401, now - HOUR), now), "it was signed with that time");
        assert!(clock.learn(&answer(401, now + HOUR), now));
        assert!(off_by(clock.time(now), now + HOUR) <= 1);
    }

    #[test]
    fn what_was_accepted_is_not_changed_by_a_strange_date() {
        let (now, clock) = (SystemTime::now(), TargetClock::default());
        assert!(!clock.learn(&answer(200, now), now));
        for status in [200, 400, 403] {
            assert!(!clock.learn(&answer(status, now + HOUR), now));
        }
        assert_eq!(clock.time(now), now);
        assert!(clock.learn(&answer(401, now + HOUR), now), "unless it is not accepted any more");
    }

    #[test]
    fn clocks_that_are_nearly_the_same_are_the_same() {
        let (now, clock) = (SystemTime::now(), TargetClock::default());
        assert!(!clock.learn(&answer(401, now - Duration::from_secs(50)), now));
        assert!(!clock.learn(&Response { status: 401, ..Response::default() }, now));
        assert_eq!(clock.time(now), now);
    }
}
