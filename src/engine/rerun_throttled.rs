//! A case that is throttled again and again while others are not runs once more at the end: what is refused for its own
//! sake is refused then, too, while any other valid request is accepted.

use crate::model::Outcome;
use crate::plan::{Plan, PlannedCase};
use crate::report::CaseReport;

use super::alone::run_case;
use super::case_report::enter_on;
use super::preflight::example;
use super::resource_queues::Leases;
use super::session::Session;

/// Cases that run again, at most.
const MOST: usize = 16;

/// Runs the cases again that were throttled, and puts what comes of them in the place of their reports.
pub(super) async fn run_throttled_again(session: &Session, plan: &Plan, leases: &Leases, reports: &mut [CaseReport]) {
    let throttled = session.throttled();
    let again = reports.iter_mut().filter(|r| r.outcome == Outcome::Error && throttled.contains(&r.id));
    for report in again.take(MOST) {
        let Some(case) = plan.cases().find(|case| case.spec.id == report.id && case.property.is_none()) else {
            continue;
        };
        if let Some(judged) = run_again(session, case, leases).await {
            *report = judged;
        }
    }
}

async fn run_again(session: &Session, case: &PlannedCase, leases: &Leases) -> Option<CaseReport> {
    let lease = leases.get(&case.op.operation.resource)?.first()?;
    let mut resource = lease.lock().await;
    session.judge_throttling(&case.spec.id);
    let finished = run_case(session, case, &mut resource, None).await;
    if finished.outcome == Outcome::Error || session.is_ended() {
        return None;
    }
    let others = example(session, &case.op, &mut resource).await;
    resource.looks.clear();
    others.is_some_and(|answer| answer.is_accepted()).then(|| enter_on(session, finished, &mut resource))
}
