use indexmap::IndexMap;

use crate::model::Outcome;

use super::super::model::{CaseReport, Report};
use super::page::{Page, count, some_of};
use super::style::Tint;

/// Ids shown for one reason.
const IDS: usize = 3;
/// Reasons shown.
const REASONS: usize = 4;

/// Cases that came to nothing for want of an answer that counts, by reason.
pub(super) fn write_errors(page: &mut Page, report: &Report) {
    let (total, mut groups) = by_reason(report, Outcome::Error);
    if total == 0 {
        return;
    }
    page.heading("Errors", &format!("{}; they say nothing about the target", count(total, "case")));
    groups.sort_by(|_, a, _, b| b.len().cmp(&a.len()));
    let rest = groups.len().saturating_sub(REASONS);
    for (reason, cases) in groups.into_iter().take(REASONS) {
        page.bullet(2, &format!("{}: {reason}", count(cases.len(), "case")));
        page.paragraph(4, &some_of(cases.iter().map(|case| case.id.as_str()), IDS), Tint::Dim);
    }
    if rest > 0 {
        page.bullet(2, &format!("and {}", count(rest, "more reason")));
    }
}

/// Cases that could not be judged, by reason.
pub(super) fn write_skips(page: &mut Page, report: &Report) {
    let (total, groups) = by_reason(report, Outcome::Skip);
    if total == 0 {
        return;
    }
    page.heading("Skipped", &count(total, "case"));
    for (reason, cases) in groups {
        page.bullet(2, &format!("{}: {reason}", count(cases.len(), "case")));
        page.paragraph(4, &some_of(cases.iter().map(|case| case.id.as_str()), IDS), Tint::Dim);
    }
}

/// How many there are.
pub(super) fn write_skips_in_short(page: &mut Page, report: &Report) {
    let (total, groups) = by_reason(report, Outcome::Skip);
    if total > 0 {
        page.blank();
        let told = format!("Skipped  {} for {}, told without -q", count(total, "case"), count(groups.len(), "reason"));
        page.paragraph(0, &told, Tint::Plain);
    }
}

fn by_reason(report: &Report, outcome: Outcome) -> (usize, IndexMap<&str, Vec<&CaseReport>>) {
    let mut groups: IndexMap<&str, Vec<&CaseReport>> = IndexMap::new();
    for case in report.cases.iter().filter(|case| case.outcome == outcome) {
        let reason = case.reason.as_deref().unwrap_or("no reason recorded");
        groups.entry(reason).or_default().push(case);
    }
    (groups.values().map(Vec::len).sum(), groups)
}
