//! Answers that say nothing of the request they answer.

use crate::judge::{State, change_of, is_by_an_intermediary};
use crate::model::{Exchange, PathChoice, TokenChoice};
use crate::suite::{Effect, OperationSuite, StepSpec};

use super::case_evidence::CaseEvidence;
use super::needs::limit;
use super::payload::Payload;
use super::prediction::writing;
use super::resource::Resource;
use super::step::{Sent, send_plain};

/// So many items of others may have been there when a request was refused, and gone when it was looked.
const COME_AND_GO: usize = 3;

/// Why a refusal of what should be accepted is no deviation: after a broken connection the first try may have been
/// carried out, and a resource that cannot be listed may be full.
pub(super) async fn is_inconclusive(
    record: &CaseEvidence<'_>,
    op: &OperationSuite,
    resource: &mut Resource,
    sent: &Sent,
) -> Option<String> {
    let Sent { exchange, second_try, .. } = sent;
    if !exchange.is_refused() {
        return None;
    }
    if *second_try {
        return Some("the first try was lost, and the second try may have found what that one stored".to_owned());
    }
    if resource.can_list() && resource.ledger.is_shared() && !has_room(record, op, resource, sent).await {
        let carrier = resource.kind.carrier();
        return Some(format!(
            "somebody else writes to the {carrier}, too, and may have taken the room that this needs"
        ));
    }
    if resource.can_list() || (!resource.is_full && takes_more(record, op, resource, sent).await) {
        return None;
    }
    // Where nothing is deleted, there will be no more room than there is now.
    resource.is_full = !resource.can_delete();
    Some(format!("the {} takes nothing more, and what it carries cannot be listed", resource.kind.carrier()))
}

/// Whether a look right after a refusal shows that room was not what it wanted. Those who come and go may have left again.
async fn has_room(record: &CaseEvidence<'_>, op: &OperationSuite, resource: &mut Resource, sent: &Sent) -> bool {
    let Some(most) = limit(record.session, record.case, resource) else { return true };
    let looks = resource.looks.len();
    let listing = resource.look(record.session).await;
    resource.looks.truncate(looks);
    let stores = sent.json.as_ref().map_or(1, |json| change_of(&op.operation, json, None).put.len());
    listing.is_some_and(|listing| listing.items.len() + stores + COME_AND_GO <= most)
}

/// Why an answer is not the service's: somebody on the way refuses such a request by themselves.
pub(super) fn by_an_intermediary(exchange: &Exchange, step: &StepSpec) -> Option<String> {
    let ordinary = step.token == TokenChoice::Valid && step.path.values().all(|choice| *choice == PathChoice::Own);
    let response = exchange.answer.as_ref().ok().filter(|response| is_by_an_intermediary(response, ordinary))?;
    Some(format!(
        "a gateway or firewall in front of the service refuses such a request by itself ({})",
        response.status
    ))
}

/// Whether as many ordinary items are accepted.
async fn takes_more(record: &CaseEvidence<'_>, op: &OperationSuite, resource: &mut Resource, sent: &Sent) -> bool {
    let session = record.session;
    let valid = &op.operation.valid;
    let places = session.placeholders_named(&format!("{}.control", record.case.spec.id), valid);
    let count = sent.json.as_ref().map_or(1, |json| change_of(&op.operation, json, None).put.len().max(1));
    let tags: Vec<(String, String)> =
        (0..count).map(|number| (places.key(&format!("control{number}")), "control".to_owned())).collect();
    let bodies = match &op.operation.effect {
        Effect::Create { .. } => vec![places.fill(valid)],
        Effect::Put { .. } | Effect::Batch { .. } => writing(op, &tags),
    };
    let mut stored = State::new();
    let mut accepted = true;
    for body in bodies {
        let payload = Payload::new(&op.operation, &body);
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
