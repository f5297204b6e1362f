use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::judge::{Blame, Deviation, Listing, State, change_of, describe, difference};
use crate::model::Exchange;
use crate::suite::{Answer, Effect, Expect, OperationSuite, ResourceKind, StepSpec};

use super::case::Running;
use super::prediction::{agrees, resource_state, whole};
use super::resource::LITTLE_PATIENCE;
use super::restore::mend;
use super::step::Sent;

/// Of a state, what a request does not name. A body that is no JSON to dewspec may be some to the target.
pub(super) fn unnamed(op: &OperationSuite, sent: &Sent, whole: &State) -> State {
    let change = sent.json.as_deref().map(|json| change_of(&op.operation, json, None)).unwrap_or_default();
    let named: BTreeSet<String> = change.keys().cloned().collect();
    let text = sent.exchange.request.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let is_named = |key: &String| named.contains(key) || text.contains(key.as_str());
    whole.iter().filter(|(key, _)| !is_named(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Whether everything of a state is there as it was.
pub(super) fn stand(others: &State, seen: &State) -> bool {
    others.iter().all(|(key, value)| seen.get(key) == Some(value))
}

/// The keys under which two states differ.
fn changed<'s>(expected: &'s State, seen: &'s State) -> BTreeSet<&'s String> {
    expected.keys().chain(seen.keys()).filter(|key| expected.get(*key) != seen.get(*key)).collect()
}

/// Why a look at the state shows none.
fn unreadable(look: &Exchange) -> &'static str {
    match &look.answer {
        Ok(response) if response.is_success() && response.capped => "which is longer than any list of dewspec's",
        Ok(response) if response.is_success() && response.json().is_none() => "which is no JSON, or cut off",
        Ok(response) if response.is_success() => "in which there is no list that could be read",
        _ => "and no list",
    }
}

impl Running<'_, '_> {
    /// Reads back and compares; afterwards what is there is what counts.
    pub(super) async fn check_state(
        &mut self,
        (op, step): (&OperationSuite, &StepSpec),
        expect: &Expect,
        expected: &[State; 2],
        sent: &Sent,
        judged: bool,
    ) {
        let refused = expect.answer == Answer::Refused;
        let explicit = expect.stored.is_some();
        let clause = self.case.op.id(if refused { "refused-unchanged" } else { "stored" });
        let patience = self.patience(&clause);
        for (which, expected) in expected.iter().enumerate() {
            if which == 1 && self.second.is_none() {
                continue;
            }
            let session = self.session;
            let resource = self.resource(which == 1);
            if !resource.can_list() {
                // What was refused is not ours, whatever was expected.
                if sent.exchange.status().is_none_or(|s| s < 400) {
                    self.own[which] = expected.clone();
                }
                continue;
            }
            let mut whole = whole(resource, expected);
            if refused || expect.answer == Answer::Any {
                resource.let_settle().await;
            }
            // Where any answer will do, so will any state of what the request names.
            let any = expect.answer == Answer::Any && !explicit;
            let others = any.then(|| unnamed(op, sent, &whole));
            let fits = |l: &Listing| {
                let seen = resource_state(l, &whole);
                match &others {
                    Some(others) => stand(others, &seen),
                    None => agrees(&whole, seen),
                }
            };
            let found = resource.look_until(session, patience, fits).await;
            let Some(listing) = found else {
                self.unreadable(&clause, sent);
                self.own[which] = expected.clone();
                continue;
            };
            self.resource(which == 1).ledger.leave_out_volatile(&mut whole);
            let seen = resource_state(&listing, &whole);
            if judged {
                let resource = self.resource(which == 1);
                match others {
                    None => {
                        let changed = changed(&whole, &seen);
                        let strange = changed.into_iter().all(|key| !resource.is_ours(session, key));
                        self.compare((&whole, &seen), (op, step), expect, sent, explicit, strange);
                    }
                    Some(mut others) => {
                        resource.ledger.leave_out_volatile(&mut others);
                        self.compare_others(&others, &seen, sent, which == 1);
                    }
                }
                self.repeated(&listing, sent);
                self.form(&listing, expect, sent);
            }
            self.take_as_read(which, seen).await;
        }
    }

    /// From here on, what was read back is what the case has stored, and what others have lost is put back. Where
    /// reading lags behind, what was sent may be there all the same, and is cleaned up, too.
    pub(super) async fn take_as_read(&mut self, which: usize, seen: State) {
        let session = self.session;
        let resource = self.resource(which == 1);
        mend(session, resource, &seen).await;
        let lags = !resource.lag.is_zero();
        self.own[which] = resource.own_of(session, seen);
        let own = self.own[which].clone();
        if lags {
            self.touched[which].extend(own);
        } else {
            self.touched[which] = own;
        }
    }

    pub(super) fn patience(&self, clause: &str) -> Duration {
        let suspicions = &self.first.suspicions;
        let known = suspicions.is_suspect(clause)
            || self.case.spec.clauses.first().is_some_and(|c| suspicions.is_suspect(c))
            || self.record.has_findings()
            || self.first.is_impatient(self.session);
        match known {
            true if self.first.lag.is_zero() => LITTLE_PATIENCE,
            true => self.first.usual_patience().min(self.session.settings.settle),
            false => self.session.settings.settle,
        }
    }

    pub(super) fn unreadable(&mut self, clause: &str, sent: &Sent) {
        if let Some(look) = self.first.looks.last() {
            // Only an answer that is not a listing is the target's doing.
            // What could be read before is refused now: the credentials, or a throttle.
            if self.session.is_ended() || look.status().is_none_or(|s| matches!(s, 401 | 403 | 429 | 503)) {
                self.record.error(format!("the stored state could not be read back: {}", describe(look)));
                return;
            }
            let seen = format!("{}, {}", describe(look), unreadable(look));
            self.record.finding(clause, "a stored state that can be read back", &seen, Some(sent.index));
        }
    }

    fn compare_others(&mut self, others: &State, seen: &State, sent: &Sent, second: bool) {
        let session = self.session;
        if let Some((key, value)) = others.iter().find(|(key, value)| seen.get(*key) != Some(value)) {
            let allowed = "whatever the answer, everything that the request does not name as it was".to_owned();
            let now = seen.get(key).map_or_else(|| "is gone".to_owned(), |now| format!("is {now:?}"));
            let deviation = Deviation { blame: Blame::Stored, allowed, seen: format!("{key:?}, {value:?}, {now}") };
            let strange = !self.resource(second).is_ours(session, key);
            self.record.deviation_of_state(&deviation, sent.index, strange);
        }
    }

    fn compare(
        &mut self,
        (expected, seen): (&State, &State),
        (op, step): (&OperationSuite, &StepSpec),
        expect: &Expect,
        sent: &Sent,
        explicit: bool,
        strange: bool,
    ) {
        let Some(told) = difference(expected, seen) else {
            let role = if expect.answer == Answer::Refused { "refused-unchanged" } else { "stored" };
            self.record.held(op.id(role));
            return;
        };
        if !self.record.is_on_trial(op) {
            self.record.way_blocked(op, &told);
            return;
        }
        let blame = if expect.answer == Answer::Refused {
            self.blame_for_change(expected, seen, sent)
        } else if explicit || expect.listed.is_some() {
            Blame::Case
        } else {
            Blame::Stored
        };
        let allowed = match expect.answer {
            Answer::Refused => "a state that the refused request left as it was".to_owned(),
            _ => "exactly what was sent, and everything else as it was".to_owned(),
        };
        let after = if step.second { " (sent to the other resource)" } else { "" };
        let deviation = Deviation { blame, allowed, seen: format!("{told}{after}") };
        self.record.deviation_of_state(&deviation, sent.index, strange);
    }

    /// A refused list that was applied in part is a should; anything else that changes is a must.
    fn blame_for_change(&self, expected: &State, seen: &State, sent: &Sent) -> Blame {
        let Effect::Batch { items, .. } = &self.case.op.operation.effect else { return Blame::Unchanged };
        let Some(json) = &sent.json else { return Blame::Unchanged };
        let listed = json.pointer(items).and_then(Value::as_array).map_or(0, Vec::len);
        let change = change_of(&self.case.op.operation, json, None);
        let changed = changed(expected, seen);
        let explained = |key: &&String| match seen.get(*key) {
            Some(value) => change.put.iter().any(|(k, v)| k == *key && v == value),
            None => change.delete.contains(key),
        };
        if changed.len() < listed && changed.iter().all(explained) { Blame::Atomic } else { Blame::Unchanged }
    }

    /// A value that is to be listed in one form is listed in that form.
    fn form(&mut self, listing: &Listing, expect: &Expect, sent: &Sent) {
        let Some(listed) = &expect.listed else { return };
        let key = self.session.placeholders(self.case).fill(&listed.key);
        let found = listing.item(&key).and_then(|item| item.form());
        if found != Some(listed.value) {
            let seen = found.map_or_else(|| "another form".to_owned(), |form| form.to_string());
            let allowed = format!("{key:?} listed with its value as {}", listed.value);
            self.record.deviation(&Deviation { blame: Blame::Case, allowed, seen }, Some(sent.index));
        }
    }

    /// Two values under one key are broken whatever the case is about.
    pub(super) fn repeated(&mut self, listing: &Listing, sent: &Sent) {
        let repeated = listing.repeated();
        if self.case.op.operation.resource == ResourceKind::Events || repeated.is_empty() {
            return;
        }
        let deviation = Deviation {
            blame: Blame::OneValue,
            allowed: "one value for each key".to_owned(),
            seen: format!("{repeated:?} listed more than once"),
        };
        self.record.deviation(&deviation, Some(sent.index));
    }
}
