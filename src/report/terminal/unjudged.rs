use indexmap::IndexMap;

use crate::vocabulary::Outcome;

use super::super::failure_text::{came, logged};
use super::super::model::{CaseReport, Report};
use super::address::sent;
use super::page::{Page, count, some_of};
use super::style::Tint;

/// Ids shown for one reason.
const IDS: usize = 3;

/// Cases in which dewspec or the network broke, by reason, the first in full.
pub(super) fn write_errors(page: &mut Page, report: &Report) {
    let (total, groups) = by_reason(report, Outcome::Error);
    if total == 0 {
        return;
    }
    page.heading("Errors", &format!("{}; they say nothing about the target", count(total, "case")));
    for (reason, cases) in groups {
        page.paragraph(0, reason, Tint::Bad);
        if let Some(case) = cases.first() {
            page.field(2, "case", &case.id, Tint::Strong);
            if let Some(exchange) = case.exchanges.last() {
                let columns = page.width().saturating_sub(11);
                page.field(2, "sent", &sent(report, case, exchange, columns), Tint::Plain);
                page.field(2, "came", &came(exchange, columns).join("\n"), Tint::Plain);
                if let Some(logged) = logged(exchange, columns) {
                    page.field(2, "logged", &logged, Tint::Plain);
                }
            }
            page.command(2, "replay", &case.replay);
        }
        if cases.len() > 1 {
            let others = cases.iter().skip(1).map(|case| case.id.as_str());
            page.field(
                2,
                "",
                &format!("and {}: {}", count(others.len(), "more case"), some_of(others, IDS)),
                Tint::Plain,
            );
        }
        page.blank();
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

fn by_reason(report: &Report, outcome: Outcome) -> (usize, IndexMap<&str, Vec<&CaseReport>>) {
    let mut groups: IndexMap<&str, Vec<&CaseReport>> = IndexMap::new();
    for case in report.cases.iter().filter(|case| case.outcome == outcome) {
        let reason = case.reason.as_deref().unwrap_or("no reason recorded");
        groups.entry(reason).or_default().push(case);
    }
    (groups.values().map(Vec::len).sum(), groups)
}
