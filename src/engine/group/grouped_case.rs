use std::collections::BTreeSet;

use crate::judge::State;
use crate::judge::case::{
    CaseRun, Claim, JudgedCase, Outgoing, Payload, Request, Says, Sent, Want, Weighed, is_answered_alike, writing,
};
use crate::plan::PlannedCase;
use crate::suite::{OperationSuite, StepSpec};

use super::super::doubt::why_inconclusive;
use super::super::needs::unmet;
use super::super::resource::Resource;
use super::super::send::send;
use super::super::session::Session;
use super::lost::Lost;
use super::refused_under_load::RefusedUnderLoad;

/// Statuses of targets that will not be disturbed just now, whatever else they may mean.
const CONFLICTS: [u16; 4] = [409, 423, 429, 503];

/// A case that shares read-backs with others: all that it wants, which does not depend on what comes.
pub(super) struct GroupedCase<'a> {
    pub(super) run: CaseRun<'a>,
    set_ups: Vec<(&'a OperationSuite, Payload)>,
    requests: Vec<Request<'a>>,
    /// The request whose turn it is.
    at: usize,
    /// What should be there after the last request that was answered, if that is more than it has stored already.
    pub(super) claim: Option<Claim<'a>>,
    /// Whether anything has been sent.
    begun: bool,
    /// Whether other requests were under way beside its own.
    pub(super) jostled: bool,
    /// It was refused otherwise than it should be, or for no reason, while others were under way.
    pub(super) turned_away: Option<RefusedUnderLoad>,
    /// Whether it has to run by itself, whatever became of the others.
    pub(super) alone: bool,
    /// What was amiss with its own items, and nobody else's.
    pub(super) lost: Option<Lost>,
}

impl<'a> GroupedCase<'a> {
    /// A case that can share read-backs; `None` if this one cannot.
    pub(super) fn new(session: &'a Session, case: &'a PlannedCase) -> Option<Self> {
        case.shareable()?;
        let mut run = CaseRun::new(&session.known, case);
        let (mut set_ups, mut requests) = (Vec::new(), Vec::with_capacity(case.spec.steps.len()));
        while let Some(want) = run.want() {
            match want {
                Want::SetUp { op, items, .. } => {
                    let bodies = writing(op, &items);
                    set_ups.extend(bodies.iter().map(|body| (op, Payload::new(&op.operation, body))));
                }
                Want::Send(request) if !request.is_obscure() => requests.push(request),
                _ => return None,
            }
        }
        (!run.evidence.is_over()).then(|| GroupedCase {
            run,
            set_ups,
            requests,
            at: 0,
            claim: None,
            begun: false,
            jostled: false,
            turned_away: None,
            alone: false,
            lost: None,
        })
    }

