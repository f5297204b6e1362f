use super::super::deviations::EntryState;
use super::super::model::{Cause, Report};
use super::page::{Page, count};
use super::style::Tint;

/// Known causes, and entries, told where little is to be said.
const BRIEF: usize = 4;

/// What is known, and what is to be said of the file in which it stands.
pub(super) fn write(page: &mut Page, report: &Report, in_full: bool) {
    let Some(applied) = &report.deviations else { return };
    let most = if in_full { usize::MAX } else { BRIEF };
    let known: Vec<&Cause> = report.causes.iter().filter(|cause| cause.is_known()).collect();
    if !known.is_empty() {
        let cases: usize = known.iter().map(|cause| cause.count).sum();
        page.heading("Known deviations", &format!("{} of {}", count(known.len(), "cause"), count(cases, "case")));
        for cause in known.iter().take(most) {
            page.painted_at_most(0, &cause.title, if in_full { 2 } else { 1 }, Tint::Plain);
            page.field_at_most(2, "cause", &cause.id, 1);
            if let Some(standing) = &cause.standing {
                page.field_at_most(2, "reason", &standing.told(), if in_full { 3 } else { 1 });
            }
            page.blank();
        }
        more(page, known.len().saturating_sub(most));
    }
    let mut told: Vec<_> = applied.told().collect();
    if !told.is_empty() {
        told.sort_by_key(|entry| (entry.state != EntryState::Stale, entry.days_left.is_none()));
        page.heading("Entries", &format!("{} of {}", told.len(), applied.file));
        for entry in told.iter().take(most) {
            let tint = match entry.state {
                EntryState::Stale => Tint::Bad,
                _ if entry.days_left.is_some() => Tint::Warn,
                _ => Tint::Plain,
            };
            page.paragraph(0, &format!("{} (line {}): {}", entry.names, entry.line, entry.state), tint);
            page.field_at_most(2, "", &entry.told(), if in_full { 4 } else { 2 });
        }
        more(page, told.len().saturating_sub(most));
    }
}

fn more(page: &mut Page, left_out: usize) {
    if left_out > 0 {
        page.paragraph(0, &format!("and {left_out} more, without -q"), Tint::Plain);
    }
}
