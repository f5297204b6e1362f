use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::fuzz::{Behaviour, Input, SeenEffect, behaviour, fingerprint};
use crate::judge::{parse_listing, parse_request};
use crate::model::{Exchange, Level, Outcome};
use crate::suite::{Answer, Observer, Purpose};

use super::super::session::Session;
use super::build_case::Prepared;
use crate::judge::case::JudgedCase;

/// What came of one input.
pub(super) struct InputResult {
    pub(super) number: u64,
    pub(super) input: Input,
    pub(super) outcome: Outcome,
    /// All of its requests were to be accepted, and were.
    pub(super) accepted: bool,
    pub(super) behaviours: Vec<Behaviour>,
    pub(super) failure: Option<Failure>,
    /// Clauses found upheld.
    pub(super) upheld: Vec<String>,
}

/// How an input failed.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) clause: String,
    pub(super) fingerprint: String,
    pub(super) level: Level,
    /// The request that it came to light with, from 0.
    pub(super) request: usize,
}

impl Failure {
    /// Of a finished input, if it failed.
    pub(super) fn of(session: &Session, finished: &JudgedCase<'_>, prepared: &Prepared) -> Option<Self> {
        if !matches!(finished.outcome, Outcome::Fail | Outcome::Warn) {
            return None;
        }
        let finding = finished.gravest()?;
        let clean = |text: &str| session.redactor.clean(text);
        let places = requests(finished.evidence(), prepared);
        let last = prepared.sent.requests.len().saturating_sub(1);
        Some(Failure {
            clause: finding.clause.clone(),
            fingerprint: fingerprint(&finding.clause, &clean(&finding.allowed), &clean(&finding.seen)),
            level: finding.level,
            request: finding.exchange.and_then(|at| places.get(at).copied().flatten()).unwrap_or(last),
        })
    }
}

impl InputResult {
    pub(super) fn of(
        session: &Session,
        (number, input): (u64, Input),
        prepared: &Prepared,
        finished: &JudgedCase<'_>,
        slow: Duration,
    ) -> Self {
        InputResult {
            number,
            input,
            outcome: finished.outcome,
            accepted: finished.outcome == Outcome::Pass
                && prepared.expected.iter().all(|e| e.answer == Answer::Accepted),
            behaviours: behaviours(session, finished, prepared, slow),
            failure: Failure::of(session, finished, prepared),
            upheld: finished.upheld().map(str::to_owned).collect(),
        }
    }
}

/// For each exchange the request of the input that it belongs to; none for what was read back.
fn requests(evidence: &[std::sync::Arc<Exchange>], prepared: &Prepared) -> Vec<Option<usize>> {
    let bodies: Vec<Bytes> = prepared.sent.requests.iter().map(|r| crate::generate::to_bytes(&r.body).into()).collect();
    let mut next = 0;
    evidence
        .iter()
        .map(|exchange| {
            let same = |at: usize| {
                prepared.sent.requests.get(at).is_some_and(|r| r.operation == exchange.request.operation)
                    && exchange.request.body.as_ref() == bodies.get(at)
            };
            // A request that is sent once more, after a server error, is the same.
            if next > 0 && same(next - 1) && !same(next) {
                return Some(next - 1);
            }
            if same(next) {
                next += 1;
                return Some(next - 1);
            }
            None
        })
        .collect()
}

fn behaviours(session: &Session, finished: &JudgedCase<'_>, prepared: &Prepared, slow: Duration) -> Vec<Behaviour> {
    let evidence = finished.evidence();
    let places = requests(evidence, prepared);
    let kind = prepared.case.op.operation.resource;
    let lists = |o: &&Observer| o.resource == kind && o.purpose == Purpose::List;
    let observer = session.known.suite.observers.iter().find(lists);
    let listings: Vec<_> = evidence
        .iter()
        .filter(|exchange| observer.is_some_and(|o| o.id == exchange.request.operation))
        .map(|exchange| {
            let body: Option<Value> = exchange.answer.as_ref().ok().and_then(|r| r.json());
            parse_listing(observer?, body?)
        })
        .collect();
    let count = prepared.sent.requests.len();
    (0..count)
        .filter_map(|at| {
            let place = places.iter().rposition(|p| *p == Some(at))?;
            let exchange = &evidence[place];
            let op = session.known.suite.operation(&prepared.sent.requests[at].operation)?;
            let json = exchange.request.body.as_deref().and_then(parse_request);
            let effect = match listings.get(at) {
                Some(Some(listing)) if listings.len() == count => {
                    let before = at.checked_sub(1).and_then(|earlier| listings.get(earlier)?.as_ref());
                    SeenEffect::seen(op, json.as_ref(), before, listing)
                }
                // A group that was read back together was as it should be.
                _ if finished.outcome != Outcome::Pass || !listings.is_empty() => SeenEffect::Unseen,
                _ if exchange.status() == Some(op.operation.success) => SeenEffect::AsSent,
                _ => SeenEffect::Nothing,
            };
            Some(behaviour(exchange, effect, slow))
        })
        .collect()
}