    /// Everything that its requests name.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        named(&self.set_ups, &self.requests)
    }

    /// What may be stored of its own, unless the target stores what it should refuse.
    pub(super) fn may_store(&self) -> BTreeSet<&String> {
        let requests = self.requests.iter().filter(|r| !r.is_refused()).filter_map(|r| r.payload.as_ref());
        let all = self.set_ups.iter().map(|(_, payload)| payload).chain(requests);
        all.flat_map(|payload| payload.change.put.iter().map(|(key, _)| key)).collect()
    }

    /// Whether it may be that one of its requests should be accepted.
    pub(super) fn may_be_accepted(&self) -> bool {
        self.requests.iter().any(Request::may_be_accepted)
    }

    /// What cannot be judged here is over at once.
    pub(super) fn open(&mut self, session: &Session, resource: &Resource) {
        if let Some((reason, unmet)) = unmet(session, self.run.case, resource, None) {
            self.run.evidence.skip(reason, unmet);
        } else if let Some(reason) = resource.collision(self.keys()) {
            self.run.evidence.skip(reason, false);
        }
        self.begun = !self.run.evidence.is_over();
    }

    /// The request whose turn it is, if it still sends any.
    fn turn(&self) -> Option<&Request<'a>> {
        let goes_on = !self.alone && self.turned_away.is_none() && !self.run.evidence.is_over();
        self.requests.get(self.at).filter(|_| goes_on)
    }

    /// Whether it still sends anything together with the others.
    pub(super) fn goes_on(&self) -> bool {
        self.turn().is_some()
    }

    pub(super) fn has_set_ups(&self) -> bool {
        !self.set_ups.is_empty() && self.goes_on()
    }

    /// The operation of the request whose turn it is.
    pub(super) fn operation(&self) -> &'a OperationSuite {
        self.requests.get(self.at).map_or(&*self.run.case.op, |request| request.op)
    }

    /// Stores what its requests need.
    pub(super) async fn set_up(&mut self, session: &Session, resource: &str) {
        let step = StepSpec::default();
        for (op, payload) in &self.set_ups {
            let out = Outgoing::of(op, resource, &step, Some(payload));
            let Some(sent) = send(session, &mut self.run.evidence, &out).await else { return };
            if sent.exchange.status() != Some(op.operation.success) {
                self.alone = true;
                return;
            }
            payload.change.apply(&mut self.run.own[0]);
        }
    }

    /// Whether what somebody else does meanwhile may be what it found, or what it would tell of readings.
    pub(super) fn depends_on_others(&self) -> bool {
        self.run.evidence.has_findings() || self.run.evidence.has_observations()
    }

    /// Whether all that can be said of it is known, if nothing is amiss with the state.
    pub(super) fn is_settled(&self) -> bool {
        !self.alone && self.turned_away.is_none()
    }

    /// What it says of the state in particular.
    pub(super) fn says(&self) -> Option<&Says<'a>> {
        self.claim.as_ref().map(|claim| &claim.says)
    }

    /// What should be there of its own; of readings that all say the same, that.
    pub(super) fn expects(&self) -> &State {
        match self.says() {
            Some(Says::Readings(prospects)) => {
                prospects.iter().find(|p| p.answers).map_or(&self.run.own[0], |p| &p.states[0])
            }
            _ => self.says_exactly().unwrap_or(&self.run.own[0]),
        }
    }

    /// The same, if it says that these are its items, and no others.
    pub(super) fn says_exactly(&self) -> Option<&State> {
        match &self.claim {
            Some(Claim { says: Says::Items { states, .. }, .. }) if !self.is_free() => Some(&states[0]),
            Some(_) => None,
            None => Some(&self.run.own[0]),
        }
    }

    fn is_free(&self) -> bool {
        self.claim.as_ref().is_some_and(Claim::is_free)
    }

    /// Sends the request whose turn it is; `None` if there is nothing to judge.
    pub(super) async fn act(&mut self, session: &Session, resource: &str) -> Option<Sent> {
        if !self.goes_on() {
            return None;
        }
        let Request { step, op, payload } = self.requests.get(self.at)?;
        send(session, &mut self.run.evidence, &Outgoing::of(op, resource, step, payload.as_ref())).await
    }

    /// Takes note of what its set-ups may have stored.
    pub(super) fn note_set_ups(&mut self, resource: &mut Resource, touched: &mut State) {
        for (_, payload) in self.set_ups.iter().filter(|_| self.begun) {
            self.run.sent(true, &payload.change.put, resource);
            touched.extend(payload.change.put.iter().cloned());
        }
    }

    /// Takes note of what the request whose turn it is may have stored; `sent` is what came of it, if anything.
    pub(super) fn note_request(&mut self, resource: &mut Resource, sent: Option<&Sent>, touched: &mut State) {
        let sends = self.begun && !self.alone;
        let Some(request) = self.requests.get(self.at).filter(|request| sends && request.stays_home()) else { return };
        let Some(payload) = &request.payload else { return };
        self.run.sent(true, &payload.change.put, resource);
        if sent.is_none_or(Sent::may_have_stored) {
            touched.extend(payload.change.put.iter().cloned());
        }
    }

    /// Judges the answer to the request whose turn it is; `false` if what became of it has to be looked at alone.
    pub(super) async fn judge(
        &mut self,
        session: &Session,
        resource: &mut Resource,
        sent: Sent,
        touched: &mut State,
    ) -> bool {
        let Some(request) = self.requests.get(self.at) else { return true };
        let turned_down = request.may_be_accepted() && sent.exchange.is_refused();
        let on_the_way = request.by_an_intermediary(&sent.exchange).is_some();
        if turned_down && !on_the_way && resource.ledger.is_shared() {
            // Somebody else may have taken the room that the group counted on.
            self.alone = true;
            return true;
        }
        if let Some(reason) = why_inconclusive(session, &self.run, request, &sent, resource).await {
            self.run.evidence.skip(reason, false);
            return true;
        }
        if turned_down && !resource.can_list() {
            // There was room when it was looked; whether there was when this was sent, beside others, shows alone.
            self.alone = true;
            return true;
        }
        let weighed = self.run.weigh(request, &sent);
        let is_alike = request.step.expect.as_ref().is_some_and(|expect| is_answered_alike(expect, &sent.exchange));
        let is_right = match &weighed {
            Weighed::Expected(Ok(())) => true,
            Weighed::Readings(prospects) => prospects.iter().any(|prospect| prospect.answers),
            _ => false,
        };
        let refused = sent.exchange.status().is_some_and(|status| status >= 400);
        if !is_right {
            touched.extend(request.payload.iter().flat_map(|payload| payload.change.put.iter().cloned()));
        }
        let clean = match &weighed {
            Weighed::Unanswered | Weighed::Free => {
                self.alone = true;
                return false;
            }
            Weighed::Expected(Err(_)) if !self.run.evidence.is_on_trial(request.op) => {
                // Whose doing that is shows when the case runs by itself.
                self.alone = true;
                return false;
            }
            Weighed::Expected(Err(deviation)) if self.jostled && refused => {
                // Whether that is the request's own doing shows when nothing else is under way.
                let deviation = Some(deviation.clone());
                self.turned_away = Some(RefusedUnderLoad { index: sent.index, deviation });
                is_alike
            }
            // A refusal with another status than documented leaves the state as it should be, and what is accepted with
            // another one is stored.
            Weighed::Expected(answer) => {
                self.run.answered(request, &sent, &weighed);
                answer.is_ok() || is_alike
            }
            Weighed::Readings(_) => {
                let conflict = sent.exchange.status().is_some_and(|status| CONFLICTS.contains(&status));
                if self.jostled && sent.exchange.is_refused() && (!is_right || conflict) {
                    self.turned_away = Some(RefusedUnderLoad { index: sent.index, deviation: None });
                }
                is_right || sent.exchange.is_refused()
            }
        };
        // What the target has assigned is part of what is stored.
        if clean || matches!(weighed, Weighed::Readings(_)) {
            self.claim = self.run.claim(request, sent, weighed, resource);
        }
        clean
    }

    /// Whether no reading explains the answer: whatever is stored, a clause is broken.
    pub(super) fn is_unexplained(&self) -> bool {
        self.claim.as_ref().is_some_and(Claim::is_unexplained)
    }

    /// The answer and what was read back are as they should be: the next request's turn. `holds` says which readings
    /// explain them, and `seen` is the state that was read back, if it could be.
    pub(super) fn advance(&mut self, holds: &[bool], seen: Option<&State>, resource: &Resource) {
        if !self.goes_on() {
            return;
        }
        if let Some(claim) = self.claim.take() {
            self.run.read_back_with_others(claim, seen, holds, resource);
        }
        self.at += 1;
    }

    /// Its end: tells what is known of readings.
    pub(super) fn close(mut self) -> JudgedCase<'a> {
        if let Some(claim) = &self.claim {
            self.run.unexplained(claim);
        }
        self.run.finish()
    }
}

/// Everything that requests name.
fn named<'s>(
    set_ups: &'s [(&OperationSuite, Payload)],
    requests: &'s [Request<'_>],
) -> impl Iterator<Item = &'s String> {
    let requests = requests.iter().filter_map(|request| request.payload.as_ref());
    set_ups.iter().map(|(_, payload)| payload).chain(requests).flat_map(|payload| payload.change.keys())
}
