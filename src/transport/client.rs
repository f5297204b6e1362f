use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::health::{Condition, EndedBy, Health, Known, condition};
use super::rate_limit::RateLimit;
use super::retry_after::retry_after;
use super::transport_trait::{Received, Transport, Tried, WireOptions};
use crate::model::{Attempt, AttemptKind, Clock, Exchange, Failure, FailureKind, Request, Response};

/// Bounds of what one request may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest wait for one whole answer.
    pub timeout: Duration,
    /// Bytes of a body that are read, at most.
    pub body: usize,
    /// Requests a second.
    pub rate: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { timeout: Duration::from_secs(10), body: 1 << 20, rate: None }
    }
}

/// The first wait of a throttled request that is not told how long to wait; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait that nobody has asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// So often is a request throttled while the canary is not, and then it is its own answer.
const OWN_ANSWER: u32 = 4;
/// How long a throttle is waited for where there is no canary that could tell.
const BLIND_PATIENCE: Duration = Duration::from_secs(30);
/// What is said of the rest is a guess, and mostly too much: only what is so many times too long ends a run at once.
const SURELY: u32 = 2;
/// Pause before a request that got no answer is sent again.
const AGAIN: Duration = Duration::from_millis(100);
/// How often a request whose connection was lost is sent, at most, and one whose answer was cut or garbled: on a network that
/// loses one in ten, chance alone hardly takes so many in a row.
const TRIES: usize = 5;
const TRIES_IF_GARBLED: usize = 4;
/// How often one that nobody answered in time is sent, at most.
const TRIES_IF_SILENT: usize = 2;
/// How often good credentials are shown again with what only reads or deletes, at most.
const REFUSED_AGAIN: usize = 3;
/// How often a gateway's word that it got no good answer is asked again, at most.
const TRIES_OF_GATEWAYS: usize = 4;
/// How often a request is sent to a target that is down each time, at most.
const DOWN: usize = 8;
/// A connection that took so long to fail is not tried again at once.
const LONG: Duration = Duration::from_secs(2);
/// How long a target that stopped answering may take to come back, and between two looks whether it has.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same, in time limits of a request, of one that takes connections and says nothing.
const SILENT_PATIENCE: u32 = 3;
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const LOOK_AGAIN_MOST: Duration = Duration::from_secs(1);
/// Longest wait for the answer to a canary.
const CANARY_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends requests. Cheap to clone; clones share connections, pace, health and the count of requests.
#[derive(Clone)]
pub struct Client {
    transport: Arc<dyn Transport>,
    limits: Limits,
    rate_limit: Arc<RateLimit>,
    health: Arc<Health>,
    sent: Arc<AtomicU64>,
    /// A request was throttled for its own sake: there is no use in waiting so long for the next one.
    throttles_inputs: Arc<AtomicBool>,
    clock: Clock,
}

/// What to do after a try that is no plain answer.
enum Next {
    /// Once more.
    Again,
    /// Once more, with nothing else under way.
    AgainAlone,
    /// The same, and the target seen to be well right before: it went down when this was under way.
    AgainSuspected,
    /// Once more, since the whole target was unwell, and is well again.
    Recovered,
    /// It is what it is.
    Stands,
    /// The target went down with it, twice.
    Fatal,
    /// The target goes down again and again, whoever is asking.
    Inconclusive,
}

/// When a request was sent, and when it had come to its end. They are those of the try itself, and not of when somebody
/// looked at it: when a record is judged, they are the same.
#[derive(Clone, Copy, Debug)]
struct Times {
    sent: Instant,
    came: Instant,
}

/// What else is under way beside a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Company {
    /// Whatever others send.
    Others,
    /// Nothing.
    Alone,
    /// Nothing, and the target is well when it is sent: what becomes of the target then is this request's doing.
    AloneAndWell,
}

/// What became of something surprising that was held against the canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The target is well: it is what it seems.
    Sound,
    /// It was unwell, and is well again: it may be due to that.
    Shaken,
    /// The run is over.
    Over,
}

