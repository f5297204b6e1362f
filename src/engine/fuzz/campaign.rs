use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::fuzz::{Corpus, Find, Input, Mutator};
use crate::generate::seed_of;
use crate::model::{Level, Outcome};
use crate::plan::PlannedCase;
use crate::report::{CaseReport, FindingReport, FuzzReport, GeneratedReport};
use crate::suite::{OperationSuite, ResourceKind};
use crate::transport::EndedBy;

use super::super::alone::run_case;
use super::super::case_report::{enter, report as shown};
use super::super::group::run_next;
use super::super::needs::unmet;
use super::super::progress::Observer;
use super::super::resource::Resource;
use super::super::resource_queues::{Leases, deliver};
use super::super::session::Session;
use super::build_case::{Prepared, places, prepare};
use super::input_result::{Failure, InputResult};
use super::minimize::settle;
use super::wait_for_recovery::wait_for_recovery;
use crate::judge::case::Evidence;

/// Inputs between two looks at what was learned. What they are does not depend on how many go out at once.
const ROUND: usize = 64;
/// Finds of one clause, at most: more of them say nothing new.
const OF_A_CLAUSE: usize = 4;
/// Inputs of a round that are suspected of having stopped the target, at most.
const SUSPECTS: usize = 16;

/// When fuzzing ends, and how it goes about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FuzzLimits {
    /// After this time, probes and clean-up left aside.
    pub time: Duration,
    /// After the round that brings it to so many requests, those of the probes included.
    pub requests: Option<u64>,
    /// Inputs that show something new are mutated further; without it only the seeds are.
    pub feedback: bool,
    /// At the first find.
    pub first: bool,
    /// From this time on an answer is slow, which is a behaviour of its own.
    pub slow: Duration,
}

impl Default for FuzzLimits {
    fn default() -> Self {
        FuzzLimits {
            time: Duration::from_secs(60),
            requests: None,
            feedback: true,
            first: false,
            slow: Duration::from_millis(250),
        }
    }
}

/// One run of the fuzzer.
pub(in super::super) struct Campaign {
    limits: FuzzLimits,
    waiting: VecDeque<Input>,
    pub(in super::super) corpus: Corpus,
    finds: Vec<Find>,
    known: BTreeMap<(String, String), usize>,
    flaky: BTreeSet<(String, String)>,
    inputs: BTreeMap<String, u64>,
    upheld: BTreeMap<String, BTreeSet<String>>,
    stops: u64,
}

impl Campaign {
    pub(in super::super) fn new(limits: FuzzLimits, corpus: Vec<Input>) -> Self {
        Campaign {
            corpus: Corpus::new(limits.feedback),
            limits,
            waiting: corpus.into(),
            finds: Vec::new(),
            known: BTreeMap::new(),
            flaky: BTreeSet::new(),
            inputs: BTreeMap::new(),
            upheld: BTreeMap::new(),
            stops: 0,
        }
    }

    /// How long may be waited in vain, the probes included.
    pub(in super::super) fn waste(&self, session: &Session) -> Duration {
        (self.limits.time / 10).max(session.settings.settle)
    }

    /// Fuzzes until a limit is reached.
    pub(in super::super) async fn go(
        &mut self,
        session: &Session,
        operations: &[Arc<OperationSuite>],
        leases: &Leases,
        progress: &dyn Observer,
    ) -> Vec<CaseReport> {
        let mut reports = Vec::new();
        let served: Vec<Arc<OperationSuite>> = operations
            .iter()
            .filter(|op| leases.get(&op.operation.resource).is_some_and(|all| !all.is_empty()))
            .cloned()
            .collect();
        if served.is_empty() {
            session.note("there is nothing to fuzz: give an endpoint and a secret, a key or a project");
            return reports;
        }
        let places = places(session, "fuzz");
        let mutator = Mutator::new(&session.known.suite, &served, &places);
        for seed in mutator.seeds(&session.known.suite, &places).into_iter().rev() {
            self.corpus.seed(seed.clone());
            self.waiting.push_front(seed);
        }
        let seed = seed_of(session.settings.seed, "fuzz");
        let started = Instant::now();
        let mut number = 0;
        while !self.is_over(session, started) {
            let round: Vec<(u64, Input)> = (number..number + ROUND as u64)
                .map(|n| (n, self.waiting.pop_front().unwrap_or_else(|| mutator.next(seed, n, &self.corpus))))
                .collect();
            number += ROUND as u64;
            let mut results = self.round(session, &mutator, round, leases, started).await;
            results.sort_by_key(|tried| tried.number);
            self.survive(session, &mutator, &results, leases, &mut reports).await;
            for tried in results {
                self.learn(session, &mutator, tried, leases, &mut reports, progress).await;
            }
            progress.phase(&format!(
                "fuzzing: {} requests, {} behaviours, {} finds",
                session.client.sent(),
                self.corpus.behaviours().count(),
                self.finds.len()
            ));
        }
        for op in &served {
            deliver(session, self.conclude(session, op), progress, &mut reports);
        }
        reports
    }

