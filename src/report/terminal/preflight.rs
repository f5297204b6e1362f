use super::super::model::{PreflightStep, Report};
use super::super::text::display_width;
use super::page::Page;
use super::style::{TerminalStyle, Tint};

/// Columns of `ok` and `FAIL`, and of the longest name of a step that still has its text beside it.
const MARK: usize = 4;
const NAME: usize = 24;
/// Lines that a run which came to nothing may take for its failing steps.
const BUDGET: usize = 7;
/// Lines of advice, at most: it is what people need most.
const ADVICE: usize = 2;

/// Every step of a preflight on a line of its own, what came of it beside it, and advice below those that failed.
pub fn preflight(steps: &[PreflightStep], style: &TerminalStyle) -> String {
    let mut page = Page::new(style);
    let names = steps.iter().map(|step| display_width(&step.step)).max().unwrap_or(0).min(NAME);
    steps.iter().for_each(|step| write_step(&mut page, step, names));
    page.finish()
}

/// The whole report of a run whose preflight failed: what was to be checked, why it could not be, and what follows. At
/// most twelve lines of 80 columns.
pub(super) fn write_ended(page: &mut Page, report: &Report) {
    let mut services: Vec<&str> = report.target.endpoints.values().map(String::as_str).collect();
    services.dedup();
    let mut title = format!("dewspec {} · {}", report.dewspec_version, services.join(" · "));
    if report.target.insecure {
        title.push_str(" · certificates not checked");
    }
    page.line(0, &title, Tint::Strong);
    page.blank();
    let failing: Vec<&PreflightStep> = report.preflight.iter().filter(|step| !step.ok).collect();
    let first = page.lines_written();
    for (at, step) in failing.iter().enumerate() {
        let left = BUDGET.saturating_sub(page.lines_written() - first);
        if left < 3 {
            page.line(0, &format!("and {} more: `dewspec doctor` tells all", failing.len() - at), Tint::Dim);
            break;
        }
        write_short(page, step, left - 1);
    }
    page.blank();
    // What stayed there is said however short the rest is.
    let left = report.notes.iter().filter(|note| note.starts_with("left behind"));
    left.take(1).for_each(|note| page.lines_at_most(0, note, 3));
}

/// A step in no more lines than these, at least two: advice goes before the end of a long story.
fn write_short(page: &mut Page, step: &PreflightStep, most: usize) {
    page.line(0, &format!("{:<MARK$}  {}", "FAIL", step.step), Tint::Bad);
    let advice = if step.advice.is_none() { 0 } else { (most / 2).min(ADVICE) };
    page.lines_at_most(MARK + 2, &step.detail, most - 1 - advice);
    if let Some(text) = step.advice.as_ref().filter(|_| advice > 0) {
        page.lines_at_most(MARK + 2, text, advice);
    }
}

fn write_step(page: &mut Page, step: &PreflightStep, names: usize) {
    let (mark, tint) = if step.ok { ("ok", Tint::Good) } else { ("FAIL", Tint::Bad) };
    page.columns(0, &[(mark, MARK, tint), (&step.step, names, Tint::Plain)], &step.detail);
    if let Some(advice) = step.advice.as_ref().filter(|_| !step.ok) {
        page.paragraph(MARK + 2, advice, Tint::Plain);
    }
}
