//! Answers that may say nothing of the request they answer: what has to be looked at before they count.

use crate::judge::State;
use crate::judge::case::{COME_AND_GO, CaseRun, Doubt, Payload, Request, Sent, may_be_full, takes_nothing_more};
use crate::suite::OperationSuite;

use super::resource::Resource;
use super::send::send_plain;
use super::session::Session;

/// Why an answer is no evidence, if it is none: somebody on the way has given it, or what was refused had no room.
pub(super) async fn why_inconclusive(
    session: &Session,
    run: &CaseRun<'_>,
    request: &Request<'_>,
    sent: &Sent,
    resource: &mut Resource,
) -> Option<String> {
    if let Some(reason) = request.by_an_intermediary(&sent.exchange) {
        return Some(reason);
    }
    match run.doubt(request, sent, resource)? {
        Doubt::Certain(reason) => Some(reason),
        Doubt::Room { stores, most } => {
            let room = has_room(session, resource, stores, most).await;
            (!room).then(|| may_be_full(resource))
        }
        Doubt::Control { bodies } => {
            if takes_more(session, request.op, resource, &bodies).await {
                return None;
            }
            // Where nothing is deleted, there will be no more room than there is now.
            resource.is_full = !resource.can_delete();
            Some(takes_nothing_more(resource))
        }
    }
}

/// Whether a look right after a refusal shows that room was not what it wanted. Those who come and go may have left again.
async fn has_room(session: &Session, resource: &mut Resource, stores: usize, most: Option<usize>) -> bool {
    let Some(most) = most else { return true };
    let looks = resource.looks.len();
    let listing = resource.look(session).await;
    resource.looks.truncate(looks);
    listing.is_some_and(|listing| listing.items.len() + stores + COME_AND_GO <= most)
}

/// Whether ordinary items are accepted.
async fn takes_more(session: &Session, op: &OperationSuite, resource: &mut Resource, bodies: &[String]) -> bool {
    let mut stored = State::new();
    let mut accepted = true;
    for body in bodies {
        let payload = Payload::new(&op.operation, body);
        let Some(exchange) = send_plain(session, op, &resource.id, &payload).await else { continue };
        let taken = exchange.status() == Some(op.operation.success);
        accepted &= taken;
        if taken {
            stored.extend(payload.change.put.iter().cloned());
        }
    }
    resource.remove(session, &stored).await;
    accepted
}
