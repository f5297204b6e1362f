use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Time in all that one operation may leave requests without an answer; afterwards it counts as mute.
const MUTE_AFTER: Duration = Duration::from_secs(30);
/// So many requests in a row without an answer, and the target counts as gone.
const GONE_AFTER: usize = 4;

/// Requests that got no answer.
#[derive(Debug, Default)]
pub(super) struct Silence {
    /// How many in a row.
    in_a_row: AtomicUsize,
    /// When the last of them was given up.
    given_up: Mutex<Option<Instant>>,
    /// How long each operation's requests have waited for nothing.
    waited: Mutex<BTreeMap<String, Duration>>,
}

impl Silence {
    /// Counts requests in a row that got no answer; any answer begins anew. What was sent before the last of them was
    /// given up (`sent` is when) has waited for the same answer, and counts once.
    pub(super) fn answered(&self, answered: bool, sent: Instant) {
        if answered {
            self.in_a_row.store(0, Ordering::Relaxed);
            return;
        }
        let mut given_up = lock(&self.given_up);
        if given_up.is_none_or(|last| sent >= last) {
            self.in_a_row.fetch_add(1, Ordering::Relaxed);
            *given_up = Some(Instant::now());
        }
    }

    /// Whether the last request had no answer.
    pub(super) fn lasts(&self) -> bool {
        self.in_a_row.load(Ordering::Relaxed) > 0
    }

    /// Whether the target has stopped answering altogether.
    pub(super) fn is_gone(&self) -> bool {
        self.in_a_row.load(Ordering::Relaxed) >= GONE_AFTER
    }

    /// Takes note of a request of an operation that got no answer.
    pub(super) fn of(&self, operation: &str, time: Duration) {
        *lock(&self.waited).entry(operation.to_owned()).or_default() += time;
    }

    /// Whether an operation has left too many requests without an answer to go on.
    pub(super) fn is_mute(&self, operation: &str) -> bool {
        lock(&self.waited).get(operation).is_some_and(|time| *time >= MUTE_AFTER)
    }

    /// A target that had stopped answering is back.
    pub(super) fn end(&self) {
        self.in_a_row.store(0, Ordering::Relaxed);
        lock(&self.waited).clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waited_for_the_same_answer_counts_once() {
        let silence = Silence::default();
        let together = Instant::now();
        for _ in 0..10 {
            silence.answered(false, together);
        }
        assert!(silence.lasts() && !silence.is_gone(), "ten at once are one silence");
        for _ in 1..GONE_AFTER {
            silence.answered(false, Instant::now());
        }
        assert!(silence.is_gone());
        silence.answered(true, together);
        assert!(!silence.lasts() && !silence.is_gone());
    }

    #[test]
    fn an_operation_is_mute_after_all_the_time_it_took() {
        let silence = Silence::default();
        (0..2).for_each(|_| silence.of("a", MUTE_AFTER / 2));
        silence.of("b", MUTE_AFTER / 2);
        assert!(silence.is_mute("a") && !silence.is_mute("b") && !silence.is_mute("c"));
        silence.end();
        assert!(!silence.is_mute("a"));
    }
}
