use crate::suite::{Answer, Expect, OperationSuite, StepSpec};

use super::super::payload::Payload;

/// One of the requests of a case.
pub(super) struct Request<'a> {
    pub(super) step: &'a StepSpec,
    pub(super) op: &'a OperationSuite,
    pub(super) payload: Option<Payload>,
}

impl<'a> Request<'a> {
    pub(super) fn expects(&self) -> impl Iterator<Item = &'a Expect> {
        self.step.expect.iter().chain(self.step.readings.values())
    }

    /// Whether it may be that it should be accepted.
    pub(super) fn may_be_accepted(&self) -> bool {
        self.expects().any(|expect| expect.answer == Answer::Accepted)
    }

    /// Whether it is to be refused, whatever the reading.
    pub(super) fn is_refused(&self) -> bool {
        self.expects().all(|expect| expect.answer == Answer::Refused)
    }

    /// Whether it should be accepted and changes nothing that dewspec could read.
    pub(super) fn is_obscure(&self) -> bool {
        let changes = self.payload.iter().any(|payload| payload.change.keys().next().is_some());
        !changes && self.step.expect.as_ref().is_some_and(|expect| expect.answer == Answer::Accepted)
    }
}