    /// Whether what is under way ends at once.
    fn is_cut_short(&self, session: &Session, started: Instant) -> bool {
        session.is_stopped() || session.is_ended() || started.elapsed() >= self.limits.time
    }

    /// Whether there is no further round. Requests are counted between rounds only, so that which inputs are sent
    /// does not depend on how many go out at once.
    fn is_over(&self, session: &Session, started: Instant) -> bool {
        self.is_cut_short(session, started)
            || self.limits.requests.is_some_and(|most| session.client.sent() >= most)
            || (self.limits.first && !self.finds.is_empty())
    }

    /// Sends inputs side by side on all resources; which goes where depends on their numbers alone.
    async fn round(
        &self,
        session: &Session,
        mutator: &Mutator,
        round: Vec<(u64, Input)>,
        leases: &Leases,
        started: Instant,
    ) -> Vec<InputResult> {
        let mut shares: BTreeMap<(ResourceKind, usize), Vec<(u64, Input)>> = BTreeMap::new();
        let mut turns: BTreeMap<ResourceKind, usize> = BTreeMap::new();
        for (number, input) in round {
            let Some(kind) = mutator.kind(&input) else { continue };
            let Some(count) = leases.get(&kind).map(Vec::len).filter(|count| *count > 0) else { continue };
            let turn = turns.entry(kind).or_default();
            shares.entry((kind, (*turn / BLOCK) % count)).or_default().push((number, input));
            *turn += 1;
        }
        let gate = tokio::sync::Semaphore::new(session.settings.concurrency.max(1));
        let mut running: FuturesUnordered<_> = shares
            .into_iter()
            .filter_map(|((kind, index), inputs)| Some((leases.get(&kind)?.get(index)?, inputs)))
            .map(|(lease, inputs)| self.share(session, lease, inputs, &gate, started))
            .collect();
        let mut results = Vec::new();
        while let Some(some) = running.next().await {
            results.extend(some);
        }
        results
    }

    async fn share(
        &self,
        session: &Session,
        lease: &Mutex<Resource>,
        inputs: Vec<(u64, Input)>,
        gate: &tokio::sync::Semaphore,
        started: Instant,
    ) -> Vec<InputResult> {
        // The gate never closes, so there is always a permit to wait for.
        let _permit = gate.acquire().await;
        let mut resource = lease.lock().await;
        let mut results = Vec::with_capacity(inputs.len());
        let mut all: Vec<(u64, Input, Prepared)> = Vec::with_capacity(inputs.len());
        for (number, input) in inputs {
            if let Some(prepared) = prepare(session, &format!("fuzz#{number}"), &input, &resource)
                && unmet(session, &prepared.case, &resource, None).is_none()
            {
                all.push((number, input, prepared));
            }
        }
        let cases: Vec<PlannedCase> = all.iter().map(|(_, _, prepared)| prepared.case.clone()).collect();
        let mut done = 0;
        while done < cases.len() && !self.is_cut_short(session, started) {
            let finished = run_next(session, &cases[done..], &mut resource, None).await;
            for (finished, (number, input, prepared)) in finished.iter().zip(&all[done..]) {
                results.push(InputResult::of(session, (*number, input.clone()), prepared, finished, self.limits.slow));
            }
            done += finished.len();
        }
        resource.forget(session).await;
        results
    }

