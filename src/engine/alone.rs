//! A case that runs by itself: what it wants is done at once, and each of its requests has a read-back of its own.

use std::sync::Arc;
use std::time::Duration;

use crate::judge::case::{CaseRun, Claim, JudgedCase, Pause, Payload, Request, Says, Sent, Want, writing};
use crate::judge::{Listing, State};
use crate::plan::PlannedCase;
use crate::suite::{OperationSuite, StepSpec};

use super::canary::is_disturbed;
use super::doubt::why_inconclusive;
use super::needs::unmet;
use super::resource::Resource;
use super::restore::mend;
use super::sentinel::place_sentinel;
use super::session::Session;

/// More tries where what was found may be the doing of somebody else who uses the target, too.
const TRIES: usize = 2;
/// The same where somebody else was seen at work meanwhile.
const TRIES_BESIDE_OTHERS: usize = 3;

/// Runs one case by itself; again, if what it finds may be somebody else's doing.
pub(super) async fn run_case<'a>(
    session: &'a Session,
    case: &'a PlannedCase,
    resource: &mut Resource,
    mut second: Option<&mut Resource>,
) -> JudgedCase<'a> {
    let changes = |first: &Resource, second: Option<&Resource>| {
        first.ledger.foreign_changes() + second.map_or(0, |second| second.ledger.foreign_changes())
    };
    let mut before = changes(resource, second.as_deref());
    let mut finished = run_once(session, case, resource, second.as_deref_mut()).await;
    for _ in 0..TRIES_BESIDE_OTHERS {
        let after = changes(resource, second.as_deref());
        // What was accepted is proof, unless it is the count that was wrong.
        let proven = finished.has_wrong_acceptance() && case.spec.steps.iter().all(|step| step.fill.is_none());
        if after == before || finished.found_at().is_none() || proven || session.is_cut_short() {
            break;
        }
        // Somebody has come in between, who takes room, too.
        before = after;
        finished = run_once(session, case, resource, second.as_deref_mut()).await;
    }
    if changes(resource, second.as_deref()) != before {
        // Readings are learned from what was sent while nobody else was at work.
        finished.forget_observations();
    }
    if is_disturbed(session, resource, std::iter::once(&finished)).await {
        finished = run_once(session, case, resource, second.as_deref_mut()).await;
    }
    for _ in 0..TRIES {
        if !finished.may_be_chance(&resource.suspicions) || session.is_cut_short() {
            break;
        }
        finished = run_once(session, case, resource, second.as_deref_mut()).await;
    }
    if finished.may_be_chance(&resource.suspicions) {
        // Not by chance, then.
        finished.raise_suspicion(&mut resource.suspicions);
    }
    finished
}

/// Everything that the case wants, and the clean-up.
async fn run_once<'a>(
    session: &'a Session,
    case: &'a PlannedCase,
    resource: &mut Resource,
    second: Option<&mut Resource>,
) -> JudgedCase<'a> {
    place_sentinel(session, case, resource).await;
    let run = CaseRun::new(&session.known, case);
    let mut alone = Alone { session, run, first: resource, second, touched: Default::default() };
    alone.preconditions();
    while let Some(want) = alone.run.want() {
        alone.serve(want).await;
    }
    alone.clean_up().await;
    alone.run.finish()
}

/// A case under way, with the resources it holds.
pub(super) struct Alone<'a, 'r> {
    pub(super) session: &'a Session,
    pub(super) run: CaseRun<'a>,
    pub(super) first: &'r mut Resource,
    pub(super) second: Option<&'r mut Resource>,
    /// Everything it may have stored on each, for the clean-up.
    pub(super) touched: [State; 2],
}

