use serde_json::Value;
use tokio::time::Instant;

use crate::judge::{Listing, State, change_of, is_unreadable};
use crate::model::{Exchange, Request, TokenChoice};
use crate::suite::{OperationSuite, Purpose};

use super::super::resource::Resource;
use super::super::send::{request, send_plain};
use super::super::session::Session;
use super::answer::Answer;
use crate::judge::case::Outgoing;
use crate::judge::case::Payload;
use crate::judge::case::writing;

/// The name under which the values of preflight are made.
const PREFLIGHT: &str = "canary";
/// What no service takes for a request.
const MALFORMED: &str = "{";

/// Writes one item, sees it appear, deletes it by each means, sees it go: a means that does not prove itself is not
/// relied on. Returns the answer to the write; nothing where it could not be sent.
pub(super) async fn try_out(session: &Session, op: &OperationSuite, resource: &mut Resource) -> Option<Answer> {
    let mut waiting: Option<State> = None;
    let mut first = None;
    for purpose in [Purpose::Delete, Purpose::DeleteMany] {
        if !resource.has(purpose) {
            continue;
        }
        let stored = match waiting.take() {
            Some(stored) => stored,
            None => {
                let (answer, stored) = write(session, op, resource, &purpose.to_string()).await?;
                first.get_or_insert(answer);
                match stored {
                    Some(stored) => stored,
                    None => return first,
                }
            }
        };
        if resource.removes(session, purpose, &stored).await {
            continue;
        }
        session.note(format!("{} {purpose} does not work on the {}", op.operation.service, resource.kind.carrier()));
        resource.lose(purpose);
        waiting = Some(stored);
    }
    resource.ledger.expect_gone();
    if let Some(stored) = waiting {
        resource.remove(session, &stored).await;
    }
    if resource.has(Purpose::Delete) && !resource.has(Purpose::DeleteMany) {
        try_encoded(session, op, resource).await;
    }
    if first.is_none() {
        // Nothing deletes here: one item stays, and is named at the end.
        let (answer, stored) = write(session, op, resource, "only").await?;
        resource.remove(session, &stored.unwrap_or_default()).await;
        first = Some(answer);
    }
    first
}

/// Where items are deleted by their path alone, sees whether one goes whose key has to be encoded there: firewalls and proxies
/// are fond of such paths. Nothing is known where it is not taken in the first place.
async fn try_encoded(session: &Session, op: &OperationSuite, resource: &mut Resource) {
    resource.plain_paths_only = true;
    // What an earlier run has left, and this one could not delete, either, tells as much.
    if !resource.ledger.stuck().keys().any(|key| resource.keeps(key)) {
        resource.plain_paths_only = keeps_encoded(session, op, resource).await;
    }
    if resource.plain_paths_only {
        let carrier = resource.kind.carrier();
        session.note(format!(
            "what has to be encoded in a path is not deleted from the {carrier}: little of it is written"
        ));
    }
}

/// Writes an item with such a key and deletes it; whether it stays.
async fn keeps_encoded(session: &Session, op: &OperationSuite, resource: &mut Resource) -> bool {
    let places = session.known.placeholders_named(&format!("{PREFLIGHT}.encoded.{}", resource.id), &op.operation.valid);
    let tag = (format!("{} \u{e9}", places.key("encoded")), "v".to_owned());
    let Some(body) = writing(op, std::slice::from_ref(&tag)).pop() else { return false };
    let payload = Payload::new(&op.operation, &body);
    let exchange = send_plain(session, op, &resource.id, &payload).await;
    if exchange.is_none_or(|exchange| exchange.status() != Some(op.operation.success)) {
        return false;
    }
    let stored = State::from([tag]);
    resource.ledger.sent_all(&stored);
    let goes = resource.removes(session, Purpose::Delete, &stored).await;
    if !goes {
        resource.remove(session, &stored).await;
    }
    resource.ledger.expect_gone();
    !goes
}

/// Sends a valid request of another operation, and deletes what it stored.
pub(in super::super) async fn example(
    session: &Session,
    op: &OperationSuite,
    resource: &mut Resource,
) -> Option<Answer> {
    let (answer, stored) = write(session, op, resource, &op.operation.id).await?;
    if let Some(stored) = stored {
        resource.remove(session, &stored).await;
    }
    Some(answer)
}

/// A request that does nothing and whose answer is known from now on: malformed, with valid credentials. `None` where
/// its answer says nothing. With it, when it was sent.
pub(super) async fn refusal(
    session: &Session,
    op: &OperationSuite,
    resource: &Resource,
) -> Option<((Request, u16), Option<Instant>)> {
    let payload = Payload::new(&op.operation, MALFORMED);
    let request = request(session, &Outgoing::plain(op, &resource.id, &payload, TokenChoice::Valid))?;
    let exchange = session.client.send(request).await;
    let status = exchange.status().filter(|status| matches!(status, 400 | 404..=428))?;
    Some(((exchange.request, status), exchange.sent))
}

/// Writes one item and waits for it to show; the second is `None` if it does not get there.
async fn write(
    session: &Session,
    op: &OperationSuite,
    resource: &mut Resource,
    name: &str,
) -> Option<(Answer, Option<State>)> {
    let valid = &op.operation.valid;
    let text = session.known.placeholders_named(&format!("{PREFLIGHT}.{name}.{}", resource.id), valid).fill(valid);
    let payload = Payload::new(&op.operation, &text);
    let exchange = send_plain(session, op, &resource.id, &payload).await?;
    let answer = Answer::of(&exchange);
    if answer.is_accepted() {
        session.known.accepted(&op.operation.id, exchange.sent.unwrap_or_else(Instant::now));
    }
    let named: State = payload.change.put.iter().cloned().collect();
    resource.ledger.sent_all(&named);
    if exchange.status() != Some(op.operation.success) {
        // It may be there, whatever the answer says.
        if may_be_stored(&exchange) {
            resource.remove(session, &named).await;
        }
        return Some((answer, None));
    }
    let json = payload.json.as_deref().unwrap_or(&Value::Null);
    let mut stored = State::new();
    let body = exchange.answer.as_ref().ok().and_then(|r| r.json());
    change_of(&op.operation, json, body.as_ref()).apply(&mut stored);
    resource.ledger.sent_all(&stored);
    if resource.can_list() {
        let there = |l: &Listing| stored.keys().all(|k| l.item(k).is_some());
        let before = resource.ledger.before().keys().filter(|key| is_unreadable(key)).count();
        let seen = resource.look_until(session, session.settings.settle, there).await;
        if !seen.as_ref().is_some_and(there) {
            if seen.is_some_and(|listing| listing.unreadable() > before) {
                let carrier = resource.kind.carrier();
                session.note(format!(
                    "what the {carrier} carries is listed in a form that nobody documents: it is not read back"
                ));
                resource.lose(Purpose::List);
            }
            // Not stored, or not shown: the cases will tell. There is nothing to delete that could be seen.
            resource.remove(session, &stored).await;
            return Some((answer, None));
        }
    }
    Some((answer, Some(stored)))
}

fn may_be_stored(exchange: &Exchange) -> bool {
    exchange.is_second_try()
        || match &exchange.answer {
            Ok(response) => response.status < 400 || response.status >= 500,
            Err(_) => true,
        }
}
