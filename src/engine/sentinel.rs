//! Tags of dewspec's own on a resource, one of each operation that stores any: what a request destroys unasked, or time
//! does, shows only where there is something to destroy that nobody else would touch.

use crate::judge::case::{Evidence, Payload, writing};
use crate::judge::{Listing, State, state_of};
use tokio::time::Instant;

use crate::plan::PlannedCase;
use crate::report::CaseReport;
use crate::suite::{Effect, Need, OperationSuite};

use super::case_report::enter;
use super::resource::Resource;
use super::resource_queues::Leases;
use super::restore::mend;
use super::send::send_plain;
use super::session::{LostSentinel, Session};

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
        for op in session.known.suite.storing_on(resource.kind) {
            let stands = |key: &String| resource.watched.get(key).is_some_and(|(by, _)| *by == op.operation.id);
            if !watched.keys().any(stands) && may_watch(resource, &op) {
                place(session, resource, &op).await;
            }
        }
    } else if !watched.is_empty() {
        look_after(session, resource).await;
        let watched = resource.ledger.standing();
        resource.remove(session, &watched).await;
    }
}

/// Looks whether the sentinel of a resource is still as it was.
async fn look_after(session: &Session, resource: &mut Resource) {
    let watched = resource.ledger.standing();
    if watched.is_empty() || !resource.can_list() {
        return;
    }
    let kept = resource.looks.len();
    let settle = session.settings.settle;
    // Where reads lag behind, what it had before it was overwritten may show, too.
    let expected = resource.ledger.expected();
    let shows = |listing: &Listing| {
        let seen = state_of(listing, &expected);
        watched.iter().all(|(key, value)| seen.get(key) == Some(value))
    };
    let listing = resource.look_until(session, settle, shows).await;
    resource.looks.truncate(kept);
    if let Some(listing) = listing.filter(|listing| !shows(listing)) {
        let seen = state_of(&listing, &expected);
        mend(session, resource, &seen).await;
    }
}

/// So many lost sentinels are named.
const TOLD: usize = 3;

/// Whether one was placed and lost after another one had been missed: a restart, or somebody's clean-up, takes several at
/// once, and only once.
fn is_no_accident(lost: &[LostSentinel]) -> bool {
    let first = lost.iter().map(|lost| lost.missed).min();
    first.is_some_and(|first| lost.iter().any(|lost| lost.placed > first))
}

/// What a case has found that makes tags vanish or change, by the ends of clause ids.
const EXPLANATIONS: [&str; 6] =
    ["stored", "refused-unchanged", "method", "delete.removes", "delete.only-listed", "delete.empty-batch"];

/// Whether something is known already of what acts on the same resources that may have taken sentinels away.
fn is_explained(session: &Session, op: &OperationSuite) -> bool {
    let acting = session.known.suite.acting_on(op.operation.resource);
    acting.iter().any(|op| EXPLANATIONS.iter().any(|topic| session.is_broken(&op.id(topic))))
}

/// Looks after the sentinels of all resources once more, and tells what became of those that were lost, unless the target
/// was down in between.
pub(super) async fn last_look(session: &Session, leases: &Leases) -> Vec<CaseReport> {
    for lease in leases.values().flatten() {
        look_after(session, &mut *lease.lock().await).await;
    }
    let mut reports = Vec::new();
    if !session.client.health().downtimes().is_empty() || session.is_ended() {
        return reports;
    }
    for (operation, lost) in session.lost_sentinels() {
        let Some(op) = session.known.suite.operation(&operation).filter(|_| is_no_accident(&lost)) else { continue };
        if is_explained(session, op) {
            continue;
        }
        let (id, clause) = (op.sentinel_case(), op.id("stored"));
        let case = PlannedCase::generated(op, id, vec![clause.clone()], 0, Vec::new());
        let mut record = Evidence::new(&session.known, &case);
        let allowed = "what was stored as it was, as long as nobody touches it";
        let told: Vec<&str> = lost.iter().take(TOLD).map(|lost| lost.told.as_str()).collect();
        let seen = format!("{} times during the run it was not: {}", lost.len(), told.join("; "));
        record.came(Some(Instant::now()));
        record.finding(&clause, allowed, &seen, None);
        reports.push(enter(session, record.finish()));
    }
    reports
}

/// What cannot be read back or deleted serves nobody. What others have there does not serve as well: where it changes,
/// nobody knows who did that.
fn may_watch(resource: &Resource, op: &OperationSuite) -> bool {
    !resource.unwatchable.contains(&op.operation.id)
        && resource.ledger.carries() <= BESIDE
        && resource.can_list()
        && resource.can_delete()
}

async fn place(session: &Session, resource: &mut Resource, op: &OperationSuite) {
    // Unless all goes well; whether a target stores what it accepts is for the cases to find out.
    resource.unwatchable.insert(op.operation.id.clone());
    let places =
        session.known.placeholders_named(&format!("watch.{}.{}", resource.id, resource.placed), &op.operation.valid);
    resource.placed += 1;
    let since = session.sentinel_tick();
    let bodies = match &op.operation.effect {
        Effect::Create { .. } => vec![places.fill("${valid}")],
        _ => {
            let tag = |value: &str| [(places.key("watch"), value.to_owned())];
            // What was overwritten must not come back.
            let overwrites =
                session.known.profile().remaining(&op.id("existing-key")).iter().any(|reading| reading == "overwrite");
            let before = overwrites.then(|| writing(op, &tag("before"))).into_iter().flatten();
            before.chain(writing(op, &tag("watch"))).collect()
        }
    };
    let (mut stored, mut doubtful) = (None, State::new());
    for body in &bodies {
        let payload = Payload::new(&op.operation, body);
        let answer = send_plain(session, op, &resource.id, &payload).await;
        match answer.and_then(|exchange| exchange.status()) {
            Some(status) if status == op.operation.success => stored = payload.change.put.first().cloned(),
            Some(400..) => {}
            // Whatever it says, it may have been carried out.
            _ => doubtful.extend(payload.change.put.iter().cloned()),
        }
    }
    let Some(tag) = stored else {
        resource.ledger.sent_all(&doubtful);
        resource.remove(session, &doubtful).await;
        return;
    };
    let watched = State::from([tag.clone()]);
    resource.ledger.sent(&tag.0, &tag.1);
    let kept = resource.looks.len();
    let shows = |listing: &Listing| state_of(listing, &watched).get(&tag.0) == Some(&tag.1);
    let listing = resource.look_until(session, session.settings.settle, shows).await;
    resource.looks.truncate(kept);
    let seen = listing.map(|l| state_of(&l, &watched)).unwrap_or_default();
    if seen.get(&tag.0) == Some(&tag.1) {
        resource.ledger.stands(&tag.0, &tag.1);
        resource.watched.insert(tag.0, (op.operation.id.clone(), since));
        resource.unwatchable.remove(&op.operation.id);
    } else {
        resource.remove(session, &watched).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_at_once_is_an_accident_and_what_goes_again_is_none() {
        let lost = |placed, missed| LostSentinel { placed, missed, told: String::new() };
        assert!(!is_no_accident(&[]) && !is_no_accident(&[lost(0, 5)]));
        assert!(!is_no_accident(&[lost(0, 5), lost(1, 6), lost(2, 7)]), "a restart");
        assert!(is_no_accident(&[lost(0, 5), lost(6, 9)]));
    }
}
