use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use crate::check::{State, change_of, judge_answer};
use crate::plan::PlannedCase;
use crate::suite::{Answer, Expect, ResourceKind, StepSpec};
use crate::vocabulary::{Outcome, PathChoice};

use super::case::run_case;
use super::doubt::proves_nothing;
use super::needs::{collision, limit, unmet};
use super::payload::Payload;
use super::prediction::{agrees, resource_state, whole};
use super::record::{Finished, Record};
use super::resource::{MARK, Resource};
use super::restore::mend;
use super::session::Session;
use super::step::{Outgoing, Sent, payload_of, send};
use super::watch::{bears_watch, watch};

/// Cases that share a read-back, at most.
const MOST: usize = 64;
/// Items that a group stores, at most.
const AT_ONCE: usize = 15;
/// So many times as much where a resource takes many requests at once.
const WIDE: usize = 3;

/// And where each read-back has to wait.
const LAGGING: usize = 8;

/// A simple case with the one request it sends.
struct Draft<'a> {
    case: &'a PlannedCase,
    step: &'a StepSpec,
    expect: &'a Expect,
    payload: Option<Payload>,
}

impl<'a> Draft<'a> {
    fn new(session: &Session, case: &'a PlannedCase) -> Option<Self> {
        let step = case.simple_step()?;
        let payload = payload_of(session, case, &case.op, step);
        Some(Draft { case, step, expect: step.expect.as_ref()?, payload })
    }

    fn outgoing<'s>(&'s self, resource: &'s str) -> Outgoing<'s> {
        Outgoing::of(&self.case.op, resource, self.step, self.payload.as_ref())
    }

    /// What it stores, if it is accepted.
    fn put(&self) -> &[(String, String)] {
        self.payload.as_ref().map_or(&[], |payload| &payload.change.put)
    }

    /// A case of its own; one that cannot be judged here is over at once.
    fn open(&self, session: &'a Session, resource: &Resource) -> Record<'a> {
        let mut record = Record::new(session, self.case);
        if let Some((reason, unmet)) = unmet(session, self.case, resource, None) {
            record.skip(reason, unmet);
        } else if let Some(payload) = &self.payload
            && let Some(reason) = collision(payload.change.keys(), resource)
        {
            record.skip(reason, false);
        }
        record
    }
}

/// Runs as many of the next cases as can share a read-back, or else the first by itself.
pub(super) async fn run_next<'a>(
    session: &'a Session,
    cases: &'a [PlannedCase],
    resource: &mut Resource,
    second: Option<&mut Resource>,
) -> Vec<Finished<'a>> {
    if let Some(first) = cases.first() {
        watch(session, first, resource).await;
    }
    let drafts = gather(session, cases, resource);
    match cases.first() {
        Some(alone) if drafts.len() < 2 => vec![run_case(session, alone, resource, second).await],
        _ => run_group(session, drafts, resource).await,
    }
}

