//! The causes as annotations of a workflow run: GitHub's workflow commands, one line each
//! (<https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>).

use super::model::{Cause, Report};
use super::text::visible;
use crate::exit;

/// GitHub shows no more than this of one kind and step.
const MOST: usize = 10;
/// Characters of a message.
const LONGEST: usize = 1_000;

/// One line for each cause, the gravest first; where the run came to no verdict, one line with why.
pub fn render(report: &Report) -> String {
    let mut lines: Vec<String> = report.causes.iter().take(MOST).map(of_cause).collect();
    if lines.is_empty() && report.exit_code != exit::CONFORMS {
        lines.push(command("error", "dewspec", &report.conclusion));
    }
    lines.concat()
}

fn of_cause(cause: &Cause) -> String {
    let kind = if cause.is_failure() { "error" } else { "warning" };
    let clause = cause.clauses.first().map_or("", String::as_str);
    let text = format!(
        "expected: {}\nobserved: {}\n{} case(s); {clause}\n{}",
        cause.expected, cause.observed, cause.count, cause.example.replay
    );
    command(kind, &cause.title, &text)
}

/// A workflow command; nothing in its texts can end it or begin another.
fn command(kind: &str, title: &str, message: &str) -> String {
    let lines: Vec<String> = message.lines().map(visible).collect();
    let short: String = lines.join("\n").chars().take(LONGEST).collect();
    format!(
        "::{kind} title={}::{}\n",
        escaped(&visible(title)).replace(':', "%3A").replace(',', "%2C"),
        escaped(&short)
    )
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
