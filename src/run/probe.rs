use crate::check::{Blame, Deviation, Listing, State, describe, difference, judge_answer};
use crate::readings::{Observation, Prediction};
use crate::suite::{Expect, OperationSuite, StepSpec};

use super::case::Running;
use super::prediction::{agrees, predicted_text, resource_state, whole};
use super::resource::SHORT_PATIENCE;
use super::step::Sent;

/// What one reading expects of a step, and how the answer compares.
struct Prospect {
    reading: String,
    expect: Expect,
    statuses: Vec<u16>,
    answer: Result<(), Deviation>,
    states: [State; 2],
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
        let prospects = self.prospects(op, step, sent);
        let mut seen = describe(&sent.exchange);
        let answered = prospects.iter().position(|p| p.answer.is_ok());
        if !self.first.can_list() {
            let holds: Vec<bool> = prospects.iter().map(|p| p.answer.is_ok() && p.expect.listed.is_none()).collect();
            self.observe(op, &clause, sent, seen, &prospects, &holds);
            if let Some(i) = answered {
                self.own.clone_from(&prospects[i].states);
            }
            return;
        }
        let mut wholes: Vec<State> = prospects.iter().map(|p| whole(self.first, &p.states[0])).collect();
        let listing = self.look_for(&clause, &prospects, &wholes).await;
        wholes.iter_mut().for_each(|state| self.first.leave_out_restless(state));
        let holds: Vec<bool> = match &listing {
            Some(listing) => (0..prospects.len()).map(|i| self.fits(&prospects[i], &wholes[i], listing)).collect(),
            None => vec![false; prospects.len()],
        };
        if let Some(listing) = &listing
            && !holds.contains(&true)
        {
            let nearest = answered.unwrap_or(0);
            if let Some(told) = difference(&wholes[nearest], &resource_state(listing, &wholes[nearest])) {
                seen = format!("{seen}; then {told}");
            }
        }
        self.observe(op, &clause, sent, seen, &prospects, &holds);
        if let Some(listing) = listing {
            self.repeated(&listing, sent);
            let like = answered.map(|i| wholes[i].clone()).unwrap_or_default();
            self.take_as_read(0, resource_state(&listing, &like)).await;
        }
    }

    fn prospects(&mut self, op: &OperationSuite, step: &StepSpec, sent: &Sent) -> Vec<Prospect> {
        let mut prospects = Vec::with_capacity(step.readings.len());
        for (reading, expect) in &step.readings {
            let statuses = self.statuses(expect);
            let answer = judge_answer(&op.operation, expect, &statuses, &sent.exchange, sent.after_head.as_deref());
            let states = self.predicted(op, step, expect, sent);
            prospects.push(Prospect { reading: reading.clone(), expect: expect.clone(), statuses, answer, states });
        }
        prospects
    }

    /// Reads back until some reading explains what is there.
    async fn look_for(&mut self, clause: &str, prospects: &[Prospect], wholes: &[State]) -> Option<Listing> {
        let session = self.session;
        let explained: Vec<&State> =
            prospects.iter().zip(wholes).filter(|(p, _)| p.answer.is_ok()).map(|(_, state)| state).collect();
        let states_differ = explained.windows(2).any(|w| w[0] != w[1]);
        if states_differ && !self.first.lag.is_zero() {
            // Only the state tells these readings apart, and this target shows old ones for a while.
            tokio::time::sleep(session.settings.settle).await;
        } else {
            self.first.let_settle().await;
        }
        let patience = if explained.is_empty() { SHORT_PATIENCE } else { self.patience(clause) };
        let places = session.placeholders(self.case);
        let fits = |listing: &Listing| {
            prospects.iter().zip(wholes).any(|(p, state)| {
                p.answer.is_ok()
                    && listed_as(p, listing, &|key| places.fill(key))
                    && agrees(state, resource_state(listing, state))
            })
        };
        self.first.look_until(session, patience, fits).await
    }

    fn fits(&self, prospect: &Prospect, state: &State, listing: &Listing) -> bool {
        let places = self.session.placeholders(self.case);
        prospect.answer.is_ok()
            && listed_as(prospect, listing, &|key| places.fill(key))
            && agrees(state, resource_state(listing, state))
    }

    fn observe(
        &mut self,
        op: &OperationSuite,
        clause: &str,
        sent: &Sent,
        seen: String,
        prospects: &[Prospect],
        holds: &[bool],
    ) {
        if let Some(i) = holds.iter().position(|h| *h) {
            self.held(op, &prospects[i].expect, sent);
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
            case: self.case.spec.id.clone(),
            exchange: Some(sent.index),
            seen: self.session.redactor.clean(&seen),
            predictions,
        };
        self.session.profile().observe(clause, observation);
    }
}

/// Whether a tag is listed in the form that the reading predicts.
fn listed_as(prospect: &Prospect, listing: &Listing, fill: &dyn Fn(&str) -> String) -> bool {
    prospect
        .expect
        .listed
        .as_ref()
        .is_none_or(|listed| listing.item(&fill(&listed.key)).and_then(|item| item.form()) == Some(listed.value))
}
