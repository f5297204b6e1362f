use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::model::Outcome;
use crate::plan::PlannedCase;
use crate::report::{CaseReport, GeneratedReport};
use crate::suite::{Need, ResourceKind};

use super::progress::Observer;
use super::property::{CHUNK, run_inputs};
use super::resource::Resource;
use super::resource_queues::{Leases, deliver, not_started, without_pair, without_resource};
use super::scheduler::{Queue, run_queues};
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

/// The parts of properties that run on one place.
struct Shards {
    cases: Arc<[PlannedCase]>,
    place: Place,
    all: Vec<Shard>,
    /// So many of them have come to their end.
    done: usize,
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
    // By kind, by whether a pair is needed, by place.
    let mut queues: BTreeMap<(ResourceKind, bool, usize), Shards> = BTreeMap::new();
    let mut parts: Vec<usize> = Vec::with_capacity(cases.len());
    let mut turn = 0;
    let all: Arc<[PlannedCase]> = cases.into();
    for (property, case) in cases.iter().enumerate() {
        let kind = case.op.operation.resource;
        let paired = needs_pair(case);
        let places = places(case, leases);
        let wanted = session.settings.cases.div_ceil(LEAST).max(1);
        let count = usize::try_from(wanted).unwrap_or(usize::MAX).min(places.len());
        parts.push(count);
        for (part, range) in split(session.settings.cases, count).into_iter().enumerate() {
            let index = (turn + part) % places.len();
            let none = || Shards { cases: Arc::clone(&all), place: places[index].clone(), all: Vec::new(), done: 0 };
            queues.entry((kind, paired, index)).or_insert_with(none).all.push(Shard { property, range });
        }
        turn += count;
        if places.is_empty() {
            deliver(session, nowhere(session, case, leases), progress, &mut reports);
        }
    }
    let mut done: BTreeMap<usize, Vec<CaseReport>> = BTreeMap::new();
    run_queues(session, queues.into_values().collect(), |(property, report)| {
        let all = done.entry(property).or_default();
        all.push(report);
        if all.len() == parts[property]
            && let Some(whole) = done.remove(&property).and_then(merged)
        {
            deliver(session, whole, progress, &mut reports);
        }
    })
    .await;
    reports
}

fn needs_pair(case: &PlannedCase) -> bool {
    case.spec.needs.contains(&Need::SecondResource)
}

/// Where a property can run.
fn places(case: &PlannedCase, leases: &Leases) -> Vec<Place> {
    let all = leases.get(&case.op.operation.resource).map_or(&[][..], Vec::as_slice);
    if needs_pair(case) {
        // No resource is in two pairs, and whoever runs on one holds nothing else: nobody waits in a circle.
        let pair = |pair: &[Arc<Mutex<Resource>>]| Place { first: pair[0].clone(), second: pair.get(1).cloned() };
        all.chunks_exact(2).map(pair).collect()
    } else {
        all.iter().map(|first| Place { first: first.clone(), second: None }).collect()
    }
}

/// Numbers from 0 in so many parts of nearly the same size.
fn split(total: u64, parts: usize) -> Vec<Range<u64>> {
    let part = |nth: usize| {
        let before = u128::from(total) * nth as u128 / parts as u128;
        u64::try_from(before).unwrap_or(total)
    };
    (0..parts).map(|nth| part(nth)..part(nth + 1)).collect()
}

/// A report for a property that has nothing to run on.
fn nowhere(session: &Session, case: &PlannedCase, leases: &Leases) -> CaseReport {
    let kind = case.op.operation.resource;
    if leases.get(&kind).is_none_or(Vec::is_empty) {
        return without_resource(session, case);
    }
    without_pair(session, case)
}

impl Queue for Shards {
    /// A property, by its number, and the report of a part of it.
    type Outcome = (usize, CaseReport);

    fn left(&self) -> u64 {
        // Each part counts, even if there is nothing to make up in it.
        self.rest().iter().map(|shard| shard.range.end - shard.range.start + 1).sum()
    }

    async fn go_on(&mut self, session: &Session, deliver: impl Fn(Self::Outcome)) {
        let now = &self.rest()[..share_a_read_back(self.rest())];
        let count = now.len();
        let mut parts = Vec::with_capacity(count);
        for shard in now {
            let case = &self.cases[shard.property];
            match not_started(session, case) {
                Some(report) => deliver((shard.property, report)),
                None => parts.push((shard.property, (case, shard.range.clone()))),
            }
        }
        let (properties, parts): (Vec<usize>, Vec<_>) = parts.into_iter().unzip();
        let mut first = self.place.first.lock().await;
        let mut second = match &self.place.second {
            Some(second) => Some(second.lock().await),
            None => None,
        };
        let reports = run_inputs(session, &parts, &mut first, second.as_deref_mut()).await;
        drop((first, second));
        properties.into_iter().zip(reports).for_each(deliver);
        self.done += count;
    }
}

impl Shards {
    fn rest(&self) -> &[Shard] {
        &self.all[self.done..]
    }
}

/// How many of the next parts have so few inputs that they can share read-backs.
fn share_a_read_back(shards: &[Shard]) -> usize {
    let mut inputs = 0;
    let few = shards.iter().take_while(|shard| {
        inputs += shard.range.end - shard.range.start;
        inputs <= CHUNK
    });
    few.count().max(1)
}

/// One report of several: the failure of the first failing input, or else what came of the others.
fn merged(parts: Vec<CaseReport>) -> Option<CaseReport> {
    let all: Vec<GeneratedReport> = parts.iter().filter_map(|p| p.generated.clone()).collect();
    let failing = |report: &CaseReport| report.generated.as_ref().and_then(|g| g.failure.as_ref()).map(|f| f.input);
    let rank = |report: &CaseReport| match (report.outcome, failing(report)) {
        (Outcome::Fail, input) => (0, input.unwrap_or_default()),
        (Outcome::Flaky, input) => (1, input.unwrap_or_default()),
        (Outcome::Warn, input) => (2, input.unwrap_or_default()),
        (Outcome::Pass, _) => (3, 0),
        (Outcome::Error, _) => (4, 0),
        (Outcome::Skip, _) => (5, 0),
    };
    let mut whole = parts.into_iter().min_by_key(rank)?;
    let failure = whole.generated.as_ref().and_then(|g| g.failure.clone());
    whole.generated = Some(GeneratedReport {
        inputs: all.iter().map(|g| g.inputs).sum(),
        skipped: all.iter().map(|g| g.skipped).sum(),
        lost: all.iter().map(|g| g.lost).sum(),
        failure,
    });
    Some(whole)
}
