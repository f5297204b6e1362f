use crate::judge::{Change, change_of};
use crate::model::PathChoice;
use crate::suite::{OperationSuite, StepSpec};

use super::case::Running;
use super::case_evidence::CaseEvidence;
use super::join_bounded::join_bounded;
use super::payload::Payload;
use super::step::{Outgoing, Sent, send};

impl Running<'_, '_> {
    /// Sends the request of a step.
    pub(super) async fn send(&mut self, op: &OperationSuite, step: &StepSpec, body: Option<&Payload>) -> Option<Sent> {
        let resource = self.resource(step.second).id.clone();
        let sent = send(&mut self.record, &Outgoing::of(op, &resource, step, body)).await?;
        self.take_note(step, body, &sent);
        Some(sent)
    }

    /// Stores what bodies name, by as many requests at once as the target takes. Ends with the first that is not
    /// accepted, which is returned.
    pub(super) async fn store(&mut self, op: &OperationSuite, step: &StepSpec, bodies: &[String]) -> Option<Sent> {
        let mut refused = None;
        for chunk in bodies.chunks(self.session.width()) {
            let payloads: Vec<Payload> = chunk.iter().map(|body| Payload::new(&op.operation, body)).collect();
            for (payload, mut sent) in self.send_several(op, step, &payloads).await {
                let accepted = sent.exchange.status() == Some(op.operation.success);
                if !accepted && payloads.len() > 1 {
                    // Those beside it may have been in its way.
                    let Some(again) = self.send(op, step, Some(payload)).await else { break };
                    sent = again;
                }
                if sent.exchange.status() == Some(op.operation.success) {
                    self.adopt(op, &sent, step.second);
                } else {
                    refused.get_or_insert(sent);
                }
            }
            if refused.is_some() || self.record.is_over() {
                break;
            }
        }
        refused
    }

    /// Sends several bodies at once; what got no answer to judge is left out, and the record says why.
    async fn send_several<'p>(
        &mut self,
        op: &OperationSuite,
        step: &StepSpec,
        payloads: &'p [Payload],
    ) -> Vec<(&'p Payload, Sent)> {
        let (session, case) = (self.session, self.case);
        let resource = self.resource(step.second).id.clone();
        let mut records: Vec<CaseEvidence<'_>> = payloads.iter().map(|_| CaseEvidence::new(session, case)).collect();
        let outgoing = |payload| Outgoing::of(op, &resource, step, Some(payload));
        let sending = records.iter_mut().zip(payloads).map(|(record, payload)| {
            let out = outgoing(payload);
            async move { send(record, &out).await }
        });
        let all = join_bounded(session, sending).await;
        let mut answered = Vec::with_capacity(all.len());
        for ((record, payload), sent) in records.into_iter().zip(payloads).zip(all) {
            let before = self.record.absorb(record);
            if let Some(sent) = sent {
                let sent = Sent { index: sent.index + before, ..sent };
                self.take_note(step, Some(payload), &sent);
                answered.push((payload, sent));
            }
        }
        answered
    }

    /// Unless it was refused, and no try before was lost, what a request names may now be stored.
    fn take_note(&mut self, step: &StepSpec, body: Option<&Payload>, sent: &Sent) {
        self.named.extend(body.into_iter().flat_map(|payload| payload.change.put.iter().map(|(key, _)| key.clone())));
        if !step.path.values().all(|p| *p == PathChoice::Own) {
            return;
        }
        for (key, value) in body.map(|payload| payload.change.put.clone()).unwrap_or_default() {
            if !sent.exchange.is_refused() || sent.second_try {
                self.touched[usize::from(step.second)].insert(key.clone(), value.clone());
            }
            self.resource(step.second).ledger.sent(&key, &value);
        }
    }

    /// Takes an accepted request as done.
    pub(super) fn adopt(&mut self, op: &OperationSuite, sent: &Sent, second: bool) {
        let answer = sent.exchange.answer.as_ref().ok().and_then(|r| r.json());
        if let Some(json) = &sent.json {
            let change = change_of(&op.operation, json, answer.as_ref());
            self.remember(&change, second);
            change.apply(&mut self.own[usize::from(second)]);
        }
    }

    pub(super) fn remember(&mut self, change: &Change, second: bool) {
        for (key, value) in &change.put {
            self.resource(second).ledger.sent(key, value);
        }
    }
}