/// Runs simple cases one after the other with one read-back at the end: what each should have stored is
/// there, and what each refused request named is not. If anything is amiss, every case of the group runs
/// again by itself, so that the right one is blamed.
async fn run_group<'a>(session: &'a Session, drafts: Vec<Draft<'a>>, resource: &mut Resource) -> Vec<Finished<'a>> {
    let mut own = State::new();
    let mut touched = State::new();
    let mut clean = true;
    // Whether something is stored that should not be.
    let mut crowded = false;
    let mut unread = false;
    let mut records: Vec<Record<'a>> = drafts.iter().map(|draft| draft.open(session, resource)).collect();
    // Requests of one case never wait for another's where the target can take them all at once.
    let id = resource.id.clone();
    let sending = records.iter_mut().zip(&drafts).map(|(record, draft)| async {
        if record.is_over() { None } else { Some(send(record, &draft.outgoing(&id)).await) }
    });
    let sent: Vec<_> = stream::iter(sending).buffered(session.settings.width.max(1)).collect().await;
    for ((record, draft), sent) in records.iter_mut().zip(&drafts).zip(sent) {
        if let Some(sent) = sent {
            clean &= conclude(record, draft, sent, resource, &mut own, &mut touched).await;
        }
    }
    if resource.can_list() {
        let mut expected = whole(resource, &own);
        let refusals_only = touched.is_empty() || own.is_empty();
        if refusals_only {
            resource.let_settle().await;
        }
        // A group that is amiss runs again anyway, one case after the other: no need to be patient with it.
        let patience = if clean { resource.usual_patience().min(session.settings.settle) } else { Duration::ZERO };
        let listing = resource.look_until(session, patience, |l| agrees(&expected, resource_state(l, &expected))).await;
        resource.leave_out_restless(&mut expected);
        let seen = listing.as_ref().map(|l| resource_state(l, &expected));
        unread = seen.is_none() && session.is_silent();
        crowded = seen.iter().flat_map(State::keys).any(|key| !expected.contains_key(key));
        let repeated = resource.kind != ResourceKind::Events && listing.is_some_and(|l| !l.repeated().is_empty());
        clean &= seen.as_ref() == Some(&expected) && !repeated;
        if let Some(seen) = seen {
            mend(session, resource, &seen).await;
            let own = resource.own_of(session, seen);
            if clean {
                touched = own;
            } else {
                // What has not shown yet may still do so.
                touched.extend(own);
            }
        }
    }
    resource.remove(session, &touched).await;
    resource.looks.clear();
    if clean {
        return finish(records, resource);
    }
    let mut reports = Vec::with_capacity(drafts.len());
    for (mut record, draft) in records.into_iter().zip(&drafts) {
        if unread && !record.is_over() && !record.has_wrong_answer() {
            record.error("the target stopped answering before its state could be read back");
            reports.push(record.finish());
            continue;
        }
        // A wrong answer is proof already, and what it stored may hide it the second time; unless one request took the
        // room that another one needed.
        let crowded_out = crowded && draft.expect.answer == Answer::Accepted;
        if record.has_wrong_answer() && !crowded_out {
            reports.push(record.finish());
            continue;
        }
        let again = run_case(session, record.case, resource, None).await;
        // What an oracle found the first time is not lost if all is well the second time.
        let kept = again.outcome == Outcome::Pass && record.has_findings() && !record.has_wrong_answer();
        reports.push(if kept { record.finish() } else { again });
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

/// Judges the one answer of a case; `false` if it makes the case run again by itself.
async fn conclude(
    record: &mut Record<'_>,
    draft: &Draft<'_>,
    sent: Option<Sent>,
    resource: &mut Resource,
    own: &mut State,
    touched: &mut State,
) -> bool {
    let Draft { case, step, expect, .. } = draft;
    let op = &case.op;
    let session = record.session;
    let home = step.path.values().all(|p| *p == PathChoice::Own);
    if home {
        for (key, value) in draft.put() {
            // Whatever the answer: if it is there from now on, this request has put it there.
            resource.fading.remove(key);
            resource.written.insert(key.clone(), value.clone());
            if expect.answer == Answer::Accepted {
                touched.insert(key.clone(), value.clone());
            }
        }
    }
    let Some(sent) = sent else { return true };
    if expect.answer == Answer::Accepted
        && let Some(reason) = proves_nothing(record, op, resource, &sent).await
    {
        record.skip(reason, false);
        return true;
    }
    let Sent { exchange, index, json, .. } = sent;
    let statuses = session.profile().statuses(&expect.status);
    if let Err(deviation) = judge_answer(&op.operation, expect, &statuses, &exchange, None) {
        record.wrong_answer(&deviation, index);
        touched.extend(draft.put().iter().cloned());
        // A refusal with another status than documented leaves the state as it should be; anything else
        // is looked at alone.
        return expect.answer == Answer::Refused && exchange.status().is_some_and(|s| s >= 400);
    }
    match (expect.answer, exchange.status()) {
        (Answer::Accepted, _) => {
            record.held(op.id("success.status"));
            let answer = exchange.answer.as_ref().ok().and_then(|r| r.json());
            match (&draft.payload, json, answer) {
                // What the target has assigned is part of what is stored.
                (_, Some(json), Some(answer)) => {
                    let change = change_of(&op.operation, &json, Some(&answer));
                    resource.written.extend(change.put.iter().cloned());
                    change.apply(own);
                }
                (Some(payload), Some(_), None) => payload.change.apply(own),
                _ => {}
            }
        }
        (Answer::Refused, Some(status)) => record.held(op.id(&format!("status.{status}"))),
        _ => {}
    }
    true
}

/// The next cases that can share a read-back: all simple, their items different from each other and few
/// enough to fit. A resource that is full would refuse everything, and hide what it accepts wrongly, so
/// there is always room for one more case's items.
fn gather<'a>(session: &Session, cases: &'a [PlannedCase], resource: &Resource) -> Vec<Draft<'a>> {
    let mut drafts = Vec::new();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let there = resource.carries();
    let mut stored = 0;
    let bears = cases.first().is_some_and(bears_watch);
    let factor = if !resource.lag.is_zero() {
        LAGGING
    } else if session.settings.width > 1 {
        WIDE
    } else {
        1
    };
    for case in cases.iter().take(MOST * factor) {
        let Some(draft) = Draft::new(session, case) else { break };
        if bears_watch(case) != bears {
            break;
        }
        if draft.expect.answer == Answer::Accepted {
            let put = draft.put();
            let deletes = draft.payload.as_ref().is_some_and(|payload| !payload.change.delete.is_empty());
            // What somebody may have written, too, is looked at alone.
            let own_words = draft.step.verbatim || put.iter().all(|(key, _)| key.contains(MARK));
            let folded: Vec<String> = put.iter().map(|(key, _)| key.to_lowercase()).collect();
            let news = folded.iter().all(|key| !keys.contains(key));
            stored += put.len();
            if put.is_empty() || deletes || !own_words || !news || !resource.can_delete() {
                break;
            }
            keys.extend(folded);
        }
        let full = limit(session, case, resource).is_some_and(|most| there + stored + case.spec.room > most);
        if full || stored > AT_ONCE * factor {
            break;
        }
        drafts.push(draft);
    }
    drafts
}
