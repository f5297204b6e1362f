use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Mutex;

use crate::plan::PlannedCase;
use crate::report::CaseReport;
use crate::suite::{Need, ResourceKind};
use crate::vocabulary::Outcome;

use super::case::run_case;
use super::group::{group_length, run_group};
use super::progress::Observer;
use super::record::Record;
use super::resource::Resource;
use super::session::Session;

/// Every resource of the target, each behind a lock that is its lease.
pub(super) type Leases = BTreeMap<ResourceKind, Vec<Arc<Mutex<Resource>>>>;

/// A lease, if the target has such a resource, with the cases that use it.
type Lane = (Option<Arc<Mutex<Resource>>>, Vec<PlannedCase>);

/// Cases by the resource they run on. The assignment depends on the order of the plan alone, so that a
/// case sends the same requests whatever the concurrency.
fn assign(cases: &[PlannedCase], leases: &Leases) -> Vec<Lane> {
    let mut lanes: BTreeMap<(ResourceKind, usize), Vec<PlannedCase>> = BTreeMap::new();
    let mut turns: BTreeMap<ResourceKind, usize> = BTreeMap::new();
    // Neighbours stay together in blocks, since simple cases in a row share a read-back.
    const BLOCK: usize = 16;
    for case in cases {
        let kind = case.op.operation.resource;
        let count = leases.get(&kind).map_or(1, Vec::len).max(1);
        let turn = turns.entry(kind).or_default();
        lanes.entry((kind, (*turn / BLOCK) % count)).or_default().push(case.clone());
        *turn += 1;
    }
    lanes
        .into_iter()
        .map(|((kind, index), cases)| (leases.get(&kind).and_then(|all| all.get(index)).cloned(), cases))
        .collect()
}

/// Runs cases side by side on all resources; reports in no particular order.
pub(super) async fn run_lanes(
    session: &Session,
    cases: &[PlannedCase],
    leases: &Leases,
    progress: &dyn Observer,
) -> Vec<CaseReport> {
    let gate = tokio::sync::Semaphore::new(session.settings.concurrency.max(1));
    let mut lanes: FuturesUnordered<_> =
        assign(cases, leases).into_iter().map(|(lease, cases)| lane(session, lease, cases, progress, &gate)).collect();
    let mut reports = Vec::with_capacity(cases.len());
    while let Some(some) = lanes.next().await {
        reports.extend(some);
    }
    reports
}

async fn lane(
    session: &Session,
    lease: Option<Arc<Mutex<Resource>>>,
    cases: Vec<PlannedCase>,
    progress: &dyn Observer,
    gate: &tokio::sync::Semaphore,
) -> Vec<CaseReport> {
    let mut reports = Vec::with_capacity(cases.len());
    let mut rest = cases.as_slice();
    while let Some(case) = rest.first() {
        let Some(lease) = &lease else {
            deliver(session, without_resource(session, case), progress, &mut reports);
            rest = &rest[1..];
            continue;
        };
        if let Some(report) = not_started(session, case) {
            deliver(session, report, progress, &mut reports);
            rest = &rest[1..];
            continue;
        }
        // The gate never closes, so there is always a permit to wait for.
        let _permit = gate.acquire().await;
        let mut resource = lease.lock().await;
        let length = group_length(session, rest, &resource);
        if length >= 2 {
            let (now, later) = rest.split_at(length);
            for finished in run_group(session, now, &mut resource).await {
                deliver(session, finished.enter(), progress, &mut reports);
            }
            rest = later;
        } else {
            let report = run_case(session, case, &mut resource, None).await.enter();
            deliver(session, report, progress, &mut reports);
            rest = &rest[1..];
        }
    }
    reports
}

/// Runs cases that hold two resources of a kind, one after the other.
pub(super) async fn run_pairs(
    session: &Session,
    cases: &[PlannedCase],
    leases: &Leases,
    progress: &dyn Observer,
) -> Vec<CaseReport> {
    let mut reports = Vec::with_capacity(cases.len());
    for case in cases {
        let report = match (not_started(session, case), pair(case, leases)) {
            (Some(report), _) => report,
            (None, Some((first, second))) => {
                // One pair at a time, so that no two holders wait for each other.
                let mut first = first.lock().await;
                let mut second = second.lock().await;
                run_case(session, case, &mut first, Some(&mut second)).await.enter()
            }
            (None, None) => without_pair(session, case),
        };
        deliver(session, report, progress, &mut reports);
    }
    reports
}

/// The two resources of a case that needs two: of a kind, or a secret and a key.
fn pair<'a>(case: &PlannedCase, leases: &'a Leases) -> Option<(&'a Mutex<Resource>, &'a Mutex<Resource>)> {
    let kind = case.op.operation.resource;
    let own = leases.get(&kind)?;
    let second = if case.spec.needs.contains(&Need::OtherKind) {
        let other = if kind == ResourceKind::Secret { ResourceKind::Key } else { ResourceKind::Secret };
        leases.get(&other)?.first()?
    } else {
        own.get(1)?
    };
    Some((own.first()?, second))
}

/// A report for a case that lacks its second resource.
pub(super) fn without_pair(session: &Session, case: &PlannedCase) -> CaseReport {
    let kind = case.op.operation.resource;
    let mut record = Record::new(session, case);
    record.skip(
        if case.spec.needs.contains(&Need::OtherKind) {
            "it needs a secret and a key: give --secret-id and --key-id".to_owned()
        } else {
            format!("it needs a second {kind}: give --{kind}-id twice")
        },
        false,
    );
    record.finish().enter()
}

pub(super) fn deliver(session: &Session, report: CaseReport, progress: &dyn Observer, reports: &mut Vec<CaseReport>) {
    if session.settings.fail_fast && report.outcome == Outcome::Fail {
        session.stop();
    }
    progress.finished(&report);
    reports.push(report);
}

/// A report for a case that has nothing to run on.
pub(super) fn without_resource(session: &Session, case: &PlannedCase) -> CaseReport {
    let mut record = Record::new(session, case);
    let kind = case.op.operation.resource;
    if session.target.endpoint(&case.op.operation.service).is_some() && !session.target.resources(kind).is_empty() {
        record.error("the operation does not answer");
    } else {
        record.skip(format!("the target was given without a {kind}: --{kind}-id"), false);
    }
    record.finish().enter()
}

/// A report for a case that is not run any more.
pub(super) fn not_started(session: &Session, case: &PlannedCase) -> Option<CaseReport> {
    let mut record = Record::new(session, case);
    if session.is_gone() {
        record.error("the target has stopped answering");
    } else if session.is_mute(&case.op.operation.id) {
        record.error("the operation has left too many requests without an answer");
    } else if session.is_stopped() {
        record.skip("the run was stopped before it", false);
    } else {
        return None;
    }
    Some(record.finish().enter())
}
