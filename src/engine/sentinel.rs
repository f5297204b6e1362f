//! A tag of dewspec's own on a resource: what a request destroys unasked shows only where there is something to destroy
//! that nobody else would touch.

use crate::judge::State;
use crate::plan::PlannedCase;
use crate::suite::{Effect, Need, ResourceKind};

use super::payload::Payload;
use super::prediction::writing;
use super::resource::Resource;
use super::session::Session;
use super::step::send_plain;

/// Cases that store more than this may need all the room there is.
const MOST_ROOM: usize = 8;

/// Beside more than this it takes room that cases may need.
const BESIDE: usize = 4;

/// Whether one more tag is not in the way of a case.
pub(super) fn allows_sentinel(case: &PlannedCase) -> bool {
    let spec = &case.spec;
    spec.room <= MOST_ROOM && !spec.needs.contains(&Need::EmptyResource) && spec.steps.iter().all(|s| s.fill.is_none())
}

/// Sees to it that the tag is there, or that it is not, as the case at hand wants it, and that nothing else is.
pub(super) async fn place_sentinel(session: &Session, case: &PlannedCase, resource: &mut Resource) {
    resource.ledger.begin();
    resource.remove_again(session).await;
    let watched = resource.ledger.standing();
    if allows_sentinel(case) {
        if watched.is_empty() && may_watch(resource) {
            place(session, resource).await;
        }
    } else if !watched.is_empty() {
        resource.remove(session, &watched).await;
    }
}

/// What cannot be read back or deleted serves nobody. What others have there does not serve as well: where it changes,
/// nobody knows who did that.
fn may_watch(resource: &Resource) -> bool {
    resource.kind != ResourceKind::Events
        && !resource.unwatchable
        && resource.ledger.carries() <= BESIDE
        && resource.can_list()
        && resource.can_delete()
}

async fn place(session: &Session, resource: &mut Resource) {
    // Unless all goes well; whether a target stores what it accepts is for the cases to find out.
    resource.unwatchable = true;
    let operations = session.suite.acting_on(resource.kind);
    let by = |put: bool| operations.iter().find(|op| matches!(op.operation.effect, Effect::Put { .. }) == put);
    let Some(op) = by(true).or_else(|| by(false)) else { return };
    let key = session.placeholders_named(&format!("watch.{}", resource.id), "").key("watch");
    let tag = (key, "watch".to_owned());
    let Some(body) = writing(op, std::slice::from_ref(&tag)).pop() else { return };
    let payload = Payload::new(&op.operation, &body);
    let accepted = send_plain(session, op, &resource.id, &payload)
        .await
        .is_some_and(|exchange| exchange.status() == Some(op.operation.success));
    let watched = State::from([tag.clone()]);
    resource.ledger.sent(&tag.0, &tag.1);
    let kept = resource.looks.len();
    let listing = resource.look_until(session, session.settings.settle, |l| l.item(&tag.0).is_some()).await;
    resource.looks.truncate(kept);
    let seen = listing.map(|l| resource.state(&l)).unwrap_or_default();
    if accepted && seen.get(&tag.0) == Some(&tag.1) {
        resource.ledger.stands(&tag.0, &tag.1);
        resource.unwatchable = false;
    } else {
        resource.remove(session, &watched).await;
    }
}
