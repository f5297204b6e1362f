//! The causes as annotations of a workflow run: GitHub's workflow commands, one line each
//! (<https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>).

use super::deviations::{EntryReport, EntryState};
use super::model::{Cause, Report};
use super::text::visible;
use crate::exit;
use crate::model::FlakyPolicy;

/// GitHub shows no more than this of one kind and step.
const MOST: usize = 10;
/// Characters of a message.
const LONGEST: usize = 1_000;

/// One line for each cause, the gravest first and those that are known last, and for each known deviation of which something
/// is to be said; where the run came to no verdict, one line with why.
pub fn render(report: &Report) -> String {
    let (known, others): (Vec<&Cause>, Vec<&Cause>) = report.causes.iter().partition(|cause| cause.is_known());
    let mut lines: Vec<String> = others.into_iter().take(MOST).map(|cause| of_cause(report, cause)).collect();
    if let Some(applied) = &report.deviations {
        let told = applied.told().filter(|entry| entry.state == EntryState::Stale || entry.days_left.is_some());
        lines.extend(told.take(MOST).map(|entry| of_entry(&applied.file, entry)));
    }
    lines.extend(known.into_iter().take(MOST).map(|cause| of_cause(report, cause)));
    if lines.is_empty() && report.exit_code != exit::CONFORMS {
        lines.push(command("error", "dewspec", &report.conclusion));
    }
    lines.concat()
}

fn of_cause(report: &Report, cause: &Cause) -> String {
    let kind = match cause.is_known() {
        true => "notice",
        false if report.is_failure(cause) => "error",
        false if cause.flaky && report.repetition.flaky == FlakyPolicy::Pass => "notice",
        false => "warning",
    };
    let clause = cause.clauses.first().map_or("", String::as_str);
    let standing = match &cause.standing {
        Some(standing) => format!("{} deviation: {}\n", standing.kind, standing.told()),
        None => String::new(),
    };
    let flaky = cause.flaky_told().map(|told| format!("{told}\n")).unwrap_or_default();
    let text = format!(
        "{standing}{flaky}expected: {}\nobserved: {}\n{} case(s); {clause}\n{}",
        cause.expected, cause.observed, cause.count, cause.example.replay
    );
    command(kind, &cause.title, &text)
}

/// In the file, where the line is to be changed.
fn of_entry(file: &str, entry: &EntryReport) -> String {
    let kind = if entry.state == EntryState::Stale { "error" } else { "warning" };
    let place = format!("{kind} file={},line={},", property(file), entry.line);
    command(&place, &format!("known deviation {}", entry.names), &entry.told())
}

/// A value beside others.
fn property(text: &str) -> String {
    escaped(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

/// A workflow command; nothing in its texts can end it or begin another.
fn command(kind: &str, title: &str, message: &str) -> String {
    let lines: Vec<String> = message.lines().map(visible).collect();
    let short: String = lines.join("\n").chars().take(LONGEST).collect();
    let gap = if kind.ends_with(',') { "" } else { " " };
    format!("::{kind}{gap}title={}::{}\n", property(title), escaped(&short))
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
