use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::judge::Secrets;
use crate::judge::case::Knowledge;
use crate::ledger::journal::Journal;
use crate::model::{Clock, Exchange, Outcome, Repetition};
use crate::plan::PlannedCase;
use crate::record::{Ending, Recorder};
use crate::redaction::Redactor;
use crate::rules::Contract;
use crate::suite::{ResourceKind, Suite};
use crate::target::{Addresses, ReplayLine, Settings, Target};
use crate::transport::Client;

use super::tally::Tally;

/// What cases of a run work with: what all of them share, and a client.
pub(super) struct Session {
    shared: Arc<Shared>,
    pub(super) client: Client,
}

/// Which time it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Time {
    /// That of everybody.
    Present(Clock),
    /// That of a run whose record is judged.
    Recorded(Clock),
}

/// A sentinel that was not as it was.
#[derive(Clone, Debug)]
pub(super) struct LostSentinel {
    /// When it was placed, and when it was missed, in ticks of the run's own.
    pub(super) placed: u64,
    pub(super) missed: u64,
    /// What became of it.
    pub(super) told: String,
}

/// What all cases of a run share, on whatever thread.
pub(super) struct Shared {
    /// What judging knows.
    pub(super) known: Knowledge,
    pub(super) target: Target,
    pub(super) settings: Settings,
    replay: ReplayLine,
    pub(super) addresses: Addresses,
    pub(super) redactor: Redactor,
    pub(super) journal: Arc<Journal>,
    clock: Clock,
    is_recorded: bool,
    recorder: Option<Recorder>,
    tally: Mutex<Tally>,
    notes: Mutex<Vec<String>>,
    /// Why no further case starts.
    stop: OnceLock<&'static str>,
    /// How long reading took before the first case, each time.
    reads: Mutex<Vec<Duration>>,
    /// Requests at once to one resource, once that is settled.
    width: OnceLock<usize>,
    /// Places for requests of one group each.
    slots: Semaphore,
    /// What may be stored, as far as answers tell: by resource and key.
    stored: Mutex<HashSet<(String, String)>>,
    /// Cases with a request under way when the target stopped answering.
    under_way: Mutex<BTreeSet<String>>,
    /// What could not be deleted: by resource, its kind's name before it.
    left: Mutex<BTreeMap<String, (&'static str, Vec<String>)>>,
    /// Cases of which a request was throttled again and again; `true` where that is judged from now on.
    throttled: Mutex<BTreeMap<String, bool>>,
    /// Sentinels that were gone, or not as they were, by the operation that stored them.
    lost_sentinels: Mutex<BTreeMap<String, Vec<LostSentinel>>>,
    /// Counts what happens to sentinels, so that it is known what came first.
    sentinel_ticks: AtomicU64,
    /// What each case found last.
    found: Mutex<BTreeMap<String, Found>>,
    another_run: Mutex<Option<String>>,
    odd_successes: Mutex<BTreeMap<String, Arc<Exchange>>>,
    /// How often cases of each operation had answers in no form of a service.
    strange: Mutex<BTreeMap<String, u32>>,
    /// Why the token that may only read shows nothing, by the kind of resource that it could not read.
    read_only_refused: Mutex<BTreeMap<ResourceKind, String>>,
    contracts: OnceLock<BTreeMap<String, Contract>>,
}

/// When something surprising was found, and in what.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) operation: String,
    pub(super) at: Instant,
    /// Among what came is a refusal of the target's own credentials.
    pub(super) unauthorised: bool,
    /// Among what came is that something is not there.
    pub(super) missing: bool,
    /// Among what came is something that a service does not say in its own form: a page, or a way to elsewhere.
    pub(super) strange: bool,
}

