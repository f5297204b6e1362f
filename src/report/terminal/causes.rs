use super::super::body::with_runs_told;
use super::super::deviations::StandingKind;
use super::super::failure_text::{came, input_text, logged};
use super::super::finding::exchange_of_cause;
use super::super::model::{CaseReport, Cause, Report};
use super::address::sent;
use super::page::{Page, count, some_of};
use super::style::{TerminalStyle, Tint};

/// Lines that all causes may take where little is to be said; one is always shown whole.
const BRIEF: usize = 24;
/// The same of warnings beside failures.
const BRIEF_BESIDE: usize = 6;
/// Causes shown whole elsewhere.
const WHOLE: usize = 20;
/// Lines of one cause shown whole, and in short.
const OF_ONE: usize = 12;
const OF_SHORT: usize = 3;
/// Ids shown of the cases that a cause explains, where there is room.
const MORE_IDS: usize = 5;

/// Everything that breaks a must, or that no reading explains.
pub(super) fn write_failures(page: &mut Page, report: &Report, style: &TerminalStyle) {
    let all: Vec<&Cause> = report.causes.iter().filter(|cause| report.is_failure(cause) && !cause.is_known()).collect();
    write(page, report, style, ("Failures", Tint::Bad), &all, BRIEF);
}

/// Every broken should, and what was not the same each time.
pub(super) fn write_warnings(page: &mut Page, report: &Report, style: &TerminalStyle) {
    let all: Vec<&Cause> =
        report.causes.iter().filter(|cause| !report.is_failure(cause) && !cause.is_known()).collect();
    // Where little is to be said, what failed is told first, and takes the room.
    let brief = if report.causes.iter().any(|cause| report.is_failure(cause) && !cause.is_known()) {
        BRIEF_BESIDE
    } else {
        BRIEF
    };
    write(page, report, style, ("Warnings", Tint::Warn), &all, brief);
}

fn write(
    page: &mut Page,
    report: &Report,
    style: &TerminalStyle,
    (title, tint): (&str, Tint),
    causes: &[&Cause],
    brief: usize,
) {
    if causes.is_empty() {
        return;
    }
    let cases: usize = causes.iter().map(|cause| cause.count).sum();
    page.heading(title, &format!("{} of {}", count(causes.len(), "cause"), count(cases, "case")));
    let mut room = if style.verdicts { usize::MAX } else { brief };
    let mut left_out = 0;
    for (nth, cause) in causes.iter().enumerate() {
        let case = report.cases.iter().find(|case| case.id == cause.example.case);
        let is_first = nth == 0 && brief >= OF_ONE;
        if is_first || (room >= OF_ONE && nth < WHOLE) {
            write_whole(page, report, cause, case, tint, style.verdicts);
            room = room.saturating_sub(OF_ONE);
        } else if room >= OF_SHORT {
            write_short(page, cause, tint);
            room = room.saturating_sub(OF_SHORT);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        page.paragraph(
            0,
            &format!("and {}: without -q, or in a report, they are told", count(left_out, "more cause")),
            tint,
        );
        page.blank();
    }
}

/// What, by which clause, where it shows, and how to see it again.
fn write_whole(page: &mut Page, report: &Report, cause: &Cause, case: Option<&CaseReport>, tint: Tint, in_full: bool) {
    write_title(page, cause, tint);
    if let Some(told) = cause.standing.as_ref().map(|standing| standing.told()).filter(|told| !told.is_empty()) {
        page.field_at_most(2, "listed", &told, if in_full { 4 } else { 2 });
    }
    if let Some(clause) = cause.clauses.first() {
        let known = report.clauses.iter().find(|known| known.id == *clause);
        let source = known.map(|known| format!(", {}", known.source)).unwrap_or_default();
        let more = match cause.clauses.len() {
            0 | 1 => String::new(),
            several => format!("; and {}", count(several - 1, "more clause")),
        };
        let lines = if in_full { 3 } else { 1 };
        page.field_at_most(2, "clause", &format!("{clause} ({}){more}{source}", cause.level), lines);
    }
    let exchange = case.and_then(|case| Some((case, exchange_of_cause(case, cause)?)));
    if let Some((case, exchange)) = exchange {
        let shown = with_runs_told(exchange);
        page.field_at_most(2, "sent", &sent(report, case, &shown, page.width() * 3), 3);
    }
    if let Some(input) = case.and_then(input_text).filter(|_| in_full) {
        page.field_at_most(2, "input", &input, 2);
    }
    for (label, text) in [("allowed", &cause.expected), ("seen", &cause.observed)] {
        match in_full {
            true => page.field_at_most(2, label, text, 4),
            false => page.field_in_brief(2, label, text),
        }
    }
    if let Some(shared) = &cause.shared {
        page.field_at_most(2, "shared", shared, if in_full { 2 } else { 1 });
    }
    if let Some((_, exchange)) = exchange {
        if in_full {
            page.field_at_most(2, "came", &came(exchange, page.width() * 2).join("\n"), 3);
        }
        // Of one line more and one less, what tells of the fault is worth the room.
        if let Some(logged) = logged(exchange, page.width() * 2).filter(|_| in_full || cause.shared.is_none()) {
            page.field_at_most(2, "logged", &logged, if in_full { 2 } else { 1 });
        }
    }
    if let Some(similar) = similar(cause) {
        page.field_at_most(2, "similar", &similar, if in_full { 2 } else { 1 });
    }
    page.field_at_most(2, "case", &cases(cause, in_full), if in_full { 6 } else { 1 });
    if let Some(curl) = &cause.example.curl {
        page.command(2, "curl", curl);
    }
    page.command(2, "replay", &cause.example.replay);
    page.blank();
}

/// A known fault that is less far ahead of the next one may as well be another: `dewspec explain` names them all.
const AHEAD: f64 = 0.05;

/// The known fault whose failures are most like these, and how much, if it is plainly one and no other.
fn similar(cause: &Cause) -> Option<String> {
    let (first, next) = (cause.diagnosis.first()?, cause.diagnosis.get(1));
    let is_ahead = next.is_none_or(|next| first.score - next.score >= AHEAD);
    is_ahead.then(|| format!("{:.2}: {}", first.score, first.summary))
}

fn write_short(page: &mut Page, cause: &Cause, tint: Tint) {
    write_title(page, cause, tint);
    page.field_at_most(2, "case", &cases(cause, false), 1);
    page.blank();
}

fn write_title(page: &mut Page, cause: &Cause, tint: Tint) {
    // In front: the end of a long title is cut.
    let flaky = cause.flaky_told().map(|told| format!("{told}: ")).unwrap_or_default();
    let standing = match cause.standing.as_ref().map(|standing| standing.kind) {
        Some(kind @ (StandingKind::Changed | StandingKind::Expired)) => format!("{kind}: "),
        _ => String::new(),
    };
    let title = format!("{standing}{flaky}{}", cause.title);
    page.painted_at_most(0, &title, 2, tint);
}

fn cases(cause: &Cause, in_full: bool) -> String {
    let others = cause.cases.iter().filter(|id| **id != cause.example.case).map(String::as_str);
    let others: Vec<&str> = others.collect();
    let first = &cause.example.case;
    match cause.count {
        0 | 1 => first.clone(),
        all if in_full => {
            let shown = others.len().min(all - 1).min(MORE_IDS);
            let rest = all - 1 - shown;
            let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            format!(
                "{first}\nand {}{rest}",
                some_of(others.iter().copied().take(shown).collect::<Vec<_>>().into_iter(), MORE_IDS)
            )
        }
        all => format!("{first} and {} more", all - 1),
    }
}
