use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Mutex;

use crate::plan::PlannedCase;
use crate::report::{CaseReport, GeneratedReport};
use crate::suite::{Need, ResourceKind};
use crate::vocabulary::Outcome;

use super::lanes::{Leases, deliver, not_started, without_pair, without_resource};
use super::progress::Observer;
use super::property::run_property;
use super::resource::Resource;
use super::session::Session;

/// Inputs that are worth a resource of their own.
const LEAST: u64 = 32;

/// The resources that a part of a property runs on: one, or two of a kind.
#[derive(Clone)]
struct Place {
    first: Arc<Mutex<Resource>>,
    second: Option<Arc<Mutex<Resource>>>,
}

/// Some inputs of one of the properties.
struct Shard {
    property: usize,
    range: Range<u64>,
}

/// Runs properties side by side, the inputs of each spread over the resources there are. Which input goes
/// where depends on the plan and the resources alone.
pub(super) async fn run_properties(
    session: &Session,
    cases: &[PlannedCase],
    leases: &Leases,
    progress: &dyn Observer,
) -> Vec<CaseReport> {
    let mut reports = Vec::with_capacity(cases.len());
    let mut lanes: BTreeMap<(ResourceKind, usize), (Place, Vec<Shard>)> = BTreeMap::new();
    let mut parts: Vec<usize> = Vec::with_capacity(cases.len());
    let mut turn = 0;
    for (property, case) in cases.iter().enumerate() {
        let kind = case.op.operation.resource;
        let places = places(case, leases);
        let wanted = session.settings.cases.div_ceil(LEAST).max(1);
        let count = usize::try_from(wanted).unwrap_or(usize::MAX).min(places.len());
        parts.push(count);
        for (part, range) in split(session.settings.cases, count).into_iter().enumerate() {
            let index = (turn + part) % places.len();
            let lane = lanes.entry((kind, index)).or_insert_with(|| (places[index].clone(), Vec::new()));
            lane.1.push(Shard { property, range });
        }
        turn += count;
        if places.is_empty() {
            deliver(session, nowhere(session, case, leases), progress, &mut reports);
        }
    }
    let gate = tokio::sync::Semaphore::new(session.settings.concurrency.max(1));
    let mut running: FuturesUnordered<_> =
        lanes.into_values().map(|(place, shards)| lane(session, place, shards, cases, &gate)).collect();
    let mut done: BTreeMap<usize, Vec<CaseReport>> = BTreeMap::new();
    while let Some(results) = running.next().await {
        for (property, report) in results {
            let all = done.entry(property).or_default();
            all.push(report);
            if all.len() == parts[property]
                && let Some(whole) = done.remove(&property).and_then(merged)
            {
                deliver(session, whole, progress, &mut reports);
            }
        }
    }
    reports
}

/// Where a property can run.
fn places(case: &PlannedCase, leases: &Leases) -> Vec<Place> {
    let all = leases.get(&case.op.operation.resource).map_or(&[][..], Vec::as_slice);
    if case.spec.needs.contains(&Need::SecondResource) {
        // Always in the same order, so that no two holders wait for each other.
        let pair = |pair: &[Arc<Mutex<Resource>>]| Place { first: pair[0].clone(), second: pair.get(1).cloned() };
        all.chunks_exact(2).map(pair).collect()
    } else {
        all.iter().map(|first| Place { first: first.clone(), second: None }).collect()
    }
}

/// Numbers from 0 in so many parts of nearly the same size.
fn split(total: u64, parts: usize) -> Vec<Range<u64>> {
    let parts = parts as u64;
    (0..parts).map(|i| total * i / parts..total * (i + 1) / parts).collect()
}

/// A report for a property that has nothing to run on.
fn nowhere(session: &Session, case: &PlannedCase, leases: &Leases) -> CaseReport {
    let kind = case.op.operation.resource;
    if leases.get(&kind).is_none_or(Vec::is_empty) {
        return without_resource(session, case);
    }
    without_pair(session, case)
}

async fn lane(
    session: &Session,
    place: Place,
    shards: Vec<Shard>,
    cases: &[PlannedCase],
    gate: &tokio::sync::Semaphore,
) -> Vec<(usize, CaseReport)> {
    let mut reports = Vec::with_capacity(shards.len());
    for shard in shards {
        let case = &cases[shard.property];
        let Some(property) = &case.property else { continue };
        // The gate never closes, so there is always a permit to wait for.
        let _permit = gate.acquire().await;
        let report = match not_started(session, case) {
            Some(report) => report,
            None => {
                let mut first = place.first.lock().await;
                let mut second = match &place.second {
                    Some(second) => Some(second.lock().await),
                    None => None,
                };
                run_property(session, case, property, shard.range, &mut first, second.as_deref_mut()).await
            }
        };
        reports.push((shard.property, report));
    }
    reports
}

/// One report of several: the failure of the first failing input, or else what came of the others.
fn merged(parts: Vec<CaseReport>) -> Option<CaseReport> {
    let all: Vec<GeneratedReport> = parts.iter().filter_map(|p| p.generated.clone()).collect();
    let failing = |report: &CaseReport| report.generated.as_ref().and_then(|g| g.failure.as_ref()).map(|f| f.input);
    let rank = |report: &CaseReport| match (report.outcome, failing(report)) {
        (Outcome::Fail, input) => (0, input.unwrap_or_default()),
        (Outcome::Warn, input) => (1, input.unwrap_or_default()),
        (Outcome::Pass, _) => (2, 0),
        (Outcome::Error, _) => (3, 0),
        (Outcome::Skip, _) => (4, 0),
    };
    let mut whole = parts.into_iter().min_by_key(rank)?;
    let failure = whole.generated.as_ref().and_then(|g| g.failure.clone());
    whole.generated = Some(GeneratedReport {
        inputs: all.iter().map(|g| g.inputs).sum(),
        skipped: all.iter().map(|g| g.skipped).sum(),
        failure,
    });
    Some(whole)
}
