use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::generate::Placeholders;
use crate::judge::readings::{Observation, Profile};
use crate::judge::{History, Secrets};
use crate::ledger::{Sender, SentKeys};
use crate::model::ResourceKind;
use crate::plan::PlannedCase;
use crate::suite::Suite;

/// Time in all that may be spent on one resource waiting for states that never come; afterwards patience is short.
const WASTE: Duration = Duration::from_secs(20);

/// What judging knows of a run beside the case at hand: the suite, and what all cases have shown so far. It has no clock,
/// sends nothing, and is the same for a run and for the record of it.
pub(crate) struct Knowledge {
    pub(crate) suite: Suite,
    pub(crate) secrets: Secrets,
    /// How long a write may take to show, at most.
    pub(crate) settle: Duration,
    seed: u64,
    run_id: String,
    profile: Mutex<Profile>,
    history: Mutex<History>,
    /// What cases have seen of open clauses and nobody has learned from yet.
    observed: Mutex<Vec<(String, Observation)>>,
    /// When a valid request of each operation was accepted last.
    accepted: Mutex<BTreeMap<String, Instant>>,
    sent: Mutex<SentKeys>,
    /// The most that may be wasted, in milliseconds.
    waste_limit: AtomicU64,
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Knowledge {
    /// Of a run with this seed and id, of which nothing is known yet.
    pub(crate) fn new(suite: &Suite, secrets: Secrets, settle: Duration, (seed, run_id): (u64, &str)) -> Self {
        Knowledge {
            profile: Mutex::new(Profile::new(suite)),
            suite: suite.clone(),
            secrets,
            settle,
            seed,
            run_id: run_id.to_owned(),
            history: Mutex::default(),
            observed: Mutex::default(),
            accepted: Mutex::default(),
            sent: Mutex::default(),
            waste_limit: AtomicU64::new(millis(WASTE)),
        }
    }

    /// The readings found.
    pub(crate) fn profile(&self) -> MutexGuard<'_, Profile> {
        lock(&self.profile)
    }

    /// What oracles remember.
    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        lock(&self.history)
    }

    /// What fills the placeholders of a case.
    pub(crate) fn placeholders(&self, case: &PlannedCase) -> Placeholders {
        self.placeholders_named(&case.spec.id, &case.op.operation.valid)
    }

    /// The same under another name than that of a case.
    pub(crate) fn placeholders_named(&self, name: &str, valid: &str) -> Placeholders {
        Placeholders::new(self.seed, &self.run_id, name, valid)
    }

    /// Changes how much time may be spent on one resource waiting in vain.
    pub(crate) fn limit_waste(&self, most: Duration) {
        self.waste_limit.store(millis(most), Ordering::Relaxed);
    }

    /// How much that is.
    pub(crate) fn waste_limit(&self) -> Duration {
        Duration::from_millis(self.waste_limit.load(Ordering::Relaxed))
    }

    /// Takes note of what a case has seen of an open clause.
    pub(crate) fn observed(&self, clause: String, observation: Observation) {
        lock(&self.observed).push((clause, observation));
    }

    /// What nobody has learned from yet.
    pub(crate) fn take_observed(&self) -> Vec<(String, Observation)> {
        std::mem::take(&mut *lock(&self.observed))
    }

    /// From here on, everybody knows what was seen up to now. Not before: whoever is at work at the same time shall not send
    /// other requests for it, as chance has it.
    pub(crate) fn learn(&self) {
        let mut observed = self.take_observed();
        observed.sort_by(|(_, one), (_, other)| one.case.cmp(&other.case));
        let mut profile = self.profile();
        observed.into_iter().for_each(|(clause, observation)| profile.observe(&clause, observation));
    }

    /// Takes note that a valid request of an operation was accepted, which was sent at this time.
    pub(crate) fn accepted(&self, operation: &str, sent: Instant) {
        let mut accepted = lock(&self.accepted);
        match accepted.get_mut(operation) {
            Some(last) => *last = sent.max(*last),
            None => drop(accepted.insert(operation.to_owned(), sent)),
        }
    }

    /// When one was accepted last.
    pub(crate) fn last_accepted(&self, operation: &str) -> Option<Instant> {
        lock(&self.accepted).get(operation).copied()
    }

    /// Takes note of the keys in a body that may be stored, on whatever resource.
    pub(crate) fn sends(&self, body: &[u8], sender: Option<Sender>) {
        lock(&self.sent).sends(body, sender);
    }

    /// Takes note of what a target may take for keys that is none, once it has not refused it; of every text, if it
    /// cannot be told what the body does.
    pub(crate) fn sends_oddly(&self, body: &Value, every_text: bool) {
        lock(&self.sent).sends_oddly(body, every_text);
    }

    /// Takes note of what shows on a resource that was sent to another one.
    pub(crate) fn look_for_strays<'k>(&self, kind: ResourceKind, id: &str, keys: impl Iterator<Item = &'k String>) {
        lock(&self.sent).look_for_strays(kind, id, keys);
    }

    /// What has shown where it was not sent, by operation.
    pub(crate) fn strays(&self) -> BTreeMap<String, String> {
        lock(&self.sent).strays().clone()
    }

    /// Whether a key is one that was sent, or has one of our words in it.
    pub(crate) fn has_sent(&self, key: &str) -> bool {
        lock(&self.sent).has_sent(key)
    }

    /// The same of an item with its value: what may be anybody's key is ours only beside a value of the same body.
    pub(crate) fn has_sent_item(&self, key: &str, value: &str) -> bool {
        lock(&self.sent).has_sent_item(key, value)
    }
}
