//! The history as a page.

use maud::{Markup, html};

use super::chart::{latency, strip};
use super::{CauseRow, FlappingClause, History, Night, Series};
use crate::exit;
use crate::model::Level;
use crate::report::frame::{Frame, counted, page, prose};
use crate::report::text::visible;

const STYLE: &str = include_str!("../style.css");

/// The whole page.
pub fn render(history: &History) -> String {
    let nights: usize = history.series.iter().map(|series| series.nights.len()).sum();
    let body = html! {
        a.jump href="#main" { "Skip to the nights" }
        header {
            h1 { "Night after night" }
            p { (counted(nights, "run")) " of " (counted(history.series.len(), "target")) }
        }
        main #main {
            @for (nth, series) in history.series.iter().enumerate() { (one_series(nth, series)) }
            @if !history.unreadable.is_empty() {
                section #unreadable {
                    h2 { "Files left out" }
                    ul { @for file in &history.unreadable { li { code { (visible(&file.file)) } ": " (visible(&file.why)) } } }
                }
            }
        }
    };
    let title = "dewspec: night after night";
    page(&Frame { title, style: STYLE, script: "", footer: env!("CARGO_PKG_VERSION") }, &body)
}

/// What a night came to, in a word or two, and the class that goes with it.
fn told(night: &Night) -> (&'static str, &'static str) {
    match (night.exit_code, night.causes) {
        (exit::CONFORMS, _) if night.cases.fail > 0 => ("known deviations", "open"),
        (exit::CONFORMS, _) => ("conforms", "good"),
        // An entry of known deviations holds again, a snapshot differs, or something is flaky.
        (exit::NONCONFORMING, 0) if night.cases.fail == 0 => ("not as expected", "open"),
        (exit::NONCONFORMING, _) => ("does not conform", "bad"),
        (exit::VACUOUS, _) => ("nothing proven", "open"),
        _ => ("no verdict", "open"),
    }
}

fn one_series(nth: usize, series: &Series) -> Markup {
    let Some(last) = series.nights.last() else { return html! {} };
    let (word, class) = told(last);
    let present = series.causes.iter().filter(|cause| cause.present).count();
    html! {
        section id=(format!("target-{nth}")) {
            h2 { (visible(&series.target)) }
            div.verdict.(class) {
                p { b { (word) } " on " (visible(&last.started_at)) ": " (visible(&last.conclusion)) }
                p { (counted(present, "cause")) " present, " (series.causes.len() - present) " gone; " (counted(series.flapping.len(), "clause")) " not the same from night to night" }
            }
            (overview(series))
            (causes(nth, series))
            (flapping(nth, series))
            (readings(series))
            h3 { "Time" }
            (latency(&series.nights))
            (nights(nth, series))
        }
    }
}

fn overview(series: &Series) -> Markup {
    let classes: Vec<&'static str> = series
        .nights
        .iter()
        .map(|night| match told(night).1 {
            "good" => "off",
            "bad" => "on",
            _ if night.exit_code == exit::CONFORMS => "warn",
            _ => "none",
        })
        .collect();
    let count = |class| classes.iter().filter(|known| **known == class).count();
    let text = format!(
        "of {} the target conformed in {}, did not in {}, and had known deviations in {}; {} came to no verdict",
        counted(classes.len(), "night"),
        count("off"),
        count("on"),
        count("warn"),
        count("none")
    );
    html! { p { (strip(&classes, &text)) (text) "." } }
}

fn day(at: &str) -> String {
    visible(at.get(..10).unwrap_or(at))
}

fn causes(nth: usize, series: &Series) -> Markup {
    html! {
        h3 { "Causes" }
        @if series.causes.is_empty() { p { "None in any night." } } @else {
            div.wide tabindex="0" { table {
                thead { tr { th scope="col" { "cause" } th scope="col" { "now" } th scope="col" { "since" } th scope="col" { "last" } th.number scope="col" { "nights" } th scope="col" { "oldest to newest" } } }
                tbody { @for cause in &series.causes { (cause_row(nth, cause)) } }
            } }
        }
    }
}

