use std::collections::BTreeSet;

use crate::judge::{State, describe, judge_answer};
use crate::model::{PathChoice, Response};
use crate::plan::PlannedCase;
use crate::suite::{Answer, Expect, OperationSuite, StepSpec};

use super::super::case_evidence::CaseEvidence;
use super::super::inconclusive::{by_an_intermediary, is_inconclusive};
use super::super::needs::{collision, unmet};
use super::super::payload::Payload;
use super::super::prediction::{predicted, writing};
use super::super::probe::{Prospect, observe};
use super::super::resource::Resource;
use super::super::session::Session;
use super::super::step::{Outgoing, Sent, payload_of, send};
use super::lost::Lost;
use super::refused_under_load::RefusedUnderLoad;
use super::request::Request;

/// Statuses of targets that will not be disturbed just now, whatever else they may mean.
const CONFLICTS: [u16; 4] = [409, 423, 429, 503];

/// A case that shares read-backs with others: what it sends, and what should be there then.
pub(super) struct GroupedCase<'a> {
    pub(super) record: CaseEvidence<'a>,
    set_ups: Vec<(&'a OperationSuite, Payload)>,
    requests: Vec<Request<'a>>,
    /// The request whose turn it is.
    at: usize,
    /// Stored so far.
    own: State,
    pub(super) claim: Expectation,
    /// What is known of readings, to be told when all is well.
    observations: Vec<(&'a OperationSuite, Sent, Vec<Prospect>, Vec<bool>)>,
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

/// What a case says of the state.
pub(super) enum Expectation {
    /// These are its items, and no others.
    Exactly(State),
    /// What one of its readings says.
    Readings(Sent, Vec<Prospect>),
    /// Nothing, but that everything else is as it was.
    Nothing(Sent),
}

impl<'a> GroupedCase<'a> {
    /// The requests of a case that can share read-backs; `None` if this one cannot.
    pub(super) fn new(session: &'a Session, case: &'a PlannedCase) -> Option<Self> {
        let (set_ups, requests) = case.shareable()?;
        let operation = |step: &StepSpec| match &step.operation {
            Some(id) => session.suite.operation(id).map(|op| &**op),
            None => Some(&*case.op),
        };
        let mut stored = Vec::new();
        for step in set_ups {
            let op = operation(step)?;
            let places = session.placeholders(case);
            let tags = step.setup.iter().flatten().map(|(key, value)| (places.fill(key), places.fill(value)));
            let bodies = writing(op, &tags.collect::<Vec<_>>());
            stored.extend(bodies.iter().map(|body| (op, Payload::new(&op.operation, body))));
        }
        let mut sending = Vec::with_capacity(requests.len());
        for step in requests {
            let op = operation(step)?;
            let request = Request { step, op, payload: payload_of(session, case, op, step) };
            if request.is_obscure() {
                return None;
            }
            sending.push(request);
        }
        Some(GroupedCase {
            record: CaseEvidence::new(session, case),
            set_ups: stored,
            requests: sending,
            at: 0,
            own: State::new(),
            claim: Expectation::Exactly(State::new()),
            observations: Vec::new(),
            begun: false,
            jostled: false,
            turned_away: None,
            alone: false,
            lost: None,
        })
    }

    pub(super) fn case(&self) -> &'a PlannedCase {
        self.record.case
    }

    /// Everything that its requests name.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        let requests = self.requests.iter().filter_map(|request| request.payload.as_ref());
        self.set_ups.iter().map(|(_, payload)| payload).chain(requests).flat_map(|payload| payload.change.keys())
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
    pub(super) fn open(&mut self, resource: &Resource) {
        if let Some((reason, unmet)) = unmet(self.record.session, self.case(), resource, None) {
            self.record.skip(reason, unmet);
        } else if let Some(reason) = collision(self.keys(), resource) {
            self.record.skip(reason, false);
        }
        self.begun = !self.record.is_over();
    }

    /// The request whose turn it is, if it still sends any.
    fn turn(&self) -> Option<&Request<'a>> {
        let goes_on = !self.alone && self.turned_away.is_none() && !self.record.is_over();
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
        self.requests.get(self.at).map_or(&*self.record.case.op, |request| request.op)
    }

    /// Stores what its requests need.
    pub(super) async fn set_up(&mut self, resource: &str) {
        let step = StepSpec::default();
        for (op, payload) in &self.set_ups {
            let out = Outgoing::of(op, resource, &step, Some(payload));
            let Some(sent) = send(&mut self.record, &out).await else { return };
            if sent.exchange.status() != Some(op.operation.success) {
                self.alone = true;
                return;
            }
            payload.change.apply(&mut self.own);
            self.claim = Expectation::Exactly(self.own.clone());
        }
    }

    /// Whether what somebody else does meanwhile may be what it found, or what it would tell of readings.
    pub(super) fn depends_on_others(&self) -> bool {
        self.record.has_findings() || !self.observations.is_empty()
    }

    /// Whether all that can be said of it is known, if nothing is amiss with the state.
    pub(super) fn is_settled(&self) -> bool {
        !self.alone && self.turned_away.is_none()
    }

    /// What it has stored, as far as is known.
    pub(super) fn own(&self) -> &State {
        &self.own
    }

    /// Sends the request whose turn it is; `None` if there is nothing to judge.
    pub(super) async fn act(&mut self, resource: &str) -> Option<Sent> {
        if !self.goes_on() {
            return None;
        }
        let Request { step, op, payload } = self.requests.get(self.at)?;
        send(&mut self.record, &Outgoing::of(op, resource, step, payload.as_ref())).await
    }

    /// Takes note of what its set-ups may have stored.
    pub(super) fn note_set_ups(&self, resource: &mut Resource, touched: &mut State) {
        for (_, payload) in self.set_ups.iter().filter(|_| self.begun) {
            note(resource, payload);
            touched.extend(payload.change.put.iter().cloned());
        }
    }

    /// Takes note of what the request whose turn it is may have stored; `sent` is what came of it, if anything.
    pub(super) fn note_request(&self, resource: &mut Resource, sent: Option<&Sent>, touched: &mut State) {
        let sends = self.begun && !self.alone;
        let Some(Request { step, payload: Some(payload), .. }) = self.requests.get(self.at).filter(|_| sends) else {
            return;
        };
        if !step.path.values().all(|p| *p == PathChoice::Own) {
            return;
        }
        note(resource, payload);
        if !sent.is_some_and(|sent| sent.exchange.is_refused() && !sent.second_try) {
            touched.extend(payload.change.put.iter().cloned());
        }
    }

    /// Judges the answer to the request whose turn it is; `false` if what became of it has to be looked at alone.
    pub(super) async fn judge(&mut self, resource: &mut Resource, sent: Sent, touched: &mut State) -> bool {
        let Some(request) = self.requests.get(self.at) else { return true };
        let (step, op) = (request.step, request.op);
        if let Some(reason) = by_an_intermediary(&sent.exchange, step) {
            self.record.skip(reason, false);
            return true;
        }
        if request.may_be_accepted() && sent.exchange.is_refused() && resource.ledger.is_shared() {
            // Somebody else may have taken the room that the group counted on.
            self.alone = true;
            return true;
        }
        if request.may_be_accepted()
            && let Some(reason) = is_inconclusive(&self.record, op, resource, &sent).await
        {
            self.record.skip(reason, false);
            return true;
        }
        if request.may_be_accepted() && sent.exchange.is_refused() && !resource.can_list() {
            // There was room when it was looked; whether there was when this was sent, beside others, shows alone.
            self.alone = true;
            return true;
        }
        match &step.expect {
            Some(expect) if step.readings.is_empty() => {
                self.judge_expected(resource, (op, step, expect), sent, touched)
            }
            _ => self.judge_readings(resource, (op, step), sent, touched),
        }
    }

    fn judge_expected(
        &mut self,
        resource: &mut Resource,
        (op, step, expect): (&'a OperationSuite, &'a StepSpec, &'a Expect),
        sent: Sent,
        touched: &mut State,
    ) -> bool {
        let (session, case) = (self.record.session, self.record.case);
        let statuses = session.profile().statuses(&expect.status);
        let judged = judge_answer(&op.operation, expect, &statuses, &sent.exchange, sent.after_head.as_deref());
        if let Err(deviation) = judged {
            self.touch(touched);
            let refused = sent.exchange.status().is_some_and(|s| s >= 400);
            if !self.record.is_on_trial(op) {
                // Whose doing that is shows when the case runs by itself.
                self.alone = true;
                return false;
            }
            if self.jostled && refused {
                // Whether that is the request's own doing shows when nothing else is under way.
                self.turned_away = Some(RefusedUnderLoad { index: sent.index, deviation: Some(deviation) });
            } else {
                self.record.unlike(expect, &deviation, sent.index);
            }
            // A refusal with another status than documented leaves the state as it should be, and what is accepted with
            // another one is stored.
            let accepted = sent.exchange.answer.as_ref().is_ok_and(Response::is_success);
            if expect.answer != Answer::Accepted || !accepted {
                return expect.answer == Answer::Refused && refused;
            }
        } else {
            self.record.held_answer(op, expect, &sent.exchange);
        }
        if case.may_do_anything() {
            self.claim = Expectation::Nothing(sent);
            return true;
        }
        if expect.answer == Answer::Refused && expect.stored.is_none() {
            return true;
        }
        let own = [self.own.clone(), State::new()];
        let ([state, _], change) = predicted(session, case, op, step, expect, &sent, own);
        // What the target has assigned is part of what is stored.
        resource.ledger.sent_all(change.put.iter().map(|(key, value)| (key, value)));
        self.claim = Expectation::Exactly(state);
        true
    }

    fn judge_readings(
        &mut self,
        resource: &mut Resource,
        (op, step): (&'a OperationSuite, &'a StepSpec),
        sent: Sent,
        touched: &mut State,
    ) -> bool {
        if sent.exchange.answer.is_err() {
            self.alone = true;
            return false;
        }
        let (session, case) = (self.record.session, self.record.case);
        let own = [self.own.clone(), State::new()];
        let prospects = Prospect::all(session, case, op, step, &sent, &own);
        for prospect in &prospects {
            resource.ledger.sent_all(prospect.change.put.iter().map(|(key, value)| (key, value)));
        }
        let explained = prospects.iter().any(|p| p.answers);
        let refused = sent.exchange.is_refused();
        if !explained {
            self.touch(touched);
        }
        let conflict = sent.exchange.status().is_some_and(|status| CONFLICTS.contains(&status));
        if self.jostled && refused && (!explained || conflict) {
            self.turned_away = Some(RefusedUnderLoad { index: sent.index, deviation: None });
        }
        self.claim = Expectation::Readings(sent, prospects);
        explained || refused
    }

    /// Whether no reading explains the answer: whatever is stored, a clause is broken.
    pub(super) fn is_unexplained(&self) -> bool {
        matches!(&self.claim, Expectation::Readings(_, prospects) if !prospects.iter().any(|p| p.answers))
    }

    fn touch(&self, touched: &mut State) {
        let payload = self.requests.get(self.at).and_then(|request| request.payload.as_ref());
        touched.extend(payload.into_iter().flat_map(|payload| payload.change.put.iter().cloned()));
    }

    /// The answer and what was read back are as they should be: the next request's turn. `holds` says which readings
    /// explain them.
    pub(super) fn advance(&mut self, holds: Vec<bool>, read_back: bool) {
        if !self.goes_on() {
            return;
        }
        let refused = self.turn().is_some_and(Request::is_refused);
        let op = self.operation();
        match std::mem::replace(&mut self.claim, Expectation::Exactly(State::new())) {
            Expectation::Exactly(state) => {
                self.own = state;
                if read_back {
                    let topic = if refused { "refused-unchanged" } else { "stored" };
                    self.record.held(op.id(topic));
                }
            }
            Expectation::Readings(sent, prospects) => {
                if let Some(held) = prospects.iter().zip(&holds).find(|(_, holds)| **holds).map(|(held, _)| held) {
                    self.own.clone_from(&held.states[0]);
                }
                self.observations.push((op, sent, prospects, holds));
            }
            Expectation::Nothing(_) => {}
        }
        self.claim = Expectation::Exactly(self.own.clone());
        self.at += 1;
    }

    /// Its end: tells what is known of readings.
    pub(super) fn close(mut self) -> CaseEvidence<'a> {
        let op = self.operation();
        if let Expectation::Readings(sent, prospects) = self.claim {
            let nothing = vec![false; prospects.len()];
            self.observations.push((op, sent, prospects, nothing));
        }
        for (op, sent, prospects, holds) in &self.observations {
            observe(&mut self.record, op, sent, &describe(&sent.exchange), prospects, holds);
        }
        self.record
    }
}

fn note(resource: &mut Resource, payload: &Payload) {
    payload.change.put.iter().for_each(|(key, value)| resource.ledger.sent(key, value));
}
