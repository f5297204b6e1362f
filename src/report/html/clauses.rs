use indexmap::IndexMap;
use maud::{Markup, html};

use crate::model::Verdict;

use super::super::model::{ClauseReport, Report};
use super::super::text::visible;
use super::{prose, wide};

/// What was found out about each clause, by operation; what is not as it should be, or was not observed, stands open.
pub(super) fn section(report: &Report) -> Markup {
    let mut operations: IndexMap<&str, Vec<&ClauseReport>> = IndexMap::new();
    for clause in &report.clauses {
        operations.entry(&clause.operation).or_default().push(clause);
    }
    html! {
        @if !operations.is_empty() {
            section #clauses {
                h2 { "Clauses" }
                @for (operation, clauses) in &operations { (of_operation(operation, clauses)) }
            }
        }
    }
}

fn of_operation(operation: &str, clauses: &[&ClauseReport]) -> Markup {
    let violated = clauses.iter().any(|clause| clause.verdict == Verdict::Violated);
    let mut counts: IndexMap<String, usize> = IndexMap::new();
    for clause in clauses {
        *counts.entry(clause.verdict.to_string()).or_default() += 1;
    }
    let told: Vec<String> = counts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
    // What is wrong comes first; else they stand as in the suite.
    let mut clauses = clauses.to_vec();
    clauses.sort_by_key(|clause| clause.verdict != Verdict::Violated);
    html! {
        details open[violated] {
            summary { b { (visible(operation)) } ": " (told.join(", ")) }
            (wide(&format!("Clauses of {}", visible(operation)), &table(&clauses)))
        }
    }
}

fn table(clauses: &[&ClauseReport]) -> Markup {
    html! {
        table {
            thead {
                tr { th { "verdict" } th { "level" } th { "clause" } th { "held" } th { "broken" } th { "no result" } th { "source" } }
            }
            tbody { @for clause in clauses { (row(clause)) } }
        }
    }
}

fn row(clause: &ClauseReport) -> Markup {
    html! {
        tr.(clause.verdict.to_string()) id=(format!("clause-{}", visible(&clause.id))) {
            td { (clause.verdict) }
            td { (clause.level) }
            td {
                code { (visible(&clause.id)) }
                @if !clause.wording.is_empty() { br; (prose(&clause.wording)) }
                @if let Some(reason) = &clause.reason { br; em { (visible(reason)) } }
            }
            td.number { (clause.evidence.held) }
            td.number { (clause.evidence.broken) }
            td.number { (clause.evidence.inconclusive) }
            td { (visible(&clause.source)) }
        }
    }
}
