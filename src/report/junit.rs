//! The JUnit XML file: one test suite per operation, one test case per case.

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestRerun, TestSuite};

use crate::model::Outcome;

use super::deviations::{EntryReport, EntryState, known};
use super::error::ReportError;
use super::failure_text::{error_text, failure_text};
use super::finding::failing;
use super::json::with_exchanges;
use super::model::{CaseReport, Report};
use super::text::{copyable, visible};

/// Characters of a message.
const MESSAGE: usize = 300;

/// A report, and its cases that are told whole: of many alike, a few.
struct Told<'r> {
    report: &'r Report,
    whole: BTreeMap<&'r str, usize>,
}

/// The report as JUnit XML. A broken should passes, with its text in `system-out`: JUnit knows no warnings. What
/// is flaky passes with a `flakyFailure`. What is a known deviation is skipped, and an entry that is stale fails.
/// Every text is escaped before it is handed over, since the writer would silently drop what XML forbids.
pub fn render(report: &Report) -> Result<String, ReportError> {
    let mut file = quick_junit::Report::new("dewspec");
    file.set_time(Duration::from_millis(report.duration_ms));
    let told = Told { report, whole: with_exchanges(report) };
    let mut by_operation: IndexMap<&str, Vec<&CaseReport>> = IndexMap::new();
    for case in &report.cases {
        by_operation.entry(&case.operation).or_default().push(case);
    }
    for (operation, cases) in by_operation {
        file.add_test_suite(test_suite(&told, operation, &cases));
    }
    if let Some(applied) = &report.deviations {
        let told: Vec<TestCase> = applied.told().map(of_entry).collect();
        if !told.is_empty() {
            let mut suite = TestSuite::new("known deviations");
            suite.add_test_cases(told);
            file.add_test_suite(suite);
        }
    }
    file.to_string().map_err(|source| ReportError::Junit { source })
}

fn test_suite(told: &Told<'_>, operation: &str, cases: &[&CaseReport]) -> TestSuite {
    let mut suite = TestSuite::new(visible(operation));
    suite.set_time(cases.iter().map(|case| duration(case)).sum());
    for (name, value) in properties(told.report) {
        suite.add_property(Property::new(visible(&name), visible(&value)));
    }
    suite.add_test_cases(cases.iter().map(|case| test_case(told, case)));
    suite
}

/// An entry of the known deviations that is to be removed fails; one that could not be seen is skipped.
fn of_entry(entry: &EntryReport) -> TestCase {
    let status = match entry.state {
        EntryState::Stale => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("stale").set_message(visible(&entry.told()));
            status
        }
        EntryState::Hidden | EntryState::Unobservable => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(visible(&format!("{}: {}", entry.state, entry.told())));
            status
        }
        EntryState::Known | EntryState::Changed | EntryState::Expired => TestCaseStatus::success(),
    };
    let mut junit = TestCase::new(visible(&entry.names), status);
    junit.set_classname("known deviations");
    if entry.days_left.is_some() {
        junit.set_system_out(visible(&entry.told()));
    }
    junit
}

fn properties(report: &Report) -> Vec<(String, String)> {
    let target = if report.target.embedded { "embedded reference server" } else { "external" };
    let mut properties = vec![
        ("dewspec.version".to_owned(), report.dewspec_version.clone()),
        ("dewspec.seed".to_owned(), report.seed.to_string()),
        ("dewspec.run-id".to_owned(), report.run_id.clone()),
        ("dewspec.started-at".to_owned(), report.started_at.clone()),
        ("dewspec.target".to_owned(), target.to_owned()),
    ];
    if let Some(tries) = report.tries_told() {
        properties.push(("dewspec.tries".to_owned(), tries));
    }
    if report.target.insecure {
        properties.push(("dewspec.insecure".to_owned(), "true".to_owned()));
    }
    for (service, endpoint) in &report.target.endpoints {
        properties.push((format!("dewspec.endpoint.{service}"), endpoint.clone()));
    }
    properties
}

fn test_case(told: &Told<'_>, case: &CaseReport) -> TestCase {
    let mut junit = TestCase::new(visible(&case.id), status(told, case));
    junit.set_classname(visible(&case.operation));
    junit.set_time(duration(case));
    if case.outcome == Outcome::Warn {
        junit.set_system_out(text(told, case));
    }
    junit
}

fn status(told: &Told<'_>, case: &CaseReport) -> TestCaseStatus {
    match case.outcome {
        Outcome::Pass | Outcome::Warn => TestCaseStatus::success(),
        Outcome::Flaky => flaky_status(told, case),
        Outcome::Skip => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason(case));
            status
        }
        Outcome::Error => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(reason(case)).set_description(error_text(case));
            status
        }
        Outcome::Fail if known(told.report, case).is_some() => {
            let mut status = TestCaseStatus::skipped();
            let standing = known(told.report, case).map(|standing| standing.told()).unwrap_or_default();
            status.set_message(visible(&format!("known deviation: {standing}"))).set_description(text(told, case));
            status
        }
        Outcome::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(finding) = failing(told.report, case).first() {
                let message = format!("allowed: {}; seen: {}", finding.allowed, finding.seen);
                let message: String = visible(&message).chars().take(MESSAGE).collect();
                status.set_type(visible(&finding.clause)).set_message(message);
            }
            status.set_description(text(told, case));
            status.add_reruns(tries(case, case.tries.unwrap_or(1).saturating_sub(1)));
            status
        }
    }
}

/// What is flaky passes in the end, unless that is not allowed: then the last failure is that of the case.
fn flaky_status(told: &Told<'_>, case: &CaseReport) -> TestCaseStatus {
    let failed = case.flaky.as_ref().map_or(1, |flaky| flaky.failed.max(1));
    if !told.report.is_flaky_failure(case) || known(told.report, case).is_some() {
        let mut status = TestCaseStatus::success();
        let mut first = TestRerun::new(NonSuccessKind::Failure);
        first.set_message(reason(case)).set_description(text(told, case));
        status.add_rerun(first).add_reruns(tries(case, failed - 1));
        return status;
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type("flaky").set_message(reason(case)).set_description(text(told, case));
    status.add_reruns(tries(case, failed - 1));
    status
}

/// Further tries that failed, of which no more is to be said.
fn tries(case: &CaseReport, number: u64) -> impl Iterator<Item = TestRerun> {
    const MOST: u64 = 50;
    (0..number.min(MOST)).map(|_| {
        let mut again = TestRerun::new(NonSuccessKind::Failure);
        again.set_message(reason(case));
        again
    })
}

/// Everything, or of one of many cases that are alike, where it is told.
fn text(told: &Told<'_>, case: &CaseReport) -> String {
    if told.whole.contains_key(case.id.as_str()) {
        return failure_text(told.report, case);
    }
    let clauses: Vec<&String> = case.findings.iter().map(|finding| &finding.clause).collect();
    let is_like = |clause: &String| clauses.contains(&clause);
    let cause = told.report.causes.iter().find(|cause| cause.clauses.iter().any(is_like));
    let whole = cause.map(|cause| format!("whole:   {}\n", visible(&cause.example.case))).unwrap_or_default();
    match case.replay.as_str() {
        // Of a stored report.
        "" => whole,
        replay => format!("{whole}replay:  {}", copyable(replay)),
    }
}

fn reason(case: &CaseReport) -> String {
    visible(case.reason.as_deref().unwrap_or("no reason recorded"))
}

fn duration(case: &CaseReport) -> Duration {
    Duration::from_micros(case.exchanges.iter().map(|exchange| exchange.duration_us).sum())
}