impl<'a> Alone<'a, '_> {
    /// One of the resources, and the case that holds it.
    pub(super) fn parts(&mut self, second: bool) -> (&mut CaseRun<'a>, &mut Resource) {
        match (&mut self.second, second) {
            (Some(resource), true) => (&mut self.run, resource),
            _ => (&mut self.run, self.first),
        }
    }

    pub(super) fn resource(&mut self, second: bool) -> &mut Resource {
        self.parts(second).1
    }

    fn preconditions(&mut self) {
        if let Some((reason, unmet)) = unmet(self.session, self.run.case, self.first, self.second.as_deref()) {
            self.run.evidence.skip(reason, unmet);
        }
    }

    async fn serve(&mut self, want: Want<'a>) {
        match want {
            Want::SetUp { op, items, second } => self.set_up(op, &items, second).await,
            Want::Remove { keys, second } => self.take_away(&keys, second).await,
            Want::Fill { op, step, count } => self.fill(op, step, count).await,
            Want::Send(request) => self.act(&request).await,
            Want::Watch { count } => self.watch(count).await,
            Want::Show => self.show().await,
            Want::LookAsForeign => self.look_as_foreign().await,
            Want::Race { op, step } => self.race(op, step).await,
        }
    }

    /// Stores items by one request each, or by one for all where the operation can.
    pub(super) async fn set_up(&mut self, op: &OperationSuite, items: &[(String, String)], second: bool) {
        let (run, resource) = self.parts(second);
        if let Some(reason) = resource.collision(items.iter().map(|(key, _)| key)) {
            run.evidence.skip(reason, false);
            return;
        }
        let step = StepSpec { second, ..StepSpec::default() };
        if let Some(refused) = self.store(op, &step, &writing(op, items)).await {
            let (run, resource) = self.parts(second);
            let there = run.own[usize::from(second)].len();
            run.set_up_refused(op, &refused, (items.len(), there), resource);
        }
        if !self.run.evidence.is_over() {
            self.wait_for_own(second).await;
        }
    }

    /// Deletes some of what the case has stored, as the clean-up does, and waits for it to be gone.
    async fn take_away(&mut self, keys: &[String], second: bool) {
        let session = self.session;
        let (run, resource) = self.parts(second);
        let own = &mut run.own[usize::from(second)];
        let doomed: State =
            own.iter().filter(|(key, _)| keys.contains(key)).map(|(k, v)| (k.clone(), v.clone())).collect();
        resource.remove(session, &doomed).await;
        let settle = session.settings.settle;
        let is_gone = |listing: &Listing| doomed.keys().all(|key| listing.item(key).is_none());
        let gone = !resource.can_list()
            || resource.look_until(session, settle, is_gone).await.is_some_and(|listing| is_gone(&listing));
        if gone {
            own.retain(|key, _| !doomed.contains_key(key));
        } else {
            run.evidence.skip("what it needs gone could not be deleted", false);
        }
    }

    /// Lets a set-up show before it is built upon.
    async fn wait_for_own(&mut self, second: bool) {
        let session = self.session;
        let (run, resource) = self.parts(second);
        let expected = &run.own[usize::from(second)];
        if resource.can_list() && !resource.lag.is_zero() {
            let there = |l: &Listing| expected.keys().all(|k| l.item(k).is_some());
            resource.look_until(session, session.settings.settle, there).await;
        }
    }

    /// Stores generated items until the resource carries `count`; the last request is judged.
    async fn fill(&mut self, op: &OperationSuite, step: &StepSpec, count: usize) {
        let bodies = self.run.filling(op, count, self.first);
        let judged = StepSpec { expect: step.expect.clone(), readings: step.readings.clone(), ..StepSpec::default() };
        let request = |payload| Request { step: &judged, op, payload };
        let Some((last, others)) = bodies.split_last() else { return };
        if let Some(refused) = self.store(op, &judged, others).await {
            self.filled(&request(None), refused, count).await;
        }
        if self.run.evidence.is_over() {
            return;
        }
        let request = request(Some(Payload::new(&op.operation, last)));
        if let Some(sent) = self.send(&request).await {
            self.filled(&request, sent, count).await;
        }
    }

    /// Judges the last request of those that fill a resource, or the first that was not accepted.
    async fn filled(&mut self, request: &Request<'_>, sent: Sent, count: usize) {
        if self.run.filled(request, &sent, count, self.first) {
            self.judge(request, sent).await;
        }
    }

    /// Sends the request of a step and judges answer and state.
    async fn act(&mut self, request: &Request<'_>) {
        if let Some(wait) = request.step.after {
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        let (run, resource) = self.parts(request.step.second);
        let change = request.payload.as_ref().map(|payload| &payload.change);
        if let Some(reason) = change.and_then(|change| resource.collision(change.keys())) {
            run.evidence.skip(reason, false);
            return;
        }
        if let Some(sent) = self.send(request).await {
            self.judge(request, sent).await;
        }
    }

    async fn judge(&mut self, request: &Request<'_>, sent: Sent) {
        let session = self.session;
        let (run, resource) = self.parts(request.step.second);
        if let Some(reason) = why_inconclusive(session, run, request, &sent, resource).await {
            run.evidence.skip(reason, false);
            return;
        }
        let weighed = run.weigh(request, &sent);
        run.answered(request, &sent, &weighed);
        let Some(claim) = run.claim(request, sent, weighed, resource) else { return };
        // Readings are about the first resource alone.
        let count = if matches!(claim.says, Says::Readings(_)) || self.second.is_none() { 1 } else { 2 };
        for which in 0..count {
            let seen = match &mut self.second {
                Some(second) if which == 1 => {
                    see(session, &mut self.run, &claim, which, second, Some(self.first)).await
                }
                _ => see(session, &mut self.run, &claim, which, self.first, None).await,
            };
            if let Some(seen) = seen {
                self.take_as_read(which, seen).await;
            }
        }
    }

    /// From here on, what was read back is what the case has stored, and what others have lost is put back. Where
    /// reading lags behind, what was sent may be there all the same, and is cleaned up, too.
    pub(super) async fn take_as_read(&mut self, which: usize, seen: State) {
        let session = self.session;
        let (run, resource) = self.parts(which == 1);
        mend(session, resource, &seen).await;
        let lags = !resource.lag.is_zero();
        run.own[which] = resource.own_of(session, seen);
        let own = run.own[which].clone();
        if lags {
            self.touched[which].extend(own);
        } else {
            self.touched[which] = own;
        }
    }

    /// Deletes everything this case stored.
    async fn clean_up(&mut self) {
        let session = self.session;
        for which in 0..2 {
            let mut tags = std::mem::take(&mut self.touched[which]);
            tags.extend(std::mem::take(&mut self.run.own[which]));
            if which == 1 && self.second.is_none() {
                continue;
            }
            let (run, resource) = self.parts(which == 1);
            resource.remove(session, &tags).await;
            for look in std::mem::take(&mut resource.looks) {
                run.evidence.exchange(Arc::new(look));
            }
        }
    }
}

/// Reads back what a request should have stored on a resource, and lets it be judged; returns the state that is there, if it
/// can be read. `first` is the resource that the case runs on, where this is another one.
async fn see(
    session: &Session,
    run: &mut CaseRun<'_>,
    claim: &Claim<'_>,
    which: usize,
    resource: &mut Resource,
    first: Option<&mut Resource>,
) -> Option<State> {
    if !resource.can_list() {
        run.unseen(claim, which);
        return None;
    }
    let look = run.look(claim, which, resource, first.as_deref().map_or(&**resource, |first| &**first));
    match look.pause {
        Pause::None => {}
        Pause::AsLongAsAWrite => resource.let_settle().await,
        Pause::AsLongAsAnyWrite => tokio::time::sleep(session.settings.settle).await,
    }
    match resource.look_until(session, look.patience, |listing| look.fits(claim, listing)).await {
        Some(listing) => Some(run.read_back(claim, look, resource, &listing)),
        None => {
            let last = resource.looks.last();
            run.unread(claim, which, last, session.is_ended());
            None
        }
    }
}
