use std::collections::BTreeSet;
use std::sync::Arc;

use crate::judge::{Blame, Deviation, Listing, State, describe, judge_answer};
use crate::plan::PlannedCase;
use crate::suite::{Answer, Effect, Expect, OperationSuite, StepSpec};

use super::canary::is_disturbed;
use super::case_evidence::{CaseEvidence, JudgedCase};
use super::inconclusive::{by_an_intermediary, is_inconclusive};
use super::needs::{collision, limit, unmet};
use super::payload::Payload;
use super::prediction::{predicted, writing};
use super::resource::Resource;
use super::sentinel::place_sentinel;
use super::session::Session;
use super::step::{Sent, payload_of};

fn clone_of((key, value): (&String, &String)) -> (String, String) {
    (key.clone(), value.clone())
}

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
        if after == before || !finished.is_surprising() || proven || session.is_cut_short() {
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

/// Every step, with a read-back after each that is judged, and the clean-up.
async fn run_once<'a>(
    session: &'a Session,
    case: &'a PlannedCase,
    resource: &mut Resource,
    second: Option<&mut Resource>,
) -> JudgedCase<'a> {
    place_sentinel(session, case, resource).await;
    let mut running = Running::new(session, case, resource, second);
    running.preconditions();
    if !running.record.is_over() {
        running.steps().await;
    }
    running.clean_up().await;
    running.record.finish()
}

/// A case under way, with the resources it holds.
pub(super) struct Running<'a, 'r> {
    pub(super) session: &'a Session,
    pub(super) case: &'a PlannedCase,
    pub(super) record: CaseEvidence<'a>,
    pub(super) first: &'r mut Resource,
    pub(super) second: Option<&'r mut Resource>,
    /// What this case has stored on each, as far as is known.
    pub(super) own: [State; 2],
    /// Everything it may have stored, for the clean-up.
    pub(super) touched: [State; 2],
    /// Everything its requests have named, wherever they went.
    pub(super) named: BTreeSet<String>,
}

impl<'a, 'r> Running<'a, 'r> {
    fn new(
        session: &'a Session,
        case: &'a PlannedCase,
        first: &'r mut Resource,
        second: Option<&'r mut Resource>,
    ) -> Self {
        let record = CaseEvidence::new(session, case);
        Running {
            session,
            case,
            record,
            first,
            second,
            own: Default::default(),
            touched: Default::default(),
            named: BTreeSet::new(),
        }
    }

    pub(super) fn resource(&mut self, second: bool) -> &mut Resource {
        match (&mut self.second, second) {
            (Some(resource), true) => resource,
            _ => self.first,
        }
    }

    fn preconditions(&mut self) {
        if let Some((reason, unmet)) = unmet(self.session, self.case, self.first, self.second.as_deref()) {
            self.record.skip(reason, unmet);
        }
    }

    async fn steps(&mut self) {
        for step in &self.case.spec.steps {
            if self.record.is_over() {
                return;
            }
            let op = match &step.operation {
                Some(id) => self.session.suite.operation(id).cloned(),
                None => Some(self.case.op.clone()),
            };
            let Some(op) = op else {
                self.record.skip("its operation is not in the suite", false);
                return;
            };
            if let Some(tags) = &step.setup {
                self.set_up(&op, tags.iter(), step.second).await;
            } else if let Some(keys) = &step.remove {
                self.take_away(keys, step.second).await;
            } else if let Some(count) = step.fill {
                self.fill(&op, step, count).await;
            } else if step.hidden {
                self.look_as_foreign().await;
            } else if step.race.is_some() {
                self.race(&op, step).await;
            } else {
                self.act(&op, step).await;
            }
        }
    }

    /// Stores tags by one request each, or by one for all where the operation can.
    pub(super) async fn set_up(
        &mut self,
        op: &OperationSuite,
        tags: impl Iterator<Item = (&String, &String)>,
        second: bool,
    ) {
        let places = self.session.placeholders(self.case);
        let tags: Vec<(String, String)> = tags.map(|(k, v)| (places.fill(k), places.fill(v))).collect();
        if let Some(reason) = collision(tags.iter().map(|(key, _)| key), self.resource(second)) {
            self.record.skip(reason, false);
            return;
        }
        let step = StepSpec { second, ..StepSpec::default() };
        if let Some(refused) = self.store(op, &step, &writing(op, &tags)).await {
            self.set_up_failed(op, &refused, tags.len(), second);
        }
        if self.record.is_over() {
            return;
        }
        self.wait_for_own(second).await;
    }

