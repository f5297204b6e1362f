use indexmap::IndexMap;

use super::super::body::grouped;
use super::super::model::{CaseReport, ClauseReport, Report};
use super::super::tally::{CaseTally, VerdictTally};
use super::super::text::display_width;
use super::page::Page;
use super::style::Tint;
use super::table::{Column, Table};

/// What there is of one operation.
#[derive(Default)]
struct Part<'a> {
    cases: Vec<&'a CaseReport>,
    clauses: Vec<&'a ClauseReport>,
}

/// Cases by outcome, and clauses by verdict if there is much to be said, for each operation and in all.
pub(super) fn write_operations(page: &mut Page, report: &Report, in_full: bool) {
    let parts = parts(report);
    if parts.is_empty() {
        return;
    }
    page.heading("Operations", "");
    cases_table(report, &parts).write(page);
    if in_full {
        page.blank();
        clauses_table(report, &parts).write(page);
    }
}

/// The last lines: how many of what, and what follows from it.
pub(super) fn write(page: &mut Page, report: &Report) {
    let summary = &report.summary;
    page.blank();
    // Nearly always there is none, and then it is not worth a word.
    let flaky = if summary.flaky > 0 { format!("{} flaky, ", summary.flaky) } else { String::new() };
    let counts = format!(
        "{} pass, {} fail, {} warn, {flaky}{} skip, {} error",
        summary.pass, summary.fail, summary.warn, summary.skip, summary.error
    );
    let seconds = report.duration_ms as f64 / 1000.0;
    let inputs = match summary.inputs {
        0 => String::new(),
        inputs => format!("{} inputs, ", grouped(inputs)),
    };
    let effort = format!("{inputs}{} exchanges in {seconds:.1} s", grouped(summary.exchanges));
    if display_width(&counts) + display_width(&effort) + 3 <= page.width() {
        page.paragraph(0, &format!("{counts} · {effort}"), Tint::Strong);
    } else {
        page.paragraph(0, &counts, Tint::Strong);
        page.paragraph(0, &effort, Tint::Strong);
    }
    write_conclusion(page, report);
}

/// What follows from the run.
pub(super) fn write_conclusion(page: &mut Page, report: &Report) {
    let tint = match report.exit_code {
        0 => Tint::Good,
        1 => Tint::Bad,
        _ => Tint::Warn,
    };
    let exit = format!("exit code {}", report.exit_code);
    if display_width(&report.conclusion) + display_width(&exit) + 3 <= page.width() {
        page.paragraph(0, &format!("{} ({exit})", report.conclusion), tint);
    } else {
        page.paragraph(0, &report.conclusion, tint);
        page.paragraph(0, &exit, tint);
    }
}

fn parts(report: &Report) -> IndexMap<&str, Part<'_>> {
    let mut parts: IndexMap<&str, Part<'_>> = IndexMap::new();
    for clause in &report.clauses {
        parts.entry(&clause.operation).or_default().clauses.push(clause);
    }
    for case in &report.cases {
        parts.entry(&case.operation).or_default().cases.push(case);
    }
    parts
}

fn cases_table(report: &Report, parts: &IndexMap<&str, Part<'_>>) -> Table {
    let whole = CaseTally::of(&report.cases);
    // Nearly always nothing is flaky, and then it is not worth a column.
    let shown =
        |tally: CaseTally| tally.named().into_iter().filter(move |(name, _)| *name != "flaky" || whole.flaky > 0);
    let counts = |tally: CaseTally| shown(tally).map(|(_, count)| count).collect::<Vec<_>>();
    let each = parts.iter().map(|(name, part)| ((*name).to_owned(), counts(CaseTally::of(part.cases.iter().copied()))));
    Table {
        title: "cases",
        columns: shown(whole).map(|(name, _)| column(name)).collect(),
        rows: with_total(each.collect(), counts(whole)),
    }
}

fn clauses_table(report: &Report, parts: &IndexMap<&str, Part<'_>>) -> Table {
    let counts = |tally: VerdictTally| tally.named().map(|(_, count)| count).to_vec();
    let each =
        parts.iter().map(|(name, part)| ((*name).to_owned(), counts(VerdictTally::of(part.clauses.iter().copied()))));
    Table {
        title: "clauses",
        columns: VerdictTally::default().named().map(|(name, _)| column(name)).into(),
        rows: with_total(each.collect(), counts(VerdictTally::of(&report.clauses))),
    }
}

fn with_total(mut rows: Vec<(String, Vec<usize>)>, total: Vec<usize>) -> Vec<(String, Vec<usize>)> {
    if rows.len() > 1 {
        rows.push(("in all".to_owned(), total));
    }
    rows
}

fn column(name: &'static str) -> Column {
    let short = match name {
        "determined" => "determ.",
        "undetermined" => "undet.",
        "unobservable" => "unobs.",
        _ => name,
    };
    let tint = match name {
        "fail" | "violated" | "error" => Tint::Bad,
        "warn" => Tint::Warn,
        "pass" | "upheld" | "determined" => Tint::Good,
        _ => Tint::Plain,
    };
    Column { name, short, tint }
}
