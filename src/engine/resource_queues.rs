use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::model::Outcome;
use crate::plan::PlannedCase;
use crate::report::CaseReport;
use crate::suite::{Need, Operation, ResourceKind, StepSpec};

use super::alone::run_case;
use super::case_report::{enter, enter_on};
use super::group::{neighbours_together, run_next};
use super::progress::Observer;
use super::resource::Resource;
use super::scheduler::{Queue, run_queues};
use super::session::Session;
use crate::judge::case::Evidence;

/// Every resource of the target, each behind a lock that is its lease.
pub(super) type Leases = BTreeMap<ResourceKind, Vec<Arc<Mutex<Resource>>>>;

/// The cases of one resource, if the target has such a resource.
struct Cases {
    lease: Option<Arc<Mutex<Resource>>>,
    all: Vec<PlannedCase>,
    /// So many of them have come to their end.
    done: usize,
}

/// Cases by the resource they run on. The assignment depends on the order of the plan alone, so that a
/// case sends the same requests whatever the concurrency.
fn assign(cases: &[PlannedCase], leases: &Leases) -> Vec<Cases> {
    let mut queues: BTreeMap<(ResourceKind, usize), Vec<PlannedCase>> = BTreeMap::new();
    let mut turns: BTreeMap<ResourceKind, usize> = BTreeMap::new();
    let mut loads: BTreeMap<ResourceKind, Vec<usize>> = BTreeMap::new();
    // Neighbours stay together in blocks, since simple cases in a row share a read-back.
    const BLOCK: usize = 16;
    let emptiest: BTreeMap<ResourceKind, usize> =
        leases.iter().filter_map(|(kind, all)| Some((*kind, emptiest(all)?))).collect();
    for case in cases {
        let kind = case.op.operation.resource;
        let count = leases.get(&kind).map_or(1, Vec::len).max(1);
        if let Some(index) = emptiest.get(&kind).filter(|_| needs_room(case)) {
            queues.entry((kind, *index)).or_default().push(case.clone());
            continue;
        }
        if case.shareable().is_none() {
            // One by one to whichever has least of them to do: they take most of the time.
            let loads = loads.entry(kind).or_insert_with(|| vec![0; count]);
            if let Some((index, load)) = loads.iter_mut().enumerate().min_by_key(|(index, load)| (**load, *index)) {
                *load += rounds(case);
                queues.entry((kind, index)).or_default().push(case.clone());
            }
            continue;
        }
        let turn = turns.entry(kind).or_default();
        queues.entry((kind, (*turn / BLOCK) % count)).or_default().push(case.clone());
        *turn += 1;
    }
    queues
        .into_iter()
        .map(|((kind, index), mut all)| {
            neighbours_together(&mut all);
            Cases { lease: leases.get(&kind).and_then(|all| all.get(index)).cloned(), all, done: 0 }
        })
        .collect()
}

/// About how many requests one after the other a case takes that runs by itself.
fn rounds(case: &PlannedCase) -> usize {
    const OF_A_FILLING: usize = 5;
    const OF_A_RACE: usize = 12;
    let of_step = |step: &StepSpec| match (&step.fill, &step.race) {
        (_, Some(_)) => OF_A_RACE,
        (Some(_), _) => OF_A_FILLING,
        _ => 2,
    };
    case.spec.steps.iter().map(of_step).sum()
}

/// Whether a case can run only where little or nothing is stored yet.
fn needs_room(case: &PlannedCase) -> bool {
    case.spec.needs.contains(&Need::EmptyResource) || case.spec.steps.iter().any(|step| step.fill.is_some())
}

/// Which resource carried least when the run began, if some carried less than others; else turns are taken.
fn emptiest(all: &[Arc<Mutex<Resource>>]) -> Option<usize> {
    let carried = |lease: &Arc<Mutex<Resource>>| lease.try_lock().map_or(0, |resource| resource.ledger.before().len());
    let carried: Vec<usize> = all.iter().map(carried).collect();
    let least = carried.iter().min()?;
    if carried.iter().all(|count| count == least) { None } else { carried.iter().position(|count| count == least) }
}

/// Runs cases side by side on all resources; reports in no particular order.
pub(super) async fn run_resource_queues(
    session: &Session,
    cases: &[PlannedCase],
    leases: &Leases,
    progress: &dyn Observer,
) -> Vec<CaseReport> {
    let mut reports = Vec::with_capacity(cases.len());
    run_queues(session, assign(cases, leases), |report| {
        session.client.health().case_done();
        progress.finished(&report);
        reports.push(report);
    })
    .await;
    reports
}