/// What became of waiting until the target answers its canary as it did before.
enum Waited {
    /// It does; `at_once` if it never did otherwise, so that an answer is about its request.
    Well { at_once: bool },
    /// There is no canary.
    Unknown,
    /// It is only this operation that the target throttles, or that is in maintenance: nothing more is sent of it.
    Mute,
    /// The run is over.
    Over,
}

/// How a target that is not well is waited for.
struct Wait {
    /// The first pause between two canaries, and the longest: each is twice the one before.
    pauses: (Duration, Duration),
    /// How long it may take no connections, and how long it may take them and say nothing.
    down: Duration,
    silent: Duration,
}

/// How long something else may answer in the target's place, as while it is deployed anew.
const ELSEWHERE_PATIENCE: Duration = Duration::from_secs(20);
/// How long good credentials may be refused. Those that have ended stay refused.
const REFUSED_PATIENCE: Duration = Duration::from_secs(5);
/// What is refused for a shorter time is refused by chance, and not for the pace.
const BAN: Duration = Duration::from_secs(1);
/// How long one operation may be throttled, or in maintenance, while others are not.
const OPERATION_PATIENCE: Duration = Duration::from_secs(20);

impl Client {
    /// A client of one target.
    pub fn new(transport: Arc<dyn Transport>, limits: Limits, health: Arc<Health>) -> Self {
        let rate_limit = Arc::new(RateLimit::new(limits.rate));
        let clock = Clock::starting();
        Client { transport, limits, rate_limit, health, sent: Arc::default(), throttles_inputs: Arc::default(), clock }
    }

    /// The same in another time.
    pub fn with_clock(self, clock: Clock) -> Self {
        Client { clock, ..self }
    }

    /// A clone that shares everything but connections.
    pub fn with_own_connections(&self) -> Self {
        Client { transport: self.transport.fresh(), ..self.clone() }
    }

    /// How many requests were sent, every try counted.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// What is known of the target's condition.
    pub fn health(&self) -> &Arc<Health> {
        &self.health
    }

    /// Gets what requests are authenticated with; see [`Transport::authenticate`].
    pub async fn authenticate(&self) -> Option<Result<String, String>> {
        self.transport.authenticate().await
    }

    /// What the transport has done that nobody saw.
    pub fn notes(&self) -> Vec<String> {
        self.transport.notes()
    }

    /// Sends one request, again where that makes sense: after a lost connection, a server error, or as often as a
    /// target throttles. All tries are kept.
    pub async fn send(&self, request: Request) -> Exchange {
        self.send_over(request, WireOptions::default()).await.0
    }

