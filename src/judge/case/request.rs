use std::borrow::Cow;

use super::knowledge::Knowledge;
use super::payload::Payload;
use crate::judge::State;
use crate::model::{Exchange, PathChoice, TokenChoice};
use crate::plan::PlannedCase;
use crate::suite::{Answer, Expect, OperationSuite, StepSpec};

/// One request of a case, whose answer is judged.
pub(crate) struct Request<'s> {
    pub(crate) step: &'s StepSpec,
    pub(crate) op: &'s OperationSuite,
    pub(crate) payload: Option<Payload>,
}

impl<'s> Request<'s> {
    /// That of a step, its body filled; `own` is what its case has stored there.
    pub(crate) fn of(
        known: &Knowledge,
        case: &PlannedCase,
        op: &'s OperationSuite,
        step: &'s StepSpec,
        own: &State,
    ) -> Self {
        Request { step, op, payload: payload_of(known, case, op, step, own) }
    }

    fn expects(&self) -> impl Iterator<Item = &'s Expect> {
        self.step.expect.iter().chain(self.step.readings.values())
    }

    /// Whether it may be that it should be accepted.
    pub(crate) fn may_be_accepted(&self) -> bool {
        self.expects().any(|expect| expect.answer == Answer::Accepted)
    }

    /// Whether it is to be refused, whatever the reading.
    pub(crate) fn is_refused(&self) -> bool {
        self.expects().all(|expect| expect.answer == Answer::Refused)
    }

    /// Whether it should be accepted and changes nothing that dewspec could read.
    pub(crate) fn is_obscure(&self) -> bool {
        let changes = self.payload.iter().any(|payload| payload.change.keys().next().is_some());
        !changes && self.step.expect.as_ref().is_some_and(|expect| expect.answer == Answer::Accepted)
    }

    /// Whether it goes to the target's own resource.
    pub(crate) fn stays_home(&self) -> bool {
        self.step.path.values().all(|choice| *choice == PathChoice::Own)
    }

    /// Why an answer is not the service's: somebody on the way refuses such a request by themselves.
    pub(crate) fn by_an_intermediary(&self, exchange: &Exchange) -> Option<String> {
        let ordinary = self.step.token == TokenChoice::Valid && self.stays_home();
        let status = exchange.status().filter(|_| crate::judge::is_by_an_intermediary(exchange, ordinary))?;
        Some(format!("a gateway or firewall in front of the service refuses such a request by itself ({status})"))
    }
}

/// What the request of a step carries, its body filled; `own` is what its case has stored where it goes.
pub(crate) fn payload_of(
    known: &Knowledge,
    case: &PlannedCase,
    op: &OperationSuite,
    step: &StepSpec,
    own: &State,
) -> Option<Payload> {
    let text = match (&step.fixture, &step.body) {
        (Some(id), _) => known.suite.fixture(id).map(|fixture| Cow::Borrowed(fixture.text.as_str())),
        (None, Some(text)) if step.verbatim => Some(Cow::Borrowed(text.as_str())),
        (None, text) => text.as_ref().map(|text| Cow::Owned(known.placeholders(case).fill(text))),
    };
    if op.operation.effect.stores() {
        return text.map(|text| Payload::new(&op.operation, &text));
    }
    let item = known.placeholders(case).fill(step.names.as_ref().or(op.operation.names.as_ref())?);
    // Where valid requests have no body, an empty one is none.
    let text = text.filter(|text| !(text.is_empty() && op.operation.valid.is_empty()));
    Some(Payload::naming(&op.operation, &item, text.as_deref(), own))
}