impl Queue for Cases {
    type Outcome = CaseReport;

    fn left(&self) -> u64 {
        (self.all.len() - self.done) as u64
    }

    async fn go_on(&mut self, session: &Session, deliver: impl Fn(CaseReport)) {
        let rest = &self.all[self.done..];
        let Some(case) = rest.first() else { return };
        let reports = if let Some(lease) = &self.lease {
            if let Some(report) = not_started(session, case) {
                vec![report]
            } else {
                let mut resource = lease.lock().await;
                let finished = run_next(session, rest, &mut resource, None).await;
                finished.into_iter().map(|one| enter_on(session, one, &mut resource)).collect()
            }
        } else {
            vec![without_resource(session, case)]
        };
        self.done += reports.len();
        for report in reports {
            stop_if_wanted(session, &report);
            deliver(report);
        }
    }
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
                let judged = run_case(session, case, &mut first, Some(&mut second)).await;
                enter_on(session, judged, &mut first)
            }
            (None, None) => without_pair(session, case),
        };
        deliver(session, report, progress, &mut reports);
    }
    reports
}

/// Runs cases one after the other, each by itself on the first resource of its kind, with nothing else under way.
pub(super) async fn run_one_by_one(
    session: &Session,
    cases: &[PlannedCase],
    leases: &Leases,
    progress: &dyn Observer,
) -> Vec<CaseReport> {
    let mut reports = Vec::with_capacity(cases.len());
    for case in cases {
        let lease = leases.get(&case.op.operation.resource).and_then(|all| all.first());
        let report = match (not_started(session, case), lease) {
            (Some(report), _) => report,
            (None, Some(lease)) => {
                let mut resource = lease.lock().await;
                let judged = run_case(session, case, &mut resource, None).await;
                enter_on(session, judged, &mut resource)
            }
            (None, None) => without_resource(session, case),
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
    let mut record = Evidence::new(&session.known, case);
    record.skip(
        if case.spec.needs.contains(&Need::OtherKind) {
            "it needs a secret and a key: give --secret-id and --key-id".to_owned()
        } else {
            format!("it needs a second {kind}: give --{kind}-id twice")
        },
        false,
    );
    enter(session, record.finish())
}

/// After a failure nothing more begins, if that is what is asked for.
fn stop_if_wanted(session: &Session, report: &CaseReport) {
    if session.settings.fail_fast && report.outcome == Outcome::Fail {
        session.stop("--fail-fast ended the run before it");
    }
}

pub(super) fn deliver(session: &Session, report: CaseReport, progress: &dyn Observer, reports: &mut Vec<CaseReport>) {
    stop_if_wanted(session, &report);
    session.client.health().case_done();
    progress.finished(&report);
    reports.push(report);
}

/// A report for a case that has nothing to run on.
pub(super) fn without_resource(session: &Session, case: &PlannedCase) -> CaseReport {
    let mut record = Evidence::new(&session.known, case);
    if !is_left_out(session, &case.op.operation) {
        record.error("the operation does not answer");
    } else {
        record.skip(why_left_out(session, &case.op.operation), false);
    }
    enter(session, record.finish())
}

/// Whether the target was given without what an operation needs.
pub(super) fn is_left_out(session: &Session, operation: &Operation) -> bool {
    session.target.endpoint(&operation.service).is_none() || session.target.resources(operation.resource).is_empty()
}

/// What is missing for an operation.
pub(super) fn why_left_out(session: &Session, operation: &Operation) -> String {
    let (service, kind) = (&operation.service, operation.resource);
    match session.target.endpoint(service) {
        None => format!("no endpoint of {service} was given: --{service}-endpoint or --endpoint"),
        Some(_) => format!("no {kind} was given: --{kind}-id"),
    }
}

/// A report for a case that is not run any more.
pub(super) fn not_started(session: &Session, case: &PlannedCase) -> Option<CaseReport> {
    let mut record = Evidence::new(&session.known, case);
    if let Some(ended) = session.client.health().ended() {
        record.error(ended.why);
    } else if let Some(why) = session.client.health().why_mute(&case.op.operation.id) {
        record.error(why);
    } else if let Some(why) = session.why_stopped() {
        record.skip(why, false);
    } else {
        return None;
    }
    Some(enter(session, record.finish()))
}
