use std::sync::Arc;

use crate::check::judge_answer;
use crate::plan::{Plan, PlannedCase};
use crate::report::CaseReport;
use crate::suite::{Answer as Wanted, Expect, OperationSuite};
use crate::vocabulary::{Exchange, Outcome, TokenChoice};

use super::super::record::Record;
use super::super::session::Session;
use super::answer::Kind;
use super::identify::Inspected;

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

/// A run that ends early may not have come to any case of an operation, though preflight has seen what is wrong with it:
/// that stands in the report of the first case that would have seen it, too.
pub(in super::super) fn judge_examples(
    session: &Session,
    plan: &Plan,
    examples: &[Example],
    reports: &mut [CaseReport],
) {
    for Example { op, exchange } in examples {
        let judged = |report: &CaseReport| !matches!(report.outcome, Outcome::Error | Outcome::Skip);
        if reports.iter().any(|report| report.operation == op.operation.id && judged(report)) {
            continue;
        }
        let Err(deviation) = judge_answer(&op.operation, &Expect::new(Wanted::Accepted), &[], exchange, None) else {
            continue;
        };
        let Some(case) = plan.cases().find(|case| case.op.operation.id == op.operation.id && is_plain(case)) else {
            continue;
        };
        let Some(report) = reports.iter_mut().find(|report| report.id == case.spec.id) else { continue };
        let mut record = Record::new(session, case);
        let index = record.exchange(Arc::clone(exchange));
        record.wrong_answer(&deviation, index);
        *report = record.finish().enter();
    }
}
