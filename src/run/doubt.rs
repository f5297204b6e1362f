//! Answers that say nothing of the request they answer.

use crate::suite::{Answer, Expect, OperationSuite};
use crate::vocabulary::TokenChoice;

use super::payload::Payload;
use super::record::Record;
use super::resource::Resource;
use super::step::{Outgoing, Sent, request};

/// Why a refusal of what should be accepted is no deviation: after a broken connection the first try may have been
/// carried out, and a resource that cannot be listed may be full.
pub(super) async fn proves_nothing(
    record: &Record<'_>,
    op: &OperationSuite,
    resource: &mut Resource,
    expect: &Expect,
    sent: &Sent,
) -> Option<String> {
    let Sent { exchange, second_try, .. } = sent;
    if expect.answer != Answer::Accepted || !exchange.is_refused() {
        return None;
    }
    if *second_try {
        return Some("the connection broke, and the second try may have found what the first one stored".to_owned());
    }
    if resource.can_list() || !resource.can_delete() || takes_more(record, op, resource).await {
        return None;
    }
    Some(format!("the {} takes nothing more, and what it carries cannot be listed", resource.kind.carrier()))
}

/// Whether one more ordinary item is accepted.
async fn takes_more(record: &Record<'_>, op: &OperationSuite, resource: &mut Resource) -> bool {
    let session = record.session;
    let valid = &op.operation.valid;
    let name = format!("{}.control", record.case.spec.id);
    let payload = Payload::new(&op.operation, &session.placeholders_named(&name, valid).fill(valid));
    let Some(request) = request(session, &Outgoing::plain(op, &resource.id, &payload, TokenChoice::Valid)) else {
        return true;
    };
    let accepted = session.client.send(request).await.status() == Some(op.operation.success);
    if accepted {
        let stored = payload.change.put.iter().cloned().collect();
        resource.remove(session, &stored).await;
    }
    accepted
}
