use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Mutex as AsyncMutex, Notify, RwLock};

use crate::model::{Attempt, FailureKind, Request};

/// Time in all that one operation may leave requests without an answer, at most; afterwards it counts as mute.
const MUTE_AFTER: Duration = Duration::from_secs(30);
/// The same in time limits of a request.
const MUTE_LIMITS: u32 = 6;
/// So many requests of one operation in a row are throttled, each of them for as long as it was tried, while others are
/// not; then nothing more is sent of it.
const THROTTLED: u32 = 12;
/// How long a request that is under way may take once the user wants everything to end.
const UNDER_WAY: Duration = Duration::from_secs(2);
/// Requests that are named as suspects of having stopped a target, at most.
const SUSPECTS: usize = 3;
/// A run that was told to slow down often enough to say how fast it may go.
const EPISODES: u32 = 2;
/// Requests of one case, as long as nothing else is known.
const OF_A_CASE: f64 = 2.0;

/// What is known of a target's condition: well, throttling, in maintenance, gone, or no longer willing to accept the
/// credentials. Fed by every attempt, asked by every sender.
#[derive(Debug)]
pub struct Health {
    state: Mutex<State>,
    /// Nothing is sent any more, but what the clean-up sends.
    over: AtomicBool,
    /// Nor even that.
    sealed: AtomicBool,
    /// The user wants it to end.
    interrupted: AtomicBool,
    /// There is a time when everything has to be over.
    bounded: AtomicBool,
    interruption: Notify,
    /// One canary at a time.
    pub(super) checking: AsyncMutex<()>,
    /// Held for reading by every request, and for writing by one that has to be sent alone.
    pub(super) gate: RwLock<()>,
    /// Requests answered, and cases done and left, for estimates.
    answered: AtomicU64,
    cases: (AtomicU64, AtomicU64),
}

#[derive(Debug, Default)]
struct State {
    /// How long everything may be held up, in all.
    patience: Duration,
    canaries: Vec<Canary>,
    /// The last look of each canary that was not good: what it was, and when.
    off: Vec<(Request, Condition, Instant)>,
    ended: Option<Ended>,
    /// How much of that is spent, and how long it was in all of the run.
    waited: Duration,
    held_up: Duration,
    episodes: Episodes,
    /// When everything has to be over.
    until: Option<Instant>,
    suspects: Vec<String>,
    /// When the target was seen to be down for the last time.
    down: Option<Instant>,
    /// How long it took to come back, each time.
    back: Vec<Duration>,
    /// How long each operation's requests have waited for nothing.
    unanswered: BTreeMap<String, Duration>,
    /// How many of each operation's requests in a row have been throttled while others were not.
    throttled: BTreeMap<String, u32>,
    /// Operations of which nothing more is sent, and why.
    mute: BTreeMap<String, String>,
    told: Option<UnboundedSender<String>>,
}

impl State {
    /// The newest canary that covers an operation or observer.
    fn covering(&self, operation: &str) -> Option<&Canary> {
        self.canaries.iter().find(|canary| canary.covers.contains(operation))
    }
}

/// How often the target has throttled.
#[derive(Debug, Default)]
struct Episodes {
    count: u32,
    /// When the first of them was over, and how many requests had been answered by then.
    since: Option<(Instant, u64)>,
    /// What was sent before this belongs to the last of them.
    until: Option<Instant>,
}

/// A request whose answer is known while all is well, for the operations whose answers it explains.
#[derive(Clone, Debug, Default)]
pub struct Canary {
    /// The operations and observers that share the target's condition.
    pub covers: BTreeSet<String>,
    /// A read that worked.
    pub read: Option<Request>,
    /// The statuses with which it works.
    pub success: Vec<u16>,
    /// By operation, a request that is refused with a known status and does nothing.
    pub refusals: BTreeMap<String, (Request, u16)>,
    /// When the last good one was sent.
    pub(super) last_good: Option<Instant>,
    /// When the last one was sent.
    pub(super) last: Option<Instant>,
    /// The last one was not good.
    pub(super) is_off: bool,
    /// When the first good one after one that was not was sent.
    pub(super) recovered: Option<Instant>,
}

