use super::super::model::{PreflightStep, Report};
use super::super::text::display_width;
use super::page::Page;
use super::style::{TerminalStyle, Tint};

/// Columns of `ok` and `FAIL`, and of the longest name of a step that still has its text beside it.
const MARK: usize = 4;
const NAME: usize = 24;
/// Lines that a run which came to nothing may take for its failing steps.
const BUDGET: usize = 7;

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
    for (at, step) in failing.iter().enumerate() {
        let before = page.lines_written();
        write_step(page, step, display_width(&step.step).min(NAME));
        let written = page.lines_written() - before;
        let rest = failing.len() - at - 1;
        if rest > 0 && (at + 1) * written.max(1) >= BUDGET - 1 {
            page.line(0, &format!("and {rest} more; `dewspec doctor` tells all"), Tint::Dim);
            break;
        }
    }
    page.blank();
}

fn write_step(page: &mut Page, step: &PreflightStep, names: usize) {
    let (mark, tint) = if step.ok { ("ok", Tint::Good) } else { ("FAIL", Tint::Bad) };
    page.columns(0, &[(mark, MARK, tint), (&step.step, names, Tint::Plain)], &step.detail);
    if let Some(advice) = step.advice.as_ref().filter(|_| !step.ok) {
        page.paragraph(MARK + 2, advice, Tint::Plain);
    }
}
