use std::time::Duration;

use serde_json::Value;

use crate::check::{Blame, Change, Deviation, Listing, State, change_of, describe, difference, judge_answer};
use crate::plan::PlannedCase;
use crate::readings::{Observation, Prediction};
use crate::report::CaseReport;
use crate::suite::{Answer, Capacity, Effect, Expect, Need, OperationSuite, ResourceKind, StepSpec};
use crate::vocabulary::{PathChoice, TokenChoice};

use super::record::Record;
use super::resource::{LEFT_BEHIND, Resource};
use super::session::Session;
use super::step::{Outgoing, Sent, body_of, headers_of, send};

/// Patience with a state that is not as expected, once the clause is known to be broken.
const SHORT_PATIENCE: Duration = Duration::from_millis(50);

/// Runs one case by itself: every step, with a read-back after each that is judged, and the clean-up.
pub(super) async fn run_case(
    session: &Session,
    case: &PlannedCase,
    resource: &mut Resource,
    second: Option<&mut Resource>,
) -> CaseReport {
    let mut running = Running::new(session, case, resource, second);
    running.preconditions();
    if !running.record.is_over() {
        running.steps().await;
    }
    running.clean_up().await;
    running.record.finish()
}

struct Running<'a> {
    session: &'a Session,
    case: &'a PlannedCase,
    record: Record<'a>,
    first: &'a mut Resource,
    second: Option<&'a mut Resource>,
    /// What this case has stored on each, as far as is known.
    own: [State; 2],
    /// Everything it may have stored, for the clean-up.
    touched: [State; 2],
}

impl<'a> Running<'a> {
    fn new(session: &'a Session, case: &'a PlannedCase, first: &'a mut Resource, second: Option<&'a mut Resource>) -> Self {
        let record = Record::new(session, case);
        Running { session, case, record, first, second, own: Default::default(), touched: Default::default() }
    }

    fn resource(&mut self, second: bool) -> &mut Resource {
        match (&mut self.second, second) {
            (Some(resource), true) => resource,
            _ => self.first,
        }
    }

    fn preconditions(&mut self) {
        if let Some((reason, unmet)) = unmet(self.session, self.case, self.first, self.second.is_some()) {
            self.record.skip(reason, unmet);
        }
    }

    async fn steps(&mut self) {
        for step in &self.case.spec.steps {
            if self.record.is_over() {
                return;
            }
            let op = match &step.operation {
                Some(id) => self.session.suite.operation(id).cloned(),
                None => Some(self.case.op.clone()),
            };
            let Some(op) = op else {
                self.record.skip("its operation is not in the suite", false);
                return;
            };
            if let Some(tags) = &step.setup {
                self.set_up(&op, tags.iter(), step.second).await;
            } else if let Some(count) = step.fill {
                self.fill(&op, step, count).await;
            } else {
                let body = body_of(self.session, self.case, step);
                self.act(&op, step, body).await;
            }
        }
    }

    /// Stores tags by one request each, or by one for all where the operation can.
    async fn set_up(&mut self, op: &OperationSuite, tags: impl Iterator<Item = (&String, &String)>, second: bool) {
        let places = self.session.placeholders(self.case);
        let tags: Vec<(String, String)> = tags.map(|(k, v)| (places.fill(k), places.fill(v))).collect();
        for body in writing(op, &tags) {
            let step = StepSpec { second, ..StepSpec::default() };
            let Some(sent) = self.send(op, &step, Some(body)).await else { return };
            if sent.exchange.status() != Some(op.operation.success) {
                let why = describe(&sent.exchange);
                self.record.skip(format!("its set-up was refused: {why}"), false);
                return;
            }
            self.adopt(op, &sent, second);
        }
        self.wait_for_own(second).await;
    }

    /// Lets a set-up show before it is built upon.
    async fn wait_for_own(&mut self, second: bool) {
        let expected = self.own[usize::from(second)].clone();
        let settle = self.session.settings.settle;
        let session = self.session;
        let resource = self.resource(second);
        if resource.can_list() && !resource.lag.is_zero() {
            resource.look_until(session, settle, |l| expected.keys().all(|k| l.item(k).is_some())).await;
        }
    }

