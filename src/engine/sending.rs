use crate::judge::case::{Evidence, Outgoing, Payload, Request, Sent};
use crate::model::PathChoice;
use crate::suite::{OperationSuite, StepSpec};

use super::alone::Alone;
use super::join_bounded::join_bounded;
use super::send::send;

impl Alone<'_, '_> {
    /// Sends a request.
    pub(super) async fn send(&mut self, request: &Request<'_>) -> Option<Sent> {
        let Request { op, step, payload } = request;
        let session = self.session;
        let (run, resource) = self.parts(step.second);
        let out = Outgoing::of(op, &resource.id, step, payload.as_ref());
        let sent = send(session, &mut run.evidence, &out).await?;
        self.take_note(step, payload.as_ref(), &sent);
        Some(sent)
    }

    /// Stores what bodies name, by as many requests at once as the target takes. Ends with the first that is not
    /// accepted, which is returned.
    pub(super) async fn store(&mut self, op: &OperationSuite, step: &StepSpec, bodies: &[String]) -> Option<Sent> {
        let mut refused = None;
        for chunk in bodies.chunks(self.session.width()) {
            let requests: Vec<Request<'_>> = chunk
                .iter()
                .map(|body| Request { step, op, payload: Some(Payload::new(&op.operation, body)) })
                .collect();
            for (request, mut sent) in self.send_several(&requests).await {
                let accepted = sent.exchange.status() == Some(op.operation.success);
                if !accepted && requests.len() > 1 {
                    // Those beside it may have been in its way.
                    let Some(again) = self.send(request).await else { break };
                    // What a lost try may have stored is still in its way.
                    sent = Sent { second_try: again.second_try || sent.second_try, ..again };
                }
                if sent.exchange.status() == Some(op.operation.success) {
                    let (run, resource) = self.parts(step.second);
                    run.adopt(op, &sent, step.second, resource);
                } else {
                    refused.get_or_insert(sent);
                }
            }
            if refused.is_some() || self.run.evidence.is_over() {
                break;
            }
        }
        refused
    }

    /// Sends several requests at once; what got no answer to judge is left out, and the evidence says why.
    async fn send_several<'p, 's>(&mut self, requests: &'p [Request<'s>]) -> Vec<(&'p Request<'s>, Sent)> {
        let session = self.session;
        let (known, case) = (self.run.known, self.run.case);
        let second = requests.first().is_some_and(|request| request.step.second);
        let resource = self.resource(second).id.clone();
        let mut all: Vec<Evidence<'_>> = requests.iter().map(|_| Evidence::new(known, case)).collect();
        let sending = all.iter_mut().zip(requests).map(|(evidence, request)| {
            let out = Outgoing::of(request.op, &resource, request.step, request.payload.as_ref());
            async move { send(session, evidence, &out).await }
        });
        let sent = join_bounded(session, sending).await;
        let mut answered = Vec::with_capacity(sent.len());
        for ((evidence, request), sent) in all.into_iter().zip(requests).zip(sent) {
            let before = self.run.evidence.absorb(evidence);
            if let Some(sent) = sent {
                let sent = Sent { index: sent.index + before, ..sent };
                self.take_note(request.step, request.payload.as_ref(), &sent);
                answered.push((request, sent));
            }
        }
        answered
    }

    /// Unless it was refused, and no try before was lost, what a request names may now be stored.
    fn take_note(&mut self, step: &StepSpec, payload: Option<&Payload>, sent: &Sent) {
        let put = payload.map_or(&[][..], |payload| &payload.change.put);
        let home = step.path.values().all(|choice| *choice == PathChoice::Own);
        if home && sent.may_have_stored() {
            self.touched[usize::from(step.second)].extend(put.iter().cloned());
        }
        let (run, resource) = self.parts(step.second);
        run.sent(home, put, resource);
    }
}
