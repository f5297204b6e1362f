use jiff::ToSpan;
use jiff::civil::Date;

use crate::exit;
use crate::report::{
    Cause, CauseStanding, DeviationsReport, DeviationsVerdict, EntryReport, EntryState, Otherwise, Report, StandingKind,
};

use super::compare::compare;
use super::entry::{Entry, KnownDeviations};
use super::sentence::conclusion;

/// An entry that ends within so many days is told.
const DAYS_AHEAD: i64 = 14;

/// Holds a report against the known deviations, on its own day: says of each cause and each entry how it stands, and makes the
/// exit code and the conclusion what they are beside them. A report that was held against a file before is held against this one
/// alone.
///
/// # Errors
/// If nobody can tell the day of the report.
pub fn apply(known: &KnownDeviations, report: &mut Report) -> Result<(), String> {
    let day = report.started_at.get(..10).unwrap_or_default();
    let today: Date = day.parse().map_err(|_| {
        format!(
            "the report says that it began at {:?}, which is no time: no entry can be held against it",
            report.started_at
        )
    })?;
    if let Some(before) = report.deviations.take() {
        (report.exit_code, report.conclusion) = (before.without.exit_code, before.without.conclusion);
    }
    let found = compare(known, report, today);
    for (cause, (kind, detail, entry)) in report.causes.iter_mut().zip(found.causes) {
        cause.standing = Some(standing(kind, detail, entry.and_then(|nth| known.entries.get(nth))));
    }
    let entries: Vec<EntryReport> = known
        .entries
        .iter()
        .zip(found.entries)
        .map(|(entry, (state, detail))| entry_report(entry, state, detail, today))
        .collect();
    let without = Otherwise { exit_code: report.exit_code, conclusion: report.conclusion.clone() };
    let counted = |kind: StandingKind| {
        let is_of_kind = |cause: &&Cause| cause.standing.as_ref().is_some_and(|standing| standing.kind == kind);
        // A warning that no entry names is a warning, as it is without a file.
        let counts = |cause: &&Cause| kind == StandingKind::Known || report.counts(cause) || fails_by_entry(cause);
        report.causes.iter().filter(is_of_kind).filter(counts).count()
    };
    let mut of_file = DeviationsReport {
        file: known.file.clone(),
        today: today.to_string(),
        conclusion: DeviationsVerdict::NoVerdict,
        known: counted(StandingKind::Known),
        new: counted(StandingKind::New),
        changed: counted(StandingKind::Changed),
        expired: counted(StandingKind::Expired),
        entries,
        without,
    };
    (report.exit_code, of_file.conclusion) = verdict(report, &of_file);
    report.conclusion = conclusion(report, &of_file);
    report.deviations = Some(of_file);
    Ok(())
}

/// Whether its entry makes a failure of a warning.
fn fails_by_entry(cause: &Cause) -> bool {
    cause.flaky && cause.standing.as_ref().is_some_and(|standing| standing.kind == StandingKind::Changed)
}

fn verdict(report: &Report, of_file: &DeviationsReport) -> (u8, DeviationsVerdict) {
    let differs = of_file.new + of_file.changed + of_file.expired > 0;
    let is_stale = of_file.of_state(EntryState::Stale).next().is_some();
    match (report.exit_code, &report.otherwise) {
        (exit::CONFORMS | exit::NONCONFORMING, _) if differs || is_stale => {
            (exit::NONCONFORMING, DeviationsVerdict::Differs)
        }
        // What was broken is known, and nothing was proven beside it.
        (exit::NONCONFORMING, Some(otherwise)) => (otherwise.exit_code, DeviationsVerdict::NoVerdict),
        (exit::CONFORMS | exit::NONCONFORMING, _) if of_file.entries.is_empty() => {
            (report.exit_code, DeviationsVerdict::Conforms)
        }
        (exit::CONFORMS | exit::NONCONFORMING, _) => (exit::CONFORMS, DeviationsVerdict::KnownDeviations),
        (code, _) => (code, DeviationsVerdict::NoVerdict),
    }
}

fn standing(kind: StandingKind, detail: String, entry: Option<&Entry>) -> CauseStanding {
    let told = |of: fn(&Entry) -> String| entry.map(of).unwrap_or_default();
    CauseStanding {
        kind,
        detail,
        reason: told(|entry| entry.reason.clone()),
        owner: told(|entry| entry.owner.clone()),
        link: told(|entry| entry.link.clone()),
        until: told(|entry| entry.until.to_string()),
    }
}

fn entry_report(entry: &Entry, state: EntryState, detail: String, today: Date) -> EntryReport {
    let ends_soon = entry.until >= today && today.checked_add(DAYS_AHEAD.days()).is_ok_and(|day| entry.until <= day);
    let days_left = ends_soon.then(|| i64::from(today.until(entry.until).map_or(0, |span| span.get_days())));
    EntryReport {
        names: match &entry.operation {
            Some(operation) => format!("{} on {operation}", entry.subject),
            None => entry.subject.to_string(),
        },
        line: entry.line,
        state,
        detail,
        reason: entry.reason.clone(),
        owner: entry.owner.clone(),
        link: entry.link.clone(),
        until: entry.until.to_string(),
        days_left,
    }
}
