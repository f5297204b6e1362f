use std::fmt::Write;

use super::super::markdown::{code, fenced, plain};
use super::model::{CauseChange, ClauseChange, Diff};
use super::text::{performance, side, told};

/// Rows of one list.
const ROWS: usize = 100;

/// The difference as Markdown, for merge requests and the summaries of CI systems.
pub fn render(diff: &Diff) -> String {
    let mut out = format!("# dewspec diff: {}\n\n", plain(&diff.conclusion));
    let _ = writeln!(out, "- old: {}\n- new: {}\n", plain(&side(&diff.old)), plain(&side(&diff.new)));
    causes(&mut out, "New causes", &diff.new_causes);
    causes(&mut out, "Changed causes", &diff.changed_causes);
    clauses(&mut out, "Clauses newly broken", &diff.broken);
    clauses(&mut out, "Clauses newly unobservable", &diff.unobservable);
    let flaky =
        diff.flaky.iter().map(|one| format!("{}: {} of {} tries failed", code(&one.case), one.failed, one.tries));
    list(&mut out, "Newly flaky", flaky.collect());
    let readings = diff.readings.iter().map(|one| {
        format!("{}: {} → {}", code(&one.clause), plain(&one.old.join(" or ")), plain(&one.new.join(" or ")))
    });
    list(&mut out, "Readings that changed", readings.collect());
    causes(&mut out, "Gone", &diff.gone_causes);
    clauses(&mut out, "Clauses that hold again", &diff.mended);
    clauses(&mut out, "Clauses that can be observed again", &diff.observable);
    suite(&mut out, diff);
    list(&mut out, "Latency: p50, p95, p99", diff.performance.iter().map(|one| plain(&performance(one))).collect());
    list(&mut out, "Notes", diff.notes.iter().map(|note| plain(note)).collect());
    out
}

fn list(out: &mut String, title: &str, rows: Vec<String>) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "## {title} ({})\n", rows.len());
    rows.iter().take(ROWS).for_each(|row| out.push_str(&format!("- {row}\n")));
    if rows.len() > ROWS {
        let _ = writeln!(out, "- and {} more", rows.len() - ROWS);
    }
    out.push('\n');
}

fn causes(out: &mut String, title: &str, causes: &[CauseChange]) {
    if causes.is_empty() {
        return;
    }
    let _ = writeln!(out, "## {title} ({})\n", causes.len());
    for cause in causes.iter().take(ROWS) {
        let _ = writeln!(out, "### {}\n", plain(&cause.title));
        let _ = writeln!(out, "{}, {}\n", code(&cause.id), told(cause));
        if cause.new_cases > 0 {
            let _ = writeln!(out, "- expected: {}\n- observed: {}\n", plain(&cause.expected), plain(&cause.observed));
        }
        if !cause.detail.is_empty() {
            let _ = writeln!(out, "{}\n", plain(&cause.detail));
        }
        if !cause.replay.is_empty() && cause.new_cases > 0 {
            out.push_str(&fenced("sh", &cause.replay));
        }
    }
}

fn clauses(out: &mut String, title: &str, clauses: &[ClauseChange]) {
    let row = |clause: &ClauseChange| {
        let why = clause.reason.as_ref().map(|why| format!(": {}", plain(why))).unwrap_or_default();
        format!("{} ({}): {} → {}{why}", code(&clause.id), clause.level, clause.old, clause.new)
    };
    list(out, title, clauses.iter().map(row).collect());
}

fn suite(out: &mut String, diff: &Diff) {
    let suite = &diff.suite;
    if suite.is_empty() {
        return;
    }
    let mut rows = vec![format!("cases: {} added, {} removed", suite.cases_added, suite.cases_removed)];
    rows.extend(suite.clauses_added.iter().map(|id| format!("clause added: {}", code(id))));
    rows.extend(suite.clauses_removed.iter().map(|id| format!("clause removed: {}", code(id))));
    rows.extend(suite.causes_added.iter().map(|one| format!("only added cases show {}", code(&one.id))));
    rows.extend(suite.causes_removed.iter().map(|one| format!("only removed cases showed {}", code(&one.id))));
    list(out, "Because the suite, the selection or the seed is another, and no regression", rows);
}
