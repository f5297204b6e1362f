use std::sync::Arc;

use crate::fuzz::{Expected, Find};
use crate::report::CaseReport;
use crate::suite::OperationSuite;

use super::super::alone::run_case;
use super::super::case_report::enter_on;
use super::super::progress::Observer;
use super::super::resource_queues::{Leases, deliver, without_resource};
use super::super::session::Session;
use super::build_case::{case, places};

/// Sends finds again, one after the other, each expected to be answered as it was when it was found.
pub(in super::super) async fn replay_finds(
    session: &Session,
    finds: &[Find],
    leases: &Leases,
    progress: &dyn Observer,
) -> Vec<CaseReport> {
    let mut reports = Vec::with_capacity(finds.len());
    for find in finds {
        let sent = find.input.read().resolved(&places(session, &find.id));
        let ops: Option<Vec<Arc<OperationSuite>>> =
            sent.requests.iter().map(|r| session.known.suite.operation(&r.operation).cloned()).collect();
        let expected: Vec<Expected> = find.expected.clone();
        let Some(prepared) = ops.and_then(|ops| case(&find.id, &ops, sent, expected)) else {
            session.note(format!("{} names an operation that this suite does not have", find.id));
            continue;
        };
        let lease = leases.get(&prepared.case.op.operation.resource).and_then(|all| all.first());
        let mut report = match lease {
            Some(lease) => {
                let mut resource = lease.lock().await;
                let judged = run_case(session, &prepared.case, &mut resource, None).await;
                enter_on(session, judged, &mut resource)
            }
            None => without_resource(session, &prepared.case),
        };
        report.replay.clone_from(&find.case.replay);
        deliver(session, report, progress, &mut reports);
    }
    reports
}
