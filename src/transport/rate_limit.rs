use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The first interval of a target that turned out to throttle, and the longest: both found step by step.
const FIRST_INTERVAL: Duration = Duration::from_millis(5);
const LONGEST_INTERVAL: Duration = Duration::from_secs(2);
/// After so many answers in a row without throttling, requests come a little faster again.
const CALM: u32 = 64;

/// Spaces requests evenly, and holds all of them back while the target asks for it.
#[derive(Debug)]
pub(super) struct RateLimit {
    /// As asked for on the command line.
    fixed: Duration,
    /// Whether there is anything to wait for at all.
    paced: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the next request may go.
    next: Instant,
    /// Nothing goes before this.
    paused: Instant,
    /// What the target bears, as far as is known.
    learned: Duration,
    /// What was sent before this was sent before the target had its pause, and says nothing of the pace since.
    slowed: Instant,
    calm: u32,
    /// Whether only the pace of the command line is kept any more.
    hurried: bool,
}

impl RateLimit {
    pub(super) fn new(rate: Option<u32>) -> Self {
        let fixed = rate.filter(|rate| *rate > 0).map(|rate| Duration::from_secs(1) / rate).unwrap_or_default();
        let now = Instant::now();
        let state = State { next: now, paused: now, learned: Duration::ZERO, slowed: now, calm: 0, hurried: false };
        RateLimit { fixed, paced: AtomicBool::new(!fixed.is_zero()), state: Mutex::new(state) }
    }

    /// Waits for this request's turn.
    pub(super) async fn turn(&self) {
        if !self.paced.load(Ordering::Relaxed) {
            return;
        }
        let mut at = self.change(|state| {
            let at = state.next.max(Instant::now());
            state.next = at + self.fixed.max(state.learned);
            at
        });
        // A pause may begin while the turn is waited for.
        while Instant::now() < at {
            tokio::time::sleep_until(at).await;
            at = at.max(self.change(|state| state.paused));
        }
    }

    /// The same once the user wants it to end: what the target was found to bear is not waited for any more.
    pub(super) async fn hurried_turn(&self) {
        let at = self.change(|state| {
            let now = Instant::now();
            if !std::mem::replace(&mut state.hurried, true) {
                (state.next, state.paused) = (now, now);
            }
            let at = state.next.max(now);
            state.next = at + self.fixed;
            at
        });
        tokio::time::sleep_until(at).await;
    }

    /// Nothing is sent until this time has passed; returns by how much that is longer than what was known before.
    pub(super) fn pause(&self, wait: Duration) -> Duration {
        self.paced.store(true, Ordering::Relaxed);
        self.change(|state| {
            let now = Instant::now();
            let (before, until) = (state.paused.max(now), now + wait);
            state.paused = state.paused.max(until);
            state.next = state.next.max(until);
            until.saturating_duration_since(before)
        })
    }

    /// Ends a pause at once.
    pub(super) fn go_on(&self) {
        self.change(|state| {
            let now = Instant::now();
            state.paused = now;
            state.next = now;
        });
    }

    /// A request that was throttled has been answered after a pause, so it was the pace: from now on it is slower.
    /// `sent`: when it was throttled; `came`: when it was answered.
    pub(super) fn slow_down(&self, sent: Instant, came: Instant) {
        self.change(|state| {
            if sent < state.slowed {
                return;
            }
            state.learned = (state.learned * 3 / 2).clamp(FIRST_INTERVAL.max(self.fixed), LONGEST_INTERVAL);
            state.slowed = came;
            state.calm = 0;
        });
    }

    /// An answer without throttling.
    pub(super) fn answered(&self) {
        if !self.paced.load(Ordering::Relaxed) {
            return;
        }
        self.change(|state| {
            state.calm += 1;
            if state.calm.is_multiple_of(CALM) {
                state.learned = state.learned * 19 / 20;
            }
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn time_of(limit: &RateLimit, turns: u32) -> Duration {
        let started = Instant::now();
        for _ in 0..turns {
            limit.turn().await;
        }
        started.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_spaced_only_as_far_as_somebody_asks_for_it() {
        assert_eq!(time_of(&RateLimit::new(None), 100).await, Duration::ZERO);
        assert_eq!(time_of(&RateLimit::new(Some(10)), 11).await, Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttling_target_is_found_out_and_tried_again_later() {
        let limit = RateLimit::new(None);
        let throttled = Instant::now();
        assert_eq!(limit.pause(Duration::from_secs(1)), Duration::from_secs(1));
        assert_eq!(limit.pause(Duration::from_secs(1)), Duration::ZERO, "the same pause, asked for twice");
        assert_eq!(time_of(&limit, 2).await, Duration::from_secs(1), "a pause for all, and no more than that");
        limit.slow_down(throttled, Instant::now());
        let slow = time_of(&limit, 101).await;
        assert!(slow >= FIRST_INTERVAL * 100, "{slow:?}");
        // One of many that were throttled at once.
        limit.slow_down(throttled, Instant::now());
        assert_eq!(time_of(&limit, 100).await, FIRST_INTERVAL * 100);
        for _ in 0..CALM {
            limit.answered();
        }
        assert!(time_of(&limit, 100).await < FIRST_INTERVAL * 100);
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_hurry_only_the_users_own_pace_counts() {
        let limit = RateLimit::new(Some(10));
        limit.pause(Duration::from_secs(100));
        let started = Instant::now();
        for _ in 0..3 {
            limit.hurried_turn().await;
        }
        assert_eq!(started.elapsed(), Duration::from_millis(200));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_turn_waits_for_a_pause_that_begins_meanwhile() {
        let limit = RateLimit::new(Some(1));
        let started = Instant::now();
        limit.turn().await;
        tokio::join!(limit.turn(), async { assert_eq!(limit.pause(Duration::from_secs(5)), Duration::from_secs(5)) });
        assert_eq!(started.elapsed(), Duration::from_secs(5));
    }
}
