//! What sends requests: nothing is judged here, but whether what came says anything of the target at all.

use std::time::{Duration, UNIX_EPOCH};

use indexmap::IndexMap;
use tokio::time::Instant;

use crate::judge::case::{Evidence, Outgoing, Payload, Sent, is_fatal, receive};
use crate::ledger::Sender;
use crate::model::{Exchange, FailureKind, PathChoice, Request, Response, TokenChoice};
use crate::record::Ending;
use crate::suite::OperationSuite;
use crate::transport::{Confirmed, EndedBy, WireOptions};

use super::session::Session;

/// Header fields over the usual ones.
fn headers_over_usual(special: &IndexMap<String, String>) -> Vec<(String, String)> {
    let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    for (name, value) in special {
        headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            headers.push((name.clone(), value.clone()));
        }
    }
    headers
}

pub(super) fn request(session: &Session, out: &Outgoing<'_>) -> Option<Request> {
    let operation = &out.op.operation;
    let path = out.manner.path(&operation.path);
    // Something else may stand in its place.
    let is_named = |parameter: &str| path.contains(&format!("{{{parameter}}}"));
    let item = out.body.and_then(|payload| payload.item.as_deref());
    let item = item.filter(|_| operation.effect.parameter().is_some_and(is_named));
    let url = session.addresses.url(
        &operation.service,
        &path,
        operation.resource,
        out.resource,
        |name| out.choice(name),
        item,
    )?;
    let url = if out.manner.encoded { session.addresses.encoded(&url, &operation.path) } else { url };
    let mut headers = headers_over_usual(out.headers);
    headers.extend(session.addresses.credential(out.token));
    if out.manner.capitals {
        headers.iter_mut().for_each(|(name, _)| *name = name.to_ascii_uppercase());
    }
    Some(Request {
        operation: operation.id.clone(),
        method: out.manner.method.clone().unwrap_or_else(|| operation.method.clone()),
        url,
        headers,
        body: out.body.and_then(|payload| payload.bytes.clone()),
    })
}

/// Sends a body as an ordinary request, which nothing judges; `None` if the target has no place for it.
pub(super) async fn send_plain(
    session: &Session,
    op: &OperationSuite,
    resource: &str,
    payload: &Payload,
) -> Option<Exchange> {
    let out = Outgoing::plain(op, resource, payload, TokenChoice::Valid);
    note_intent(session, &out);
    let exchange = send_unnoted(session, op, resource, payload).await?;
    note_stored(session, &out, &exchange);
    if exchange.answer.as_ref().is_ok_and(|r| r.is_success() && r.status != op.operation.success) {
        session.note_odd_success(&op.operation.id, &exchange);
    }
    Some(exchange)
}

/// The same of what is not ours, and is nobody's to delete.
pub(super) async fn send_unnoted(
    session: &Session,
    op: &OperationSuite,
    resource: &str,
    payload: &Payload,
) -> Option<Exchange> {
    let request = request(session, &Outgoing::plain(op, resource, payload, TokenChoice::Valid))?;
    Some(session.client.send(request).await)
}

/// So often is a request sent again whose good credentials are refused.
const REFUSED_AGAIN: usize = 3;

/// Sends, and takes what comes as evidence. `None` if there is nothing to judge; the evidence says why.
pub(super) async fn send(session: &Session, evidence: &mut Evidence<'_>, out: &Outgoing<'_>) -> Option<Sent> {
    let Some(request) = request(session, out) else {
        evidence.skip("the target has no endpoint or identifier for this request", false);
        return None;
    };
    // Wrong signatures are counted, and so none is sent again.
    let once = out.token.is_signature();
    let options = WireOptions { raw: out.manner.wire, pieces: out.manner.pieces, once, ..WireOptions::default() };
    note_intent(session, out);
    let (mut exchange, mut after_head) = session.client.send_over(request, options).await;
    note_stored(session, out, &exchange);
    if out.is_ordinary() && is_unauthorised(&exchange) {
        // The credentials may have ended: better to know before the next request than after a whole group.
        let found = exchange.sent.unwrap_or_else(Instant::now);
        let confirmed = session.client.confirm(&out.op.operation.id, found, Duration::ZERO).await;
        for _ in 0..REFUSED_AGAIN {
            if session.is_ended() || !is_unauthorised(&exchange) {
                break;
            }
            // Good credentials that are refused now, and then not, are refused by chance.
            let (again, after) = session.client.send_over(exchange.request.clone(), options).await;
            note_stored(session, out, &again);
            if again.failure() == Some(FailureKind::Unrecorded) {
                exchange = again;
            } else if again.answer.is_ok() && !is_unauthorised(&again) {
                let first = std::mem::replace(&mut exchange, again);
                after_head = after;
                if confirmed == Confirmed::Sound {
                    evidence.refused_once(out.op, &first);
                }
                exchange.put_before(first);
            } else if again.answer.is_err() {
                break;
            }
        }
    }
    if let Some(why) = not_judged(session, evidence, out, &exchange).await {
        match why {
            NotJudged::Unobservable => {
                evidence.skip("the raw bytes of this connection cannot be looked at", false);
            }
            NotJudged::NoAnswer(why) => {
                evidence.exchange(std::sync::Arc::new(exchange));
                evidence.error(why);
            }
        }
        return None;
    }
    if !is_fatal(&exchange) {
        note_oddities(session, &exchange, out.body);
        note_foreign(session, out, &exchange);
    }
    receive(evidence, out, (exchange, after_head), seconds(session))
}

fn is_unauthorised(exchange: &Exchange) -> bool {
    matches!(exchange.status(), Some(401 | 403))
}

