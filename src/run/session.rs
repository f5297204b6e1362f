use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::check::{History, Secrets};
use crate::contract::Contract;
use crate::evidence::Redactor;
use crate::generate::Placeholders;
use crate::plan::PlannedCase;
use crate::readings::Profile;
use crate::report::FindingReport;
use crate::suite::Suite;
use crate::target::{Addresses, Settings, Target};
use crate::transport::Client;
use crate::vocabulary::Outcome;

use super::ours::{odd_keys, own_words, word};
use super::tally::Tally;

/// What cases of a run work with: what all of them share, and a client.
pub(super) struct Session {
    shared: Arc<Shared>,
    pub(super) client: Client,
}

/// What all cases of a run share, on whatever thread.
pub(super) struct Shared {
    pub(super) suite: Suite,
    pub(super) target: Target,
    pub(super) settings: Settings,
    pub(super) addresses: Addresses,
    pub(super) redactor: Redactor,
    pub(super) secrets: Secrets,
    profile: Mutex<Profile>,
    history: Mutex<History>,
    tally: Mutex<Tally>,
    notes: Mutex<Vec<String>>,
    stop: AtomicBool,
    wasted: AtomicU64,
    shrinking: AtomicU64,
    /// How many plain answers there were, and the microseconds they took in all.
    plain: (AtomicU64, AtomicU64),
    /// Places for requests of one group each.
    slots: Semaphore,
    /// The words in keys that may have been stored, wherever that may be.
    words: Mutex<HashSet<u32>>,
    /// What is no key, and was not refused where one belongs.
    odd_keys: Mutex<BTreeSet<String>>,
    /// The most that may be wasted, in milliseconds.
    waste_limit: AtomicU64,
    suspected: Mutex<BTreeSet<String>>,
    /// When a valid request of each operation was accepted last.
    accepted: Mutex<BTreeMap<String, Instant>>,
    /// When each case found something, with its operation.
    found: Mutex<BTreeMap<String, (String, Instant)>>,
    contracts: OnceLock<BTreeMap<String, Contract>>,
}