    /// Takes note of what came of an input; a new kind of failure becomes a find.
    async fn learn(
        &mut self,
        session: &Session,
        mutator: &Mutator,
        tried: InputResult,
        leases: &Leases,
        reports: &mut Vec<CaseReport>,
        progress: &dyn Observer,
    ) {
        let Some(operation) = tried.input.requests.last().map(|r| r.operation.clone()) else { return };
        *self.inputs.entry(operation.clone()).or_default() += 1;
        if tried.outcome == Outcome::Pass {
            self.upheld.entry(operation).or_default().extend(tried.upheld.iter().cloned());
        }
        self.corpus.learn(&tried.input, tried.accepted, &tried.behaviours);
        let Some(failure) = &tried.failure else { return };
        if !self.is_news(failure) || session.is_stopped() {
            return;
        }
        let lease = mutator.kind(&tried.input).and_then(|kind| leases.get(&kind)?.first());
        let Some(lease) = lease else { return };
        let found = settle(session, &tried, failure, &mut *lease.lock().await).await;
        // Whatever it has come to, the way in which it failed at first is known now.
        self.known.entry((failure.clause.clone(), failure.fingerprint.clone())).or_insert(usize::MAX);
        if let Some(find) = found {
            self.keep(session, find, reports, progress);
        }
    }

    /// Whether nothing like it has been found yet.
    fn is_news(&mut self, failure: &Failure) -> bool {
        if let Some(place) = self.known.get(&(failure.clause.clone(), failure.fingerprint.clone())) {
            if let Some(find) = self.finds.get_mut(*place) {
                find.times += 1;
            }
            return false;
        }
        let of_clause = self.finds.iter().filter(|find| find.clause == failure.clause).count();
        // A should that is broken already needs no second find.
        of_clause < if failure.level == Level::Should { 1 } else { OF_A_CLAUSE }
    }

    fn keep(&mut self, session: &Session, find: Find, reports: &mut Vec<CaseReport>, progress: &dyn Observer) {
        let name = (find.clause.clone(), find.fingerprint.clone());
        if !find.confirmed && !find.case.outcome.eq(&Outcome::Fail) && !self.flaky.insert(name.clone()) {
            return;
        }
        match self.known.get(&name).and_then(|place| self.finds.get_mut(*place)) {
            Some(known) => known.times += 1,
            None => {
                self.known.insert(name, self.finds.len());
                deliver(session, find.case.clone(), progress, reports);
                self.finds.push(find);
            }
        }
    }

    /// If the target has stopped answering: waits for it, and finds out which input it was.
    async fn survive(
        &mut self,
        session: &Session,
        mutator: &Mutator,
        results: &[InputResult],
        leases: &Leases,
        reports: &mut Vec<CaseReport>,
    ) {
        if session.client.health().ended().is_none_or(|ended| ended.by != EndedBy::Gone) {
            return;
        }
        let suspects: Vec<&InputResult> =
            results.iter().filter(|t| t.outcome == Outcome::Error).take(SUSPECTS).collect();
        let lease_of = |tried: &InputResult| leases.get(&mutator.kind(&tried.input)?)?.first().cloned();
        for suspect in suspects {
            let Some(lease) = lease_of(suspect) else { continue };
            let mut resource = lease.lock().await;
            let name = format!("fuzz#{}.suspect", suspect.number);
            let Some(prepared) = prepare(session, &name, &suspect.input, &resource) else { continue };
            if session.is_ended() && !self.wait(session, &prepared.case.op).await {
                return;
            }
            // To delete what is still there may be what the target dies of, and no input's doing.
            let doubtful = resource.ledger.take_doubtful();
            let finished = run_case(session, &prepared.case, &mut resource, None).await;
            doubtful.iter().for_each(|(key, value)| resource.ledger.unsettled(key, value));
            if session.is_ended() || finished.outcome == Outcome::Error {
                let mut report = shown(session, &finished);
                let find = died(session, suspect, &prepared, &mut report);
                reports.push(report);
                self.finds.push(find);
                if !self.wait(session, &prepared.case.op).await {
                    return;
                }
                break;
            }
        }
        if session.is_ended()
            && let Some(op) = session
                .known
                .suite
                .operations
                .iter()
                .find(|op| !session.target.resources(op.operation.resource).is_empty())
        {
            self.wait(session, op).await;
        }
    }