/// The time of day of the run, in seconds since 1970.
pub(super) fn seconds(session: &Session) -> i64 {
    session.now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(0))
}

/// Takes note of what a request has stored that was sent by other means.
pub(super) fn note_sent(session: &Session, out: &Outgoing<'_>, exchange: &Exchange) {
    note_oddities(session, exchange, out.body);
    note_stored(session, out, exchange);
}

/// What a request may store is on disk before it is sent, and known as ours before anybody can see it, wherever that is:
/// a look at another resource may be answered before the request itself.
pub(super) fn note_intent(session: &Session, out: &Outgoing<'_>) {
    let Some(payload) = out.body else { return };
    let sender = || Sender {
        operation: out.op.operation.id.clone(),
        kind: out.op.operation.resource,
        resource: out.resource.to_owned(),
    };
    if let Some(bytes) = &payload.bytes {
        session.known.sends(bytes, out.stays_home().then(sender));
    }
    if out.stays_home() {
        let noted = session.journal.sent(out.op.operation.resource, out.resource, payload.change.put.iter());
        if let Err(why) = noted {
            let why = format!("it cannot be noted any more what is stored, and so nothing more is: {why}");
            session.record_ending(Ending::Journal(why.clone()));
            session.client.health().end(EndedBy::Journal, why, Instant::now());
        }
    }
}

/// Only what was accepted, or was not answered to its end, can have been stored.
fn note_stored(session: &Session, out: &Outgoing<'_>, exchange: &Exchange) {
    let in_doubt = match &exchange.answer {
        Ok(response) => response.status < 400,
        Err(failure) => !failure.kind.is_unsent(),
    };
    let Some(payload) = out.body else { return };
    if in_doubt {
        session.may_have_stored(out.resource, payload.change.put.iter().map(|(key, _)| key));
    } else if out.stays_home() && !exchange.is_second_try() {
        for (key, _) in payload.change.put.iter().filter(|(key, _)| !session.is_stored(out.resource, key)) {
            session.journal.gone(out.op.operation.resource, out.resource, key);
        }
    }
}

/// What is no key may have been taken for one, unless it was refused.
fn note_oddities(session: &Session, exchange: &Exchange, payload: Option<&Payload>) {
    if let Some(payload) = payload.filter(|_| !exchange.is_refused())
        && let Some(json) = &payload.json
    {
        session.known.sends_oddly(json, payload.change.keys().next().is_none());
    }
}

/// What another tenant's resource has taken is named: nobody looks for it there, and nothing deletes it.
fn note_foreign(session: &Session, out: &Outgoing<'_>, exchange: &Exchange) {
    let foreign = out.path.values().any(|choice| *choice == PathChoice::Foreign);
    let named = out.body.map_or(&[][..], |payload| &payload.change.put);
    if foreign && !named.is_empty() && exchange.answer.as_ref().is_ok_and(Response::is_success) {
        let names = named.iter().map(|(key, _)| format!("{key:?}")).collect::<Vec<_>>().join(", ");
        let url = &exchange.request.url;
        session.note(format!("left behind where another tenant's identifiers led, {url}: {names}"));
    }
}

/// Why what came of a request says nothing of the target.
enum NotJudged {
    /// This way of sending cannot be had here.
    Unobservable,
    /// The network, the credentials or a throttle stood in its way, as it says in words.
    NoAnswer(String),
}

async fn not_judged(
    session: &Session,
    evidence: &Evidence<'_>,
    out: &Outgoing<'_>,
    exchange: &Exchange,
) -> Option<NotJudged> {
    let health = session.client.health();
    let unanswered = |why: &str| Some(NotJudged::NoAnswer(why.to_owned()));
    if let Some(ended) = health.ended() {
        if matches!(exchange.failure(), Some(FailureKind::Lost | FailureKind::Silent)) {
            session.was_under_way(&evidence.case.spec.id);
        }
        return unanswered(&ended.why);
    }
    match &exchange.answer {
        // Nobody waits any longer to see whether that is its own answer.
        Ok(response) if health.is_interrupted() && matches!(response.status, 429 | 502..=504) => {
            unanswered("the run ended while the target was not well")
        }
        Ok(response) if response.status == 429 && !session.judges_throttling(&evidence.case.spec.id) => {
            unanswered("the target throttles this request (429) again and again")
        }
        Ok(_) => None,
        Err(failure) if out.token.is_signature() => {
            unanswered(&format!("no answer came to a wrong signature, which is not sent again: {}", failure.message))
        }
        Err(failure) => match failure.kind {
            FailureKind::Abandoned if out.manner.wire && !session.is_stopped() => Some(NotJudged::Unobservable),
            FailureKind::Abandoned => unanswered("the run ended before it was sent"),
            FailureKind::Unrecorded => unanswered(&failure.message),
            FailureKind::Garbled | FailureKind::Fatal => None,
            // Whoever answers something else is there, and it is this request that gets no answer.
            FailureKind::Unreachable | FailureKind::Lost | FailureKind::Silent => {
                let gone = !Box::pin(is_alive(session, out)).await;
                if gone { unanswered(&format!("the target does not answer: {}", failure.message)) } else { None }
            }
        },
    }
}

/// Whether the target answers an ordinary request at all.
async fn is_alive(session: &Session, out: &Outgoing<'_>) -> bool {
    let empty = Payload::new(&out.op.operation, "{}");
    match request(session, &Outgoing::plain(out.op, out.resource, &empty, TokenChoice::Missing)) {
        Some(request) => session.client.send(request).await.answer.is_ok(),
        None => false,
    }
}
