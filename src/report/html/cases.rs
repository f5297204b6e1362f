use maud::{Markup, html};

use crate::model::Outcome;

use super::super::model::{CaseReport, Report};
use super::super::text::visible;
use super::{case_anchor, counted, wide};

/// Every case, those that did not pass first; a script lets people search it.
pub(super) fn section(report: &Report) -> Markup {
    let rank = |case: &&CaseReport| std::cmp::Reverse(case.outcome);
    let mut cases: Vec<&CaseReport> = report.cases.iter().collect();
    cases.sort_by_key(rank);
    html! {
        @if !cases.is_empty() {
            section #cases {
                h2 { "Cases" }
                p.filters hidden {
                    label { "search " input type="search" name="q" placeholder="id or reason"; }
                    label {
                        "outcome "
                        select name="outcome" {
                            option value="" { "all" }
                            @for outcome in ["fail", "warn", "flaky", "error", "skip", "pass"] {
                                option value=(outcome) { (outcome) }
                            }
                        }
                    }
                    output aria-live="polite" {}
                }
                details {
                    summary { (counted(cases.len(), "case")) }
                    (wide("Cases", &table(&cases)))
                }
            }
        }
    }
}

fn table(cases: &[&CaseReport]) -> Markup {
    html! {
        table {
            thead { tr { th { "outcome" } th { "case" } th { "operation" } th { "why" } } }
            tbody { @for case in cases { (row(case)) } }
        }
    }
}

/// The row of a case; what did not pass has a link to itself, for people to hand on.
fn row(case: &CaseReport) -> Markup {
    let anchor = case_anchor(&case.id);
    html! {
        tr.(case.outcome.to_string()) id=(anchor) data-outcome=(case.outcome) {
            td { (case.outcome) }
            td {
                code {
                    @if case.outcome == Outcome::Pass { (visible(&case.id)) }
                    @else { a href=(format!("#{anchor}")) { (visible(&case.id)) } }
                }
            }
            td { (visible(&case.operation)) }
            td { (visible(case.reason.as_deref().unwrap_or_default())) }
        }
    }
}
