use crate::model::{Level, Outcome};

use super::model::{CaseReport, Cause, ExchangeReport, FindingReport, Report};

/// The findings of a case, the gravest first; where it has none although it went wrong, what the case itself says about it, so
/// that no failure is ever without a clause and a text.
pub(super) fn findings(report: &Report, case: &CaseReport) -> Vec<FindingReport> {
    if !case.findings.is_empty() {
        let mut findings = case.findings.clone();
        findings.sort_by_key(|finding| gravity(finding.level));
        return findings;
    }
    let flaky = case.flaky.as_ref().map(|flaky| flaky.clause.clone());
    let id = flaky.or_else(|| case.clauses.first().cloned()).unwrap_or_else(|| case.id.clone());
    let clause = report.clauses.iter().find(|clause| clause.id == id);
    let unsaid = || "not recorded".to_owned();
    vec![FindingReport {
        level: clause.map_or(Level::Must, |clause| clause.level),
        wording: clause.map_or_else(unsaid, |clause| clause.wording.clone()),
        source: clause.map_or_else(unsaid, |clause| clause.source.clone()),
        clause: id,
        allowed: case.allowed.clone().unwrap_or_else(unsaid),
        seen: case.seen.clone().or_else(|| case.reason.clone()).unwrap_or_else(unsaid),
        exchange: None,
    }]
}

/// The exchange a finding is about: the one it names, or else the last of the case's own operation.
pub(super) fn exchange_of<'a>(case: &'a CaseReport, finding: &FindingReport) -> Option<&'a ExchangeReport> {
    finding
        .exchange
        .and_then(|at| case.exchanges.get(at))
        .or_else(|| case.exchanges.iter().rev().find(|exchange| exchange.operation == case.operation))
        .or_else(|| case.exchanges.last())
}

/// The exchange that tells of a cause, in the case that shows it: the one named, or else the last of the case's own operation.
pub(super) fn exchange_of_cause<'a>(case: &'a CaseReport, cause: &Cause) -> Option<&'a ExchangeReport> {
    let named = cause.example.exchange.and_then(|at| case.exchanges.get(at));
    named.or_else(|| case.exchanges.iter().rev().find(|exchange| exchange.operation == case.operation))
}

/// A failing case fails by what is not a mere should. If it has nothing else, that is what it fails by.
pub(super) fn failing(report: &Report, case: &CaseReport) -> Vec<FindingReport> {
    if case.outcome != Outcome::Fail {
        return Vec::new();
    }
    let all = findings(report, case);
    if all.iter().all(|finding| finding.level == Level::Should) {
        return all;
    }
    all.into_iter().filter(|finding| finding.level != Level::Should).collect()
}

/// An open clause that no reading explains is a failure like a broken must.
fn gravity(level: Level) -> u8 {
    match level {
        Level::Must => 0,
        Level::Open => 1,
        Level::Should => 2,
    }
}