    /// Stores generated items until the resource carries `count`; the last request is judged.
    async fn fill(&mut self, op: &OperationSuite, step: &StepSpec, count: usize) {
        let there = self.first.baseline.items.len() + self.own[0].len();
        let missing = count.saturating_sub(there);
        if missing == 0 && count < there {
            self.record.skip(format!("the resource carries more than {count} already"), false);
            return;
        }
        let places = self.session.placeholders(self.case);
        let base = self.own[0].len();
        let bodies: Vec<String> = match &op.operation.effect {
            Effect::Create { .. } => (0..missing)
                .map(|i| places.fill(&op.operation.valid.replace("${name}", &format!("${{name-fill{}}}", base + i))))
                .collect(),
            Effect::Put { .. } | Effect::Batch { .. } => {
                let tags: Vec<(String, String)> = (0..missing)
                    .map(|i| (places.key(&format!("fill{}", base + i)), format!("v{i}")))
                    .collect();
                writing(op, &tags)
            }
        };
        let judged = StepSpec { expect: step.expect.clone(), readings: step.readings.clone(), ..StepSpec::default() };
        let last = bodies.len().saturating_sub(1);
        for (i, body) in bodies.into_iter().enumerate() {
            let Some(sent) = self.send(op, &judged, Some(body)).await else { return };
            let accepted = sent.exchange.status() == Some(op.operation.success);
            if i == last || !accepted {
                if step.expect.is_some() || !step.readings.is_empty() {
                    self.judge(op, &judged, &sent).await;
                } else if accepted {
                    self.adopt(op, &sent, false);
                } else {
                    let why = describe(&sent.exchange);
                    self.record.skip(format!("the resource could not be filled to {count}: {why}"), false);
                }
                return;
            }
            self.adopt(op, &sent, false);
        }
    }

    /// Sends the request of a step and judges answer and state.
    async fn act(&mut self, op: &OperationSuite, step: &StepSpec, body: Option<String>) {
        if let Some(key) = self.collision(op, step, body.as_deref()) {
            let reason = format!("the resource carries {key:?} already, which dewspec did not write and will not touch");
            self.record.skip(reason, false);
            return;
        }
        let Some(sent) = self.send(op, step, body).await else { return };
        self.judge(op, step, &sent).await;
    }

    /// A key of the request that somebody else has stored.
    fn collision(&mut self, op: &OperationSuite, step: &StepSpec, body: Option<&str>) -> Option<String> {
        let json: Value = serde_json::from_str(body?).ok()?;
        let theirs = self.resource(step.second).theirs();
        let found = change_of(&op.operation, &json, None).keys().find(|k| theirs.contains(*k)).cloned();
        found
    }

    async fn send(&mut self, op: &OperationSuite, step: &StepSpec, body: Option<String>) -> Option<Sent> {
        let resource = self.resource(step.second).id.clone();
        let path = |name: &str| step.path.get(name).copied().unwrap_or_default();
        let out = Outgoing {
            op,
            resource: &resource,
            body,
            token: step.token,
            path: &path,
            headers: headers_of(step),
            wire: step.wire,
        };
        let sent = send(&mut self.record, &out).await?;
        // Whatever the answer, what the request names may now be stored.
        let stays = step.path.values().all(|p| *p == PathChoice::Own);
        if stays && let Some(json) = &sent.json {
            let change = change_of(&op.operation, json, None);
            for (key, value) in change.put {
                self.touched[usize::from(step.second)].insert(key.clone(), value.clone());
                let resource = self.resource(step.second);
                resource.fading.remove(&key);
                resource.written.insert(key, value);
            }
        }
        Some(sent)
    }

    /// Takes an accepted request as done.
    fn adopt(&mut self, op: &OperationSuite, sent: &Sent, second: bool) {
        let answer = sent.exchange.answer.as_ref().ok().and_then(|r| r.json());
        if let Some(json) = &sent.json {
            let change = change_of(&op.operation, json, answer.as_ref());
            self.remember(&change, second);
            change.apply(&mut self.own[usize::from(second)]);
        }
    }

    fn remember(&mut self, change: &Change, second: bool) {
        for (key, value) in &change.put {
            self.resource(second).written.insert(key.clone(), value.clone());
        }
    }