/// Where answers take so long, other requests can be on their way.
const SLOW: Duration = Duration::from_millis(5);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Session {
    pub(super) fn new(
        suite: &Suite,
        target: &Target,
        settings: &Settings,
        replay: &ReplayLine,
        client: Client,
        (journal, time, recorder): (Arc<Journal>, Time, Option<Recorder>),
    ) -> Self {
        let (clock, is_recorded) = match time {
            Time::Present(clock) => (clock, false),
            Time::Recorded(clock) => (clock, true),
        };
        let shared = Shared {
            known: Knowledge::new(
                suite,
                Secrets::new(&target.secrets()),
                settings.settle,
                (settings.seed, &settings.run_id),
            ),
            addresses: Addresses::new(target, settings.seed),
            redactor: Redactor::new(target),
            journal,
            clock,
            is_recorded,
            recorder,
            target: target.clone(),
            settings: settings.clone(),
            replay: replay.clone(),
            tally: Mutex::default(),
            notes: Mutex::default(),
            stop: OnceLock::new(),
            reads: Mutex::default(),
            width: OnceLock::new(),
            slots: Semaphore::new(settings.concurrency.max(1)),
            stored: Mutex::default(),
            under_way: Mutex::default(),
            left: Mutex::default(),
            throttled: Mutex::default(),
            lost_sentinels: Mutex::default(),
            sentinel_ticks: AtomicU64::new(0),
            found: Mutex::default(),
            another_run: Mutex::default(),
            odd_successes: Mutex::default(),
            strange: Mutex::default(),
            read_only_refused: Mutex::default(),
            contracts: OnceLock::new(),
        };
        Session { shared: Arc::new(shared), client }
    }

    /// The same run for another thread, with connections of its own: a connection serves the runtime that
    /// opened it best.
    pub(super) fn for_thread(&self) -> Self {
        Session { shared: Arc::clone(&self.shared), client: self.client.with_own_connections() }
    }
}

impl Session {
    /// Whether nothing more is to be sent of an operation.
    pub(super) fn is_over(&self, operation: &str) -> bool {
        let health = self.client.health();
        self.is_stopped() || health.is_over() || health.is_mute(operation)
    }

    /// Whether nothing is begun, looked at or tried again any more.
    pub(super) fn is_cut_short(&self) -> bool {
        self.client.health().is_over() || self.client.health().is_interrupted()
    }

    /// Whether the target, or what stands between, has put an end to the run.
    pub(super) fn is_ended(&self) -> bool {
        self.client.health().is_over()
    }
}

impl std::ops::Deref for Session {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl Shared {
    /// The time of day, of the run: when a record is judged, that of the recorded one.
    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Whether nothing is sent, and a record answers.
    pub(super) fn is_recorded(&self) -> bool {
        self.is_recorded
    }

    /// Writes down what, besides the target, has ended the run, if anything is written down.
    pub(super) fn record_ending(&self, by: Ending) {
        if let Some(recorder) = &self.recorder {
            recorder.ended(by);
        }
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        lock(&self.tally)
    }

    /// A sentinel that an operation had stored was not as it was, though nobody had touched it.
    pub(super) fn sentinel_lost(&self, operation: &str, placed: u64, told: String) {
        let lost = LostSentinel { placed, missed: self.sentinel_tick(), told };
        lock(&self.lost_sentinels).entry(operation.to_owned()).or_default().push(lost);
    }

    /// The next moment in the life of sentinels.
    pub(super) fn sentinel_tick(&self) -> u64 {
        self.sentinel_ticks.fetch_add(1, Ordering::Relaxed)
    }

    /// What became of the sentinels of each operation that were lost.
    pub(super) fn lost_sentinels(&self) -> BTreeMap<String, Vec<LostSentinel>> {
        lock(&self.lost_sentinels).clone()
    }

    pub(super) fn note(&self, text: impl Into<String>) {
        let text = self.redactor.clean(&text.into());
        let mut notes = lock(&self.notes);
        if !notes.contains(&text) {
            notes.push(text);
        }
    }

    pub(super) fn notes(&self) -> Vec<String> {
        lock(&self.notes).clone()
    }

    /// No further case starts, for this reason; the first one stands.
    pub(super) fn stop(&self, why: &'static str) {
        let _ = self.stop.set(why);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.why_stopped().is_some()
    }

    /// Why no further case starts, if none does.
    pub(super) fn why_stopped(&self) -> Option<&'static str> {
        self.stop.get().copied()
    }

    /// The rules of every operation, by its name; made when somebody asks for them.
    pub(super) fn contracts(&self) -> &BTreeMap<String, Contract> {
        self.contracts.get_or_init(|| {
            self.known.suite.operations.iter().map(|op| (op.operation.id.clone(), Contract::new(op))).collect()
        })
    }

