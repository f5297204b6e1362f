use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Exchange, TokenChoice};
use crate::report::PreflightStep;
use crate::suite::OperationSuite;
use crate::target::CLOCK_TOLERANCE;
use crate::transport::Canary;

use super::super::resource::Resource;
use super::super::send::request;
use super::super::session::Session;
use super::answer::unreached;
use crate::judge::case::{Outgoing, Payload};

/// Between two tries to reach a target that is not up yet.
const PAUSE: Duration = Duration::from_millis(250);

/// A service that is there.
#[derive(Default)]
pub(super) struct Reached {
    /// What there is to say of it.
    pub(super) steps: Vec<PreflightStep>,
    /// The status of its answer.
    pub(super) status: Option<u16>,
}

/// Sees whether a service is there and speaks HTTP; waits for it for as long as the user wants to.
///
/// # Errors
/// The step that failed.
pub(super) async fn reach(
    session: &Session,
    op: &OperationSuite,
    resource: &Resource,
) -> Result<Reached, PreflightStep> {
    let service = &op.operation.service;
    let endpoint = session.redactor.clean(session.target.endpoint(service).unwrap_or_default());
    let step = format!("reach {service}");
    let started = Instant::now();
    let exchange = loop {
        let Some(exchange) = knock(session, op, resource).await else { return Ok(Reached::default()) };
        let waits = started.elapsed() < session.settings.wait_for && !session.is_stopped();
        if exchange.answer.is_ok() || !waits {
            break exchange;
        }
        session.client.health().tell_waiting(|| format!("{endpoint} does not answer yet: waiting for it"));
        tokio::time::sleep(PAUSE).await;
    };
    if let Some((why, advice)) = unreached(&exchange, &session.target.network.proxy) {
        let advice = Some(advice.to_owned()).filter(|advice| !advice.is_empty());
        return Err(PreflightStep { step, ok: false, detail: format!("{endpoint}: {why}"), advice });
    }
    watch(session, service, resource, &exchange);
    let millis = exchange.elapsed.as_millis();
    let mut steps =
        vec![PreflightStep { step, ok: true, detail: format!("{endpoint} answers in {millis} ms"), advice: None }];
    steps.extend(clock(session, &exchange, service));
    Ok(Reached { steps, status: exchange.status() })
}

/// What could be read tells from now on whether the service still answers.
fn watch(session: &Session, service: &str, resource: &Resource, exchange: &Exchange) {
    let success = resource.list_statuses();
    let is_read = resource.list_request(session).is_some_and(|request| request == exchange.request);
    // A page in its place is somebody else's.
    let is_list =
        exchange.answer.as_ref().is_ok_and(|response| success.contains(&response.status) && response.begins_as_json());
    if is_read && is_list {
        let observers = session.known.suite.observers.iter().filter(|o| o.service == service).map(|o| &o.id);
        let operations =
            session.known.suite.operations.iter().map(|op| &op.operation).filter(|op| op.service == service);
        let covers = observers.chain(operations.map(|op| &op.id)).cloned().collect();
        let mut canary = Canary::of(covers);
        (canary.read, canary.success) = (Some(exchange.request.clone()), success);
        session.client.health().watch(canary, exchange.sent);
    }
}

/// Any request at all: the read, or else a write without a token, which does nothing.
async fn knock(session: &Session, op: &OperationSuite, resource: &Resource) -> Option<Exchange> {
    let request = match resource.list_request(session) {
        Some(request) => request,
        None => {
            let empty = Payload::new(&op.operation, "{}");
            request(session, &Outgoing::plain(op, &resource.id, &empty, TokenChoice::Missing))?
        }
    };
    Some(session.client.send(request).await)
}

/// How far the target's clock is from ours, if it tells the time.
fn clock(session: &Session, exchange: &Exchange, service: &str) -> Option<PreflightStep> {
    let date = exchange.answer.as_ref().ok()?.header("date")?.into_owned();
    let theirs = httpdate::parse_http_date(date.trim()).ok()?;
    let now = session.now();
    let (by, way) = match now.duration_since(theirs) {
        Ok(behind) => (behind.as_secs(), "behind"),
        Err(ahead) => (ahead.duration().as_secs(), "ahead"),
    };
    let signs = session.target.authentication.signs();
    let is_same = by < CLOCK_TOLERANCE.as_secs();
    let detail = match (is_same, signs) {
        (true, _) => "the same as here".to_owned(),
        (false, false) => format!("{by} s {way}: time stamps are judged by it"),
        (false, true) => format!("{by} s {way}: time stamps are judged by it, and requests signed with it"),
    };
    if signs && !is_same {
        let whose = "set the clock of whichever is wrong: a signature is refused if it is 15 minutes off";
        session.note(format!("requests are signed with the time of {service}, whose clock is {by} s {way}: {whose}"));
    }
    Some(PreflightStep { step: format!("clock of {service}"), ok: true, detail, advice: None })
}
