use std::cell::OnceCell;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, UNIX_EPOCH};

use indexmap::IndexMap;
use serde_json::Value;
use tokio::time::Instant;

use crate::judge::{Judgement, Scene, is_ambiguous, judge};
use crate::model::{Attempt, Exchange, FailureKind, PathChoice, Request, Response, TokenChoice};
use crate::plan::PlannedCase;
use crate::record::Ending;
use crate::suite::{Judge, OperationSuite, StepSpec};
use crate::transport::{EndedBy, WireOptions};

use super::case_evidence::CaseEvidence;
use super::payload::Payload;
use super::session::{Sender, Session};

/// So much of a body is kept of an exchange that has been judged.
const KEPT: usize = 128 * 1024;

/// Every identifier in the path is the target's own.
static OWN: LazyLock<IndexMap<String, PathChoice>> = LazyLock::new(IndexMap::new);
/// No header field but the usual ones.
static USUAL: LazyLock<IndexMap<String, String>> = LazyLock::new(IndexMap::new);

/// A request of an operation, as one step of a case asks for it.
pub(super) struct Outgoing<'a> {
    pub(super) op: &'a OperationSuite,
    pub(super) resource: &'a str,
    pub(super) body: Option<&'a Payload>,
    pub(super) token: TokenChoice,
    pub(super) path: &'a IndexMap<String, PathChoice>,
    /// Fields over the usual ones; an empty value takes one away.
    pub(super) headers: &'a IndexMap<String, String>,
    pub(super) manner: Manner,
}

/// What is unusual about the way a request is sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Manner {
    /// On a raw connection, so that every byte of the answer can be looked at.
    wire: bool,
    /// Another method than the documented one.
    method: Option<String>,
    /// Identifiers in the path are written with percent signs.
    encoded: bool,
    /// Names of header fields are written in capitals.
    capitals: bool,
    /// The body goes out piece by piece.
    pieces: bool,
    /// What stands in the place of identifiers, as it is sent.
    literal: IndexMap<String, String>,
    /// What stands behind the path.
    behind: String,
    /// Another version than the one of the path.
    version: String,
}

impl Manner {
    fn of(step: &StepSpec) -> Self {
        Manner {
            wire: step.wire || step.capitals || step.pieces,
            method: step.method.clone(),
            encoded: step.encoded,
            capitals: step.capitals,
            pieces: step.pieces,
            literal: step.literal.clone(),
            behind: step.behind.clone(),
            version: step.version.clone(),
        }
    }

    /// Whether nobody documents what it asks for: another method, or another path.
    fn is_undocumented(&self) -> bool {
        self.method.is_some() || self.behind.starts_with('/') || !self.version.is_empty()
    }

    /// The path that a request is made from.
    fn path(&self, documented: &str) -> String {
        let mut path = documented.to_owned();
        for (parameter, text) in &self.literal {
            path = path.replace(&format!("{{{parameter}}}"), text);
        }
        if !self.version.is_empty()
            && let Some((version, _)) = documented.trim_start_matches('/').split_once('/')
        {
            path = path.replacen(version, &self.version, 1);
        }
        path + &self.behind
    }
}

impl<'a> Outgoing<'a> {
    fn choice(&self, parameter: &str) -> PathChoice {
        self.path.get(parameter).copied().unwrap_or_default()
    }

    /// Whether it goes to the target's own resource.
    fn stays_home(&self) -> bool {
        self.path.values().all(|choice| *choice == PathChoice::Own)
    }

    /// Whether something about it is unusual as HTTP, whatever its body says.
    fn is_unusual(&self) -> bool {
        let odd = [PathChoice::CutOff, PathChoice::Quoted, PathChoice::Wildcard];
        let content_type = |name: &String| name.eq_ignore_ascii_case("content-type");
        self.path.values().any(|choice| odd.contains(choice))
            || self.headers.keys().any(|name| !content_type(name))
            || self.manner.method.is_some()
            || self.manner.encoded
            || self.manner.capitals
            || self.manner.pieces
            || !self.manner.literal.is_empty()
            || !self.manner.behind.is_empty()
            || !self.manner.version.is_empty()
    }

    /// The request of a step, to this resource.
    pub(super) fn of(op: &'a OperationSuite, resource: &'a str, step: &'a StepSpec, body: Option<&'a Payload>) -> Self {
        Outgoing {
            op,
            resource,
            body,
            token: step.token,
            path: &step.path,
            headers: &step.headers,
            manner: Manner::of(step),
        }
    }

