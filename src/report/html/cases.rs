use maud::{Markup, html};

use super::super::model::{CaseReport, Report};
use super::super::text::visible;

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
                    summary { (cases.len()) " cases" }
                    div.wide {
                        table {
                            thead { tr { th { "outcome" } th { "case" } th { "operation" } th { "why" } } }
                            tbody { @for case in cases { (row(case)) } }
                        }
                    }
                }
            }
        }
    }
}

fn row(case: &CaseReport) -> Markup {
    html! {
        tr.(case.outcome.to_string()) data-outcome=(case.outcome) {
            td { (case.outcome) }
            td { code { (visible(&case.id)) } }
            td { (visible(&case.operation)) }
            td { (visible(case.reason.as_deref().unwrap_or_default())) }
        }
    }
}