    /// The same with everything that is unusual about it; besides, the bytes after the head of the answer if the
    /// connection is a raw one. `None` in the place of the answer's bytes if the transport cannot show them, with a
    /// failure of the kind [`FailureKind::Abandoned`].
    pub async fn send_over(&self, request: Request, options: WireOptions) -> (Exchange, Option<Vec<u8>>) {
        let mut earlier = Vec::new();
        let (mut throttled, mut company, mut began) = (0, Company::Others, None);
        loop {
            // What was lost may have been lost with a connection that had been kept.
            let was_lost = earlier.last().is_some_and(|last: &Attempt| is_lost(&last.answer));
            let options = WireOptions { unused: was_lost, ..options };
            let (attempt, after_head, sent) = self.attempt(&request, options, company).await;
            let times = Times { sent, came: sent + attempt.elapsed };
            let next = match (attempt.kind(), &attempt.answer) {
                (_, Err(failure)) => self.no_answer(&request, failure, times, &earlier, company).await,
                (AttemptKind::Throttled, Ok(response)) => {
                    let since = *began.get_or_insert(sent);
                    self.throttled(&request, response, times, (&mut throttled, since)).await
                }
                (_, Ok(response)) if response.status >= 500 && !options.errors_stand => {
                    self.server_error(&request, response, times, &earlier).await
                }
                (kind, Ok(_)) => {
                    self.answered(&request, began.take(), times.came);
                    // What is only read or deleted is refused for no reason of its own: the credentials may have ended.
                    let refused = earlier.iter().filter(|a| a.kind() == AttemptKind::Unauthorised).count();
                    if kind == AttemptKind::Unauthorised
                        && request.method != "POST"
                        && matches!(self.shares(&request, times).await, Waited::Well { .. })
                        && refused < REFUSED_AGAIN
                    {
                        Next::Again
                    } else {
                        Next::Stands
                    }
                }
            };
            let next =
                if options.once && !matches!(next, Next::Fatal | Next::Inconclusive) { Next::Stands } else { next };
            company = match next {
                Next::AgainAlone => Company::Alone,
                Next::AgainSuspected => Company::AloneAndWell,
                _ => Company::Others,
            };
            let is_last = matches!(next, Next::Stands | Next::Fatal | Next::Inconclusive);
            if is_last || self.health.until().is_err() {
                let Attempt { mut answer, elapsed, .. } = attempt;
                if let Err(failure) = &mut answer {
                    failure.kind = match next {
                        Next::Fatal => FailureKind::Fatal,
                        Next::Inconclusive => FailureKind::Abandoned,
                        _ => failure.kind,
                    };
                }
                return (Exchange { request, answer, elapsed, earlier, sent: Some(sent) }, after_head);
            }
            // Whatever came while the target was down, throttled or unwell says nothing of the request.
            let shared = matches!(next, Next::Recovered | Next::AgainAlone | Next::AgainSuspected);
            earlier.push(Attempt { shared, ..attempt });
            if matches!(next, Next::Recovered) {
                earlier.iter_mut().for_each(|attempt| attempt.shared = true);
            }
        }
    }

    /// One try, in its turn.
    async fn attempt(
        &self,
        request: &Request,
        options: WireOptions,
        company: Company,
    ) -> (Attempt, Option<Vec<u8>>, Instant) {
        if !self.health.wait_for(self.rate_limit.turn()).await {
            self.rate_limit.hurried_turn().await;
        }
        // One that may bring the target down goes by itself, so that it is known which one it was.
        let (_one, _many) = if company == Company::Others {
            (None, Some(self.health.gate.read().await))
        } else {
            (Some(self.health.gate.write().await), None)
        };
        if company == Company::AloneAndWell {
            // Another suspect may have brought it down just before. Who waits in vain finds that the run is over, below.
            let now = Instant::now();
            let times = Times { sent: now, came: now };
            self.until_well(&request.operation, times, Health::canary, &self.briskly(PATIENCE)).await;
        }
        self.transport.ready(request, &options).await;
        let sent = Instant::now();
        let Ok(until) = self.health.until() else { return (abandoned(), None, sent) };
        self.sent.fetch_add(1, Ordering::Relaxed);
        let options = WireOptions { until, ..options };
        let answer = tokio::select! {
            answer = self.transport.exchange(request, &options) => answer,
            () = self.health.last_moment() => None,
        };
        let Some(Tried { answer, sent, elapsed }) = answer else { return (abandoned(), None, sent) };
        match answer {
            Ok(Received { response, after_head }) => (Attempt::new(Ok(response), elapsed), after_head, sent),
            Err(failure) => (Attempt::new(Err(failure), elapsed), None, sent),
        }
    }

    fn answered(&self, request: &Request, throttled_since: Option<Instant>, came: Instant) {
        self.health.answered();
        match throttled_since {
            Some(since) => {
                self.rate_limit.slow_down(since, came);
                self.health.throttle_over(came);
                self.health.tell_waiting(String::new);
                self.throttles_inputs.store(false, Ordering::Relaxed);
            }
            None => self.rate_limit.answered(),
        }
        self.health.exonerate(request);
    }

