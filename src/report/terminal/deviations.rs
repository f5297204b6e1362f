use indexmap::IndexMap;

use crate::vocabulary::Outcome;

use super::super::deviation::{Deviation, exchange_of, failures, warnings};
use super::super::failure_text::{came, input_text, logged};
use super::super::model::{CaseReport, ExchangeReport, Report};
use super::address::sent;
use super::page::{Page, count, some_of};
use super::style::Tint;

/// Ids shown of the cases that found the same.
const MORE_IDS: usize = 5;
/// Steps shown of a case's history, exchanges that went alike being one step.
const HISTORY: usize = 8;
/// Lines that a body may take.
const BODY_LINES: usize = 3;

/// Every broken must, and every open clause that no reading explains, with its first case in full.
pub(super) fn write_failures(page: &mut Page, report: &Report) {
    let deviations = failures(report);
    if deviations.is_empty() {
        return;
    }
    page.heading("Failures", &summary(&deviations));
    deviations.iter().for_each(|deviation| write_deviation(page, report, deviation, Tint::Bad));
}

/// Every broken should, with its first case in full, too.
pub(super) fn write_warnings(page: &mut Page, report: &Report) {
    let deviations = warnings(report);
    if deviations.is_empty() {
        return;
    }
    let failing = failing_cases(&deviations);
    // The totals count such a case as failed: said here, so that the two numbers do not seem to disagree.
    let besides = if failing > 0 { format!(", {failing} of them failed by another clause") } else { String::new() };
    page.heading("Warnings", &format!("{}{besides}", summary(&deviations)));
    deviations.iter().for_each(|deviation| write_deviation(page, report, deviation, Tint::Warn));
}

fn summary(deviations: &[Deviation<'_>]) -> String {
    format!("{} in {}", count(deviations.len(), "clause"), count(cases(deviations).len(), "case"))
}

fn failing_cases(deviations: &[Deviation<'_>]) -> usize {
    cases(deviations).values().filter(|outcome| **outcome == Outcome::Fail).count()
}

fn cases<'a>(deviations: &'a [Deviation<'a>]) -> IndexMap<&'a str, Outcome> {
    let all = deviations.iter().flat_map(|deviation| deviation.cases.iter());
    all.map(|case| (case.id.as_str(), case.outcome)).collect()
}

fn write_deviation(page: &mut Page, report: &Report, deviation: &Deviation<'_>, tint: Tint) {
    write_clause(page, deviation, tint);
    write_case(page, report, deviation, tint);
    write_more(page, deviation);
    page.blank();
}

fn write_clause(page: &mut Page, deviation: &Deviation<'_>, tint: Tint) {
    let finding = &deviation.first;
    page.paragraph(0, &format!("{} ({})", finding.clause, finding.level), tint);
    page.paragraph(2, &finding.wording, Tint::Plain);
    page.field(2, "source", &finding.source, Tint::Plain);
}

fn write_case(page: &mut Page, report: &Report, deviation: &Deviation<'_>, tint: Tint) {
    let Some(case) = deviation.cases.first() else { return };
    let finding = &deviation.first;
    let body_columns = page.width().saturating_sub(11) * BODY_LINES;
    page.field(2, "case", &case.id, Tint::Strong);
    if case.exchanges.len() > 1 {
        page.field(2, "history", &history(case), Tint::Plain);
    }
    let exchange = exchange_of(case, finding);
    if let Some(exchange) = exchange {
        page.field(2, "sent", &sent(report, case, exchange, body_columns), Tint::Plain);
    }
    if let Some(input) = input_text(case) {
        page.field(2, "input", &input, Tint::Plain);
    }
    page.field(2, "allowed", &finding.allowed, Tint::Good);
    page.field(2, "seen", &finding.seen, tint);
    if let Some(reason) = case.reason.as_ref().filter(|reason| **reason != finding.seen && **reason != finding.wording)
    {
        page.field(2, "reason", reason, Tint::Plain);
    }
    if let Some(exchange) = exchange {
        page.field(2, "came", &came(exchange, body_columns).join("\n"), Tint::Plain);
        if let Some(logged) = logged(exchange, body_columns) {
            page.field(2, "logged", &logged, Tint::Plain);
        }
    }
    if let Some(curl) = &case.curl {
        page.command(2, "curl", curl);
    }
    page.command(2, "replay", &case.replay);
}

fn write_more(page: &mut Page, deviation: &Deviation<'_>) {
    let others = deviation.cases.iter().skip(1);
    if others.len() > 0 {
        let ids = some_of(others.clone().map(|case| case.id.as_str()), MORE_IDS);
        page.field(2, "", &format!("and {}: {ids}", count(others.len(), "more case")), Tint::Plain);
    }
}

fn history(case: &CaseReport) -> String {
    let step = |exchange: &ExchangeReport| match exchange.status {
        Some(status) => format!("{} {status}", exchange.operation),
        None => format!("{} no answer", exchange.operation),
    };
    let runs: Vec<_> = case.exchanges.chunk_by(|a, b| (&a.operation, a.status) == (&b.operation, b.status)).collect();
    let shown = runs.iter().take(HISTORY).filter_map(|run| match run {
        [only] => Some(step(only)),
        [first, ..] => Some(format!("{} ×{}", step(first), run.len())),
        [] => None,
    });
    let mut steps: Vec<String> = shown.collect();
    let rest: usize = runs.iter().skip(HISTORY).map(|run| run.len()).sum();
    if rest > 0 {
        steps.push(format!("{rest} more"));
    }
    steps.join(" → ")
}
