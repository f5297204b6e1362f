//! The report as Markdown, for merge requests and the summaries of CI systems.

use std::fmt::Write;

use super::deviations::{DeviationsReport, EntryReport};
use super::failure_text::{came, request_body};
use super::finding::exchange_of_cause;
use super::model::{Cause, Report};
use super::tally::CaseTally;
use super::text::visible;

/// The most that GitHub takes for a summary is 1 024 KiB; longer reports end with a word on that.
const MOST: usize = 1_000 * 1_000;
/// Notes shown.
const NOTES: usize = 50;
/// Columns of a body.
const BODY: usize = 1_000;

/// The whole report: verdict, causes, counts, notes.
pub fn render(report: &Report) -> String {
    let mut out = format!("# dewspec: {}\n\n", plain(&report.conclusion));
    let target = &report.target;
    let endpoints: Vec<String> = target.endpoints.iter().map(|(service, url)| format!("{service} {url}")).collect();
    let what = if target.embedded { "the embedded reference server".to_owned() } else { endpoints.join(", ") };
    let _ = writeln!(out, "Target: {} · seed {} · run id {}\n", plain(&what), report.seed, code(&report.run_id));
    if let Some(told) = report.tries_told() {
        let _ = writeln!(out, "Tries: {told}\n");
    }
    for step in report.preflight.iter().filter(|step| !step.ok) {
        let _ = writeln!(out, "- **{}**: {}", plain(&step.step), plain(&step.detail));
    }
    counts(&mut out, report);
    let mut left_out = 0;
    // What is known is told last: whoever reads this wants to hear of what is new.
    let (known, others): (Vec<&Cause>, Vec<&Cause>) = report.causes.iter().partition(|cause| cause.is_known());
    for (nth, cause) in others.into_iter().chain(known).enumerate() {
        let text = one(report, nth + 1, cause);
        if out.len() + text.len() > MOST {
            left_out += 1;
        } else {
            out.push_str(&text);
        }
    }
    if left_out > 0 {
        let _ = writeln!(out, "{left_out} more causes are left out: this text would be too long.\n");
    }
    if let Some(applied) = report.deviations.as_ref().filter(|_| out.len() < MOST) {
        deviations(&mut out, applied);
    }
    if !report.notes.is_empty() && out.len() < MOST {
        out.push_str("## Notes\n\n");
        for note in report.notes.iter().take(NOTES) {
            let _ = writeln!(out, "- {}", plain(note));
        }
    }
    out
}

fn deviations(out: &mut String, applied: &DeviationsReport) {
    let told: Vec<&EntryReport> = applied.told().collect();
    if told.is_empty() {
        return;
    }
    let _ = writeln!(out, "## Entries of {}\n", code(&applied.file));
    for entry in told.into_iter().take(NOTES) {
        let _ = writeln!(
            out,
            "- **{}** {} (line {}): {}",
            entry.state,
            code(&entry.names),
            entry.line,
            plain(&entry.told())
        );
    }
    out.push('\n');
}

fn counts(out: &mut String, report: &Report) {
    let tally = CaseTally::of(&report.cases).named();
    if report.cases.is_empty() {
        return;
    }
    let names: Vec<&str> = tally.iter().map(|(name, _)| *name).collect();
    let numbers: Vec<String> = tally.iter().map(|(_, count)| count.to_string()).collect();
    let _ = writeln!(out, "| {} |\n|{}\n| {} |\n", names.join(" | "), "---:|".repeat(names.len()), numbers.join(" | "));
}

fn one(report: &Report, number: usize, cause: &Cause) -> String {
    let flaky = cause.flaky_told().map(|told| format!(", {told}")).unwrap_or_default();
    let mut out = format!("## {number}. {}\n\n", plain(&cause.title));
    let standing = cause.standing.as_ref().map(|standing| format!(", {}", standing.kind)).unwrap_or_default();
    let _ = writeln!(out, "{} case(s), {}{flaky}{standing} · {}\n", cause.count, cause.level, code(&cause.id));
    if let Some(told) = cause.standing.as_ref().map(|standing| standing.told()).filter(|told| !told.is_empty()) {
        let _ = writeln!(out, "- deviation: {}", plain(&told));
    }
    for id in cause.clauses.iter().take(3) {
        let known = report.clauses.iter().find(|clause| clause.id == *id);
        let told = known.map(|clause| format!(": {} ({})", plain(&clause.wording), plain(&clause.source)));
        let _ = writeln!(out, "- {}{}", code(id), told.unwrap_or_default());
    }
    let _ = writeln!(out, "- expected: {}\n- observed: {}", plain(&cause.expected), plain(&cause.observed));
    if let Some(shared) = &cause.shared {
        let _ = writeln!(out, "- in common: {}", plain(shared));
    }
    for like in &cause.diagnosis {
        let _ = writeln!(out, "- similar ({:.2}): {} ({})", like.score, plain(&like.summary), code(&like.fault));
    }
    out.push('\n');
    let case = report.cases.iter().find(|case| case.id == cause.example.case);
    if let Some(exchange) = case.and_then(|case| exchange_of_cause(case, cause)) {
        let mut lines = vec![format!("{} {}", visible(&exchange.method), visible(&exchange.url))];
        lines.extend(request_body(exchange, BODY));
        lines.push(String::new());
        lines.extend(came(exchange, BODY));
        out.push_str(&fenced("http", &lines.join("\n")));
    }
    out.push_str(&fenced("sh", &cause.example.replay));
    out
}

/// Text in which nothing is markup.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '@' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out
}

/// A word as code, whatever is in it.
pub(crate) fn code(text: &str) -> String {
    format!("`{}`", visible(text).replace('`', "'"))
}

/// A block that nothing in it can end.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}\n\n")
}
