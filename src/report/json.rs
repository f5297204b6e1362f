//! The JSON report: the form that is stored, replayed and compared. It is small: cases that passed are there by name, and what
//! was sent and came stands once a cause, with a few more of its cases.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::model::{Outcome, Verdict};

use super::error::ReportError;
use super::model::{CaseReport, Report, SCHEMA};

/// Cases beside a cause's example that keep their exchanges, and how many of those.
const BESIDE: usize = 2;
const OF_THOSE: usize = 4;
/// Exchanges of an example.
const OF_EXAMPLES: usize = 12;
/// Cases that a clause names which found it broken; how many there are its evidence says.
const BROKEN_BY: usize = 20;
/// Cases that came to nothing and keep their exchanges.
const UNJUDGED: usize = 5;

/// The report as one line of JSON with a newline at its end.
pub fn render(report: &Report) -> Result<String, ReportError> {
    let mut text = serde_json::to_string(&stored(report)).map_err(|source| ReportError::Json { source })?;
    text.push('\n');
    Ok(text)
}

/// Reads what [`render`] wrote. The schema is looked at first: a report of another version is said to be
/// that, instead of a missing field somewhere inside.
pub fn read(text: &str) -> Result<Report, ReportError> {
    #[derive(Deserialize)]
    struct Head {
        schema: Option<Value>,
    }

    let head: Head = serde_json::from_str(text).map_err(|source| ReportError::Malformed { source })?;
    match head.schema {
        Some(Value::String(schema)) if schema == SCHEMA => {}
        Some(other) => return Err(ReportError::Schema { found: other.to_string() }),
        None => return Err(ReportError::Schema { found: "none".to_owned() }),
    }
    let mut report: Report = serde_json::from_str(text).map_err(|source| ReportError::Malformed { source })?;
    for (operation, passed) in &report.passed {
        report.cases.extend(passed.keys().map(|id| CaseReport::passed(operation, id)));
    }
    Ok(report)
}

/// The report as it is stored.
fn stored(report: &Report) -> Report {
    let kept = with_exchanges(report);
    let mut stored = Report { cases: Vec::new(), ..report.clone() };
    for case in &report.cases {
        if case.outcome == Outcome::Pass {
            let of_operation = stored.passed.entry(case.operation.clone()).or_default();
            // Of a report that was stored before, the time is all that is known.
            of_operation.entry(case.id.clone()).or_insert_with(|| case.milliseconds());
            continue;
        }
        let mut case = case.clone();
        if report.shard.is_some() {
            // `dewspec merge` needs all of it: what explains a whole run is not known before.
            stored.cases.push(case);
            continue;
        }
        // The clauses have them.
        for finding in &mut case.findings {
            finding.wording.clear();
            finding.source.clear();
        }
        let most = kept.get(case.id.as_str()).copied().unwrap_or_default();
        case.exchanges.truncate(most);
        case.findings.iter_mut().for_each(|finding| finding.exchange = finding.exchange.filter(|at| *at < most));
        if most == 0 {
            shorten(&mut case);
        }
        stored.cases.push(case);
    }
    stored.clauses.iter_mut().for_each(|clause| clause.broken_by.truncate(BROKEN_BY));
    for clause in stored.clauses.iter_mut().filter(|clause| clause.verdict == Verdict::Upheld) {
        clause.wording.clear();
        clause.source.clear();
        clause.defined.clear();
    }
    stored
}

/// How many of its exchanges each case keeps that keeps any: those that are told whole.
pub(super) fn with_exchanges(report: &Report) -> BTreeMap<&str, usize> {
    let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
    let mut keep = |id, most: usize| {
        let known = kept.entry(id).or_default();
        *known = most.max(*known);
    };
    for cause in &report.causes {
        cause.cases.iter().take(BESIDE).for_each(|id| keep(id, OF_THOSE));
        keep(&cause.example.case, OF_EXAMPLES);
    }
    let unjudged = report.cases.iter().filter(|case| case.outcome == Outcome::Error);
    unjudged.take(UNJUDGED).for_each(|case| keep(&case.id, OF_THOSE));
    // What no cause explains has to speak for itself.
    if report.causes.is_empty() {
        report.cases.iter().for_each(|case| keep(&case.id, OF_EXAMPLES));
    }
    kept
}

/// Of one case of many that are alike, what it was and by which clauses.
fn shorten(case: &mut CaseReport) {
    case.curl = None;
    case.replay.clear();
    case.clauses.clear();
    case.reason = case.reason.take().filter(|_| !matches!(case.outcome, Outcome::Fail | Outcome::Warn));
    // Whether it is a known deviation depends on which clauses it breaks, and not on how often.
    let mut told = BTreeSet::new();
    case.findings.retain(|finding| told.insert(finding.clause.clone()));
    for finding in &mut case.findings {
        finding.allowed.clear();
        finding.seen.clear();
    }
}