    /// 429 and 503: the target's condition, unless its canary says otherwise again and again. `tries` counts the answers
    /// that were the request's own so far, `since` is when the first of them came.
    async fn throttled(
        &self,
        request: &Request,
        response: &Response,
        times: Times,
        (tries, since): (&mut u32, Instant),
    ) -> Next {
        let sent = times.sent;
        let rest = self.health.throttled(sent, times.came);
        let bearable = self.health.patience() * SURELY;
        if let Some(rest) = rest.filter(|rest| *rest > bearable && self.health.ended().is_none()) {
            self.give_up(response.status, sent, Some(rest));
            return Next::Stands;
        }
        let known = self.throttles_inputs.load(Ordering::Relaxed);
        if *tries > 0 || known {
            // It has been waited for already, and in vain: is that the target's condition?
            match self.shares(request, times).await {
                Waited::Well { at_once: true } => *tries += 1,
                Waited::Well { at_once: false } => {
                    *tries = 0;
                    return Next::Recovered;
                }
                Waited::Unknown if times.came.saturating_duration_since(since) < BLIND_PATIENCE => *tries += 1,
                Waited::Unknown | Waited::Mute | Waited::Over => return Next::Stands,
            }
        } else {
            *tries = 1;
        }
        let blind = self.health.canary(&request.operation).is_none();
        if !blind && *tries >= if known { 2 } else { OWN_ANSWER } {
            self.throttles_inputs.store(true, Ordering::Relaxed);
            self.health.throttled_alone(&request.operation, response.status);
            return Next::Stands;
        }
        let wait = (FIRST_WAIT * 2u32.saturating_pow(*tries - 1)).min(LONGEST_WAIT);
        if known {
            self.health.sleep(FIRST_WAIT).await;
            return Next::AgainAlone;
        }
        let wait = wait.max(retry_after(response, self.clock.now()).unwrap_or_default());
        // By itself, so that others do not take what the target allows.
        if self.hold(wait, response.status, sent) { Next::AgainAlone } else { Next::Stands }
    }

    /// Holds everything back for a while; `false` if that is more than the run can bear, which ends it.
    fn hold(&self, wait: Duration, status: u16, sent: Instant) -> bool {
        if self.health.is_interrupted() {
            return false;
        }
        let longer = self.rate_limit.pause(wait);
        if longer.is_zero() || self.health.may_wait(longer) {
            if longer >= FIRST_WAIT {
                let left = self.health.requests_left();
                self.health.tell_waiting(|| {
                    let what = if status == 429 { "throttles" } else { "throttles, or is unavailable" };
                    format!("the target {what} ({status}): {:.1} s; about {left} requests are left", seconds(wait))
                });
            }
            return true;
        }
        self.rate_limit.go_on();
        self.give_up(status, sent, None);
        false
    }

    /// The same while something else than the target answers, or refuses what it took before: that may pass.
    fn hold_back(&self, wait: Duration, status: u16) -> bool {
        if self.health.is_interrupted() {
            return false;
        }
        let longer = self.rate_limit.pause(wait);
        self.health
            .tell_waiting(|| format!("what worked before is answered with {status}: waiting whether that passes"));
        longer.is_zero() || self.health.may_wait(longer)
    }

    fn give_up(&self, status: u16, sent: Instant, rest: Option<Duration>) {
        let most = seconds(self.health.patience());
        let how_long = match rest {
            Some(rest) => format!(
                "the rest of the run would take about {:.0} s at the pace it allows (--rate keeps to one that it bears)",
                seconds(rest)
            ),
            None => "it would have to be waited for even longer".to_owned(),
        };
        let (by, what) = match status {
            429 => (EndedBy::Throttle, "throttles"),
            _ => (EndedBy::Maintenance, "throttles, or is unavailable"),
        };
        self.health.end(by, format!("the target {what} ({status}): {how_long}, and --max-wait is {most:.0} s"), sent);
    }

