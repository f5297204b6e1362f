use crate::exit;

use super::super::model::Report;
use super::page::Page;
use super::style::TerminalStyle;
use super::{deviations, fuzzing, header, preflight, readings, totals, unjudged, verdicts};

/// The whole report as text. The details come first and the result last, where the eye is when a run ends.
pub fn render(report: &Report, style: &TerminalStyle) -> String {
    let mut page = Page::new(style);
    if report.cases.is_empty() && report.preflight.iter().any(|step| !step.ok) {
        preflight::write_ended(&mut page, report);
        totals::write_conclusion(&mut page, report);
        return page.finish();
    }
    header::write(&mut page, report);
    deviations::write_failures(&mut page, report);
    deviations::write_warnings(&mut page, report);
    unjudged::write_errors(&mut page, report);
    // A run that was ended by something else than its end has judged little: what it came to is all there is to say.
    let unjudged = report.summary.error + report.summary.skip > report.summary.pass;
    let ended = report.summary.error > report.summary.pass
        || report.exit_code > exit::VACUOUS
        || (report.exit_code == exit::BROKEN && (unjudged || report.fuzz.is_some()));
    if !ended {
        unjudged::write_skips(&mut page, report);
        readings::write(&mut page, report);
        if style.verdicts {
            verdicts::write(&mut page, report);
        }
        totals::write_operations(&mut page, report);
    }
    fuzzing::write(&mut page, report);
    write_notes(&mut page, report);
    totals::write(&mut page, report);
    page.finish()
}

fn write_notes(page: &mut Page, report: &Report) {
    if report.notes.is_empty() {
        return;
    }
    page.heading("Notes", "");
    for note in &report.notes {
        page.bullet(2, note);
    }
}
