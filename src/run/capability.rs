use crate::check::{State, change_of};
use crate::suite::{OperationSuite, Purpose, StepSpec};
use crate::vocabulary::{FailureKind, PathChoice, Request, TokenChoice};

use super::resource::Resource;
use super::session::Session;
use super::step::headers_of;

/// The name under which the canary's values are made.
const CANARY: &str = "canary";

/// Whether the endpoint of an operation answers at all.
///
/// # Errors
/// Why it does not, in words.
pub(super) async fn reach(session: &Session, op: &OperationSuite, resource: &str) -> Result<(), String> {
    let Some(request) = request(session, op, resource, "{}".to_owned(), TokenChoice::Missing) else {
        return Ok(());
    };
    let mut last = String::new();
    for _ in 0..2 {
        match session.client.send(&request).await.answer {
            Ok(_) => return Ok(()),
            // Whoever answers nonsense is there, and is judged for it.
            Err(failure) if failure.kind == FailureKind::Garbled => return Ok(()),
            Err(failure) => last = failure.message,
        }
    }
    Err(format!("{} {}: {last}", request.method, session.redactor.clean(&request.url)))
}

fn request(
    session: &Session,
    op: &OperationSuite,
    resource: &str,
    body: String,
    token: TokenChoice,
) -> Option<Request> {
    let operation = &op.operation;
    let own = |_: &str| PathChoice::Own;
    let url = session.addresses.url(&operation.service, &operation.path, operation.resource, resource, own, None)?;
    let mut headers = headers_of(&StepSpec::default());
    headers.extend(session.addresses.token(token).map(|t| ("X-Auth-Token".to_owned(), t)));
    Some(Request {
        operation: operation.id.clone(),
        method: operation.method.clone(),
        url,
        headers,
        body: Some(body.into_bytes()),
    })
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

/// Writes one item, sees it appear, deletes it by each means, sees it go.
async fn canary(session: &Session, op: &OperationSuite, resource: &mut Resource) {
    let places = session.placeholders_named(&format!("{CANARY}.{}", resource.id), &op.operation.valid);
    for purpose in [Purpose::Delete, Purpose::DeleteMany] {
        if !resource.has(purpose) {
            continue;
        }
        let text = places.fill(&op.operation.valid.replace("${name}", &format!("${{name-{purpose}}}")));
        let Some(request) = request(session, op, &resource.id, text.clone(), TokenChoice::Valid) else { return };
        let exchange = session.client.send(&request).await;
        if exchange.status() != Some(op.operation.success) {
            // The operation's own cases will say what is wrong with that.
            return;
        }
        let json = serde_json::from_str(&text).unwrap_or_default();
        let mut stored = State::new();
        change_of(&op.operation, &json, None).apply(&mut stored);
        resource.written.extend(stored.clone());
        if resource.can_list() {
            let there = |l: &crate::check::Listing| stored.keys().all(|k| l.item(k).is_some());
            let seen = resource.look_until(session, session.settings.settle, there).await;
            if !seen.as_ref().is_some_and(there) {
                // Not stored, or not shown: the cases will tell. There is nothing to delete that could be seen.
                resource.remove(session, &stored).await;
                return;
            }
        }
        if !resource.removes(session, purpose, &stored).await {
            session.note(format!("{} {purpose} does not work on the {}", op.operation.service, resource.kind));
            resource.lose(purpose);
            resource.remove(session, &stored).await;
        }
        resource.fading.clear();
    }
}
