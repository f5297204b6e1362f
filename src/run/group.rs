use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use crate::check::{Change, State, change_of, judge_answer, parse_request};
use crate::plan::PlannedCase;
use crate::suite::{Answer, Expect, OperationSuite, ResourceKind, StepSpec};
use crate::vocabulary::{Outcome, PathChoice};

use super::case::run_case;
use super::needs::{collision, limit, unmet};
use super::prediction::{agrees, resource_state, whole};
use super::record::{Finished, Record};
use super::resource::{MARK, Resource};
use super::session::Session;
use super::step::{Manner, Outgoing, Sent, body_of, headers_of, send};

/// Cases that share a read-back, at most.
const MOST: usize = 16;
/// Items that a group stores, at most.
const AT_ONCE: usize = 10;
/// So many times as much where a resource takes many requests at once.
const WIDE: usize = 3;

/// Runs simple cases one after the other with one read-back at the end: what each should have stored is
/// there, and what each refused request named is not. If anything is amiss, every case of the group runs
/// again by itself, so that the right one is blamed.
pub(super) async fn run_group<'a>(
    session: &'a Session,
    cases: &'a [PlannedCase],
    resource: &mut Resource,
) -> Vec<Finished<'a>> {
    let mut own = State::new();
    let mut touched = State::new();
    let mut clean = true;
    let (mut records, prepared): (Vec<_>, Vec<_>) = cases.iter().map(|case| prepare(session, case, resource)).unzip();
    // Requests of one case never wait for another's where the target can take them all at once.
    let sending = records.iter_mut().zip(&prepared).map(|(record, prepared)| async move {
        match prepared {
            Some(prepared) => send(record, &prepared.outgoing()).await,
            None => None,
        }
    });
    let sent: Vec<_> = stream::iter(sending).buffered(session.settings.width.max(1)).collect().await;
    for ((record, prepared), sent) in records.iter_mut().zip(prepared).zip(sent) {
        if let Some(prepared) = prepared {
            clean &= conclude(record, &prepared, sent, resource, &mut own, &mut touched);
        }
    }
    if resource.can_list() {
        let expected = whole(resource, &own);
        let refusals_only = touched.is_empty() || own.is_empty();
        if refusals_only {
            resource.let_settle().await;
        }
        // A group that is amiss already runs again anyway: no need to be patient with it.
        let patience = if clean { session.settings.settle } else { std::time::Duration::ZERO };
        let listing = resource.look_until(session, patience, |l| agrees(&expected, resource_state(l, &expected))).await;
        let seen = listing.as_ref().map(|l| resource_state(l, &expected));
        let repeated = resource.kind != ResourceKind::Events && listing.is_some_and(|l| !l.repeated().is_empty());
        clean &= seen.as_ref() == Some(&expected) && !repeated;
        if let Some(seen) = seen {
            touched = resource.own_of(session, seen);
        }
    }
    resource.remove(session, &touched).await;
    resource.looks.clear();
    if clean {
        return finish(records, resource);
    }
    let mut reports = Vec::with_capacity(cases.len());
    for record in records {
        // A wrong answer is proof already, and what it stored may hide it the second time.
        if record.has_wrong_answer() {
            reports.push(record.finish());
            continue;
        }
        let again = run_case(session, record.case, resource, None).await;
        // What an oracle found the first time is not lost if all is well the second time.
        reports.push(if again.outcome == Outcome::Pass && record.has_findings() { record.finish() } else { again });
    }
    reports
}

/// Closes the cases of a group in which everything was as it should be.
fn finish<'a>(records: Vec<Record<'a>>, resource: &Resource) -> Vec<Finished<'a>> {
    records
        .into_iter()
        .map(|mut record| {
            if resource.can_list() && !record.is_over() {
                let refused = record
                    .case
                    .simple_step()
                    .and_then(|s| s.expect.as_ref())
                    .is_some_and(|e| e.answer == Answer::Refused);
                let topic = if refused { "refused-unchanged" } else { "stored" };
                record.held(record.case.op.id(topic));
            }
            record.finish()
        })
        .collect()
}

/// The one request of a case, ready to be sent.
struct Prepared<'a> {
    step: &'a StepSpec,
    expect: &'a Expect,
    op: &'a OperationSuite,
    resource: String,
    body: Option<String>,
    /// What it stores, if it is accepted.
    change: Change,
}