    /// Deletes some of what the case has stored, as the clean-up does, and waits for it to be gone.
    async fn take_away(&mut self, keys: &[String], second: bool) {
        let places = self.session.placeholders(self.case);
        let (session, which) = (self.session, usize::from(second));
        let keys: Vec<String> = keys.iter().map(|key| places.fill(key)).collect();
        let doomed: State = self.own[which].iter().filter(|(key, _)| keys.contains(key)).map(clone_of).collect();
        let resource = self.resource(second);
        resource.remove(session, &doomed).await;
        let settle = session.settings.settle;
        let is_gone = |listing: &Listing| doomed.keys().all(|key| listing.item(key).is_none());
        let gone = !resource.can_list()
            || resource.look_until(session, settle, is_gone).await.is_some_and(|listing| is_gone(&listing));
        if gone {
            self.own[which].retain(|key, _| !doomed.contains_key(key));
        } else {
            self.record.skip("what it needs gone could not be deleted", false);
        }
    }

    /// What a case stores before its own request is as valid as any request.
    fn set_up_failed(&mut self, op: &OperationSuite, sent: &Sent, count: usize, second: bool) {
        let (session, case) = (self.session, self.case);
        let there = self.own[usize::from(second)].len() + count;
        let resource = self.resource(second);
        let room = limit(session, case, resource).is_none_or(|most| resource.ledger.carries() + there <= most);
        let same = op.operation.id == case.op.operation.id;
        let alone = !resource.ledger.is_shared();
        let on_trial = same && room && alone && resource.can_list() && !sent.second_try;
        if on_trial && sent.exchange.status() == Some(400) {
            let allowed = format!("status {}", op.operation.success);
            let deviation = Deviation { blame: Blame::Success, allowed, seen: describe(&sent.exchange) };
            self.record.wrong_answer(&deviation, sent.index);
        }
        self.record.skip(format!("its set-up was refused: {}", describe(&sent.exchange)), false);
    }

    /// Lets a set-up show before it is built upon.
    async fn wait_for_own(&mut self, second: bool) {
        let expected = self.own[usize::from(second)].clone();
        let settle = self.session.settings.settle;
        let session = self.session;
        let resource = self.resource(second);
        if resource.can_list() && !resource.lag.is_zero() {
            resource.look_until(session, settle, |l| expected.keys().all(|k| l.item(k).is_some())).await;
        }
    }

    /// Stores generated items until the resource carries `count`; the last request is judged.
    async fn fill(&mut self, op: &OperationSuite, step: &StepSpec, count: usize) {
        let there = self.first.ledger.carries() + self.own[0].len();
        let missing = count.saturating_sub(there);
        if missing == 0 && count < there {
            self.record.skip(format!("the resource carries more than {count} already"), false);
            return;
        }
        let places = self.session.placeholders(self.case);
        let base = self.own[0].len();
        let bodies: Vec<String> = match &op.operation.effect {
            Effect::Create { .. } => (0..missing)
                .map(|i| places.fill(&op.operation.valid.replace("${name}", &format!("${{name-fill{}}}", base + i))))
                .collect(),
            Effect::Put { .. } | Effect::Batch { .. } => {
                let tags: Vec<(String, String)> =
                    (0..missing).map(|i| (places.key(&format!("fill{}", base + i)), format!("v{i}"))).collect();
                writing(op, &tags)
            }
        };
        let judged = StepSpec { expect: step.expect.clone(), readings: step.readings.clone(), ..StepSpec::default() };
        let Some((last, others)) = bodies.split_last() else { return };
        if let Some(refused) = self.store(op, &judged, others).await {
            self.filled(op, &judged, &refused, count).await;
        }
        if self.record.is_over() {
            return;
        }
        let payload = Payload::new(&op.operation, last);
        if let Some(sent) = self.send(op, &judged, Some(&payload)).await {
            self.filled(op, &judged, &sent, count).await;
        }
    }

