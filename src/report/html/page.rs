use maud::{Markup, html};

use super::super::body::grouped;
use super::super::deviations::DeviationsVerdict;
use super::super::frame::{Frame, page};
use super::super::model::Report;
use super::super::text::visible;
use super::{cases, causes, clauses, counted, deviations, prose, timing, wide};

const SCRIPT: &str = include_str!("script.js");

/// The whole page.
pub fn render(report: &Report) -> String {
    let title = format!("dewspec: {}", report.conclusion);
    let footer = format!("{}, {}", report.dewspec_version, report.started_at);
    let body = html! {
        a.jump href="#causes" { "Skip to what is wrong" }
        header { (verdict(report)) (target(report)) }
        main {
            (preflight(report))
            (causes::section(report))
            (deviations::section(report))
            (clauses::section(report))
            (readings(report))
            (timing::section(report))
            (cases::section(report))
            (notes(report))
        }
    };
    page(&Frame { title: &title, style: "", script: SCRIPT, footer: &footer }, &body)
}

fn verdict(report: &Report) -> Markup {
    let beside = report.deviations.as_ref().map(|applied| applied.conclusion);
    let (class, word) = match report.exit_code {
        0 if beside == Some(DeviationsVerdict::KnownDeviations) => ("good", "No new deviations"),
        1 if beside == Some(DeviationsVerdict::Differs) => ("bad", "Differs from the known deviations"),
        0 if report.shard.is_some() || !report.filters.is_empty() => ("good", "Conforms in what was selected"),
        0 => ("good", "Conforms"),
        1 => ("bad", "Does not conform"),
        4 => ("open", "Nothing proven"),
        _ => ("open", "No verdict"),
    };
    let summary = &report.summary;
    let counts = [
        ("pass", summary.pass),
        ("fail", summary.fail),
        ("warn", summary.warn),
        ("flaky", summary.flaky),
        ("skip", summary.skip),
        ("error", summary.error),
    ];
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    html! {
        div.verdict.(class) {
            h1 { (word) }
            p { (visible(&report.conclusion)) " (exit code " (report.exit_code) ")" }
        }
        @if all > 0 {
            // Widths of the bar's parts; what is there is seen, however little it is.
            div.bar aria-hidden="true" {
                @for (name, count) in counts.iter().filter(|(_, count)| *count > 0) {
                    span.(name) style=(format!("flex: {count} 0 4px")) {}
                }
            }
            ul.counts {
                @for (name, count) in counts { li { b { (grouped(count as u64)) } " " (name) } }
                li { b { (grouped(summary.exchanges)) } " requests" }
                li { b { (format!("{:.1}", report.duration_ms as f64 / 1000.0)) } " s" }
            }
        }
    }
}

fn target(report: &Report) -> Markup {
    let target = &report.target;
    let row = |name: &str, value: &str| html! { div { dt { (visible(name)) } dd { (visible(value)) } } };
    html! {
        dl.target {
            @if target.embedded { (row("target", "the embedded reference server")) }
            @for (service, url) in &target.endpoints { (row(service, url)) }
            @if target.insecure { (row("insecure", "the target's certificate was not checked")) }
            (row("project", &target.project_id))
            (row("seed", &report.seed.to_string()))
            (row("run id", &report.run_id))
            @if let Some(told) = report.tries_told() { (row("tries", &told)) }
            @if !report.filters.is_empty() { (row("filters", &report.filters.join(" "))) }
        }
    }
}

fn preflight(report: &Report) -> Markup {
    let failed = report.preflight.iter().any(|step| !step.ok);
    html! {
        @if !report.preflight.is_empty() {
            section #preflight {
                h2 { "Preflight" }
                details open[failed] {
                    summary { (counted(report.preflight.len(), "step")) ", " @if failed { "not all are well" } @else { "all well" } }
                    ul.steps {
                        @for step in &report.preflight {
                            li.(if step.ok { "good" } else { "bad" }) {
                                b { (visible(&step.step)) } ": " (visible(&step.detail))
                                @if let Some(advice) = &step.advice { br; em { (visible(advice)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn readings(report: &Report) -> Markup {
    let determined = report.readings.iter().filter(|reading| reading.determined.is_some()).count();
    html! {
        @if !report.readings.is_empty() {
            section #readings {
                h2 { "Readings" }
                details open[determined < report.readings.len()] {
                    summary { (determined) " of " (report.readings.len()) " determined: how the target understands what is left open" }
                    (wide("Readings", &readings_table(report)))
                }
            }
        }
    }
}

fn readings_table(report: &Report) -> Markup {
    html! {
        table {
            thead { tr { th { "clause" } th { "reading" } th { "meaning" } } }
            tbody {
                @for reading in &report.readings {
                    tr id=(format!("reading-{}", visible(&reading.clause))) {
                        td { code { (visible(&reading.clause)) } }
                        td {
                            @match (&reading.determined, reading.remaining.as_slice()) {
                                (Some(one), _) => { b { (visible(one)) } }
                                (None, []) => { em { "none explains what was seen" } }
                                (None, several) => { (visible(&several.join(" or "))) }
                            }
                        }
                        td { (prose(&reading.meaning.values().cloned().collect::<Vec<_>>().join(" | "))) }
                    }
                }
            }
        }
    }
}

fn notes(report: &Report) -> Markup {
    html! {
        @if !report.notes.is_empty() {
            section #notes {
                h2 { "Notes" }
                ul { @for note in &report.notes { li { (visible(note)) } } }
            }
        }
    }
}