    async fn judge(&mut self, op: &OperationSuite, step: &StepSpec, sent: &Sent) {
        if step.readings.is_empty() {
            if let Some(expect) = &step.expect {
                self.judge_one(op, step, expect, sent).await;
            }
        } else {
            self.judge_readings(op, step, sent).await;
        }
    }

    fn statuses(&self, expect: &Expect) -> Vec<u16> {
        self.session.profile().statuses(&expect.status)
    }

    /// The case's own items on the first resource and on the addressed one, if the step went as `expect` says.
    fn predicted(&mut self, op: &OperationSuite, step: &StepSpec, expect: &Expect, sent: &Sent) -> [State; 2] {
        let mut states = self.own.clone();
        let which = usize::from(step.second);
        let accepted = match expect.answer {
            Answer::Accepted => true,
            Answer::Refused => false,
            Answer::Any => sent.exchange.status() == Some(op.operation.success),
        };
        let home = step.path.values().all(|p| *p == PathChoice::Own);
        if accepted && home {
            let answer = sent.exchange.answer.as_ref().ok().and_then(|r| r.json());
            let json = match &expect.member {
                Some(member) => self.as_if(op, &member.pointer, &member.value),
                None => sent.json.clone(),
            };
            if let Some(json) = json {
                let change = change_of(&op.operation, &json, answer.as_ref());
                self.remember(&change, step.second);
                change.apply(&mut states[which]);
            }
        }
        if let Some(stored) = &expect.stored {
            let places = self.session.placeholders(self.case);
            states[0] = stored.iter().map(|(k, v)| (places.fill(k), places.fill(v))).collect();
        }
        states
    }

    /// The valid body with one member replaced, as JSON.
    fn as_if(&self, op: &OperationSuite, pointer: &str, value: &str) -> Option<Value> {
        let places = self.session.placeholders(self.case);
        let mut body: Value = serde_json::from_str(&places.fill(&op.operation.valid)).ok()?;
        *body.pointer_mut(pointer)? = Value::from(value);
        Some(body)
    }

    async fn judge_one(&mut self, op: &OperationSuite, step: &StepSpec, expect: &Expect, sent: &Sent) {
        let statuses = self.statuses(expect);
        let answer = judge_answer(&op.operation, expect, &statuses, &sent.exchange, sent.after_head.as_deref());
        match &answer {
            Ok(()) => self.held(op, expect, sent),
            Err(deviation) => self.record.deviation(deviation, Some(sent.index)),
        }
        let expected = self.predicted(op, step, expect, sent);
        // What a request stores that should have been refused is part of that deviation, and not another one.
        let refusal = sent.exchange.status().is_some_and(|s| s >= 400);
        let as_answered = answer.is_ok() || (expect.answer == Answer::Refused && refusal);
        self.check_state(step, expect, &expected, sent, as_answered).await;
    }

    /// What an answer that is as expected says about the operation's general clauses.
    fn held(&mut self, op: &OperationSuite, expect: &Expect, sent: &Sent) {
        match (expect.answer, sent.exchange.status()) {
            (Answer::Accepted, _) => self.record.held(op.id("success.status")),
            (Answer::Refused, Some(status)) => self.record.held(op.id(&format!("status.{status}"))),
            _ => {}
        }
    }

    /// Reads back and compares; afterwards what is there is what counts.
    async fn check_state(&mut self, step: &StepSpec, expect: &Expect, expected: &[State; 2], sent: &Sent, judged: bool) {
        let refused = expect.answer == Answer::Refused;
        let explicit = expect.stored.is_some();
        let op = self.case.op.clone();
        let clause = op.id(if refused { "refused-unchanged" } else { "stored" });
        let patience = self.patience(&clause);
        for which in 0..2 {
            if which == 1 && self.second.is_none() {
                continue;
            }
            let session = self.session;
            let resource = self.resource(which == 1);
            if !resource.can_list() {
                self.own[which] = expected[which].clone();
                continue;
            }
            let whole = whole(resource, &expected[which]);
            if refused {
                resource.let_settle().await;
            }
            // Where any answer will do, so will any state: one look is enough.
            let any = expect.answer == Answer::Any;
            let found = resource.look_until(session, patience, |l| any || agrees(&whole, resource_state(l, &whole))).await;
            let Some(listing) = found else {
                self.unreadable(&clause, sent);
                self.own[which] = expected[which].clone();
                continue;
            };
            let seen = resource_state(&listing, &whole);
            if judged {
                if expect.answer != Answer::Any {
                    self.compare(&whole, &seen, step, expect, sent, explicit);
                }
                self.repeated(&listing, sent);
            }
            self.take_as_read(which, seen);
        }
    }

