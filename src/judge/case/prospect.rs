use super::claim::Claim;
use super::evidence::Evidence;
use super::knowledge::Knowledge;
use super::outgoing::Sent;
use super::prediction::{predicted, predicted_text};
use super::request::Request;
use crate::generate::Placeholders;
use crate::judge::readings::{Observation, Prediction};
use crate::judge::{Change, Listing, State, judge_answer, state_of};
use crate::plan::PlannedCase;
use crate::suite::Expect;

/// What one reading expects of a step, and how the answer compares.
pub(crate) struct Prospect {
    reading: String,
    pub(crate) expect: Expect,
    statuses: Vec<u16>,
    /// Whether the answer is the one expected.
    pub(crate) answers: bool,
    /// What the case has stored on its two resources then.
    pub(crate) states: [State; 2],
    /// What its request has changed then.
    pub(crate) change: Change,
}

impl Prospect {
    /// What each reading expects of a request that was answered; `own` is what the case had stored before.
    pub(crate) fn all(
        known: &Knowledge,
        case: &PlannedCase,
        Request { op, step, .. }: &Request<'_>,
        sent: &Sent,
        own: &[State; 2],
    ) -> Vec<Self> {
        let mut prospects = Vec::with_capacity(step.readings.len());
        for (reading, expect) in &step.readings {
            let statuses = known.profile().statuses(&expect.status);
            let answer = judge_answer(&op.operation, expect, &statuses, &sent.exchange, sent.after_head.as_deref());
            let (states, change) = predicted(known, case, op, step, expect, sent, own.clone());
            let (reading, expect) = (reading.clone(), expect.clone());
            prospects.push(Prospect { reading, expect, statuses, answers: answer.is_ok(), states, change });
        }
        prospects
    }

    /// Whether a listing shows what is expected, and `state` is all that is expected of the resource.
    pub(crate) fn fits(&self, places: &Placeholders, state: &State, listing: &Listing) -> bool {
        self.answers && self.is_listed(places, listing) && *state == state_of(listing, state)
    }

    /// Whether it can be held where nothing can be listed.
    pub(crate) fn fits_unseen(&self) -> bool {
        self.answers && self.expect.listed.is_none()
    }

    /// Whether a tag is listed in the form that the reading predicts.
    fn is_listed(&self, places: &Placeholders, listing: &Listing) -> bool {
        self.expect
            .listed
            .as_ref()
            .is_none_or(|listed| listing.item(&places.fill(&listed.key)).and_then(|i| i.form()) == Some(listed.value))
    }
}

/// Whether only the state tells apart the readings that explain the answer.
pub(crate) fn states_differ(prospects: &[Prospect]) -> bool {
    let mut states = prospects.iter().filter(|p| p.answers).map(|p| &p.states);
    states.next().is_some_and(|first| states.any(|state| state != first))
}

/// Takes note of the readings that explain an answer and what was read back.
pub(crate) fn observe(
    evidence: &mut Evidence<'_>,
    claim: &Claim<'_>,
    prospects: &[Prospect],
    seen: String,
    holds: &[bool],
) {
    let Claim { op, sent, .. } = claim;
    let case = evidence.case;
    let Some(clause) = case.spec.clauses.first() else { return };
    match holds.iter().position(|h| *h) {
        Some(i) => evidence.held_answer(op, &prospects[i].expect, &sent.exchange),
        None => evidence.is_surprising(sent.index),
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
    let observation = Observation { case: case.spec.id.clone(), exchange: Some(sent.index), seen, predictions };
    evidence.observed(clause, observation);
}
