use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::console;
use crate::engine::ProgressObserver;
use crate::model::Outcome;
use crate::report::CaseReport;

/// Ids of failing cases that are shown while the run goes on.
const SHOWN: usize = 20;
/// In a pipe, what is waited for is said so often at most.
const PAUSE: Duration = Duration::from_secs(5);

/// A bar on a terminal; in a pipe only what the run waits for.
pub(super) struct Bar {
    bar: ProgressBar,
    state: Mutex<State>,
}

impl Bar {
    pub(super) fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}") {
            bar.set_style(style);
        }
        Bar { bar, state: Mutex::default() }
    }

    /// Takes the bar off the screen.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProgressObserver for Bar {
    fn planned(&self, cases: usize) {
        self.bar.set_length(cases as u64);
    }

    fn finished(&self, case: &CaseReport) {
        self.bar.inc(1);
        if case.outcome == Outcome::Fail {
            let mut state = self.state();
            // Nothing is printed where there is no bar.
            if let Some(line) = state.failed(&case.id) {
                self.bar.println(line);
            }
            self.bar.set_message(state.message());
        }
    }

    fn phase(&self, what: &str) {
        let mut state = self.state();
        state.phase = what.to_owned();
        self.bar.set_message(state.message());
    }

    fn waiting(&self, what: &str) {
        let mut state = self.state();
        state.waiting = what.to_owned();
        self.bar.set_message(state.message());
        if self.bar.is_hidden()
            && let Some(line) = state.said(Instant::now())
        {
            console::info(&line);
        }
    }
}

/// What is known of the run, and what of it has been said.
#[derive(Debug, Default)]
struct State {
    phase: String,
    /// What is waited for; empty while nothing is.
    waiting: String,
    failed: usize,
    /// When it was last said what is waited for, in a pipe.
    said: Option<Instant>,
}

impl State {
    /// A case failed; returns what to say of it.
    fn failed(&mut self, id: &str) -> Option<String> {
        self.failed += 1;
        match self.failed {
            ..=SHOWN => Some(format!("FAIL {id}")),
            n if n == SHOWN + 1 => Some("FAIL more cases; the report names them".to_owned()),
            _ => None,
        }
    }

    /// What stands beside the bar.
    fn message(&self) -> String {
        let failed = if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() };
        match self.waiting.as_str() {
            "" => format!("{}{failed}", self.phase),
            waiting => format!("waiting: {waiting}{failed}"),
        }
    }

    /// What to say in a pipe of what is waited for, unless it was said just now.
    fn said(&mut self, now: Instant) -> Option<String> {
        let early = self.said.is_some_and(|said| now.duration_since(said) < PAUSE);
        if self.waiting.is_empty() || early {
            return None;
        }
        self.said = Some(now);
        Some(format!("waiting: {}", self.waiting))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_show_as_they_come_and_not_without_end() {
        let mut state = State { phase: "running the cases".to_owned(), ..State::default() };
        let said: Vec<String> = (0..30).filter_map(|i| state.failed(&format!("case/{i}"))).collect();
        assert_eq!(said.len(), SHOWN + 1);
        assert_eq!((said[0].as_str(), said[SHOWN - 1].as_str()), ("FAIL case/0", "FAIL case/19"));
        assert!(said[SHOWN].contains("more"));
        assert_eq!(state.message(), "running the cases, 30 failed");
    }

    #[test]
    fn waiting_takes_the_place_of_the_phase_until_it_is_over() {
        let mut state = State { phase: "running the cases".to_owned(), ..State::default() };
        state.waiting = "the target throttles (429); 1 200 requests left, about 40 s".to_owned();
        state.failed = 1;
        assert_eq!(state.message(), "waiting: the target throttles (429); 1 200 requests left, about 40 s, 1 failed");
        state.waiting.clear();
        assert_eq!(state.message(), "running the cases, 1 failed");
    }

    #[test]
    fn a_pipe_hears_of_waiting_every_five_seconds() {
        let mut state = State { waiting: "the target throttles (429)".to_owned(), ..State::default() };
        let start = Instant::now();
        let said: Vec<u64> =
            (0..12).filter(|seconds| state.said(start + Duration::from_secs(*seconds)).is_some()).collect();
        assert_eq!(said, [0, 5, 10]);
        state.waiting.clear();
        assert_eq!(state.said(start + Duration::from_secs(60)), None);
    }
}
