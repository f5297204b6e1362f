use std::collections::BTreeMap;

use super::super::body::grouped;
use super::super::model::Report;
use super::super::text::display_width;
use super::page::Page;
use super::style::Tint;

/// What fuzzing came to: how much was tried, how many ways of answering were seen, what was found by clause.
pub(super) fn write(page: &mut Page, report: &Report) {
    let Some(fuzz) = &report.fuzz else { return };
    let guided = if fuzz.feedback { "" } else { ", without feedback" };
    page.heading(
        "Fuzzing",
        &format!("{} inputs, {} requests{guided}", grouped(fuzz.inputs), grouped(report.summary.exchanges)),
    );
    let behaviours = fuzz.behaviours.len() as u64;
    page.paragraph(
        2,
        &format!("{} distinct behaviours, {} inputs worth keeping", grouped(behaviours), grouped(fuzz.corpus)),
        Tint::Plain,
    );
    if fuzz.stops > 0 {
        page.paragraph(2, &format!("the target stopped answering {} time(s)", fuzz.stops), Tint::Warn);
    }
    if fuzz.finds.is_empty() {
        page.paragraph(2, "nothing found", Tint::Good);
        return;
    }
    let mut clauses: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for find in &fuzz.finds {
        let entry = clauses.entry(&find.clause).or_default();
        entry.0 += 1;
        entry.1 += find.times;
    }
    let width = clauses.keys().map(|clause| display_width(clause)).max().unwrap_or(0);
    for (clause, (finds, times)) in clauses {
        let counted = format!("{finds} find(s), seen {} time(s)", grouped(times));
        page.columns(2, &[(clause, width, Tint::Plain)], &counted);
    }
}