    /// Any other server error: once more, and then it stands, unless the whole target is unwell.
    async fn server_error(&self, request: &Request, response: &Response, times: Times, earlier: &[Attempt]) -> Next {
        self.answered(request, None, times.came);
        // What nobody documents need not be there the second time, either.
        if matches!(response.status, 501 | 505) {
            return Next::Stands;
        }
        let before = earlier.iter().rev().take_while(|a| a.status().is_some_and(|s| s >= 500)).count();
        // Those of a load balancer come by chance, wherever it has lost one of many servers.
        let most = if matches!(response.status, 502 | 504) { TRIES_OF_GATEWAYS } else { 2 };
        if before == 0 {
            return Next::Again;
        }
        match self.shares(request, times).await {
            Waited::Well { at_once: false } => Next::Recovered,
            Waited::Well { .. } if before + 1 < most => Next::Again,
            Waited::Well { .. } | Waited::Unknown | Waited::Mute | Waited::Over => Next::Stands,
        }
    }

    /// Whether the whole target was as it was with this request.
    async fn shares(&self, request: &Request, times: Times) -> Waited {
        self.until_well(&request.operation, times, Health::canary, &self.patiently()).await
    }

    /// Waits until the target answers an operation's canary as it did before, or the run is over. A good one that was sent
    /// after the request in question will do.
    async fn until_well(
        &self,
        operation: &str,
        Times { sent: since, came: started }: Times,
        canary: impl Fn(&Health, &str) -> Option<Known>,
        wait: &Wait,
    ) -> Waited {
        let (mut pause, longest) = wait.pauses;
        let (mut at_once, mut told, mut was_refused) = (true, false, false);
        loop {
            let (condition, at) = self.check_since(operation, since, &canary, pause / 2).await;
            let passed = at.saturating_duration_since(started);
            let patience = if matches!(condition, Condition::Down(_)) { wait.down } else { wait.silent };
            match condition {
                Condition::Well => {
                    if told {
                        self.health.note_back(passed);
                        self.health.tell_waiting(String::new);
                    }
                    if was_refused && passed >= BAN {
                        // It may have been the pace: some firewalls refuse whoever asks too often, and for a while.
                        self.rate_limit.slow_down(started, at);
                    }
                    return Waited::Well { at_once };
                }
                Condition::Unknown => return Waited::Unknown,
                Condition::Unwell(status) => {
                    if passed >= OPERATION_PATIENCE && self.reads(operation).await {
                        let why = format!("the target throttles {operation} all the time ({status}), and nothing else");
                        self.health.mute(operation, why);
                        self.health.tell_waiting(String::new);
                        return Waited::Mute;
                    }
                    if self.health.is_mute(operation) {
                        return Waited::Mute;
                    }
                    if !self.hold(pause, status, since) {
                        return Waited::Over;
                    }
                }
                Condition::Down(why) | Condition::Silent(why) => {
                    if !self.may_come_back(at, passed < patience, &why, since) {
                        return Waited::Over;
                    }
                    if !told {
                        self.health.tell_waiting(|| format!("the target does not answer ({why}): waiting for it"));
                        told = true;
                    }
                }
                Condition::Changed(status) | Condition::Unauthorised(status) => {
                    let refused = matches!(condition, Condition::Unauthorised(_));
                    let patience = if refused { REFUSED_PATIENCE } else { ELSEWHERE_PATIENCE };
                    if passed >= patience || !self.hold_back(pause, status) {
                        self.ends_with(&condition, operation, since);
                        return Waited::Over;
                    }
                    told = true;
                    was_refused |= refused;
                }
            }
            at_once = false;
            self.health.sleep(pause).await;
            pause = (pause * 2).min(longest);
            if self.health.until().is_err() {
                return Waited::Over;
            }
        }
    }

    /// How a target is waited for that answers, if not as it should.
    fn patiently(&self) -> Wait {
        Wait { pauses: (FIRST_WAIT, LONGEST_WAIT), down: PATIENCE, silent: self.silent_patience() }
    }

    /// How one is waited for that does not answer.
    fn briskly(&self, patience: Duration) -> Wait {
        Wait { pauses: (LOOK_AGAIN, LOOK_AGAIN_MOST), down: patience, silent: patience }
    }

    fn silent_patience(&self) -> Duration {
        (self.limits.timeout * SILENT_PATIENCE).min(PATIENCE)
    }