    async fn wait(&mut self, session: &Session, op: &OperationSuite) -> bool {
        self.stops += 1;
        match wait_for_recovery(session, op).await {
            Some(after) => {
                session.note(format!(
                    "the target stopped answering during the run and came back after {:.1} s",
                    after.as_secs_f64()
                ));
                true
            }
            None => {
                session.note("the target stopped answering and did not come back");
                false
            }
        }
    }

    /// One report for all inputs of an operation that found nothing amiss.
    fn conclude(&self, session: &Session, op: &Arc<OperationSuite>) -> CaseReport {
        let clause = op.id("server-error");
        let case = PlannedCase::generated(op, format!("{clause}/fuzzed"), vec![clause], 1, Vec::new());
        let mut record = Evidence::new(&session.known, &case);
        let inputs = self.inputs.get(&op.operation.id).copied().unwrap_or_default();
        for upheld in self.upheld.get(&op.operation.id).into_iter().flatten() {
            record.held(upheld.clone());
        }
        if inputs == 0 {
            record.skip("no input for it could be sent", false);
        }
        let mut report = enter(session, record.finish());
        report.generated = Some(GeneratedReport { inputs, skipped: 0, lost: 0, failure: None });
        report
    }

    /// What was found out, for the report.
    pub(in super::super) fn report(&self) -> FuzzReport {
        FuzzReport {
            inputs: self.inputs.values().sum(),
            behaviours: self.corpus.behaviours().map(str::to_owned).collect(),
            corpus: self.corpus.inputs().count() as u64,
            stops: self.stops,
            feedback: self.limits.feedback,
            finds: self.finds.clone(),
        }
    }
}

/// Neighbours stay together in blocks, since simple inputs in a row share a read-back.
const BLOCK: usize = 8;

/// The find of an input that stops the target.
fn died(session: &Session, suspect: &InputResult, prepared: &Prepared, report: &mut CaseReport) -> Find {
    let op = &prepared.case.op;
    let clause = op.id("server-error");
    let (allowed, seen) = ("an answer", "none, twice: the target stopped answering after this input");
    let fingerprint = crate::fuzz::fingerprint(&clause, allowed, seen);
    let id = format!("{clause}/fuzz-{fingerprint}");
    let known = op.clause(&clause);
    report.outcome = Outcome::Fail;
    report.id.clone_from(&id);
    report.replay = format!("dewspec replay {}.json", id.replace('/', "-"));
    report.allowed = Some(allowed.to_owned());
    report.seen = Some(seen.to_owned());
    report.reason = known.map(|c| c.wording.clone());
    report.findings.push(FindingReport {
        clause: clause.clone(),
        level: Level::Must,
        wording: known.map(|c| c.wording.clone()).unwrap_or_default(),
        source: known.map(|c| c.source_line()).unwrap_or_default(),
        allowed: allowed.to_owned(),
        seen: seen.to_owned(),
        exchange: (!report.exchanges.is_empty()).then_some(0),
    });
    session.enter(&prepared.case, (Outcome::Fail, false), &report.broken(), std::iter::empty(), None);
    Find {
        schema: crate::fuzz::SCHEMA.to_owned(),
        operation: op.operation.id.clone(),
        clause,
        fingerprint,
        seed: session.settings.seed,
        run_id: session.settings.run_id.clone(),
        number: suspect.number,
        requests: session.client.sent(),
        times: 2,
        tried: 0,
        simplified: 0,
        confirmed: true,
        input: suspect.input.shown(&places(session, &id)),
        expected: prepared.expected.clone(),
        readings: Default::default(),
        case: report.clone(),
        id,
    }
}