    /// From here on, what was read back is what the case has stored.
    fn take_as_read(&mut self, which: usize, seen: State) {
        let theirs = self.resource(which == 1).theirs();
        self.own[which] = seen.into_iter().filter(|(k, _)| !theirs.contains(k)).collect();
        self.touched[which] = self.own[which].clone();
    }

    fn patience(&self, clause: &str) -> Duration {
        let known = self.session.is_broken(clause)
            || self.case.spec.clauses.first().is_some_and(|c| self.session.is_broken(c))
            || self.record.has_findings();
        if known { (self.first.lag * 2).max(SHORT_PATIENCE).min(self.session.settings.settle) } else { self.session.settings.settle }
    }

    fn unreadable(&mut self, clause: &str, sent: &Sent) {
        if let Some(look) = self.first.looks.last() {
            let seen = describe(look);
            self.record.finding(clause, "a stored state that can be read back", &seen, Some(sent.index));
        }
    }

    fn compare(&mut self, expected: &State, seen: &State, step: &StepSpec, expect: &Expect, sent: &Sent, explicit: bool) {
        let Some(told) = difference(expected, seen) else {
            let role = if expect.answer == Answer::Refused { "refused-unchanged" } else { "stored" };
            self.record.held(self.case.op.id(role));
            return;
        };
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
        let after = step.second.then_some(" (sent to the other resource)").unwrap_or_default();
        self.record.deviation(&Deviation { blame, allowed, seen: format!("{told}{after}") }, Some(sent.index));
    }

    /// A refused list that was applied in part is a should; anything else that changes is a must.
    fn blame_for_change(&self, expected: &State, seen: &State, sent: &Sent) -> Blame {
        let Some(json) = &sent.json else { return Blame::Unchanged };
        let put = change_of(&self.case.op.operation, json, None).put;
        let added: Vec<&String> = seen.keys().filter(|k| !expected.contains_key(*k)).collect();
        let untouched = expected.iter().all(|(k, v)| seen.get(k) == Some(v));
        let listed = match &self.case.op.operation.effect {
            Effect::Batch { items, .. } => json.pointer(items).and_then(Value::as_array).map_or(0, Vec::len),
            _ => 0,
        };
        let part = !added.is_empty()
            && added.len() < listed
            && added.iter().all(|k| put.iter().any(|(key, value)| key == *k && seen.get(*k) == Some(value)));
        if untouched && part { Blame::Atomic } else { Blame::Unchanged }
    }

