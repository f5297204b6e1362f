use serde_json::Value;

use crate::check::{Listing, State, change_of};
use crate::suite::{OperationSuite, Purpose};
use crate::vocabulary::{FailureKind, TokenChoice};

use super::payload::Payload;
use super::resource::Resource;
use super::session::Session;
use super::step::{Outgoing, request, send_plain};

/// The name under which the canary's values are made.
const CANARY: &str = "canary";

/// Whether the endpoint of an operation answers at all.
///
/// # Errors
/// Why it does not, in words.
pub(super) async fn reach(session: &Session, op: &OperationSuite, resource: &str) -> Result<(), String> {
    let empty = Payload::new(&op.operation, "{}");
    let Some(request) = request(session, &Outgoing::plain(op, resource, &empty, TokenChoice::Missing)) else {
        return Ok(());
    };
    let mut last = String::new();
    for _ in 0..2 {
        match session.client.send(request.clone()).await.answer {
            Ok(_) => return Ok(()),
            // Whoever answers nonsense is there, and is judged for it.
            Err(failure) if failure.kind == FailureKind::Garbled => return Ok(()),
            Err(failure) => last = failure.message,
        }
    }
    Err(format!("{} {}: {last}", request.method, session.redactor.clean(&request.url)))
}

/// Finds out which observers work on a resource, what is stored there, and how long a write takes to show.
pub(super) async fn discover(session: &Session, op: &OperationSuite, resource: &mut Resource) {
    match resource.look(session).await {
        Some(listing) => resource.baseline = listing,
        None => {
            if resource.can_list() {
                let kind = resource.kind;
                session.note(format!("the stored state of the {kind} cannot be listed: nothing can be read back"));
            }
            resource.lose(Purpose::List);
        }
    }
    resource.looks.clear();
    canary(session, op, resource).await;
    resource.looks.clear();
}

/// Writes one item, sees it appear, deletes it by each means, sees it go: a means that does not prove
/// itself is not relied on.
async fn canary(session: &Session, op: &OperationSuite, resource: &mut Resource) {
    let mut waiting: Option<State> = None;
    for purpose in [Purpose::Delete, Purpose::DeleteMany] {
        if !resource.has(purpose) {
            continue;
        }
        let stored = match waiting.take() {
            Some(stored) => stored,
            None => match write(session, op, resource, purpose).await {
                Some(stored) => stored,
                None => return,
            },
        };
        if resource.removes(session, purpose, &stored).await {
            continue;
        }
        session.note(format!("{} {purpose} does not work on the {}", op.operation.service, resource.kind.carrier()));
        resource.lose(purpose);
        waiting = Some(stored);
    }
    resource.fading.clear();
    if let Some(stored) = waiting {
        resource.remove(session, &stored).await;
    }
}

/// Writes one item and waits for it to show; `None` if it does not get there.
async fn write(session: &Session, op: &OperationSuite, resource: &mut Resource, purpose: Purpose) -> Option<State> {
    let valid = &op.operation.valid;
    let text = session.placeholders_named(&format!("{CANARY}.{purpose}.{}", resource.id), valid).fill(valid);
    let payload = Payload::new(&op.operation, &text);
    let exchange = send_plain(session, op, &resource.id, &payload).await?;
    let named: State = payload.change.put.iter().cloned().collect();
    resource.written.extend(named.clone());
    // The operation's own cases will say what is wrong with anything else.
    match exchange.status() {
        Some(status) if status == op.operation.success => {}
        Some(status @ (401 | 403 | 404)) => {
            let what = format!("{} {}", resource.kind, resource.id);
            session.note(format!(
                "a plain {} on the {what} was answered with {status}: are endpoint, token, project and identifier right?",
                op.operation.id
            ));
            return None;
        }
        None | Some(400..500) => return None,
        Some(status) => {
            session.note(format!(
                "the first {} on {} {} was answered with {status}, before any case: a plain one should be answered with {}",
                op.operation.id, resource.kind, resource.id, op.operation.success
            ));
            // It may be there, whatever the answer says.
            resource.remove(session, &named).await;
            return None;
        }
    }
    let json = payload.json.as_deref().unwrap_or(&Value::Null);
    let mut stored = State::new();
    let answer = exchange.answer.as_ref().ok().and_then(|r| r.json());
    change_of(&op.operation, json, answer.as_ref()).apply(&mut stored);
    resource.written.extend(stored.clone());
    if resource.can_list() {
        let there = |l: &Listing| stored.keys().all(|k| l.item(k).is_some());
        let seen = resource.look_until(session, session.settings.settle, there).await;
        if !seen.as_ref().is_some_and(there) {
            // Not stored, or not shown: the cases will tell. There is nothing to delete that could be seen.
            resource.remove(session, &stored).await;
            return None;
        }
    }
    Some(stored)
}
