use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;

use crate::generate::Placeholders;
use crate::judge::{Blame, Deviation, State, change_of};
use crate::model::{Exchange, TokenChoice};
use crate::suite::{Effect, OperationSuite, StepSpec};
use crate::transport::WireOptions;

use super::case::Running;
use super::needs::limit;
use super::payload::Payload;
use super::prediction::{resource_state, whole};
use super::step::{Outgoing, keep, note_intent, request};

/// How often the same requests race.
const ROUNDS: usize = 3;

impl Running<'_, '_> {
    /// Sends several writes at once, and sees whether some order of them explains what is stored.
    pub(super) async fn race(&mut self, op: &OperationSuite, step: &StepSpec) {
        // So many rounds in a row had a server error among their answers.
        let mut errors = 0;
        // Why a round came to nothing, and whether any came to something.
        let (mut broken, mut judged) = (None, false);
        for round in 0..ROUNDS {
            if self.record.is_over() || self.record.breaks_a_must() {
                return;
            }
            let before = self.own[0].clone();
            self.store_what_goes(op, step, round).await;
            if self.record.is_over() {
                return;
            }
            let exchanges = match self.send_all(op, step, round, errors + 1 == ROUNDS).await {
                Ok(exchanges) if exchanges.is_empty() => return,
                Ok(exchanges) => exchanges,
                Err(why) => {
                    // What came of it is anybody's guess: this round says nothing.
                    broken = Some(why);
                    let mut touched = self.touched[0].clone();
                    touched.retain(|key, _| !before.contains_key(key));
                    self.first.remove(self.session, &touched).await;
                    self.own[0] = before;
                    continue;
                }
            };
            let error = exchanges.iter().any(|(_, e)| e.status().is_some_and(|status| status >= 500));
            errors = if error { errors + 1 } else { 0 };
            self.judge_race(op, step, &exchanges).await;
            judged = true;
            // The next round begins where this one did.
            let added: State = self.own[0]
                .iter()
                .filter(|(k, _)| !before.contains_key(*k))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            let session = self.session;
            self.first.remove(session, &added).await;
            self.own[0] = before;
        }
        if let Some(why) = broken.filter(|_| !judged) {
            self.record.error(format!("the target did not answer one of several requests at once: {why}"));
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
            self.set_up(op, tags.iter().map(|(key, value)| (key, value)), false).await;
        }
    }

