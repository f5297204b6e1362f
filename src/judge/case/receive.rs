//! What came of a request, as evidence: every attempt is kept, and every oracle of the operation looks at it.

use std::cell::OnceCell;
use std::sync::Arc;

use serde_json::Value;

use super::evidence::Evidence;
use super::outgoing::{Outgoing, Sent};
use crate::judge::{Judgement, Scene, is_ambiguous, judge};
use crate::model::{Attempt, Exchange, FailureKind, PathChoice, TokenChoice};
use crate::suite::Judge;

/// So much of a body is kept of an exchange that has been judged.
const KEPT: usize = 128 * 1024;

/// Whether the target was lost with a request, as often as it was sent.
pub(crate) fn is_fatal(exchange: &Exchange) -> bool {
    matches!(exchange.failure(), Some(FailureKind::Fatal | FailureKind::Lost))
}

/// Takes in what came of a request, all attempts of it, and lets every oracle of the operation look at them; `now` is in
/// seconds since 1970. `None` if there is nothing more to judge: the evidence says why.
pub(crate) fn receive(
    evidence: &mut Evidence<'_>,
    out: &Outgoing<'_>,
    (mut exchange, after_head): (Exchange, Option<Vec<u8>>),
    now: i64,
) -> Option<Sent> {
    evidence.came(exchange.came());
    // Whether it was seen to be down in between is chance.
    if is_fatal(&exchange) {
        let index = evidence.exchange(Arc::new(exchange));
        evidence.fatal(out.op, index);
        return None;
    }
    let second_try = exchange.is_second_try();
    let json = out.body.and_then(|payload| payload.json.clone());
    // What a body says whose members repeat is an open question, so that no echo can be judged.
    let echoed = exchange.answer.as_ref().is_ok_and(|r| r.is_success() && !r.body.is_empty());
    let ambiguous = echoed && out.body.and_then(|payload| payload.bytes.as_deref()).is_some_and(is_ambiguous);
    let said = json.as_deref().filter(|_| !ambiguous);
    let repeated = exchange.status().is_some_and(|s| s >= 500)
        && exchange.earlier.last().and_then(Attempt::status).is_some_and(|s| s >= 500);
    for attempt in exchange.earlier.iter().filter(|attempt| !attempt.shared) {
        // What came before is evidence, too, and its body is judged like any other.
        if attempt.status().is_some_and(|status| status >= 500 && status != 503) {
            let Attempt { answer, elapsed, .. } = attempt.clone();
            let first = Arc::new(Exchange::new(exchange.request.clone(), answer, elapsed));
            let index = evidence.exchange(Arc::clone(&first));
            oracles(evidence, out, &Seen { exchange: &first, index, now }, said, (false, !repeated));
        }
    }
    let broken_off =
        exchange.earlier.iter().find(|a| !a.shared && a.answer.as_ref().is_err_and(|f| f.kind == FailureKind::Garbled));
    if let Some(attempt) = broken_off.filter(|_| exchange.answer.is_ok()) {
        evidence.flaky_answer(out.op, attempt);
    }
    let index = evidence.next_exchange();
    oracles(evidence, out, &Seen { exchange: &exchange, index, now }, said, (repeated, false));
    exchange.cut(KEPT);
    let exchange = Arc::new(exchange);
    evidence.exchange(Arc::clone(&exchange));
    let item = out.body.and_then(|payload| payload.item.clone());
    Some(Sent { exchange, index, json, item, after_head, second_try })
}

/// The same of one of several requests that were sent at the same time, none of which was sent again; returns the index of
/// the exchange. `before`: the same requests, sent before, were answered with a server error, too.
pub(crate) fn receive_one_of_several(
    evidence: &mut Evidence<'_>,
    out: &Outgoing<'_>,
    exchange: &Arc<Exchange>,
    (before, now): (bool, i64),
) -> usize {
    let index = evidence.exchange(Arc::clone(exchange));
    let json = out.body.and_then(|payload| payload.json.as_deref());
    let server_error = exchange.status().is_some_and(|status| status >= 500);
    let again = (server_error && before, server_error && !before);
    oracles(evidence, out, &Seen { exchange, index, now }, json, again);
    index
}

/// An exchange, its place in the evidence, and the time of day.
struct Seen<'e> {
    exchange: &'e Exchange,
    index: usize,
    now: i64,
}

fn oracles(
    evidence: &mut Evidence<'_>,
    out: &Outgoing<'_>,
    seen: &Seen<'_>,
    json: Option<&Value>,
    (repeated, transient): (bool, bool),
) {
    // An operation that belongs to another case's set-up is not on trial here.
    if !evidence.is_on_trial(out.op) {
        return;
    }
    let known = evidence.known;
    let scene = Scene {
        operation: &out.op.operation,
        exchange: seen.exchange,
        request: json,
        repeated_server_error: repeated,
        transient_server_error: transient,
        gateway_territory: out.token != TokenChoice::Valid
            || out.choice("project_id") != PathChoice::Own
            || out.manner.encoded
            || out.manner.capitals,
        unusual: out.is_unusual(),
        secrets: &known.secrets,
        answered: OnceCell::new(),
        now: seen.now,
    };
    for (place, clause) in out.op.clauses.iter().enumerate() {
        let Some(oracle) = &clause.judge else { continue };
        // The tables speak of the documented method and path alone.
        let speaks = match oracle {
            Judge::NoSecret => true,
            Judge::NoServerErrorBeside => out.manner.is_undocumented(),
            _ => !out.manner.is_undocumented(),
        };
        if !speaks {
            continue;
        }
        let judgement = judge(oracle, &clause.id, &scene, || known.history());
        match judgement {
            Judgement::NotApplicable => {}
            Judgement::Upheld => evidence.held_at(place),
            Judgement::Broken { allowed, seen: came } => {
                evidence.finding(&clause.id, &allowed, &came, Some(seen.index));
            }
        }
    }
}
