use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::CaseReport;
use crate::run::ProgressObserver;
use crate::vocabulary::Outcome;

/// A bar on a terminal, nothing elsewhere.
pub(super) struct Bar {
    bar: ProgressBar,
    failed: std::sync::atomic::AtomicUsize,
}

impl Bar {
    pub(super) fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Bar { bar, failed: std::sync::atomic::AtomicUsize::new(0) }
    }

    /// Takes the bar off the screen.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl ProgressObserver for Bar {
    fn planned(&self, cases: usize) {
        self.bar.set_length(cases as u64);
    }

    fn finished(&self, case: &CaseReport) {
        self.bar.inc(1);
        if case.outcome == Outcome::Fail {
            let failed = self.failed.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            self.bar.set_prefix(format!("{failed} failed"));
        }
    }

    fn phase(&self, what: &str) {
        let failed = self.failed.load(std::sync::atomic::Ordering::Relaxed);
        let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        self.bar.set_message(format!("{what}{failed}"));
    }
}