    /// Whether a target that does not answer is waited for any longer; otherwise the run ends.
    fn may_come_back(&self, at: Instant, in_time: bool, why: &str, sent: Instant) -> bool {
        self.health.note_down(at);
        if in_time && !self.health.is_interrupted() {
            return true;
        }
        self.health.end(EndedBy::Gone, format!("the target does not answer any more: {why}"), sent);
        false
    }

    /// No answer, or none that is whole.
    async fn no_answer(
        &self,
        request: &Request,
        failure: &Failure,
        times: Times,
        earlier: &[Attempt],
        company: Company,
    ) -> Next {
        let (sent, took) = (times.sent, times.came.saturating_duration_since(times.sent));
        let most = match failure.kind {
            FailureKind::Abandoned | FailureKind::Unrecorded => return Next::Stands,
            // It has been waited for already.
            FailureKind::Unreachable if took >= LONG => 1,
            FailureKind::Unreachable | FailureKind::Lost | FailureKind::Fatal => TRIES,
            FailureKind::Garbled => TRIES_IF_GARBLED,
            FailureKind::Silent => TRIES_IF_SILENT,
        };
        if failure.kind == FailureKind::Silent
            && self.health.unanswered(&request.operation, took, self.limits.timeout)
            && request.method != "POST"
        {
            // An operation on trial is given up alone; without reading and deleting nothing can go on.
            let why = format!("the target does not answer {} any more: {}", request.operation, failure.message);
            self.health.end(EndedBy::Gone, why, sent);
            return Next::Stands;
        }
        if !matches!(failure.kind, FailureKind::Garbled) {
            self.health.suspect(request);
        }
        let failed = earlier.iter().rev().take_while(|attempt| attempt.answer.is_err()).count() + 1;
        let patience = if failure.kind == FailureKind::Silent { self.silent_patience() } else { PATIENCE };
        let was_down = match self.until_well(&request.operation, times, Health::canary, &self.briskly(patience)).await {
            // Where others have waited for it, it was down as well.
            Waited::Well { .. } => self.health.was_down_since(sent),
            Waited::Unknown => false,
            Waited::Mute | Waited::Over => return Next::Stands,
        };
        // It was sent alone to a target that was well, and brought it down again: that was no chance.
        if was_down && company == Company::AloneAndWell && failure.kind != FailureKind::Unreachable {
            self.health.exonerate(request);
            return Next::Fatal;
        }
        if was_down {
            return if failed < DOWN { Next::AgainSuspected } else { Next::Inconclusive };
        }
        if failed >= most {
            self.health.exonerate(request);
            return Next::Stands;
        }
        self.health.sleep(AGAIN).await;
        Next::Again
    }

    /// Ends the run where a canary says that it cannot go on.
    fn ends_with(&self, condition: &Condition, operation: &str, sent: Instant) {
        let (by, why) = match condition {
            Condition::Unauthorised(status) => (
                EndedBy::Credentials,
                format!("the credentials are not accepted any more: what worked before is answered with {status} now"),
            ),
            Condition::Changed(status) => {
                (EndedBy::Changed, format!("what could be read before is answered with {status} now"))
            }
            Condition::Well | Condition::Unwell(_) | Condition::Down(_) | Condition::Silent(_) | Condition::Unknown => {
                return;
            }
        };
        // Since when nobody knows: what was found after the last good one may be due to it.
        let since = self.health.last_good(operation).map_or(sent, |last| last.min(sent));
        self.health.end(by, why, since);
    }

    /// The target's condition as far as an operation goes, by a canary that was sent after `since`, and when it was so. One
    /// that was not good serves all who wait, for so long.
    async fn check_since(
        &self,
        operation: &str,
        since: Instant,
        canary: impl Fn(&Health, &str) -> Option<Known>,
        shared_for: Duration,
    ) -> (Condition, Instant) {
        let _one = self.health.checking.lock().await;
        if let Some(last) = self.health.last_good(operation).filter(|last| *last > since) {
            return (Condition::Well, last);
        }
        let canary = canary(&self.health, operation);
        let off = canary.as_ref().and_then(|(request, ..)| self.health.off_within(request, shared_for));
        match off.filter(|(_, sent)| *sent > since) {
            Some(known) => known,
            None => self.look(operation, canary).await,
        }
    }

