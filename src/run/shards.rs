use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::Range;
use std::sync::Arc;
use std::thread::JoinHandle;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{Mutex, Semaphore, mpsc};

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
#[derive(Clone)]
struct Shard {
    property: usize,
    range: Range<u64>,
}

/// A place and what runs there, one after the other.
type Lane = (Place, Vec<Shard>);

/// Runs properties side by side, the inputs of each spread over the resources there are. Which input goes
/// where depends on the plan and the resources alone.
pub(super) async fn run_properties(
    session: &Session,
    cases: &[PlannedCase],
    leases: &Leases,
    progress: &dyn Observer,
) -> Vec<CaseReport> {
    let mut reports = Vec::with_capacity(cases.len());
    let mut lanes: BTreeMap<(ResourceKind, usize), Lane> = BTreeMap::new();
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
    let (results, mut finished) = mpsc::unbounded_channel();
    let work =
        Work { cases: cases.into(), gate: Arc::new(Semaphore::new(session.settings.concurrency.max(1))), results };
    let mut lanes: Vec<Lane> = lanes.into_values().collect();
    let mut threads = Vec::new();
    for others in aside(session, &mut lanes) {
        match work.clone().on_thread(session, others) {
            Ok(thread) => threads.push(thread),
            Err(back) => lanes.extend(back),
        }
    }
    let collect = async {
        let mut done: BTreeMap<usize, Vec<CaseReport>> = BTreeMap::new();
        while let Some((property, report)) = finished.recv().await {
            let all = done.entry(property).or_default();
            all.push(report);
            if all.len() == parts[property]
                && let Some(whole) = done.remove(&property).and_then(merged)
            {
                deliver(session, whole, progress, &mut reports);
            }
        }
    };
    tokio::join!(work.run(session, lanes), collect);
    for thread in threads {
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
    reports
}

/// The lanes that other threads take, a share for each, where the target and the number of inputs are worth it.
fn aside(session: &Session, lanes: &mut Vec<Lane>) -> Vec<Vec<Lane>> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let count = if session.settings.width > 1 && session.settings.cases >= LEAST { cores.min(lanes.len()) } else { 1 };
    let weight = |lane: &Lane| lane.1.iter().map(|shard| shard.range.end - shard.range.start).sum::<u64>();
    let mut all = std::mem::take(lanes);
    all.sort_by_key(|lane| Reverse(weight(lane)));
    let mut shares: Vec<(u64, Vec<Lane>)> = vec![(0, Vec::new()); count.max(1)];
    for lane in all {
        // The longest first, each to whoever has least to do.
        if let Some((load, share)) = shares.iter_mut().min_by_key(|(load, _)| *load) {
            *load += weight(&lane);
            share.push(lane);
        }
    }
    let mut shares = shares.into_iter().map(|(_, share)| share);
    *lanes = shares.next().unwrap_or_default();
    shares.collect()
}

/// What every thread needs to work on its lanes.
#[derive(Clone)]
struct Work {
    cases: Arc<[PlannedCase]>,
    gate: Arc<Semaphore>,
    /// Where reports of parts of properties go, each with its property's number.
    results: mpsc::UnboundedSender<(usize, CaseReport)>,
}

impl Work {
    /// Runs lanes on a thread of their own; gives them back if there is none to be had.
    fn on_thread(self, session: &Session, lanes: Vec<Lane>) -> Result<JoinHandle<()>, Vec<Lane>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let (Ok(runtime), Ok(session)) = (runtime, session.for_thread()) else { return Err(lanes) };
        // Kept here, too, until the thread is known to have begun.
        let back: Vec<Lane> = lanes.clone();
        let thread = std::thread::Builder::new().name("properties".to_owned());
        thread.spawn(move || runtime.block_on(self.run(&session, lanes))).map_err(|_| back)
    }

    /// Runs lanes side by side.
    async fn run(self, session: &Session, lanes: Vec<Lane>) {
        let mut running: FuturesUnordered<_> =
            lanes.into_iter().map(|(place, shards)| lane(session, place, shards, &self.cases, &self.gate)).collect();
        while let Some(results) = running.next().await {
            for result in results {
                // Nobody waits any more only when the run itself has ended.
                let _ = self.results.send(result);
            }
        }
    }
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
    gate: &Semaphore,
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