    /// Takes note of what a request has stored, or may have.
    pub(super) fn may_have_stored<'k>(&self, resource: &str, keys: impl Iterator<Item = &'k String>) {
        let mut stored = lock(&self.stored);
        stored.extend(keys.map(|key| (resource.to_owned(), key.clone())));
    }

    /// It is gone again.
    pub(super) fn has_deleted(&self, resource: &str, key: &str) {
        let mut stored = lock(&self.stored);
        if !stored.is_empty() {
            stored.remove(&(resource.to_owned(), key.to_owned()));
        }
    }

    /// Whether it may be there, as far as answers tell.
    pub(super) fn is_stored(&self, resource: &str, key: &str) -> bool {
        lock(&self.stored).contains(&(resource.to_owned(), key.to_owned()))
    }

    /// A key with a word of another dewspec run has appeared during this one: both write and delete here, and neither can say
    /// what the target has done.
    pub(super) fn meets_another_run(&self, kind: ResourceKind, key: &str) {
        lock(&self.another_run).get_or_insert_with(|| {
            format!(
                "another dewspec run works on the same {}: {key:?} came or went, which this one did not send",
                kind.carrier()
            )
        });
        self.stop("another run was met before it");
    }

    /// The other run, if there is one.
    pub(super) fn another_run(&self) -> Option<String> {
        lock(&self.another_run).clone()
    }

    /// Counts strange answers of an operation; whether they are still few enough to be chance.
    pub(super) fn takes_for_chance(&self, operation: &str, most: u32) -> bool {
        let mut strange = lock(&self.strange);
        let count = strange.entry(operation.to_owned()).or_default();
        *count += 1;
        *count <= most
    }

    /// The token that may only read was refused where it should read: its refusals say nothing.
    pub(super) fn note_read_only_refused(&self, kind: ResourceKind, why: String) {
        lock(&self.read_only_refused).insert(kind, why);
    }

    /// Why the token that may only read shows nothing on this kind of resource, if so.
    pub(super) fn read_only_refused(&self, kind: ResourceKind) -> Option<String> {
        lock(&self.read_only_refused).get(&kind).cloned()
    }

    /// Takes note of a valid request, sent for no case's sake, that was accepted with another status than documented.
    pub(super) fn note_odd_success(&self, operation: &str, exchange: &Exchange) {
        lock(&self.odd_successes).entry(operation.to_owned()).or_insert_with(|| Arc::new(exchange.clone()));
    }

    /// The first of each operation.
    pub(super) fn odd_successes(&self) -> BTreeMap<String, Arc<Exchange>> {
        lock(&self.odd_successes).clone()
    }

    /// Takes note that a request of a case was under way when the target stopped answering.
    pub(super) fn was_under_way(&self, case: &str) {
        lock(&self.under_way).insert(case.to_owned());
    }

    /// The cases of which one was.
    pub(super) fn under_way(&self) -> Vec<String> {
        lock(&self.under_way).iter().cloned().collect()
    }

    /// Takes note of what could not be deleted from a place.
    pub(super) fn leave_behind(&self, place: String, why: &'static str, names: Vec<String>) {
        lock(&self.left).insert(place, (why, names));
    }

    /// Says once what could not be deleted, wherever it is.
    pub(super) fn note_left_behind(&self) {
        let left = std::mem::take(&mut *lock(&self.left));
        let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (place, (why, names)) in left {
            reasons.entry(why).or_default().push(format!("on {place}: {}", names.join(", ")));
        }
        for (why, places) in reasons {
            self.note(format!("left behind, {why}: {}", places.join("; ")));
        }
    }

    /// Takes note that a request of a case was throttled again and again; whether that is to be judged.
    pub(super) fn judges_throttling(&self, case: &str) -> bool {
        *lock(&self.throttled).entry(case.to_owned()).or_default()
    }

    /// From now on it is.
    pub(super) fn judge_throttling(&self, case: &str) {
        lock(&self.throttled).insert(case.to_owned(), true);
    }

    /// The cases that were throttled.
    pub(super) fn throttled(&self) -> BTreeSet<String> {
        lock(&self.throttled).keys().cloned().collect()
    }

    /// What each case found last.
    pub(super) fn found(&self) -> BTreeMap<String, Found> {
        lock(&self.found).clone()
    }

    /// Takes note of what a case found last.
    pub(super) fn note_found(&self, case: &PlannedCase, found: Found) {
        lock(&self.found).insert(case.spec.id.clone(), found);
    }

    /// Takes note of how long a read took, as long as nothing follows from it yet.
    pub(super) fn read_in(&self, time: Duration) {
        if self.width.get().is_none() {
            lock(&self.reads).push(time);
        }
    }

    /// Settles how many requests at once one resource gets: more, if the target takes long to answer.
    pub(super) fn settle_width(&self) {
        let mut reads = std::mem::take(&mut *lock(&self.reads));
        reads.sort_unstable();
        let slow = reads.get(reads.len() / 2).is_some_and(|median| *median >= SLOW);
        let usual = self.settings.width.max(1);
        // Once for a run: whoever asks a second time gets the first answer.
        let _ = self.width.set(if slow { usual.max(self.settings.concurrency) } else { usual });
    }

    /// Requests at once to one resource, of cases that do not depend on each other: one, unless the target takes many
    /// or it takes long to answer.
    pub(super) fn width(&self) -> usize {
        self.width.get().copied().unwrap_or(self.settings.width.max(1))
    }

    /// A place among all the requests that are under way; it is free again when it is dropped.
    pub(super) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        // There is always one to wait for.
        self.slots.acquire().await.ok()
    }

    /// Whether a clause was found broken already.
    pub(super) fn is_broken(&self, clause: &str) -> bool {
        self.tally().is_broken(clause)
    }

    /// Enters a finished case into the tally. `shown`: its answers say something of what it is about.
    pub(super) fn enter<'a>(
        &self,
        case: &PlannedCase,
        (outcome, shown): (Outcome, bool),
        broken: &[&str],
        upheld: impl Iterator<Item = &'a str>,
        skip: Option<&(String, bool)>,
    ) {
        let mut tally = self.tally();
        let mut tally = tally.of_case(&case.spec.id);
        for clause in upheld {
            tally.upheld(clause);
        }
        for clause in broken {
            tally.broken(clause, &case.spec.id);
        }
        for clause in &case.spec.clauses {
            match (outcome, skip) {
                (_, Some((reason, true))) => tally.clause(clause).unmet.push(reason.clone()),
                (Outcome::Skip, Some((reason, false))) => tally.clause(clause).came_to_nothing(reason),
                (Outcome::Error, _) => {
                    let known = tally.clause(clause);
                    known.lost += 1;
                    known.came_to_nothing("it could not be run to its end");
                }
                (Outcome::Flaky, _) => tally.clause(clause).came_to_nothing("it was not the same each time"),
                _ if broken.contains(&clause.as_str()) => {}
                _ if shown => tally.upheld(clause),
                _ => tally.clause(clause).came_to_nothing("what came instead breaks another clause"),
            }
        }
    }

    /// A command line that runs one case again against the same target.
    pub(super) fn replay_command(&self, case: &str) -> String {
        self.replay.case(&self.target, &self.settings, case)
    }

    /// The same, so often that what is not the same each time has a chance to show.
    pub(super) fn replay_often(&self, case: &str) -> String {
        const OFTEN: u64 = 10;
        let known = self.settings.repetition;
        let repetition = Repetition { repeat: known.repeat.max(OFTEN), retries: 0, ..known };
        self.replay.case(&self.target, &Settings { repetition, ..self.settings.clone() }, case)
    }

    /// The same for a property, up to and with its generated input of this number.
    pub(super) fn replay_input(&self, case: &str, number: u64) -> String {
        let settings = Settings { cases: number.saturating_add(1), ..self.settings.clone() };
        self.replay.case(&self.target, &settings, case)
    }

    /// A command line that sends a find of the fuzzer again, from its file.
    pub(super) fn replay_find(&self, file: &str) -> String {
        self.replay.find(&self.target, &self.settings, file)
    }
}
