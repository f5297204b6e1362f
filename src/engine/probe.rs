use crate::generate::Placeholders;
use crate::judge::readings::{Observation, Prediction};
use crate::judge::{Blame, Change, Deviation, Listing, State, describe, difference, judge_answer};
use crate::plan::PlannedCase;
use crate::suite::{Expect, OperationSuite, StepSpec};

use super::case::Running;
use super::case_evidence::CaseEvidence;
use super::prediction::{agrees, predicted, predicted_text, resource_state, whole};
use super::resource::SHORT_PATIENCE;
use super::session::Session;
use super::step::Sent;

/// What one reading expects of a step, and how the answer compares.
pub(super) struct Prospect {
    reading: String,
    pub(super) expect: Expect,
    statuses: Vec<u16>,
    /// Whether the answer is the one expected.
    pub(super) answers: bool,
    /// What the case has stored on its two resources then.
    pub(super) states: [State; 2],
    /// What its request has changed then.
    pub(super) change: Change,
}

impl Prospect {
    /// What each reading expects of a step that was answered; `own` is what the case had stored before.
    pub(super) fn all(
        session: &Session,
        case: &PlannedCase,
        op: &OperationSuite,
        step: &StepSpec,
        sent: &Sent,
        own: &[State; 2],
    ) -> Vec<Self> {
        let mut prospects = Vec::with_capacity(step.readings.len());
        for (reading, expect) in &step.readings {
            let statuses = session.profile().statuses(&expect.status);
            let answer = judge_answer(&op.operation, expect, &statuses, &sent.exchange, sent.after_head.as_deref());
            let (states, change) = predicted(session, case, op, step, expect, sent, own.clone());
            let (reading, expect) = (reading.clone(), expect.clone());
            prospects.push(Prospect { reading, expect, statuses, answers: answer.is_ok(), states, change });
        }
        prospects
    }

    /// Whether a listing shows what is expected, and `state` is all that is expected of the resource.
    pub(super) fn fits(&self, places: &Placeholders, state: &State, listing: &Listing) -> bool {
        self.answers && self.is_listed(places, listing) && agrees(state, resource_state(listing, state))
    }

    /// Whether a tag is listed in the form that the reading predicts.
    pub(super) fn is_listed(&self, places: &Placeholders, listing: &Listing) -> bool {
        self.expect
            .listed
            .as_ref()
            .is_none_or(|listed| listing.item(&places.fill(&listed.key)).and_then(|i| i.form()) == Some(listed.value))
    }
}

/// Takes note of the readings that explain an answer and what was read back.
pub(super) fn observe(
    record: &mut CaseEvidence<'_>,
    op: &OperationSuite,
    sent: &Sent,
    seen: &str,
    prospects: &[Prospect],
    holds: &[bool],
) {
    let (session, case) = (record.session, record.case);
    let Some(clause) = case.spec.clauses.first() else { return };
    match holds.iter().position(|h| *h) {
        Some(i) => record.held_answer(op, &prospects[i].expect, &sent.exchange),
        None => record.is_surprising(sent.index),
    }
    let predictions = prospects
        .iter()
        .zip(holds)
        .map(|(prospect, holds)| Prediction {
            reading: prospect.reading.clone(),
            allowed: predicted_text(op, &prospect.expect, &prospect.statuses),
            holds: *holds,
        })
        .collect();
    let observation = Observation {
        case: case.spec.id.clone(),
        exchange: Some(sent.index),
        seen: session.redactor.clean(seen),
        predictions,
    };
    record.observed(clause, observation);
}

/// Whether only the state tells apart the readings that explain the answer.
pub(super) fn states_differ(prospects: &[Prospect]) -> bool {
    let mut states = prospects.iter().filter(|p| p.answers).map(|p| &p.states);
    states.next().is_some_and(|first| states.any(|state| state != first))
}

impl Running<'_, '_> {
    /// Finds the readings that explain answer and state, and takes note of them.
    pub(super) async fn judge_readings(&mut self, op: &OperationSuite, step: &StepSpec, sent: &Sent) {
        let Some(clause) = self.case.spec.clauses.first().cloned() else { return };
        if sent.exchange.answer.is_err() {
            // No answer speaks for no reading, and is a deviation in itself.
            let allowed = "an answer".to_owned();
            let deviation = Deviation { blame: Blame::Documented, allowed, seen: describe(&sent.exchange) };
            self.record.deviation(&deviation, Some(sent.index));
            return;
        }
        let prospects = Prospect::all(self.session, self.case, op, step, sent, &self.own);
        prospects.iter().for_each(|p| self.remember(&p.change, step.second));
        let mut seen = describe(&sent.exchange);
        let answered = prospects.iter().position(|p| p.answers);
        if !self.first.can_list() {
            let holds: Vec<bool> = prospects.iter().map(|p| p.answers && p.expect.listed.is_none()).collect();
            observe(&mut self.record, op, sent, &seen, &prospects, &holds);
            if let Some(i) = answered {
                self.own.clone_from(&prospects[i].states);
            }
            return;
        }
        let mut wholes: Vec<State> = prospects.iter().map(|p| whole(self.first, &p.states[0])).collect();
        let Some(listing) = self.look_for(&clause, &prospects, &wholes).await else {
            // What could not be read back speaks for no reading, and against none.
            self.unreadable(&self.case.op.id("stored"), sent);
            if let Some(i) = answered {
                self.own.clone_from(&prospects[i].states);
            }
            return;
        };
        wholes.iter_mut().for_each(|state| self.first.ledger.leave_out_volatile(state));
        let places = self.session.placeholders(self.case);
        let fits = |listing: &Listing| {
            prospects.iter().zip(&wholes).map(|(p, state)| p.fits(&places, state, listing)).collect::<Vec<_>>()
        };
        let holds = fits(&listing);
        if !holds.contains(&true) {
            let nearest = answered.unwrap_or(0);
            if let Some(told) = difference(&wholes[nearest], &resource_state(&listing, &wholes[nearest])) {
                seen = format!("{seen}; then {told}");
            }
        }
        observe(&mut self.record, op, sent, &seen, &prospects, &holds);
        self.repeated(&listing, sent);
        let like = answered.map(|i| wholes[i].clone()).unwrap_or_default();
        self.take_as_read(0, resource_state(&listing, &like)).await;
    }

    /// Reads back until some reading explains what is there.
    async fn look_for(&mut self, clause: &str, prospects: &[Prospect], wholes: &[State]) -> Option<Listing> {
        let session = self.session;
        if states_differ(prospects) && !self.first.lag.is_zero() {
            // Only the state tells these readings apart, and this target shows old ones for a while.
            tokio::time::sleep(session.settings.settle).await;
        } else {
            self.first.let_settle().await;
        }
        let explained = prospects.iter().any(|p| p.answers);
        let patience = if explained { self.patience(clause) } else { SHORT_PATIENCE };
        let places = session.placeholders(self.case);
        let fits = |listing: &Listing| prospects.iter().zip(wholes).any(|(p, state)| p.fits(&places, state, listing));
        self.first.look_until(session, patience, fits).await
    }
}
