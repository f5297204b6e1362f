use super::super::model::{ReadingReport, Report};
use super::super::text::display_width;
use super::page::{Page, some_of};
use super::style::Tint;

/// Readings named where little is to be said.
const NAMED: usize = 3;

/// How the target understands what the documents leave open.
pub(super) fn write(page: &mut Page, report: &Report) {
    if report.readings.is_empty() {
        return;
    }
    let determined: Vec<_> =
        report.readings.iter().filter_map(|reading| Some((reading, reading.determined.as_deref()?))).collect();
    let others: Vec<_> = report.readings.iter().filter(|reading| reading.determined.is_none()).collect();
    page.heading("Readings", &format!("{} of {} determined", determined.len(), report.readings.len()));

    let column = determined.iter().map(|(reading, _)| display_width(&reading.clause)).max().unwrap_or(0);
    for (reading, name) in determined {
        page.columns(2, &[(&reading.clause, column, Tint::Plain)], name);
    }
    for reading in others {
        write_open(page, reading);
    }
}

/// How many are determined, and which are not.
pub(super) fn write_in_short(page: &mut Page, report: &Report) {
    let others: Vec<&str> =
        report.readings.iter().filter(|r| r.determined.is_none()).map(|r| r.clause.as_str()).collect();
    if report.readings.is_empty() {
        return;
    }
    page.blank();
    let determined = report.readings.len() - others.len();
    let open = match others.len() {
        0 => String::new(),
        several => format!("; not {}", some_of(others.into_iter().take(several), NAMED)),
    };
    page.paragraph(0, &format!("Readings  {determined} of {} determined{open}", report.readings.len()), Tint::Plain);
}

fn write_open(page: &mut Page, reading: &ReadingReport) {
    let state = match reading.remaining.len() {
        0 => "no reading explains what was seen".to_owned(),
        left => format!("undetermined, {left} readings remain"),
    };
    let tint = if reading.remaining.is_empty() { Tint::Bad } else { Tint::Warn };
    page.paragraph(2, &reading.clause, Tint::Plain);
    page.paragraph(4, &state, tint);
    for name in &reading.remaining {
        match reading.meaning.get(name) {
            Some(meaning) => page.bullet(4, &format!("{name}: {meaning}")),
            None => page.bullet(4, name),
        }
    }
}
