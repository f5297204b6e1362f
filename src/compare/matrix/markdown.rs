//! The matrix as Markdown: what each implementation comes to, and where they differ.

use std::fmt::Write;

use super::{Matrix, Standing};
use crate::model::Verdict;
use crate::report::markdown::{self, plain};

/// The whole matrix.
pub fn render(matrix: &Matrix) -> String {
    let mut out = String::from("# Conformance of implementations\n\n");
    let _ = writeln!(
        out,
        "| implementation | result | upheld | violated | undetermined | not observed | failing cases | flaky | cases ms (50 %, 95 %) | run |"
    );
    let _ = writeln!(out, "|---|---|---:|---:|---:|---:|---:|---:|---:|---|");
    for of in &matrix.implementations {
        let count = |names: &[Verdict]| -> usize {
            names.iter().filter_map(|verdict| of.verdicts.get(&verdict.to_string())).sum()
        };
        let times = of.latencies.get("").map(|latency| format!("{}, {}", latency.p50, latency.p95)).unwrap_or_default();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {times} | {} |",
            plain(&of.name),
            of.told(),
            count(&[Verdict::Upheld, Verdict::Determined]),
            count(&[Verdict::Violated]),
            count(&[Verdict::Undetermined]),
            count(&[Verdict::Unobservable, Verdict::Vacuous]),
            of.cases.fail,
            of.cases.flaky,
            plain(&of.started_at),
        );
    }
    out.push('\n');
    for note in &matrix.notes {
        let _ = writeln!(out, "- {}", plain(note));
    }
    let names: Vec<String> = matrix.implementations.iter().map(|of| plain(&of.name)).collect();
    if !matrix.causes.is_empty() {
        let rows = matrix.causes.iter().map(|row| {
            let cells = row.cases.iter().map(|count| if *count == 0 { String::new() } else { count.to_string() });
            (format!("{} {}", plain(&row.title), code(&row.cause)), cells.collect())
        });
        table(&mut out, "Causes", "cause (cases that show it)", &names, rows);
    }
    let differing = matrix
        .clauses
        .iter()
        .filter(|row| row.standings.iter().any(|s| *s != row.standings[0]) || is_broken(&row.standings));
    let rows: Vec<(String, Vec<String>)> = differing
        .map(|row| (format!("{} ({})", code(&row.clause), row.level), row.standings.iter().map(|s| s.told()).collect()))
        .collect();
    if !rows.is_empty() {
        table(&mut out, "Clauses that are broken, or not alike", "clause", &names, rows.into_iter());
    }
    let differing = matrix.readings.iter().filter(|row| row.readings.iter().any(|reading| *reading != row.readings[0]));
    let rows: Vec<(String, Vec<String>)> = differing
        .map(|row| {
            (code(&row.clause), row.readings.iter().map(|r| r.as_deref().map(plain).unwrap_or_default()).collect())
        })
        .collect();
    if !rows.is_empty() {
        table(&mut out, "Readings that are not alike", "open clause", &names, rows.into_iter());
    }
    out
}

fn is_broken(standings: &[Standing]) -> bool {
    standings.contains(&Standing::Verdict(Verdict::Violated))
}

fn table(
    out: &mut String,
    title: &str,
    first: &str,
    names: &[String],
    rows: impl Iterator<Item = (String, Vec<String>)>,
) {
    let _ = writeln!(out, "\n## {title}\n\n| {first} | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for (name, cells) in rows {
        let _ = writeln!(out, "| {name} | {} |", cells.join(" | "));
    }
}

/// A word as code in a cell, which a bar would end.
fn code(text: &str) -> String {
    markdown::code(text).replace('|', "\\|")
}