    async fn look(&self, operation: &str, canary: Option<Known>) -> (Condition, Instant) {
        let now = Instant::now();
        let Some((request, success, is_read)) = canary else { return (Condition::Unknown, now) };
        let asking = WireOptions { canary: true, ..WireOptions::default() };
        self.transport.ready(&request, &asking).await;
        let Ok(until) = self.health.until() else { return (Condition::Unknown, now) };
        let bound = now + CANARY_TIMEOUT.min(self.limits.timeout);
        let until = Some(until.map_or(bound, |until| until.min(bound)));
        let options = WireOptions { until, ..asking };
        self.sent.fetch_add(1, Ordering::Relaxed);
        let mut tried = self.transport.exchange(&request, &options).await;
        if tried.as_ref().is_some_and(|tried| is_lost(&tried.answer)) {
            let options = WireOptions { unused: true, ..options };
            self.transport.ready(&request, &options).await;
            self.sent.fetch_add(1, Ordering::Relaxed);
            tried = self.transport.exchange(&request, &options).await;
        }
        let Some(Tried { answer, sent, elapsed }) = tried else { return (Condition::Unknown, now) };
        let attempt = Attempt::new(answer.map(|received| received.response), elapsed);
        let condition = condition(&attempt, &success, is_read);
        if condition == Condition::Unknown {
            // A record does not hold it where the run made do with what another one had met.
            return self.health.off_within(&request, Duration::MAX).unwrap_or((condition, now));
        }
        self.health.checked(operation, &request, sent, &condition);
        (condition, sent + elapsed)
    }

    /// Holds something surprising, sent at this time, against the canary: a read that worked before. At most one in
    /// `between`; what is found between two good ones is sound. A target that is unwell is waited for.
    pub async fn confirm(&self, operation: &str, found: Instant, between: Duration) -> Confirmed {
        let confirmed = self.hold_against_canary(operation, between).await;
        // Somebody else may have waited for it meanwhile.
        let shaken = confirmed == Confirmed::Sound && self.health.was_unwell_at(operation, found);
        if shaken { Confirmed::Shaken } else { confirmed }
    }

    async fn hold_against_canary(&self, operation: &str, between: Duration) -> Confirmed {
        if self.health.was_checked_within(operation, between) {
            return Confirmed::Sound;
        }
        let since = self.health.last_good(operation).unwrap_or_else(Instant::now);
        let times = Times { sent: since, came: Instant::now() };
        match self.until_well(operation, times, Health::read_canary, &self.patiently()).await {
            Waited::Well { at_once: true } | Waited::Unknown | Waited::Mute => Confirmed::Sound,
            Waited::Well { at_once: false } => Confirmed::Shaken,
            Waited::Over => Confirmed::Over,
        }
    }

    /// Whether reading works while an operation's own canary is answered otherwise.
    async fn reads(&self, operation: &str) -> bool {
        let has_own = self.health.canary(operation).is_some_and(|(_, _, is_read)| !is_read);
        has_own && self.look(operation, self.health.read_canary(operation)).await.0 == Condition::Well
    }

    /// Whether the target answers its canary right now; asked before a clean-up that may be in vain.
    pub async fn answers(&self, operation: &str) -> bool {
        let canary = self.health.read_canary(operation);
        matches!(self.look(operation, canary).await.0, Condition::Well | Condition::Unknown)
    }
}

/// Whether a request has got lost with its connection.
fn is_lost<R>(answer: &Result<R, Failure>) -> bool {
    answer.as_ref().is_err_and(|failure| failure.kind == FailureKind::Lost)
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

fn abandoned() -> Attempt {
    let message = "it was not sent any more".to_owned();
    Attempt::new(Err(Failure { kind: FailureKind::Abandoned, message }), Duration::ZERO)
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("limits", &self.limits).field("sent", &self.sent).finish_non_exhaustive()
    }
}
