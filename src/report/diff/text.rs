use super::super::brief::brief;
use super::super::text::{visible, wrap};
use super::model::{CauseChange, ClauseChange, Diff, PerformanceChange, Side};

/// Rows of one list.
const ROWS: usize = 40;

/// The difference for a terminal of so many columns: what is new first, what is good or no matter last.
pub fn render(diff: &Diff, width: usize) -> String {
    let mut out = Out { text: String::new(), width: width.max(40) };
    out.line(0, &format!("old  {}", side(&diff.old)));
    out.line(0, &format!("new  {}", side(&diff.new)));
    out.causes("New causes", &diff.new_causes);
    out.causes("Changed causes", &diff.changed_causes);
    out.clauses("Clauses newly broken", &diff.broken);
    out.clauses("Clauses newly unobservable", &diff.unobservable);
    let flaky = diff.flaky.iter().map(|one| format!("{} ({} of {} tries failed)", one.case, one.failed, one.tries));
    out.list("Newly flaky", flaky.collect());
    let readings =
        diff.readings.iter().map(|one| format!("{}: {} → {}", one.clause, one.old.join(" or "), one.new.join(" or ")));
    out.list("Readings that changed", readings.collect());
    out.causes("Gone", &diff.gone_causes);
    out.clauses("Clauses that hold again", &diff.mended);
    out.clauses("Clauses that can be observed again", &diff.observable);
    out.suite(diff);
    out.list("Latency: p50, p95, p99", diff.performance.iter().map(performance).collect());
    out.list("Notes", diff.notes.clone());
    out.text.push('\n');
    out.line(0, &format!("{} (exit code {})", diff.conclusion, diff.exit_code));
    out.text
}

pub(super) fn side(side: &Side) -> String {
    format!("{}, run {}, {}: {}", side.started_at, side.run_id, side.target, side.conclusion)
}

pub(super) fn cases(change: &CauseChange) -> String {
    match (change.old_cases, change.new_cases) {
        (0, now) => format!("{now} case(s)"),
        (before, 0) => format!("{before} case(s) before"),
        (before, now) => format!("{before} → {now} case(s)"),
    }
}

/// Its level, whether it is flaky, and its cases.
pub(super) fn told(change: &CauseChange) -> String {
    let flaky = change.flaky.as_ref().map(|flaky| format!("{flaky}, ")).unwrap_or_default();
    format!("{}, {flaky}{}", change.level, cases(change))
}

pub(super) fn performance(change: &PerformanceChange) -> String {
    let quantiles = [
        (change.old.p50_us, change.new.p50_us),
        (change.old.p95_us, change.new.p95_us),
        (change.old.p99_us, change.new.p99_us),
    ];
    let told = quantiles.map(|(old, new)| format!("{} → {}", milliseconds(old), milliseconds(new)));
    format!("{}: {} ms", change.operation, told.join(", "))
}

pub(super) fn milliseconds(us: u64) -> String {
    format!("{:.1}", us as f64 / 1000.0)
}

struct Out {
    text: String,
    width: usize,
}

impl Out {
    fn line(&mut self, indent: usize, text: &str) {
        for line in wrap(&visible(text), self.width - indent) {
            self.text.push_str(&format!("{}{line}\n", " ".repeat(indent)));
        }
    }

    fn list(&mut self, title: &str, rows: Vec<String>) {
        if rows.is_empty() {
            return;
        }
        self.text.push_str(&format!("\n{title}  {}\n", rows.len()));
        rows.iter().take(ROWS).for_each(|row| self.line(2, row));
        if rows.len() > ROWS {
            self.line(2, &format!("and {} more, in a report", rows.len() - ROWS));
        }
    }

    fn causes(&mut self, title: &str, causes: &[CauseChange]) {
        if causes.is_empty() {
            return;
        }
        self.text.push_str(&format!("\n{title}  {}\n", causes.len()));
        for cause in causes.iter().take(ROWS) {
            self.line(2, &cause.title);
            self.line(4, &format!("{}: {}", cause.id, told(cause)));
            if cause.new_cases > 0 {
                let room = self.width - 4 - "allowed  ".len();
                for (label, text) in [("allowed", &cause.expected), ("seen   ", &cause.observed)] {
                    self.line(4, &format!("{label}  {}", brief(&visible(&text.replace('\n', " ")), room)));
                }
            }
            if !cause.detail.is_empty() {
                self.line(4, &cause.detail);
            }
            if !cause.replay.is_empty() && cause.new_cases > 0 {
                // Neither wrapped nor cut: people copy it.
                self.text.push_str(&format!("    {}\n", visible(&cause.replay)));
            }
        }
        if causes.len() > ROWS {
            self.line(2, &format!("and {} more, in a report", causes.len() - ROWS));
        }
    }

    fn clauses(&mut self, title: &str, clauses: &[ClauseChange]) {
        let row = |clause: &ClauseChange| {
            let why = clause.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("{} ({}): {} → {}{why}", clause.id, clause.level, clause.old, clause.new)
        };
        self.list(title, clauses.iter().map(row).collect());
    }

    fn suite(&mut self, diff: &Diff) {
        if diff.suite.is_empty() {
            return;
        }
        let suite = &diff.suite;
        self.text.push_str("\nBecause the suite, the selection or the seed is another, and no regression\n");
        self.line(2, &format!("cases: {} added, {} removed", suite.cases_added, suite.cases_removed));
        for (what, clauses) in [("added", &suite.clauses_added), ("removed", &suite.clauses_removed)] {
            if !clauses.is_empty() {
                self.line(2, &format!("clauses {what}: {}", clauses.len()));
                clauses.iter().take(ROWS).for_each(|id| self.line(4, id));
            }
        }
        self.causes("Causes that only added cases show", &suite.causes_added);
        self.causes("Causes that only removed cases showed", &suite.causes_removed);
    }
}
