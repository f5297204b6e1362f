use maud::{Markup, html};

use super::super::frame::{Frame, page, prose};
use super::super::text::{copyable, visible};
use super::model::{CauseChange, ClauseChange, Diff};
use super::text::{cases, milliseconds, side};

/// The difference as one page for a browser.
pub fn render(diff: &Diff) -> String {
    let class = if diff.exit_code == 0 { "good" } else { "bad" };
    let body = html! {
        header {
            div.verdict.(class) {
                h1 { @if diff.exit_code == 0 { "Nothing is new" } @else { "Something is new" } }
                p { (visible(&diff.conclusion)) " (exit code " (diff.exit_code) ")" }
            }
            dl.target {
                div { dt { "old" } dd { (visible(&side(&diff.old))) } }
                div { dt { "new" } dd { (visible(&side(&diff.new))) } }
            }
        }
        main {
            (causes("New causes", "fail", &diff.new_causes))
            (causes("Changed causes", "fail", &diff.changed_causes))
            (clauses("Clauses newly broken", &diff.broken))
            (clauses("Clauses newly unobservable", &diff.unobservable))
            (list("Newly flaky", diff.flaky.iter().map(|one| format!("{}: {} of {} tries failed", one.case, one.failed, one.tries)).collect()))
            (list("Readings that changed", diff.readings.iter().map(|one| format!("{}: {} → {}", one.clause, one.old.join(" or "), one.new.join(" or "))).collect()))
            (causes("Gone", "known", &diff.gone_causes))
            (clauses("Clauses that hold again", &diff.mended))
            (clauses("Clauses that can be observed again", &diff.observable))
            (suite(diff))
            (latency(diff))
            (list("Notes", diff.notes.clone()))
        }
    };
    let title = format!("dewspec diff: {}", diff.conclusion);
    page(&Frame { title: &title, style: "", script: "", footer: env!("CARGO_PKG_VERSION") }, &body)
}

fn list(title: &str, rows: Vec<String>) -> Markup {
    html! {
        @if !rows.is_empty() {
            section {
                h2 { (title) " (" (rows.len()) ")" }
                ul { @for row in rows { li { (visible(&row)) } } }
            }
        }
    }
}

fn causes(title: &str, class: &str, causes: &[CauseChange]) -> Markup {
    html! {
        @if !causes.is_empty() {
            section {
                h2 { (title) " (" (causes.len()) ")" }
                @for cause in causes {
                    article.cause.(class) id=(visible(&cause.id)) {
                        h3 { a href=(format!("#{}", visible(&cause.id))) { (prose(&cause.title)) } }
                        p.tags { span.tag { (cause.level) } @if let Some(flaky) = &cause.flaky { span.tag { (flaky) } } span.tag { (cases(cause)) } code { (visible(&cause.id)) } }
                        @if !cause.detail.is_empty() { p { (visible(&cause.detail)) } }
                        @if cause.new_cases > 0 {
                            dl {
                                div { dt { "expected" } dd { (prose(&cause.expected)) } }
                                div { dt { "observed" } dd { (prose(&cause.observed)) } }
                            }
                            @if !cause.replay.is_empty() {
                                div.command { span { "replay" } code tabindex="0" { (copyable(&cause.replay)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn clauses(title: &str, clauses: &[ClauseChange]) -> Markup {
    html! {
        @if !clauses.is_empty() {
            section {
                h2 { (title) " (" (clauses.len()) ")" }
                div.wide {
                    table {
                        thead { tr { th { "clause" } th { "level" } th { "before" } th { "now" } th { "why" } } }
                        tbody {
                            @for clause in clauses {
                                tr {
                                    td { code { (visible(&clause.id)) } }
                                    td { (clause.level) }
                                    td { (clause.old) }
                                    td { (clause.new) }
                                    td { (visible(clause.reason.as_deref().unwrap_or_default())) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn suite(diff: &Diff) -> Markup {
    let suite = &diff.suite;
    html! {
        @if !suite.is_empty() {
            section #suite {
                h2 { "Because the suite, the selection or the seed is another" }
                p { "None of this is a regression of the target." }
                ul {
                    li { (suite.cases_added) " cases added, " (suite.cases_removed) " removed" }
                    @for id in &suite.clauses_added { li { "clause added: " code { (visible(id)) } } }
                    @for id in &suite.clauses_removed { li { "clause removed: " code { (visible(id)) } } }
                    @for cause in &suite.causes_added { li { "only added cases show " code { (visible(&cause.id)) } } }
                    @for cause in &suite.causes_removed { li { "only removed cases showed " code { (visible(&cause.id)) } } }
                }
            }
        }
    }
}

fn latency(diff: &Diff) -> Markup {
    html! {
        @if !diff.performance.is_empty() {
            section #latency {
                h2 { "Latency" }
                p { "Milliseconds from sending to the last byte, before and now." }
                div.wide {
                    table {
                        thead { tr { th { "operation" } th { "answers" } th { "p50" } th { "p95" } th { "p99" } th { "longest" } } }
                        tbody {
                            @for one in &diff.performance {
                                tr {
                                    td { (visible(&one.operation)) }
                                    td.number { (one.old.answers) " → " (one.new.answers) }
                                    td.number { (milliseconds(one.old.p50_us)) " → " (milliseconds(one.new.p50_us)) }
                                    td.number { (milliseconds(one.old.p95_us)) " → " (milliseconds(one.new.p95_us)) }
                                    td.number { (milliseconds(one.old.p99_us)) " → " (milliseconds(one.new.p99_us)) }
                                    td.number { (milliseconds(one.old.max_us)) " → " (milliseconds(one.new.max_us)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