impl Prepared<'_> {
    fn outgoing(&self) -> Outgoing<'_> {
        Outgoing {
            op: self.op,
            resource: &self.resource,
            body: self.body.clone(),
            token: self.step.token,
            path: &self.step.path,
            headers: headers_of(self.step),
            manner: Manner::of(self.step),
        }
    }
}

fn prepare<'a>(session: &'a Session, case: &'a PlannedCase, resource: &Resource) -> (Record<'a>, Option<Prepared<'a>>) {
    let mut record = Record::new(session, case);
    if let Some((reason, unmet)) = unmet(session, case, resource, None) {
        record.skip(reason, unmet);
        return (record, None);
    }
    let step = case.simple_step().and_then(|step| Some((step, step.expect.as_ref()?)));
    let Some((step, expect)) = step else { return (record, None) };
    let body = body_of(session, case, step);
    let named: Option<Value> = body.as_deref().and_then(|b| parse_request(b.as_bytes()));
    let change = named.map(|json| change_of(&case.op.operation, &json, None)).unwrap_or_default();
    if let Some(reason) = collision(&change, resource) {
        record.skip(reason, false);
        return (record, None);
    }
    (record, Some(Prepared { step, expect, op: &case.op, resource: resource.id.clone(), body, change }))
}

/// Judges the one answer of a case; `false` if it makes the case run again by itself.
fn conclude(
    record: &mut Record<'_>,
    prepared: &Prepared<'_>,
    sent: Option<Sent>,
    resource: &mut Resource,
    own: &mut State,
    touched: &mut State,
) -> bool {
    let Prepared { step, expect, op, change, .. } = prepared;
    let session = record.session;
    let home = step.path.values().all(|p| *p == PathChoice::Own);
    if home {
        for (key, value) in &change.put {
            resource.fading.remove(key);
            resource.written.insert(key.clone(), value.clone());
            if expect.answer == Answer::Accepted {
                touched.insert(key.clone(), value.clone());
            }
        }
    }
    let Some(Sent { exchange, index, json, .. }) = sent else { return true };
    let statuses = session.profile().statuses(&expect.status);
    if let Err(deviation) = judge_answer(&op.operation, expect, &statuses, &exchange, None) {
        record.wrong_answer(&deviation, index);
        touched.extend(change.put.iter().cloned());
        // A refusal with another status than documented leaves the state as it should be; anything else
        // is looked at alone.
        return expect.answer == Answer::Refused && exchange.status().is_some_and(|s| s >= 400);
    }
    match (expect.answer, exchange.status()) {
        (Answer::Accepted, _) => {
            record.held(op.id("success.status"));
            let answer = exchange.answer.as_ref().ok().and_then(|r| r.json());
            if let Some(json) = &json {
                let change = change_of(&op.operation, json, answer.as_ref());
                for (key, value) in &change.put {
                    resource.written.insert(key.clone(), value.clone());
                }
                change.apply(own);
            }
        }
        (Answer::Refused, Some(status)) => record.held(op.id(&format!("status.{status}"))),
        _ => {}
    }
    true
}

/// How many of the next cases can share a read-back: all simple, their items different from each other
/// and few enough to fit. A resource that is full would refuse everything, and hide what it accepts
/// wrongly, so there is always room for one more case's items.
pub(super) fn group_length(session: &Session, cases: &[PlannedCase], resource: &Resource) -> usize {
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let there = resource.carries();
    let mut stored = 0;
    let mut length = 0;
    let factor = if session.settings.width > 1 { WIDE } else { 1 };
    for case in cases.iter().take(MOST * factor) {
        let Some(step) = case.simple_step() else { break };
        if step.expect.as_ref().is_some_and(|e| e.answer == Answer::Accepted) {
            let body = body_of(session, case, step);
            let json = body.as_deref().and_then(|b| parse_request(b.as_bytes()));
            let change = json.map(|j| change_of(&case.op.operation, &j, None)).unwrap_or_default();
            // What somebody may have written, too, is looked at alone.
            let own_words = step.verbatim || change.put.iter().all(|(key, _)| key.contains(MARK));
            let news = change.put.iter().all(|(key, _)| !keys.contains(&key.to_lowercase()));
            stored += change.put.len();
            if change.put.is_empty() || !change.delete.is_empty() || !own_words || !news || !resource.can_delete() {
                break;
            }
            keys.extend(change.put.iter().map(|(key, _)| key.to_lowercase()));
        }
        let full = limit(session, case, resource).is_some_and(|most| there + stored + case.spec.room > most);
        if full || stored > AT_ONCE * factor {
            break;
        }
        length += 1;
    }
    length
}