    fn places_of_round(&self, round: usize) -> Placeholders {
        let name = format!("{}#{round}", self.case.spec.id);
        self.session.placeholders_named(&name, &self.case.op.operation.valid)
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
                self.record.skip("the target has no endpoint or identifier for this request", false);
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
                self.record.exchange(Arc::clone(&exchange));
                return Err(why);
            }
            kept.push((keep(&mut self.record, out, &exchange, erred), exchange));
        }
        Ok(kept)
    }

    async fn judge_race(&mut self, op: &OperationSuite, step: &StepSpec, exchanges: &[(usize, Arc<Exchange>)]) {
        let mut accepted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut named: BTreeSet<String> = BTreeSet::new();
        // Whatever was answered with an error of the server may have been carried out, so that it is uncertain.
        let mut refused: BTreeSet<String> = BTreeSet::new();
        let mut deleted: BTreeSet<String> = BTreeSet::new();
        let mut uncertain: BTreeSet<String> = BTreeSet::new();
        for (_, exchange) in exchanges {
            let json =
                exchange.request.body.as_deref().and_then(|b| serde_json::from_slice(b).ok()).unwrap_or_default();
            let change = change_of(&op.operation, &json, None);
            named.extend(change.keys().cloned());
            if exchange.status().is_some_and(|status| status >= 500) {
                uncertain.extend(change.keys().cloned());
            }
            if exchange.is_refused() {
                refused.extend(change.keys().cloned());
            }
            if exchange.status() == Some(op.operation.success) {
                for (key, value) in change.put {
                    accepted.entry(key).or_default().insert(value);
                }
                deleted.extend(change.delete);
            }
        }
        let session = self.session;
        let mut start = whole(self.first, &self.own[0]);
        // Of entities, a listing may show more than was sent.
        let mut like = start.clone();
        like.extend(accepted.iter().filter_map(|(key, values)| Some((key.clone(), values.first()?.clone()))));
        // What was stored and deleted at once may be there or not, as some order of the two has it.
        let stays = |key: &String| !deleted.contains(key);
        let others = |state: &State| start.iter().all(|(k, v)| named.contains(k) || state.get(k) == Some(v));
        let settled = |state: &State| {
            others(state)
                && accepted.keys().filter(|key| stays(key)).all(|key| state.contains_key(key))
                && deleted.iter().filter(|key| !accepted.contains_key(*key)).all(|key| !state.contains_key(key))
        };
        self.first.let_settle().await;
        let patience = session.settings.settle;
        let Some(listing) = self.first.look_until(session, patience, |l| settled(&resource_state(l, &like))).await
        else {
            return;
        };
        self.first.ledger.leave_out_volatile(&mut start);
        let seen = resource_state(&listing, &like);
        let Some((last, _)) = exchanges.last() else { return };
        let answers =
            exchanges.iter().filter_map(|(_, e)| e.status()).map(|s| s.to_string()).collect::<Vec<_>>().join(", ");
        let mut broken = |blame: Blame, allowed: &str, seen: String| {
            let seen = format!("{seen}; the answers were {answers}");
            self.record.deviation(&Deviation { blame, allowed: allowed.to_owned(), seen }, Some(*last));
        };
        if let Some(most) = limit(session, self.case, self.first)
            && seen.len() > most
        {
            broken(
                Blame::Limit,
                &format!("at most {most} tags, whatever comes at once"),
                format!("{} tags", seen.len()),
            );
        }
        let winners = exchanges.iter().filter(|(_, e)| e.status() == Some(op.operation.success)).count();
        if let Some(most) = step.winners
            && winners > most
        {
            broken(
                Blame::Case,
                &format!("at most {most} of them accepted"),
                format!("{winners} of {} were accepted", exchanges.len()),
            );
        }
        // Throttling has been waited for, and errors of the server have a clause of their own.
        let refused_all_the_same = exchanges.iter().filter(|(_, e)| e.is_refused() && e.status() != Some(429)).count();
        if step.all && refused_all_the_same > 0 {
            broken(
                Blame::Case,
                "every one of them accepted",
                format!("{refused_all_the_same} of {} were refused", exchanges.len()),
            );
        }
        for (key, values) in &accepted {
            match seen.get(key) {
                None if !stays(key) => {}
                None => broken(
                    Blame::Stored,
                    "every accepted tag is stored",
                    format!("{key:?} was accepted and is not there"),
                ),
                Some(value) if !values.contains(value) && !uncertain.contains(key) => broken(
                    Blame::Stored,
                    "a value that some order of the requests explains",
                    format!("{key:?} is {value:?}, which no accepted request sent"),
                ),
                Some(_) => {}
            }
        }
        if let Some(left) = deleted.iter().find(|k| !accepted.contains_key(*k) && seen.contains_key(*k)) {
            broken(Blame::Stored, "what was deleted is gone", format!("{left:?} was deleted and is there"));
        }
        let unexplained = |k: &&String| {
            !uncertain.contains(*k) && !accepted.contains_key(*k) && !start.contains_key(*k) && seen.contains_key(*k)
        };
        let strays: Vec<&String> = refused.iter().filter(unexplained).collect();
        if let Some(stray) = strays.first() {
            broken(Blame::Unchanged, "refused tags are not stored", format!("{stray:?} was refused and is there"));
        }
        if let Some(lost) = start.iter().find(|(k, v)| !named.contains(*k) && seen.get(*k) != Some(v)) {
            broken(Blame::Stored, "other tags stay as they are", format!("{:?} is not as it was", lost.0));
        }
        let repeated = listing.repeated();
        if !repeated.is_empty() {
            broken(Blame::OneValue, "one value for each key", format!("{repeated:?} listed more than once"));
        }
        if !self.record.has_findings() {
            self.record.held(self.case.op.id("stored"));
        }
        self.take_as_read(0, seen).await;
    }
}
