//! The JUnit XML file: one test suite per operation, one test case per case.

use std::time::Duration;

use indexmap::IndexMap;
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestRerun, TestSuite};

use crate::vocabulary::Outcome;

use super::error::ReportError;
use super::failure_text::{error_text, failure_text};
use super::finding::failing;
use super::model::{CaseReport, Report};
use super::text::visible;

/// The report as JUnit XML. A broken should passes, with its text in `system-out`: JUnit knows no warnings. What
/// is flaky passes with a `flakyFailure`.
/// Every text is escaped before it is handed over, since the writer would silently drop what XML forbids.
pub fn render(report: &Report) -> Result<String, ReportError> {
    let mut file = quick_junit::Report::new("dewspec");
    file.set_time(Duration::from_millis(report.duration_ms));
    let mut by_operation: IndexMap<&str, Vec<&CaseReport>> = IndexMap::new();
    for case in &report.cases {
        by_operation.entry(&case.operation).or_default().push(case);
    }
    for (operation, cases) in by_operation {
        file.add_test_suite(test_suite(report, operation, &cases));
    }
    file.to_string().map_err(|source| ReportError::Junit { source })
}

fn test_suite(report: &Report, operation: &str, cases: &[&CaseReport]) -> TestSuite {
    let mut suite = TestSuite::new(visible(operation));
    suite.set_time(cases.iter().map(|case| duration(case)).sum());
    for (name, value) in properties(report) {
        suite.add_property(Property::new(visible(&name), visible(&value)));
    }
    suite.add_test_cases(cases.iter().map(|case| test_case(report, case)));
    suite
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
    if report.target.insecure {
        properties.push(("dewspec.insecure".to_owned(), "true".to_owned()));
    }
    for (service, endpoint) in &report.target.endpoints {
        properties.push((format!("dewspec.endpoint.{service}"), endpoint.clone()));
    }
    properties
}

fn test_case(report: &Report, case: &CaseReport) -> TestCase {
    let mut junit = TestCase::new(visible(&case.id), status(report, case));
    junit.set_classname(visible(&case.operation));
    junit.set_time(duration(case));
    if case.outcome == Outcome::Warn {
        junit.set_system_out(failure_text(report, case));
    }
    junit
}

fn status(report: &Report, case: &CaseReport) -> TestCaseStatus {
    match case.outcome {
        Outcome::Pass | Outcome::Warn => TestCaseStatus::success(),
        Outcome::Flaky => {
            let mut status = TestCaseStatus::success();
            let mut failed = TestRerun::new(NonSuccessKind::Failure);
            failed.set_message(reason(case)).set_description(failure_text(report, case));
            status.add_rerun(failed);
            status
        }
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
        Outcome::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(finding) = failing(report, case).first() {
                let message = format!("allowed: {}; seen: {}", finding.allowed, finding.seen);
                status.set_type(visible(&finding.clause)).set_message(visible(&message));
            }
            status.set_description(failure_text(report, case));
            status
        }
    }
}

fn reason(case: &CaseReport) -> String {
    visible(case.reason.as_deref().unwrap_or("no reason recorded"))
}

fn duration(case: &CaseReport) -> Duration {
    Duration::from_micros(case.exchanges.iter().map(|exchange| exchange.duration_us).sum())
}
