use indexmap::IndexMap;

use crate::model::Verdict;

use super::super::model::{ClauseReport, Report};
use super::super::text::display_width;
use super::page::{Page, count};
use super::style::Tint;

/// Width of the longest verdict, and of the longest level.
const VERDICT: usize = 12;
const LEVEL: usize = 6;

/// Every clause with its verdict, by operation.
pub(super) fn write(page: &mut Page, report: &Report) {
    if report.clauses.is_empty() {
        return;
    }
    page.heading("Verdicts", &count(report.clauses.len(), "clause"));
    for (operation, clauses) in by_operation(report) {
        let prefix = shared_prefix(&clauses);
        let title = if prefix.is_empty() { operation.to_owned() } else { format!("{operation}  {prefix}*") };
        page.paragraph(0, &title, Tint::Strong);
        let ids: Vec<&str> = clauses.iter().map(|clause| clause.id.get(prefix.len()..).unwrap_or(&clause.id)).collect();
        let column = ids.iter().map(|id| display_width(id)).max().unwrap_or(0);
        for (clause, id) in clauses.iter().zip(ids) {
            write_clause(page, clause, id, column);
        }
        page.blank();
    }
}

fn write_clause(page: &mut Page, clause: &ClauseReport, id: &str, column: usize) {
    let columns = [
        (&*clause.verdict.to_string(), VERDICT, tint(clause.verdict)),
        (&*clause.level.to_string(), LEVEL, Tint::Plain),
        (id, column, Tint::Plain),
    ];
    page.columns(2, &columns, &clause.source);
    if matches!(clause.verdict, Verdict::Unobservable | Verdict::Vacuous) {
        let reason = clause.reason.as_deref().unwrap_or("no reason recorded");
        page.paragraph(2 + VERDICT + 2, reason, Tint::Dim);
    }
}

fn tint(verdict: Verdict) -> Tint {
    match verdict {
        Verdict::Upheld | Verdict::Determined => Tint::Good,
        Verdict::Violated => Tint::Bad,
        Verdict::Undetermined | Verdict::Unobservable | Verdict::Vacuous => Tint::Warn,
    }
}

fn by_operation(report: &Report) -> IndexMap<&str, Vec<&ClauseReport>> {
    let mut groups: IndexMap<&str, Vec<&ClauseReport>> = IndexMap::new();
    for clause in &report.clauses {
        groups.entry(&clause.operation).or_default().push(clause);
    }
    groups
}

/// `service.operation.` if every clause of the group begins with it; it then stands in the title only.
fn shared_prefix(clauses: &[&ClauseReport]) -> String {
    let Some(first) = clauses.first() else { return String::new() };
    let prefix: String = first.id.split_inclusive('.').take(2).collect();
    let shared = prefix.matches('.').count() == 2
        && clauses.iter().all(|clause| clause.id.starts_with(&prefix) && clause.id.len() > prefix.len());
    if shared { prefix } else { String::new() }
}
