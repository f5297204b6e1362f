use std::sync::Arc;

use tokio::time::Instant;

use crate::judge::{Blame, Deviation, judge_answer};
use crate::model::{Exchange, Outcome, Response, TokenChoice};
use crate::plan::{Plan, PlannedCase};
use crate::report::CaseReport;
use crate::suite::{Answer as Wanted, Expect, OperationSuite};

use super::super::case_report::enter;
use super::super::session::Session;
use super::answer::Kind;
use super::identify::Inspected;
use crate::judge::case::Evidence;

/// A valid request of an operation, sent before the first case, and what came of it.
pub(in super::super) struct Example {
    op: Arc<OperationSuite>,
    exchange: Arc<Exchange>,
}

impl Example {
    /// The first of an operation whose answer is about the request, and not about credentials, a throttle or the network.
    pub(super) fn of(op: &Arc<OperationSuite>, all: &[Inspected]) -> Option<Self> {
        let known = all.iter().filter(|one| !one.is_full() && (one.carries.is_some() || one.is_accepted()));
        let answers = known.flat_map(|one| &one.writes).filter(|(operation, _)| *operation == op.operation.id);
        let telling = |kind: Kind| !matches!(kind, Kind::Unauthorised | Kind::Throttled | Kind::None);
        let (_, answer) = answers.into_iter().find(|(_, answer)| telling(answer.kind))?;
        Some(Example { op: Arc::clone(op), exchange: Arc::clone(answer.exchange.as_ref()?) })
    }
}

/// Whether a case sends something that is to be accepted, and nothing unusual.
fn is_plain(case: &PlannedCase) -> bool {
    let accepts = |expect: &Expect| expect.answer == Wanted::Accepted;
    case.property.is_none()
        && case.spec.steps.iter().any(|step| {
            step.expect.as_ref().is_some_and(accepts)
                && step.token == TokenChoice::Valid
                && step.operation.is_none()
                && step.race.is_none()
        })
}

/// What valid requests have shown that were sent for no case's sake: before the first case, which a run that ends early may
/// not have come to, and between cases. An answer that differs from all others is one all the same. It stands in the report
/// of the first case that would have seen it.
pub(in super::super) fn judge_examples(
    session: &Session,
    plan: &Plan,
    examples: Vec<Example>,
    reports: &mut [CaseReport],
) {
    let odd = session.odd_successes().into_iter();
    let odd =
        odd.filter_map(|(id, exchange)| Some(Example { op: session.known.suite.operation(&id)?.clone(), exchange }));
    for Example { op, exchange } in examples.into_iter().chain(odd) {
        let Err(deviation) = judge_answer(&op.operation, &Expect::new(Wanted::Accepted), &[], &exchange, None) else {
            continue;
        };
        let judged = |report: &CaseReport| !matches!(report.outcome, Outcome::Error | Outcome::Skip);
        let is_judged = reports.iter().any(|report| report.operation == op.operation.id && judged(report));
        let is_told = ["success.status", "status.documented"].iter().any(|topic| session.is_broken(&op.id(topic)));
        let accepted = exchange.answer.as_ref().is_ok_and(Response::is_success);
        // A refusal may have had a reason that was gone later.
        if is_told || (is_judged && !accepted) {
            continue;
        }
        let Some(case) = plan.cases().find(|case| case.op.operation.id == op.operation.id && is_plain(case)) else {
            continue;
        };
        let Some(report) = reports.iter_mut().find(|report| report.id == case.spec.id) else { continue };
        let mut record = Evidence::new(&session.known, case);
        let index = record.exchange(exchange);
        record.wrong_answer(&deviation, index);
        *report = enter(session, record.finish());
    }
    judge_strays(session, plan, reports);
}

/// What was sent to one resource and shows on another is stored where it should not be, whatever the cases saw of it.
fn judge_strays(session: &Session, plan: &Plan, reports: &mut [CaseReport]) {
    for (operation, seen) in session.known.strays() {
        let Some(op) = session.known.suite.operation(&operation) else { continue };
        if session.is_broken(&op.id("stored")) {
            continue;
        }
        let passed = |case: &&PlannedCase| {
            let passed = |report: &CaseReport| report.id == case.spec.id && report.outcome == Outcome::Pass;
            case.op.operation.id == operation && is_plain(case) && reports.iter().any(passed)
        };
        let Some(case) = plan.cases().find(passed) else { continue };
        let Some(report) = reports.iter_mut().find(|report| report.id == case.spec.id) else { continue };
        let allowed = "exactly what was sent, where it was sent".to_owned();
        let mut record = Evidence::new(&session.known, case);
        record.came(Some(Instant::now()));
        record.deviation(&Deviation { blame: Blame::Stored, allowed, seen }, None);
        *report = enter(session, record.finish());
    }
}
