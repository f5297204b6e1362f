//! The matrix as a page.

use indexmap::IndexMap;
use maud::{Markup, html};

use super::{ClauseRow, Implementation, Matrix, Standing};
use crate::model::Verdict;
use crate::report::frame::{Frame, page, prose};
use crate::report::text::visible;

const STYLE: &str = include_str!("../style.css");
const SCRIPT: &str = include_str!("script.js");

/// The whole page.
pub fn render(matrix: &Matrix) -> String {
    let title = "Conformance of implementations";
    let body = html! {
        a.jump href="#clauses" { "Skip to the clauses" }
        header {
            h1 { (title) }
            nav { a href="#implementations" { "Implementations" } a href="#causes" { "Causes" } a href="#clauses" { "Clauses" }
                a href="#readings" { "Readings" } a href="#time" { "Time" } }
            @if !matrix.notes.is_empty() { ul { @for note in &matrix.notes { li { (visible(note)) } } } }
        }
        main {
            (implementations(matrix))
            (causes(matrix))
            (clauses(matrix))
            (readings(matrix))
            (time(matrix))
        }
    };
    page(&Frame { title, style: STYLE, script: SCRIPT, footer: env!("CARGO_PKG_VERSION") }, &body)
}

/// The head of a table that the script makes sortable.
fn head(first: &[&str], matrix: &Matrix) -> Markup {
    html! {
        thead { tr {
            @for name in first { th scope="col" { (name) } }
            @for of in &matrix.implementations { th scope="col" { (visible(&of.name)) } }
        } }
    }
}

/// The class of a cell that says what a run came to.
fn class(of: &Implementation) -> &'static str {
    match of.told() {
        "conforms" | "conforms in part" => "good",
        "does not conform" => "bad",
        _ => "open",
    }
}

fn implementations(matrix: &Matrix) -> Markup {
    html! {
        section #implementations {
            h2 { "Implementations" }
            div.wide tabindex="0" { table.matrix.sortable {
                thead { tr {
                    @for name in ["implementation", "result", "upheld", "violated", "undetermined", "not observed", "failing cases", "run"] {
                        th scope="col" { (name) }
                    }
                } }
                tbody {
                    @for of in &matrix.implementations {
                        tr id=(format!("implementation-{}", visible(&of.name))) {
                            th scope="row" { b { (visible(&of.name)) } br; (visible(&of.target)) }
                            td.(class(of)) { (of.told()) }
                            @for verdicts in [&[Verdict::Upheld, Verdict::Determined][..], &[Verdict::Violated], &[Verdict::Undetermined], &[Verdict::Unobservable, Verdict::Vacuous]] {
                                td.number { (verdicts.iter().filter_map(|verdict| of.verdicts.get(&verdict.to_string())).sum::<usize>()) }
                            }
                            td.number { (of.cases.fail) @if of.cases.flaky > 0 { br; (of.cases.flaky) " flaky" } }
                            td { (visible(of.started_at.get(..10).unwrap_or(&of.started_at))) }
                        }
                    }
                }
            } }
        }
    }
}

fn causes(matrix: &Matrix) -> Markup {
    html! {
        section #causes {
            h2 { "Causes" }
            @if matrix.causes.is_empty() { p { "Nothing went wrong anywhere." } } @else {
                p { "How many cases show each of them." }
                div.wide tabindex="0" { table.matrix.sortable {
                    (head(&["cause", "level"], matrix))
                    tbody { @for row in &matrix.causes {
                        tr id=(format!("cause-{}", visible(&row.cause))) {
                            th scope="row" { a href=(format!("#cause-{}", visible(&row.cause))) { code { (visible(&row.cause)) } } br; (prose(&row.title)) }
                            td { (row.level) }
                            @for count in &row.cases {
                                @if *count > 0 { td.number.bad { (count) } } @else { td.number {} }
                            }
                        }
                    } }
                } }
            }
        }
    }
}

fn clauses(matrix: &Matrix) -> Markup {
    let mut operations: IndexMap<&str, Vec<&ClauseRow>> = IndexMap::new();
    for row in &matrix.clauses {
        operations.entry(&row.operation).or_default().push(row);
    }
    html! {
        section #clauses {
            h2 { "Clauses" }
            p.filters hidden {
                label { "Find " input type="search"; }
                label { input type="checkbox"; " only what is broken or not alike" }
                output role="status" {}
            }
            @for (operation, rows) in &operations {
                h3 id=(format!("operation-{}", visible(operation))) { (visible(operation)) }
                div.wide.tall tabindex="0" role="region" aria-label=(format!("clauses of {}", visible(operation))) {
                    table.matrix.sortable.clauses {
                        (head(&["clause", "level"], matrix))
                        tbody { @for row in rows { (clause(row)) } }
                    }
                }
            }
        }
    }
}

fn clause(row: &ClauseRow) -> Markup {
    let alike = row.standings.iter().all(|standing| *standing == row.standings[0]);
    let broken = row.standings.contains(&Standing::Verdict(Verdict::Violated));
    let id = format!("clause-{}", visible(&row.clause));
    html! {
        tr id=(id) data-telling[broken || !alike] {
            th scope="row" { a href=(format!("#{id}")) { code { (visible(&row.clause)) } } }
            td { (row.level) }
            @for standing in &row.standings {
                @match standing {
                    Standing::Verdict(verdict) => { td.(verdict.to_string()) { (verdict) } }
                    Standing::NotScored | Standing::LeftOut => { td.unscored { (standing.told()) } }
                }
            }
        }
    }
}

fn readings(matrix: &Matrix) -> Markup {
    html! {
        section #readings {
            h2 { "Readings" }
            p { "How each understands what the documents leave open." }
            div.wide tabindex="0" { table.matrix.sortable {
                (head(&["open clause"], matrix))
                tbody { @for row in &matrix.readings {
                    tr id=(format!("reading-{}", visible(&row.clause))) {
                        th scope="row" { code { (visible(&row.clause)) } }
                        @for reading in &row.readings { td { (reading.as_deref().map(visible).unwrap_or_default()) } }
                    }
                } }
            } }
        }
    }
}

fn time(matrix: &Matrix) -> Markup {
    let mut operations: IndexMap<&str, ()> = IndexMap::new();
    for operation in matrix.implementations.iter().flat_map(|of| of.latencies.keys()) {
        operations.insert(operation, ());
    }
    html! {
        section #time {
            h2 { "Time" }
            p { "Milliseconds that the requests of a case took where it passed: half of the cases, 95 of 100, and the slowest. Requests that dewspec itself adds, and the way to the target, are in it." }
            div.wide tabindex="0" { table.matrix.sortable {
                (head(&["operation"], matrix))
                tbody {
                    @for operation in operations.keys() {
                        tr {
                            th scope="row" { @if operation.is_empty() { b { "all" } } @else { (visible(operation)) } }
                            @for of in &matrix.implementations {
                                td { @if let Some(times) = of.latencies.get(*operation) { (times.p50) " / " (times.p95) " / " (times.max) } }
                            }
                        }
                    }
                    tr {
                        th scope="row" { "whole run, seconds" }
                        @for of in &matrix.implementations { td { (format!("{:.1}", of.duration_ms as f64 / 1000.0)) } }
                    }
                }
            } }
        }
    }
}
