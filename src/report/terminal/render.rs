use crate::exit;

use super::super::model::Report;
use super::page::Page;
use super::style::TerminalStyle;
use super::{causes, deviations, fuzzing, header, preflight, readings, totals, unjudged, verdicts};

/// The whole report as text. The details come first and the result last, where the eye is when a run ends.
pub fn render(report: &Report, style: &TerminalStyle) -> String {
    let mut page = Page::new(style);
    if report.cases.is_empty() && report.preflight.iter().any(|step| !step.ok) {
        preflight::write_ended(&mut page, report);
        totals::write_conclusion(&mut page, report);
        return page.finish();
    }
    header::write(&mut page, report);
    causes::write_failures(&mut page, report, style);
    causes::write_warnings(&mut page, report, style);
    deviations::write(&mut page, report, style.verdicts);
    unjudged::write_errors(&mut page, report);
    // A run that was ended by something else than its end has judged little: what it came to is all there is to say.
    let unjudged = report.summary.error + report.summary.skip > report.summary.pass;
    let ended = report.summary.error > report.summary.pass
        || report.exit_code > exit::VACUOUS
        || (report.exit_code == exit::BROKEN && (unjudged || report.fuzz.is_some()));
    if !ended {
        if style.verdicts {
            unjudged::write_skips(&mut page, report);
            readings::write(&mut page, report);
            verdicts::write(&mut page, report);
        } else {
            unjudged::write_skips_in_short(&mut page, report);
            readings::write_in_short(&mut page, report);
        }
        totals::write_operations(&mut page, report, style.verdicts);
    }
    fuzzing::write(&mut page, report);
    write_notes(&mut page, report, style.verdicts);
    totals::write(&mut page, report);
    page.finish()
}

/// Notes shown where little is to be said, and lines that each may take there.
const NOTES: usize = 4;
const NOTE_LINES: usize = 2;

fn write_notes(page: &mut Page, report: &Report, in_full: bool) {
    if report.notes.is_empty() {
        return;
    }
    page.heading("Notes", "");
    if in_full {
        report.notes.iter().for_each(|note| page.bullet(2, note));
        return;
    }
    for note in report.notes.iter().take(NOTES) {
        page.bullet_at_most(2, note, NOTE_LINES);
    }
    if report.notes.len() > NOTES {
        page.bullet(2, &format!("and {} more, without -q", report.notes.len() - NOTES));
    }
}