    /// A request to the target's own resource, with nothing unusual about it but perhaps its token.
    pub(super) fn plain(op: &'a OperationSuite, resource: &'a str, body: &'a Payload, token: TokenChoice) -> Self {
        Outgoing { op, resource, body: Some(body), token, path: &OWN, headers: &USUAL, manner: Manner::default() }
    }
}

/// What came of it.
pub(super) struct Sent {
    pub(super) exchange: Arc<Exchange>,
    /// Index in the case's report.
    pub(super) index: usize,
    /// The request body as JSON, if it is JSON.
    pub(super) json: Option<Arc<Value>>,
    /// Bytes after the head of the answer, if the step looked at the wire.
    pub(super) after_head: Option<Vec<u8>>,
    /// It is the answer to a second try: the first may have been carried out, though it was not answered, or with an error
    /// of the server.
    pub(super) second_try: bool,
}

/// The body of a step, filled, as that of an operation's request.
pub(super) fn payload_of(
    session: &Session,
    case: &PlannedCase,
    op: &OperationSuite,
    step: &StepSpec,
) -> Option<Payload> {
    let payload = |text: &str| Payload::new(&op.operation, text);
    if let Some(id) = &step.fixture {
        return session.suite.fixture(id).map(|fixture| payload(&fixture.text));
    }
    let text = step.body.as_ref()?;
    Some(if step.verbatim { payload(text) } else { payload(&session.placeholders(case).fill(text)) })
}

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
    let url = session.addresses.url(
        &operation.service,
        &out.manner.path(&operation.path),
        operation.resource,
        out.resource,
        |name| out.choice(name),
        None,
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
        body: out.body.map(|payload| payload.bytes.clone()),
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
    take_note(session, &exchange, &out, None);
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

/// Sends, and lets every oracle of the operation look at what comes. `None` if there is nothing to judge;
/// the record says why.
pub(super) async fn send(record: &mut CaseEvidence<'_>, out: &Outgoing<'_>) -> Option<Sent> {
    let session = record.session;
    let Some(request) = request(session, out) else {
        record.skip("the target has no endpoint or identifier for this request", false);
        return None;
    };
    let options = WireOptions { raw: out.manner.wire, pieces: out.manner.pieces, ..WireOptions::default() };
    note_intent(session, out);
    let (mut exchange, after_head) = session.client.send_over(request, options).await;
    note_stored(session, out, &exchange);
    let ordinary = out.token == TokenChoice::Valid && out.stays_home() && !out.is_unusual();
    if ordinary && matches!(exchange.status(), Some(401 | 403)) {
        // The credentials may have ended: better to know before the next request than after a whole group.
        session.client.confirm(&out.op.operation.id, Duration::ZERO).await;
    }
    if let Some(why) = not_judged(record, out, &exchange).await {
        match why {
            NotJudged::Unobservable => {
                record.skip("the raw bytes of this connection cannot be looked at", false);
            }
            NotJudged::NoAnswer(why) => {
                record.exchange(Arc::new(exchange));
                record.error(why);
            }
        }
        return None;
    }
    // Whether it was seen to be down in between is chance.
    if matches!(exchange.failure(), Some(FailureKind::Fatal | FailureKind::Lost)) {
        let index = record.exchange(Arc::new(exchange));
        record.fatal(out.op, index);
        return None;
    }
    let second_try = exchange.is_second_try();
    let json = out.body.and_then(|payload| payload.json.clone());
    // What a body says whose members repeat is an open question, so that no echo can be judged.
    let echoed = exchange.answer.as_ref().is_ok_and(|r| r.is_success() && !r.body.is_empty());
    let ambiguous = echoed && out.body.is_some_and(|payload| is_ambiguous(&payload.bytes));
    let said = json.as_deref().filter(|_| !ambiguous);
    let repeated = exchange.status().is_some_and(|s| s >= 500)
        && exchange.earlier.last().and_then(Attempt::status).is_some_and(|s| s >= 500);
    for attempt in exchange.earlier.iter().filter(|attempt| !attempt.shared) {
        // What came before is evidence, too, and its body is judged like any other.
        if attempt.status().is_some_and(|status| status >= 500 && status != 503) {
            let Attempt { answer, elapsed, .. } = attempt.clone();
            let first = Arc::new(Exchange::new(exchange.request.clone(), answer, elapsed));
            let index = record.exchange(Arc::clone(&first));
            oracles(record, out, &first, index, said, false, !repeated);
        }
    }
    let broken_off =
        exchange.earlier.iter().find(|a| !a.shared && a.answer.as_ref().is_err_and(|f| f.kind == FailureKind::Garbled));
    if let Some(attempt) = broken_off.filter(|_| exchange.answer.is_ok()) {
        record.flaky_answer(out.op, attempt);
    }
    let index = record.next_exchange();
    // What was refused at home is known by its key; elsewhere it may have been stored anywhere.
    if !exchange.is_refused() || out.token != TokenChoice::Valid || !out.path.is_empty() {
        take_note(session, &exchange, out, out.body);
    }
    note_foreign(session, out, &exchange);
    oracles(record, out, &exchange, index, said, repeated, false);
    exchange.cut(KEPT);
    let exchange = Arc::new(exchange);
    record.exchange(Arc::clone(&exchange));
    Some(Sent { exchange, index, json, after_head, second_try })
}

/// Keeps an exchange that was sent by other means, and lets every oracle look at it.
///
/// `before`: the same requests, sent before, were answered with a server error, too.
pub(super) fn keep(record: &mut CaseEvidence<'_>, out: &Outgoing<'_>, exchange: &Arc<Exchange>, before: bool) -> usize {
    let index = record.exchange(Arc::clone(exchange));
    let json = out.body.and_then(|payload| payload.json.as_deref());
    take_note(record.session, exchange, out, out.body);
    note_stored(record.session, out, exchange);
    let server_error = exchange.status().is_some_and(|status| status >= 500);
    oracles(record, out, exchange, index, json, server_error && before, server_error && !before);
    index
}

/// What a request may store is on disk before it is sent.
pub(super) fn note_intent(session: &Session, out: &Outgoing<'_>) {
    if let Some(payload) = out.body.filter(|_| out.stays_home()) {
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

/// Whatever the answer, what a request names may now be stored, if perhaps not where it should be.
fn take_note(session: &Session, exchange: &Exchange, out: &Outgoing<'_>, payload: Option<&Payload>) {
    if let Some(body) = &exchange.request.body {
        let sender = || Sender {
            operation: out.op.operation.id.clone(),
            kind: out.op.operation.resource,
            resource: out.resource.to_owned(),
        };
        session.sends(body, out.stays_home().then(sender));
    }
    if let Some(payload) = payload.filter(|_| !exchange.is_refused())
        && let Some(json) = &payload.json
    {
        session.sends_oddly(json, payload.change.keys().next().is_none());
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

async fn not_judged(record: &CaseEvidence<'_>, out: &Outgoing<'_>, exchange: &Exchange) -> Option<NotJudged> {
    let session = record.session;
    let health = session.client.health();
    let unanswered = |why: &str| Some(NotJudged::NoAnswer(why.to_owned()));
    if let Some(ended) = health.ended() {
        if matches!(exchange.failure(), Some(FailureKind::Lost | FailureKind::Silent)) {
            session.was_under_way(&record.case.spec.id);
        }
        return unanswered(&ended.why);
    }
    match &exchange.answer {
        // Nobody waits any longer to see whether that is its own answer.
        Ok(response) if health.is_interrupted() && matches!(response.status, 429 | 502..=504) => {
            unanswered("the run ended while the target was not well")
        }
        Ok(response) if response.status == 429 && !session.judges_throttling(&record.case.spec.id) => {
            unanswered("the target throttles this request (429) again and again")
        }
        Ok(_) => None,
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

fn oracles(
    record: &mut CaseEvidence<'_>,
    out: &Outgoing<'_>,
    exchange: &Exchange,
    index: usize,
    json: Option<&Value>,
    repeated: bool,
    transient: bool,
) {
    // An operation that belongs to another case's set-up is not on trial here.
    if out.op.operation.id != record.case.op.operation.id {
        return;
    }
    let session = record.session;
    let scene = Scene {
        operation: &out.op.operation,
        exchange,
        request: json,
        repeated_server_error: repeated,
        transient_server_error: transient,
        gateway_territory: out.token != TokenChoice::Valid
            || out.choice("project_id") != PathChoice::Own
            || out.manner.encoded
            || out.manner.capitals,
        unusual: out.is_unusual(),
        secrets: &session.secrets,
        answered: OnceCell::new(),
        now: session.now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(0)),
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
        let judgement = judge(oracle, &clause.id, &scene, || session.history());
        match judgement {
            Judgement::NotApplicable => {}
            Judgement::Upheld => record.held_at(place),
            Judgement::Broken { allowed, seen } => record.finding(&clause.id, &allowed, &seen, Some(index)),
        }
    }
}