/// Time in all that may be spent waiting for states that never come; afterwards patience is short.
const WASTE: Duration = Duration::from_secs(20);
/// So many texts that are no keys and may have been taken for some are remembered: a target that is strict has few.
const ODD_KEYS: usize = 10_000;
/// While answers take so long on the average, other requests can be on their way.
const SLOW: Duration = Duration::from_millis(5);

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Session {
    pub(super) fn new(suite: &Suite, target: &Target, settings: &Settings, client: Client) -> Self {
        let shared = Shared {
            profile: Mutex::new(Profile::new(suite)),
            suite: suite.clone(),
            addresses: Addresses::new(target, settings.seed),
            redactor: Redactor::new(target),
            secrets: Secrets::new(&target.secrets()),
            target: target.clone(),
            settings: settings.clone(),
            history: Mutex::default(),
            tally: Mutex::default(),
            notes: Mutex::default(),
            stop: AtomicBool::new(false),
            wasted: AtomicU64::new(0),
            shrinking: AtomicU64::new(0),
            plain: Default::default(),
            slots: Semaphore::new(settings.concurrency.max(1)),
            words: Mutex::default(),
            odd_keys: Mutex::default(),
            waste_limit: AtomicU64::new(millis(WASTE)),
            suspected: Mutex::default(),
            accepted: Mutex::default(),
            found: Mutex::default(),
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
    pub(super) fn profile(&self) -> MutexGuard<'_, Profile> {
        lock(&self.profile)
    }

    pub(super) fn history(&self) -> MutexGuard<'_, History> {
        lock(&self.history)
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        lock(&self.tally)
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

    /// No further case starts.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The rules of every operation, by its name; made when somebody asks for them.
    pub(super) fn contracts(&self) -> &BTreeMap<String, Contract> {
        self.contracts.get_or_init(|| {
            self.suite.operations.iter().map(|op| (op.operation.id.clone(), Contract::new(op))).collect()
        })
    }

    /// Takes note of time spent waiting in vain for a state.
    pub(super) fn waste(&self, time: Duration) {
        self.wasted.fetch_add(millis(time), Ordering::Relaxed);
    }

    /// Changes how much may be spent waiting in vain.
    pub(super) fn limit_waste(&self, most: Duration) {
        self.waste_limit.store(millis(most), Ordering::Relaxed);
    }

    /// Takes note that a clause is probably broken: no need to be patient with it.
    pub(super) fn suspect(&self, clause: &str) {
        lock(&self.suspected).insert(clause.to_owned());
    }

    /// Takes note that a valid request of an operation was accepted just now.
    pub(super) fn accepted(&self, operation: &str) {
        let now = Instant::now();
        let mut accepted = lock(&self.accepted);
        match accepted.get_mut(operation) {
            Some(last) => *last = now,
            None => drop(accepted.insert(operation.to_owned(), now)),
        }
    }

    /// When one was accepted last.
    pub(super) fn last_accepted(&self, operation: &str) -> Option<Instant> {
        lock(&self.accepted).get(operation).copied()
    }

    /// The cases that found something after this time.
    pub(super) fn found_after(&self, since: Instant) -> BTreeSet<String> {
        let found = lock(&self.found);
        found.iter().filter(|(_, (_, at))| *at > since).map(|(case, _)| case.clone()).collect()
    }

    /// By operation, when something was found last.
    pub(super) fn unconfirmed(&self) -> BTreeMap<String, Instant> {
        let mut last = BTreeMap::new();
        for (operation, at) in lock(&self.found).values() {
            let known = last.entry(operation.clone()).or_insert(*at);
            *known = (*known).max(*at);
        }
        last
    }

    /// Takes note of when a case found something.
    pub(super) fn note_found(&self, case: &PlannedCase, at: Option<Instant>) {
        if let Some(at) = at {
            lock(&self.found).insert(case.spec.id.clone(), (case.op.operation.id.clone(), at));
        }
    }

    /// Whether a clause was found broken already, or probably is.
    pub(super) fn is_suspect(&self, clause: &str) -> bool {
        self.is_broken(clause) || lock(&self.suspected).contains(clause)
    }

    /// Takes note of the keys in a body that may be stored, on whatever resource.
    pub(super) fn sends(&self, body: &[u8]) {
        // Most bodies are texts, and to see that takes a fraction of the time that it takes to make others to texts.
        let text = std::str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
        lock(&self.words).extend(own_words(&text).filter_map(word));
    }

    /// Takes note of what a target may take for keys that is none, once it has not refused it; of every text, if it
    /// cannot be told what the body does.
    pub(super) fn sends_oddly(&self, body: &Value, every_text: bool) {
        let mut known = lock(&self.odd_keys);
        if known.len() < ODD_KEYS {
            known.extend(odd_keys(body, every_text));
        }
    }

    /// Whether a key is one of those, or made of one.
    pub(super) fn has_sent(&self, key: &str) -> bool {
        word(key).is_some_and(|word| lock(&self.words).contains(&word)) || lock(&self.odd_keys).contains(key)
    }

    /// Whether enough has been waited in vain.
    pub(super) fn is_impatient(&self) -> bool {
        self.wasted.load(Ordering::Relaxed) >= self.waste_limit.load(Ordering::Relaxed)
    }

    /// Takes note of requests spent on making failing inputs simpler.
    pub(super) fn shrunk(&self, exchanges: usize) {
        self.shrinking.fetch_add(exchanges as u64, Ordering::Relaxed);
    }

    /// Whether more may be spent on that, given the most for a whole run.
    pub(super) fn may_shrink(&self, most: u64) -> bool {
        self.shrinking.load(Ordering::Relaxed) < most
    }

    /// Takes note of how long a plain answer took.
    pub(super) fn answered_in(&self, time: Duration) {
        self.plain.0.fetch_add(1, Ordering::Relaxed);
        self.plain.1.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Requests at once to one resource, of cases that do not depend on each other: one, unless the target takes many
    /// or it takes long to answer.
    pub(super) fn width(&self) -> usize {
        let (count, time) = (self.plain.0.load(Ordering::Relaxed), self.plain.1.load(Ordering::Relaxed));
        let slow = count > 0 && Duration::from_micros(time / count) >= SLOW;
        if slow { self.settings.width.max(self.settings.concurrency) } else { self.settings.width.max(1) }
    }

    /// A place among all the requests that are under way; it is free again when it is dropped.
    pub(super) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        // There is always one to wait for.
        self.slots.acquire().await.ok()
    }

    pub(super) fn placeholders(&self, case: &PlannedCase) -> Placeholders {
        self.placeholders_named(&case.spec.id, &case.op.operation.valid)
    }

    pub(super) fn placeholders_named(&self, name: &str, valid: &str) -> Placeholders {
        Placeholders::new(self.settings.seed, &self.settings.run_id, name, valid)
    }

    /// Whether a clause was found broken already.
    pub(super) fn is_broken(&self, clause: &str) -> bool {
        self.tally().is_broken(clause)
    }

    /// Enters a finished case into the tally.
    pub(super) fn enter<'a>(
        &self,
        case: &PlannedCase,
        outcome: Outcome,
        findings: &[FindingReport],
        upheld: impl Iterator<Item = &'a str>,
        skip: Option<&(String, bool)>,
    ) {
        let mut tally = self.tally();
        for clause in upheld {
            tally.upheld(clause);
        }
        for finding in findings {
            let broken_by = &mut tally.clause(&finding.clause).broken_by;
            if !broken_by.contains(&case.spec.id) {
                broken_by.push(case.spec.id.clone());
            }
        }
        for clause in &case.spec.clauses {
            match (outcome, skip) {
                (_, Some((reason, true))) => tally.clause(clause).unmet.push(reason.clone()),
                (Outcome::Skip, Some((reason, false))) => tally.clause(clause).skipped.push(reason.clone()),
                (Outcome::Error, _) => {
                    let known = tally.clause(clause);
                    known.lost += 1;
                    if known.lost == 1 {
                        known.skipped.push("it could not be run to its end".to_owned());
                    }
                }
                _ if !findings.iter().any(|f| f.clause == *clause) => tally.upheld(clause),
                _ => {}
            }
        }
    }

    /// A command line that runs one case again against the same target.
    pub(super) fn replay_command(&self, case: &str) -> String {
        let mut line = format!("dewspec run --seed {} --run-id {}", self.settings.seed, self.settings.run_id);
        if !self.target.embedded {
            let mut options: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            if self.target.csms == self.target.kms {
                options.insert("--endpoint", self.target.csms.iter().map(String::as_str).collect());
            } else {
                options.insert("--csms-endpoint", self.target.csms.iter().map(String::as_str).collect());
                options.insert("--kms-endpoint", self.target.kms.iter().map(String::as_str).collect());
            }
            options.insert("--project-id", vec![&self.target.project_id]);
            options.insert("--secret-id", self.target.secret_ids.iter().map(String::as_str).collect());
            options.insert("--key-id", self.target.key_ids.iter().map(String::as_str).collect());
            for (name, values) in options {
                for value in values {
                    line.push_str(&format!(" {name} {value}"));
                }
            }
        }
        format!("{line} {case}")
    }
}
