use std::sync::Arc;

use futures_util::future::join_all;

use crate::generate::Placeholders;
use crate::judge::State;
use crate::judge::case::{Outgoing, Payload, Raced, receive_one_of_several};
use crate::model::{Exchange, TokenChoice};
use crate::suite::{Effect, OperationSuite, StepSpec};
use crate::transport::WireOptions;

use super::alone::Alone;
use super::send::{note_intent, note_sent, request, seconds};

/// How often the same requests race.
const ROUNDS: usize = 3;

impl Alone<'_, '_> {
    /// Sends several writes at once, and sees whether some order of them explains what is stored.
    pub(super) async fn race(&mut self, op: &OperationSuite, step: &StepSpec) {
        // So many rounds in a row had a server error among their answers.
        let mut errors = 0;
        // Why a round came to nothing, and whether any came to something.
        let (mut broken, mut judged) = (None, false);
        for round in 0..ROUNDS {
            if self.run.evidence.is_over() || self.run.evidence.breaks_a_must() {
                return;
            }
            let before = self.run.own[0].clone();
            self.store_what_goes(op, step, round).await;
            if self.run.evidence.is_over() {
                return;
            }
            let exchanges = match self.send_all(op, step, round, errors + 1 == ROUNDS).await {
                Ok(exchanges) if exchanges.is_empty() => return,
                Ok(exchanges) => exchanges,
                Err(why) => {
                    // What came of it is anybody's guess: this round says nothing.
                    broken = Some(format!("one of them was not answered: {why}"));
                    let mut touched = self.touched[0].clone();
                    touched.retain(|key, _| !before.contains_key(key));
                    self.first.remove(self.session, &touched).await;
                    self.run.own[0] = before;
                    continue;
                }
            };
            let error = exchanges.iter().any(|(_, e)| e.status().is_some_and(|status| status >= 500));
            errors = if error { errors + 1 } else { 0 };
            // What happens each time is the target's doing.
            let believed = round + 1 == ROUNDS && !judged;
            let raced = Raced::new(op, step, exchanges, self.first.whole(&self.run.own[0]));
            if self.judge_race(raced, believed).await {
                judged = true;
            } else {
                broken = Some("what was there vanished meanwhile".to_owned());
            }
            if self.run.evidence.is_over() {
                return;
            }
            // The next round begins where this one did.
            let added: State = self.run.own[0]
                .iter()
                .filter(|(k, _)| !before.contains_key(*k))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            let session = self.session;
            self.first.remove(session, &added).await;
            self.run.own[0] = before;
        }
        if let Some(why) = broken.filter(|_| !judged) {
            self.run.evidence.error(format!("nothing can be said of several requests at once: {why}"));
        }
    }

    /// Stores what the requests are going to delete.
    async fn store_what_goes(&mut self, op: &OperationSuite, step: &StepSpec, round: usize) {
        let places = self.places_of_round(round);
        let Effect::Batch { items, delete, action, .. } = &op.operation.effect else { return };
        let mut tags: Vec<(String, String)> = Vec::new();
        for body in step.race.iter().flatten() {
            let json: serde_json::Value = serde_json::from_str(&places.fill(body)).unwrap_or_default();
            if json.pointer(action).and_then(serde_json::Value::as_str) == Some(delete) {
                let listed = json.pointer(items).and_then(serde_json::Value::as_array).into_iter().flatten();
                let text = |item: &serde_json::Value, member| item.get(member)?.as_str().map(str::to_owned);
                tags.extend(
                    listed.filter_map(|item| Some((text(item, "key")?, text(item, "value").unwrap_or_default()))),
                );
            }
        }
        if !tags.is_empty() {
            self.set_up(op, &tags, false).await;
        }
    }

    fn places_of_round(&self, round: usize) -> Placeholders {
        let name = format!("{}#{round}", self.run.case.spec.id);
        self.session.known.placeholders_named(&name, &self.run.case.op.operation.valid)
    }

    /// What came of each; nothing if there is nothing to send.
    ///
    /// # Errors
    /// Why one of them got no answer.
    async fn send_all(
        &mut self,
        op: &OperationSuite,
        step: &StepSpec,
        round: usize,
        erred: bool,
    ) -> Result<Vec<(usize, Arc<Exchange>)>, String> {
        let session = self.session;
        let places = self.places_of_round(round);
        let id = self.first.id.clone();
        let mut requests = Vec::new();
        let fill = |body: &String| Payload::new(&op.operation, &places.fill(body));
        let payloads: Vec<Payload> = step.race.iter().flatten().map(fill).collect();
        for payload in &payloads {
            let out = Outgoing::plain(op, &id, payload, TokenChoice::Valid);
            let Some(request) = request(session, &out) else {
                self.run.evidence.skip("the target has no endpoint or identifier for this request", false);
                return Ok(Vec::new());
            };
            for (key, value) in &payload.change.put {
                self.first.ledger.sent(key, value);
                self.touched[0].insert(key.clone(), value.clone());
            }
            note_intent(session, &out);
            requests.push((request, out));
        }
        let options = WireOptions { errors_stand: true, ..WireOptions::default() };
        let sending = requests.iter().map(|(request, _)| session.client.send_over(request.clone(), options));
        let sent = join_all(sending).await.into_iter().map(|(exchange, _)| exchange);
        let mut answers: Vec<_> = sent.zip(&requests).collect();
        // Who wins is chance; what is reported is not: the accepted come first.
        answers.sort_by_key(|(exchange, _)| exchange.status());
        let mut kept = Vec::with_capacity(answers.len());
        for (exchange, (_, out)) in answers {
            let exchange = Arc::new(exchange);
            let why = match &exchange.answer {
                Err(failure) => failure.message.clone(),
                Ok(response) if response.status == 429 => "it was throttled".to_owned(),
                Ok(_) if exchange.is_second_try() => "an earlier try may have been carried out".to_owned(),
                Ok(_) => String::new(),
            };
            if !why.is_empty() {
                self.run.evidence.exchange(Arc::clone(&exchange));
                return Err(why);
            }
            note_sent(session, out, &exchange);
            let index = receive_one_of_several(&mut self.run.evidence, out, &exchange, (erred, seconds(session)));
            kept.push((index, exchange));
        }
        Ok(kept)
    }

    /// Holds what is stored against what was answered; whether that says anything.
    ///
    /// `believed`: what was there before and has vanished is taken for the target's doing.
    async fn judge_race(&mut self, raced: Raced<'_>, believed: bool) -> bool {
        let session = self.session;
        self.first.let_settle().await;
        let patience = session.settings.settle;
        let Some(listing) = self.first.look_until(session, patience, |listing| raced.fits(listing)).await else {
            return true;
        };
        let (seen, told) = self.run.raced(raced, self.first, &listing, believed);
        self.take_as_read(0, seen).await;
        told
    }
}