    /// Judges the last request of those that fill a resource, or the first that was not accepted.
    async fn filled(&mut self, op: &OperationSuite, step: &StepSpec, sent: &Sent, count: usize) {
        let accepted = sent.exchange.status() == Some(op.operation.success);
        let judge = step.expect.is_some() || !step.readings.is_empty();
        if judge && (accepted || self.first.can_list()) {
            self.judge(op, step, sent).await;
        } else if accepted {
            self.adopt(op, sent, false);
        } else if !self.first.can_list() {
            self.record.skip("the resource is full before it should be, or carries what cannot be listed", false);
        } else {
            let why = describe(&sent.exchange);
            self.record.skip(format!("the resource could not be filled to {count}: {why}"), false);
        }
    }

    /// Sends the request of a step and judges answer and state.
    async fn act(&mut self, op: &OperationSuite, step: &StepSpec) {
        let payload = payload_of(self.session, self.case, op, step);
        let change = payload.as_ref().map(|payload| &payload.change);
        if let Some(reason) = change.and_then(|change| collision(change.keys(), self.resource(step.second))) {
            self.record.skip(reason, false);
            return;
        }
        let Some(sent) = self.send(op, step, payload.as_ref()).await else { return };
        self.judge(op, step, &sent).await;
    }

    async fn judge(&mut self, op: &OperationSuite, step: &StepSpec, sent: &Sent) {
        let hoped = step.expect.iter().chain(step.readings.values()).any(|expect| expect.answer == Answer::Accepted);
        let resource = match &mut self.second {
            Some(second) if step.second => second,
            _ => &mut *self.first,
        };
        if let Some(reason) = by_an_intermediary(&sent.exchange, step) {
            self.record.skip(reason, false);
            return;
        }
        if hoped && let Some(reason) = is_inconclusive(&self.record, op, resource, sent).await {
            self.record.skip(reason, false);
            return;
        }
        if step.readings.is_empty() {
            if let Some(expect) = &step.expect {
                self.judge_one(op, step, expect, sent).await;
            }
        } else {
            self.judge_readings(op, step, sent).await;
        }
    }

    /// The case's own items on the first resource and on the addressed one, if the step went as `expect` says.
    fn predicted(&mut self, op: &OperationSuite, step: &StepSpec, expect: &Expect, sent: &Sent) -> [State; 2] {
        let (states, change) = predicted(self.session, self.case, op, step, expect, sent, self.own.clone());
        self.remember(&change, step.second);
        states
    }

    async fn judge_one(&mut self, op: &OperationSuite, step: &StepSpec, expect: &Expect, sent: &Sent) {
        let statuses = self.session.profile().statuses(&expect.status);
        let answer = judge_answer(&op.operation, expect, &statuses, &sent.exchange, sent.after_head.as_deref());
        match &answer {
            Ok(()) => self.record.held_answer(op, expect, &sent.exchange),
            Err(deviation) if !self.record.is_on_trial(op) => self.record.way_blocked(op, &deviation.seen),
            Err(deviation) => self.record.unlike(expect, deviation, sent.index),
        }
        let expected = self.predicted(op, step, expect, sent);
        // What a request stores that should have been refused is part of that deviation, and not another one.
        let refusal = sent.exchange.status().is_some_and(|s| s >= 400);
        let as_answered = answer.is_ok() || (expect.answer == Answer::Refused && refusal);
        self.check_state((op, step), expect, &expected, sent, as_answered).await;
    }

    /// Deletes everything this case stored.
    async fn clean_up(&mut self) {
        let session = self.session;
        for which in 0..2 {
            let mut tags = std::mem::take(&mut self.touched[which]);
            tags.extend(std::mem::take(&mut self.own[which]));
            if which == 1 && self.second.is_none() {
                continue;
            }
            let resource = self.resource(which == 1);
            resource.remove(session, &tags).await;
            let looks = std::mem::take(&mut resource.looks);
            for look in looks {
                self.record.exchange(Arc::new(look));
            }
        }
    }
}