    /// Two values under one key are broken whatever the case is about.
    fn repeated(&mut self, listing: &Listing, sent: &Sent) {
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

    /// Finds the readings that explain answer and state, and takes note of them.
    async fn judge_readings(&mut self, op: &OperationSuite, step: &StepSpec, sent: &Sent) {
        let Some(clause) = self.case.spec.clauses.first().cloned() else { return };
        let mut options = Vec::new();
        for (reading, expect) in &step.readings {
            let statuses = self.statuses(expect);
            let answer = judge_answer(&op.operation, expect, &statuses, &sent.exchange, sent.after_head.as_deref());
            let states = self.predicted(op, step, expect, sent);
            options.push((reading.clone(), expect.clone(), statuses, answer, states));
        }
        let session = self.session;
        let mut seen_text = describe(&sent.exchange);
        let mut listing = None;
        if self.first.can_list() {
            let wholes: Vec<State> = options.iter().map(|o| whole(self.first, &o.4[0])).collect();
            let places = session.placeholders(self.case);
            let fits = |i: usize, l: &Listing| {
                let (_, expect, _, answer, _) = &options[i];
                let form = expect.listed.as_ref().is_none_or(|listed| {
                    l.item(&places.fill(&listed.key)).and_then(|item| item.form()) == Some(listed.value)
                });
                answer.is_ok() && form && agrees(&wholes[i], resource_state(l, &wholes[i]))
            };
            let patience = if options.iter().any(|o| o.3.is_ok()) { self.patience(&clause) } else { SHORT_PATIENCE };
            self.first.let_settle().await;
            listing = self.first.look_until(session, patience, |l| (0..options.len()).any(|i| fits(i, l))).await;
            let holds: Vec<bool> =
                (0..options.len()).map(|i| listing.as_ref().is_some_and(|l| fits(i, l))).collect();
            if let Some(l) = &listing
                && !holds.contains(&true)
            {
                let nearest = options.iter().position(|o| o.3.is_ok()).unwrap_or(0);
                if let Some(told) = difference(&wholes[nearest], &resource_state(l, &wholes[nearest])) {
                    seen_text = format!("{seen_text}; then {told}");
                }
            }
            self.observe(op, &clause, sent, seen_text, &options, &holds);
        } else {
            let holds: Vec<bool> = options.iter().map(|o| o.3.is_ok() && o.1.listed.is_none()).collect();
            self.observe(op, &clause, sent, seen_text, &options, &holds);
        }
        let answered = options.iter().position(|o| o.3.is_ok());
        match listing {
            Some(l) => {
                self.repeated_in_probe(&l, sent);
                let like = answered.map(|i| whole(self.first, &options[i].4[0])).unwrap_or_default();
                self.take_as_read(0, resource_state(&l, &like));
            }
            None => {
                if let Some(i) = answered {
                    self.own = options[i].4.clone();
                }
            }
        }
    }

    fn repeated_in_probe(&mut self, listing: &Listing, sent: &Sent) {
        self.repeated(listing, sent);
    }

    fn observe(
        &mut self,
        op: &OperationSuite,
        clause: &str,
        sent: &Sent,
        seen: String,
        options: &[(String, Expect, Vec<u16>, Result<(), Deviation>, [State; 2])],
        holds: &[bool],
    ) {
        if let Some(i) = holds.iter().position(|h| *h) {
            self.held(op, &options[i].1, sent);
        }
        let predictions = options
            .iter()
            .zip(holds)
            .map(|((reading, expect, statuses, _, _), holds)| Prediction {
                reading: reading.clone(),
                allowed: predicted_text(op, expect, statuses),
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

    /// Deletes everything this case stored.
    async fn clean_up(&mut self) {
        let session = self.session;
        for which in 0..2 {
            let mut tags = std::mem::take(&mut self.touched[which]);
            tags.extend(std::mem::take(&mut self.own[which]));
            if which == 1 && self.second.is_none() {
                continue;
            }
            let resource = self.resource(which == 1);
            resource.remove(session, &tags).await;
            let looks = std::mem::take(&mut resource.looks);
            for look in &looks {
                self.record.exchange(look);
            }
        }
    }
}

/// What a reading predicts, in words.
fn predicted_text(op: &OperationSuite, expect: &Expect, statuses: &[u16]) -> String {
    let mut text = match expect.answer {
        Answer::Any => "any answer".to_owned(),
        Answer::Accepted => format!("status {}", op.operation.success),
        Answer::Refused => format!("status {}", statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")),
    };
    if let Some(envelope) = expect.envelope {
        text.push_str(&format!(", error {envelope}"));
    }
    if let Some(listed) = &expect.listed {
        text.push_str(&format!(", value listed as {}", listed.value));
    }
    if let Some(range) = &expect.number {
        text.push_str(&format!(", `{}` from {} to {}", range.pointer, range.min, range.max));
    }
    if let Some(stored) = &expect.stored {
        let tags = stored.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(", ");
        text.push_str(&if tags.is_empty() { ", nothing stored".to_owned() } else { format!(", then {tags} stored") });
    }
    text
}

/// The bodies that store these tags.
fn writing(op: &OperationSuite, tags: &[(String, String)]) -> Vec<String> {
    let item = |(key, value): &(String, String)| serde_json::json!({ "key": key, "value": value });
    match &op.operation.effect {
        Effect::Put { item: at } => {
            let member = at.trim_start_matches('/');
            tags.iter().map(|tag| serde_json::json!({ member: item(tag) }).to_string()).collect()
        }
        Effect::Batch { items, action, put, .. } => {
            let list: Vec<Value> = tags.iter().map(item).collect();
            let (items, action) = (items.trim_start_matches('/'), action.trim_start_matches('/'));
            list.chunks(20).map(|chunk| serde_json::json!({ action: put, items: chunk }).to_string()).collect()
        }
        Effect::Create { .. } => Vec::new(),
    }
}

/// The state expected of the whole resource: what was there before, and what the case stored.
pub(super) fn whole(resource: &Resource, own: &State) -> State {
    let mut state: State = resource.state(&resource.baseline);
    state.extend(own.iter().map(|(k, v)| (k.clone(), v.clone())));
    state
}

/// The state a listing shows, entities reduced to what `like` has of them.
pub(super) fn resource_state(listing: &Listing, like: &State) -> State {
    crate::check::state_of(listing, like)
}

/// Equal, members of entities that a listing does not show left aside.
pub(super) fn agrees(expected: &State, seen: State) -> bool {
    *expected == seen
}

/// Why a case cannot run here, and whether its own condition is the reason.
pub(super) fn unmet(session: &Session, case: &PlannedCase, resource: &Resource, has_second: bool) -> Option<(String, bool)> {
    for (clause, readings) in &case.spec.when {
        let profile = session.profile();
        if !profile.may_be(clause, readings) {
            let found = profile.remaining(clause).join(" or ");
            return Some((format!("it applies only where {clause} is {}; here it is {found}", readings.join(" or ")), true));
        }
    }
    let target = &session.target;
    for need in &case.spec.needs {
        let missing = match need {
            Need::List => (!resource.can_list()).then(|| "the stored state cannot be listed on this target".to_owned()),
            Need::Delete => (!resource.can_delete()).then(|| "nothing can be deleted on this target".to_owned()),
            Need::SecondResource => (!has_second).then(|| format!("it needs a second {}", resource.kind)),
            Need::ForeignResource => target
                .foreign_resource(resource.kind)
                .is_none()
                .then(|| format!("another tenant's {} is needed: give --foreign-{}-id", resource.kind, resource.kind)),
            Need::ForeignProject => {
                target.foreign.project_id.is_none().then(|| "another tenant's project is needed: give --foreign-project-id".to_owned())
            }
            Need::ForeignToken => {
                target.foreign.token.is_none().then(|| "another tenant's token is needed: give --foreign-token".to_owned())
            }
            Need::ReadOnlyToken => {
                target.read_only_token.is_none().then(|| "a token that may only read is needed: give --read-only-token".to_owned())
            }
            Need::EmptyResource => (!resource.baseline.items.is_empty())
                .then(|| format!("the {} carries tags of its own, and the case needs an empty one", resource.kind)),
        };
        if let Some(reason) = missing {
            return Some((reason, false));
        }
    }
    if !resource.can_delete() && writes(case) && resource.written.len() >= LEFT_BEHIND {
        let reason = format!("nothing can be deleted on this target, and {LEFT_BEHIND} items were written already");
        return Some((reason, false));
    }
    room(session, case, resource).map(|reason| (reason, false))
}

/// Whether a case means to store anything.
fn writes(case: &PlannedCase) -> bool {
    case.spec.steps.iter().any(|s| {
        s.setup.is_some()
            || s.fill.is_some()
            || (s.token == TokenChoice::Valid
                && s.expect.iter().chain(s.readings.values()).any(|e| e.answer != Answer::Refused))
    })
}

/// Whether the case's items fit beside those that are there.
fn room(session: &Session, case: &PlannedCase, resource: &Resource) -> Option<String> {
    let limit = limit(session, case)?;
    let there = resource.baseline.items.len() + resource.stuck.len();
    let fills = case.spec.steps.iter().filter_map(|s| s.fill).max();
    if fills.is_some() || there + case.spec.room <= limit {
        return None;
    }
    Some(format!("the {} carries {there} items already, and there is no room for {} more", resource.kind, case.spec.room))
}

/// How many items a resource may carry, as far as is known.
pub(super) fn limit(session: &Session, case: &PlannedCase) -> Option<usize> {
    match case.op.operation.capacity.as_ref()? {
        Capacity::Fixed(limit) => Some(*limit),
        Capacity::Clause(topic) => {
            session.profile().remaining(&case.op.id(topic)).iter().filter_map(|r| r.parse().ok()).min()
        }
    }
}