/// Why a run ends early.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The kind of reason.
    pub by: EndedBy,
    /// The reason in one sentence, for people.
    pub why: String,
    /// What was found after this is not the target's fault, or not provably.
    pub since: Instant,
    /// Requests that were under way when it ended, if it may have been their doing.
    pub suspects: Vec<String>,
}

/// What ends a run early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// The credentials are not accepted any more.
    Credentials,
    /// The target throttles for longer than the run can bear.
    Throttle,
    /// It is in maintenance for longer than that.
    Maintenance,
    /// The target does not answer any more.
    Gone,
    /// What could be read at the beginning cannot be read any more.
    Changed,
    /// It cannot be noted any more what is about to be stored.
    Journal,
}

/// A canary's request, the statuses with which it is answered while all is well, and whether it is a read.
pub(super) type Known = (Request, Vec<u16>, bool);

/// What one canary says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// As at the beginning.
    Well,
    /// The credentials are refused.
    Unauthorised(u16),
    /// 429, or a server error.
    Unwell(u16),
    /// No connection, or one that was closed without a word.
    Down(String),
    /// No usable answer.
    Silent(String),
    /// Another answer than at the beginning.
    Changed(u16),
    /// There is no canary.
    Unknown,
}

impl Canary {
    /// None yet, for these operations and observers.
    pub fn of(covers: BTreeSet<String>) -> Self {
        Canary { covers, ..Canary::default() }
    }
}