fn cause_row(nth: usize, cause: &CauseRow) -> Markup {
    let id = format!("cause-{nth}-{}", visible(&cause.id));
    let is_flaky = cause.rates.iter().flatten().next().is_none() && cause.flaky;
    let classes: Vec<&'static str> = cause
        .nights
        .iter()
        .zip(&cause.rates)
        .map(|(count, rate)| match count {
            None => "none",
            Some(0) => "off",
            Some(_) if cause.level == Level::Should || rate.is_some() || is_flaky => "warn",
            Some(_) => "on",
        })
        .collect();
    let flaky = cause.rates.iter().flatten().count();
    let seen = cause.nights.iter().flatten().filter(|count| **count > 0).count();
    let judged = cause.nights.iter().flatten().count();
    let mut text = format!("there in {seen} of {judged} nights, since {}", day(&cause.since));
    if flaky > 0 {
        text.push_str(&format!(", flaky in {flaky} of them"));
    }
    html! {
        tr id=(id) {
            td { a href=(format!("#{id}")) { code { (visible(&cause.id)) } } br; (prose(&cause.title)) }
            td.(if cause.present { "bad" } else { "good" }) {
                (if cause.present { "present" } else { "gone" }) @if let Some(told) = cause.flaky_told() { ", " (told) }
            }
            td.day { (day(&cause.since)) }
            td.day { (day(&cause.last)) }
            td.number { (seen) " of " (judged) }
            td { (strip(&classes, &text)) }
        }
    }
}

fn flapping(nth: usize, series: &Series) -> Markup {
    html! {
        @if !series.flapping.is_empty() {
            h3 { "Clauses that flap" }
            p { "Upheld in one night and violated in another, three times or more within 14 nights: the target, or the way to it, is not the same each time." }
            div.wide tabindex="0" { table {
                thead { tr { th scope="col" { "clause" } th.number scope="col" { "changes" } th scope="col" { "oldest to newest" } } }
                tbody { @for clause in &series.flapping { (flapping_row(nth, clause)) } }
            } }
        }
    }
}

fn flapping_row(nth: usize, clause: &FlappingClause) -> Markup {
    let classes: Vec<&'static str> = clause
        .violated
        .iter()
        .map(|violated| match violated {
            None => "none",
            Some(true) => "on",
            Some(false) => "off",
        })
        .collect();
    let broken = clause.violated.iter().flatten().filter(|violated| **violated).count();
    let text = format!("violated in {broken} of {} nights", clause.violated.iter().flatten().count());
    html! {
        tr id=(format!("clause-{nth}-{}", visible(&clause.clause))) {
            td { code { (visible(&clause.clause)) } }
            td.number { (clause.changes) }
            td { (strip(&classes, &text)) (text) }
        }
    }
}

fn readings(series: &Series) -> Markup {
    html! {
        @if !series.readings.is_empty() {
            h3 { "Readings that changed" }
            div.wide tabindex="0" { table {
                thead { tr { th scope="col" { "on" } th scope="col" { "open clause" } th scope="col" { "before" } th scope="col" { "since" } } }
                tbody { @for change in &series.readings {
                    tr { td.day { (day(&change.at)) } td { code { (visible(&change.clause)) } } td { (visible(&change.before)) } td { (visible(&change.after)) } }
                } }
            } }
        }
    }
}

fn nights(nth: usize, series: &Series) -> Markup {
    html! {
        h3 { "Nights" }
        details open[series.nights.len() <= 14] {
            summary { (counted(series.nights.len(), "night")) ", the newest first" }
            div.wide tabindex="0" { table {
                thead { tr { th scope="col" { "began" } th scope="col" { "result" } th scope="col" { "causes" } th scope="col" { "50 % / 95 % ms" } th scope="col" { "seconds" } th scope="col" { "report" } } }
                tbody { @for night in series.nights.iter().rev() { (night_row(nth, night)) } }
            } }
        }
    }
}

fn night_row(nth: usize, night: &Night) -> Markup {
    let (word, class) = told(night);
    html! {
        tr id=(format!("night-{nth}-{}", visible(&night.file))) {
            td { (visible(&night.started_at)) @if night.suite_changed { br; em { "another suite than before" } } }
            td.(class) { (word) @if class != "good" { br; (visible(&night.conclusion)) } }
            td.number { (night.causes) }
            td { @if let Some(latency) = night.latency { (latency.p50) " / " (latency.p95) } }
            td.number { (format!("{:.1}", night.duration_ms as f64 / 1000.0)) }
            td { code { (visible(&night.file)) } }
        }
    }
}