impl Health {
    /// Of a target of which nothing is known yet; it may hold up a run for so long in all.
    pub fn new(max_wait: Duration) -> Self {
        Health {
            state: Mutex::new(State { patience: max_wait, ..State::default() }),
            over: AtomicBool::new(false),
            sealed: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            bounded: AtomicBool::new(false),
            interruption: Notify::new(),
            checking: AsyncMutex::new(()),
            gate: RwLock::new(()),
            answered: AtomicU64::new(0),
            cases: Default::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends what there is to say while waiting to this channel.
    pub fn tell_to(&self, channel: UnboundedSender<String>) {
        self.state().told = Some(channel);
    }

    /// Says what is waited for.
    pub fn tell_waiting(&self, what: impl FnOnce() -> String) {
        if let Some(told) = &self.state().told {
            // Whoever listens may have gone already.
            let _ = told.send(what());
        }
    }

    /// From now on this request tells the condition of what it covers. It has worked when it was sent at this time.
    pub fn watch(&self, canary: Canary, sent: Option<Instant>) {
        let sent = sent.or_else(|| Some(Instant::now()));
        // The newest is asked first.
        self.state().canaries.insert(0, Canary { last_good: sent, last: sent, ..canary });
    }

    /// The canary for an operation's answers: a refusal of its own, or else the read.
    pub(super) fn canary(&self, operation: &str) -> Option<Known> {
        let refusal = self.state().covering(operation)?.refusals.get(operation).cloned();
        refusal.map(|(request, status)| (request, vec![status], false)).or_else(|| self.read_canary(operation))
    }

    /// The read that covers an operation, if it worked.
    pub(super) fn read_canary(&self, operation: &str) -> Option<Known> {
        let state = self.state();
        let canary = state.covering(operation)?;
        Some((canary.read.clone()?, canary.success.clone(), true))
    }

    /// What a canary said, if it was not good and no older than this: whoever else waits for it need not look again.
    pub(super) fn off_within(&self, request: &Request, age: Duration) -> Option<(Condition, Instant)> {
        let state = self.state();
        let (_, condition, at) = state.off.iter().find(|(known, ..)| known == request)?;
        (at.elapsed() < age).then(|| (condition.clone(), *at))
    }

    /// Takes note of what a canary said that was sent at this time.
    pub(super) fn checked(&self, operation: &str, request: &Request, sent: Instant, condition: &Condition) {
        let good = *condition == Condition::Well;
        let mut state = self.state();
        state.off.retain(|(known, ..)| known != request);
        if !good {
            state.off.push((request.clone(), condition.clone(), sent));
        }
        for canary in state.canaries.iter_mut().filter(|canary| canary.covers.contains(operation)) {
            canary.last = canary.last.max(Some(sent));
            if good {
                canary.last_good = canary.last_good.max(Some(sent));
                if std::mem::take(&mut canary.is_off) {
                    canary.recovered = Some(sent);
                }
            } else {
                canary.is_off = true;
            }
        }
    }

    /// When the last good canary of an operation was sent.
    pub fn last_good(&self, operation: &str) -> Option<Instant> {
        self.state().covering(operation)?.last_good
    }

    /// Whether the target was seen to be unwell, and well again only after this time.
    pub(super) fn was_unwell_at(&self, operation: &str, at: Instant) -> bool {
        self.state().covering(operation).and_then(|canary| canary.recovered).is_some_and(|recovered| at < recovered)
    }

    /// Whether a canary of an operation was sent so recently that another one would be too many.
    pub fn was_checked_within(&self, operation: &str, time: Duration) -> bool {
        let last = self.state().covering(operation).and_then(|canary| canary.last);
        last.is_some_and(|last| last.elapsed() < time)
    }

    /// Ends the run: nothing more is sent, but by the clean-up. The first reason stands.
    pub fn end(&self, by: EndedBy, why: String, since: Instant) {
        let mut state = self.state();
        if state.ended.is_none() {
            let suspects = std::mem::take(&mut state.suspects);
            state.ended = Some(Ended { by, why, since, suspects });
            self.over.store(true, Ordering::Relaxed);
        }
    }

    /// Why the run has ended early, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.state().ended.clone()
    }

    /// Whether the run has ended early.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// A target that had stopped answering is back.
    pub fn revive(&self) {
        let mut state = self.state();
        state.ended = None;
        state.unanswered.clear();
        state.mute.clear();
        state.throttled.clear();
        state.suspects.clear();
        self.over.store(false, Ordering::Relaxed);
    }

    /// From now on what is sent belongs to the clean-up, which has so much time.
    pub fn begin_clean_up(&self, time: Option<Duration>) {
        let mut state = self.state();
        if let Some(time) = time {
            let until = Instant::now() + time;
            state.until = Some(state.until.map_or(until, |earlier| earlier.min(until)));
            // What it takes to clean up is worth waiting for, however long the run has waited.
            (state.waited, state.patience) = (Duration::ZERO, time);
            self.bounded.store(true, Ordering::Relaxed);
        }
        self.over.store(false, Ordering::Relaxed);
    }

    /// Nothing at all is sent any more.
    pub fn seal(&self) {
        self.sealed.store(true, Ordering::Relaxed);
    }

    /// Whether nothing at all is sent any more.
    pub fn is_sealed(&self) -> bool {
        self.sealed.load(Ordering::Relaxed)
    }

    /// Everything has to be over after this time, waits are cut short.
    pub fn interrupt(&self, time: Duration) {
        self.state().until = Some(Instant::now() + time);
        self.bounded.store(true, Ordering::Relaxed);
        self.interrupted.store(true, Ordering::Relaxed);
        self.interruption.notify_waiters();
    }

    /// Whether the user wants it to end.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Waits, unless the user wants it to end.
    pub(super) async fn sleep(&self, time: Duration) {
        self.wait_for(tokio::time::sleep(time)).await;
    }

    /// Waits for something, unless the user wants it to end; whether it has come.
    pub(super) async fn wait_for(&self, what: impl Future<Output = ()>) -> bool {
        let interruption = self.interruption.notified();
        if self.is_interrupted() {
            return false;
        }
        tokio::select! {
            () = what => true,
            () = interruption => false,
        }
    }

    /// When everything has to be over; `Err` if that is now, or nothing is to be sent any more.
    pub(super) fn until(&self) -> Result<Option<Instant>, ()> {
        if self.over.load(Ordering::Relaxed) || self.sealed.load(Ordering::Relaxed) {
            return Err(());
        }
        if !self.bounded.load(Ordering::Relaxed) {
            return Ok(None);
        }
        match self.state().until {
            Some(until) if until <= Instant::now() => Err(()),
            until => Ok(until),
        }
    }

    pub(super) fn answered(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// So many cases will run.
    pub fn expect_cases(&self, count: usize) {
        self.cases.1.store(count as u64, Ordering::Relaxed);
    }

    /// One of them has come to its end.
    pub fn case_done(&self) {
        self.cases.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests are still to come, as far as can be told.
    pub(super) fn requests_left(&self) -> u64 {
        let (done, all) = (self.cases.0.load(Ordering::Relaxed), self.cases.1.load(Ordering::Relaxed));
        let left = all.saturating_sub(done) as f64;
        let of_a_case = if done < 50 { OF_A_CASE } else { self.answered.load(Ordering::Relaxed) as f64 / done as f64 };
        (left * of_a_case) as u64
    }

    /// A request that was sent at the first of these times was throttled at the second. Returns how long the rest will take at the pace that the
    /// target allows, once there is one to be seen.
    pub(super) fn throttled(&self, sent: Instant, came: Instant) -> Option<Duration> {
        let answered = self.answered.load(Ordering::Relaxed);
        let left = self.requests_left();
        let mut state = self.state();
        let episodes = &mut state.episodes;
        if episodes.until.is_none_or(|until| sent > until) {
            episodes.count += 1;
            episodes.until = Some(came);
        }
        let (since, before) = episodes.since.filter(|_| episodes.count > EPISODES)?;
        let rate =
            answered.saturating_sub(before) as f64 / came.saturating_duration_since(since).as_secs_f64().max(0.001);
        (rate > 0.0).then(|| Duration::from_secs_f64((left as f64 / rate).min(1e9)))
    }

    /// A throttled request was answered at last: what was sent until now belongs to the same episode.
    pub(super) fn throttle_over(&self, came: Instant) {
        let answered = self.answered.load(Ordering::Relaxed);
        let mut state = self.state();
        state.episodes.until = Some(came);
        state.episodes.since.get_or_insert((came, answered));
    }

    /// Takes note that everything is held up for so long; `false` if that is more than the run can bear.
    pub(super) fn may_wait(&self, wait: Duration) -> bool {
        let mut state = self.state();
        let within = state.until.is_none_or(|until| Instant::now() + wait < until);
        let bearable = state.waited + wait <= state.patience;
        if bearable {
            state.waited += wait;
            state.held_up += wait;
        }
        within && bearable
    }

    /// Takes note that the target was down at this time.
    pub(super) fn note_down(&self, at: Instant) {
        self.state().down = Some(at);
    }

    /// Takes note that it is back after so long.
    pub(super) fn note_back(&self, after: Duration) {
        self.state().back.push(after);
    }

    /// How long the target was down, each time that it came back.
    pub fn downtimes(&self) -> Vec<Duration> {
        self.state().back.clone()
    }

    /// Whether the target has been down after this time.
    pub(super) fn was_down_since(&self, since: Instant) -> bool {
        self.state().down.is_some_and(|down| down > since)
    }

    /// How long everything has been held up, in all of the run.
    pub fn held_up(&self) -> Duration {
        self.state().held_up
    }

    /// How long everything may be held up, in all.
    pub(super) fn patience(&self) -> Duration {
        self.state().patience
    }

    /// Completes when what is under way must not be waited for any longer.
    pub(super) async fn last_moment(&self) {
        let interruption = self.interruption.notified();
        if !self.is_interrupted() {
            interruption.await;
        }
        tokio::time::sleep(UNDER_WAY).await;
    }

    /// Takes note of a request that was under way when the target stopped answering.
    pub(super) fn suspect(&self, request: &Request) {
        let mut state = self.state();
        let shown = shown(request);
        if state.suspects.len() < SUSPECTS && !state.suspects.contains(&shown) {
            state.suspects.push(shown);
        }
    }

    /// It was answered after all.
    pub(super) fn exonerate(&self, request: &Request) {
        let mut state = self.state();
        if !state.throttled.is_empty() {
            state.throttled.remove(&request.operation);
        }
        if !state.suspects.is_empty() {
            let shown = shown(request);
            state.suspects.retain(|suspect| *suspect != shown);
        }
    }

    /// Takes note of a request of an operation that got no answer within the time limit; whether it is mute now.
    pub(super) fn unanswered(&self, operation: &str, time: Duration, limit: Duration) -> bool {
        let mut state = self.state();
        let waited = state.unanswered.entry(operation.to_owned()).or_default();
        *waited += time;
        let mute = *waited >= (limit * MUTE_LIMITS).min(MUTE_AFTER);
        if mute {
            let why = "the operation has left too many requests without an answer".to_owned();
            state.mute.entry(operation.to_owned()).or_insert(why);
        }
        mute
    }

    /// Takes note of a request that was throttled for as long as it was tried, while others were not.
    pub(super) fn throttled_alone(&self, operation: &str, status: u16) {
        let mut state = self.state();
        let count = state.throttled.entry(operation.to_owned()).or_default();
        *count += 1;
        if *count >= THROTTLED {
            let why = format!("the target answers every request of {operation} with {status}, and no others");
            state.mute.entry(operation.to_owned()).or_insert(why);
        }
    }

    /// Nothing more is sent of an operation, for a reason that is not its own.
    pub fn mute(&self, operation: &str, why: String) {
        self.state().mute.entry(operation.to_owned()).or_insert(why);
    }

    /// Whether nothing more is sent of an operation.
    pub fn is_mute(&self, operation: &str) -> bool {
        self.state().mute.contains_key(operation)
    }

    /// Why nothing more is sent of an operation.
    pub fn why_mute(&self, operation: &str) -> Option<String> {
        self.state().mute.get(operation).cloned()
    }
}

/// A request in one line, without credentials: people look for it in their logs.
fn shown(request: &Request) -> String {
    const BODY: usize = 40;
    let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default());
    let more = if body.chars().count() > BODY { "…" } else { "" };
    let body: String = body.chars().take(BODY).collect();
    // The host is the target's, which everybody knows.
    let path = request.url.splitn(4, '/').nth(3).unwrap_or(&request.url);
    format!("{} /{path} {body}{more}", request.method).trim_end().to_owned()
}

/// What an attempt of a canary says.
pub(super) fn condition(attempt: &Attempt, success: &[u16], is_read: bool) -> Condition {
    match &attempt.answer {
        Err(failure) => match failure.kind {
            FailureKind::Unreachable | FailureKind::Lost => Condition::Down(failure.message.clone()),
            FailureKind::Unrecorded => Condition::Unknown,
            _ => Condition::Silent(failure.message.clone()),
        },
        // A page in the place of a list is somebody else's, whatever its status.
        Ok(response) if is_read && success.contains(&response.status) && !response.begins_as_json() => {
            Condition::Changed(response.status)
        }
        Ok(response) if success.contains(&response.status) => Condition::Well,
        Ok(response) => match response.status {
            status @ (401 | 403) => Condition::Unauthorised(status),
            status if status == 429 || status >= 500 => Condition::Unwell(status),
            status if is_read => Condition::Changed(status),
            _ => Condition::Well,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Failure, Response};

    fn health() -> Health {
        Health::new(Duration::from_secs(10))
    }

    #[test]
    fn an_operation_is_mute_after_all_the_time_it_took() {
        let health = health();
        let limit = Duration::from_secs(60);
        assert!(!health.unanswered("a", MUTE_AFTER / 2, limit) && health.unanswered("a", MUTE_AFTER / 2, limit));
        assert!(!health.unanswered("b", MUTE_AFTER / 2, limit));
        assert!(health.is_mute("a") && !health.is_mute("b") && !health.is_mute("c"));
        health.revive();
        assert!(!health.is_mute("a"));
    }

    #[test]
    fn an_operation_is_mute_once_nothing_of_it_is_answered_but_throttled() {
        let health = health();
        let (operation, method, url) = ("a".to_owned(), "POST".to_owned(), String::new());
        let request = Request { operation, method, url, headers: Vec::new(), body: None };
        (1..THROTTLED).for_each(|_| health.throttled_alone("a", 429));
        health.exonerate(&request);
        (1..THROTTLED).for_each(|_| health.throttled_alone("a", 429));
        assert!(!health.is_mute("a"), "one was answered in between");
        health.throttled_alone("a", 429);
        assert!(health.why_mute("a").is_some_and(|why| why.contains("429")) && !health.is_mute("b"));
    }

    #[test]
    fn the_first_reason_to_end_stands_and_only_the_clean_up_goes_on() {
        let health = health();
        assert_eq!(health.until(), Ok(None));
        health.end(EndedBy::Credentials, "expired".to_owned(), Instant::now());
        health.end(EndedBy::Gone, "gone".to_owned(), Instant::now());
        assert_eq!(
            health.ended().map(|ended| (ended.by, ended.why)),
            Some((EndedBy::Credentials, "expired".to_owned()))
        );
        assert!(health.is_over() && health.until().is_err());
        health.begin_clean_up(Some(Duration::from_secs(60)));
        assert!(health.until().is_ok_and(|until| until.is_some()));
        health.seal();
        assert!(health.until().is_err() && health.ended().is_some());
    }

    #[test]
    fn waits_add_up_to_no_more_than_a_run_can_bear() {
        let health = health();
        assert!(health.may_wait(Duration::from_secs(6)));
        assert!(!health.may_wait(Duration::from_secs(6)), "it would be twelve of ten");
        assert!(health.may_wait(Duration::from_secs(4)));
    }

    #[test]
    fn how_long_the_rest_takes_is_told_once_the_pace_is_seen() {
        let health = health();
        health.expect_cases(1_000_000);
        assert_eq!(health.throttled(Instant::now(), Instant::now()), None);
        health.throttle_over(Instant::now());
        (0..10).for_each(|_| health.answered());
        std::thread::sleep(Duration::from_millis(2));
        let sent = Instant::now();
        assert_eq!(health.throttled(sent, Instant::now()), None, "the second time");
        health.throttle_over(Instant::now());
        std::thread::sleep(Duration::from_millis(2));
        let rest = health.throttled(Instant::now(), Instant::now()).expect("the third time tells");
        assert!(rest > Duration::from_secs(100), "{rest:?}");
    }

    #[test]
    fn conditions_are_told_by_what_the_canary_meets() {
        let body = |text: &str| text.as_bytes().to_vec();
        let said = |status, text| {
            Attempt::new(Ok(Response { status, body: body(text), ..Response::default() }), Duration::ZERO)
        };
        let answered = |status| said(status, "{}");
        assert_eq!(condition(&said(200, "<html>"), &[200], true), Condition::Changed(200), "a page of maintenance");
        let of = |status, is_read| condition(&answered(status), &[200], is_read);
        assert_eq!(of(200, true), Condition::Well);
        assert_eq!((of(401, true), of(403, false)), (Condition::Unauthorised(401), Condition::Unauthorised(403)));
        assert_eq!((of(503, true), of(429, false)), (Condition::Unwell(503), Condition::Unwell(429)));
        assert_eq!((of(404, true), of(404, false)), (Condition::Changed(404), Condition::Well));
        let lost = Failure { kind: FailureKind::Lost, message: "closed".to_owned() };
        let lost = Attempt::new(Err(lost), Duration::ZERO);
        assert_eq!(condition(&lost, &[200], true), Condition::Down("closed".to_owned()));
    }
}
