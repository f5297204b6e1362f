use std::sync::Arc;
use std::time::Duration;

use crate::judge::{Listing, State, difference, is_shown_as, is_unreadable};
use crate::ledger::word;
use crate::suite::{Effect, OperationSuite, Purpose};

use super::resource::Resource;
use super::send::send_unnoted;
use super::session::Session;
use crate::judge::case::Payload;
use crate::judge::case::writing;

/// Deletes what dewspec left, and puts back what was there before and is not any more.
pub(super) async fn restore(session: &Session, selected: &[Arc<OperationSuite>], resource: &mut Resource) {
    resource.ledger.expect_gone();
    let mut residue = resource.ledger.stuck();
    residue.extend(resource.ledger.doubtful());
    residue.extend(resource.ledger.standing());
    let place = format!("{} {}", resource.kind, resource.id);
    if session.client.health().is_sealed() {
        residue.iter().for_each(|(key, value)| resource.ledger.not_deleted(key, value));
        left_behind(session, resource, &place);
        return;
    }
    if !resource.can_list() {
        if resource.can_delete() {
            resource.remove(session, &residue).await;
            resource.remove_again(session).await;
        } else {
            residue.iter().for_each(|(key, value)| resource.ledger.not_deleted(key, value));
        }
        left_behind(session, resource, &place);
        return;
    }
    resource.let_settle().await;
    let many = resource.delete_many.clone();
    for turn in 0..4 {
        if turn > 0 && resource.has(Purpose::Delete) {
            // What lists to delete have left behind goes one by one.
            resource.lose(Purpose::DeleteMany);
        }
        let Some(listing) = resource.look_patiently(session).await else {
            session.note(format!("could not list what {place} carries at the end of the run"));
            // What may have been stored last is all that is known then.
            resource.remove(session, &residue).await;
            break;
        };
        let extra: State = resource
            .state(&listing)
            .into_iter()
            .filter(|(key, value)| resource.is_our_item(&session.known, key, value))
            .collect();
        let deletable = extra.keys().any(|key| !is_unreadable(key));
        let mut gone = resource.ledger.stuck();
        gone.extend(resource.ledger.doubtful());
        gone.keys().filter(|key| !extra.contains_key(*key)).for_each(|key| resource.ledger.deleted(key));
        if !deletable {
            session.journal.clean(resource.kind, &resource.id);
            break;
        }
        resource.remove(session, &extra).await;
        resource.ledger.expect_gone();
        resource.let_settle().await;
        if !resource.can_delete() {
            break;
        }
    }
    resource.delete_many = many;
    left_behind(session, resource, &place);
    put_back(session, selected, resource, &place).await;
    resource.looks.clear();
}

/// What is said of a resource that lost something and has it again.
fn put_back_note<'k>(place: &str, keys: impl Iterator<Item = &'k String>) -> String {
    let named = keys.map(|key| format!("{:?}", shortened(key))).collect::<Vec<_>>().join(", ");
    format!(
        "{place} lost during the run what was there before, and it was put back, unless its owner took it away: {named}"
    )
}

/// Puts back at once what was there before and is not any more, so that no other case is blamed for it. What cannot be
/// put back is given up until the end. What somebody else has given another value is left to them.
pub(super) async fn mend(session: &Session, resource: &mut Resource, seen: &State) {
    let watched = resource.ledger.standing();
    let stays = |key: &String| resource.ledger.is_theirs(key) || watched.contains_key(key);
    let expected = resource.ledger.expected().into_iter();
    // Not every look is held against what stands here: an event may be seen with all that the target has added.
    let as_it_was = |(key, value): &(String, String)| seen.get(key).is_some_and(|seen| is_shown_as(value, seen));
    let amiss: State = expected.filter(|item| !as_it_was(item) && stays(&item.0)).collect();
    let (changed, lost) = changed_by_others(resource, amiss, seen);
    for (key, value) in changed {
        session.note(format!(
            "{key:?} on the {} was changed during the run, to a value that dewspec did not send: it stays as it is",
            resource.kind.carrier()
        ));
        resource.ledger.changed(&key, &value);
    }
    // Where others are at work, what is theirs is theirs to take away.
    let shared = resource.ledger.is_shared();
    let is_taken = |key: &String| {
        (shared && resource.ledger.is_theirs(key)) || (word(key).is_some() && !watched.contains_key(key))
    };
    let (strange, lost): (State, State) = lost.into_iter().partition(|(key, _)| is_taken(key));
    if let Some(other) = strange.keys().find(|key| word(key).is_some()) {
        session.meets_another_run(resource.kind, other);
    }
    strange.keys().for_each(|key| resource.ledger.taken(key));
    let undisturbed = strange.is_empty();
    let (sentinels, lost): (State, State) = lost.into_iter().partition(|(key, _)| watched.contains_key(key));
    miss(session, resource, &sentinels, seen, undisturbed && lost.is_empty()).await;
    let lost: Vec<(String, String)> = lost.into_iter().collect();
    if lost.is_empty() {
        return;
    }
    write(session, &session.known.suite.operations, resource, &lost).await;
    let kept = resource.looks.len();
    let there = |l: &Listing| lost.iter().all(|(key, _)| l.item(key).is_some());
    let patience = resource.lag * 2;
    let now = resource.look_until(session, patience, there).await;
    resource.looks.truncate(kept);
    let now = now.map(|l| resource.state(&l)).unwrap_or_default();
    let place = format!("{} {}", resource.kind, resource.id);
    if lost.iter().all(|(key, value)| now.get(key) == Some(value)) {
        if lost.iter().any(|(key, _)| resource.ledger.is_theirs(key)) {
            session.note(put_back_note(&place, lost.iter().map(|(key, _)| key)));
        }
        return;
    }
    for (key, _) in lost.into_iter().filter(|(key, value)| now.get(key) != Some(value)) {
        resource.ledger.missing(&key, now.get(&key));
    }
}

/// Takes note of sentinels that are gone, or not as they were; others are placed later. Where other things have gone, too,
/// somebody may have taken all of it.
pub(super) async fn miss(session: &Session, resource: &mut Resource, sentinels: &State, seen: &State, alone: bool) {
    if sentinels.is_empty() {
        return;
    }
    for (key, value) in sentinels {
        let placed = resource.watched.remove(key);
        if let Some((operation, since)) = placed.filter(|_| alone) {
            let now = seen.get(key).map_or_else(|| "gone".to_owned(), |now| format!("{now:?}"));
            session.sentinel_lost(&operation, since, format!("{key:?}, stored as {value:?}: {now}"));
        }
    }
    resource.remove(session, sentinels).await;
    sentinels.keys().for_each(|key| resource.ledger.deleted(key));
}

/// Of what is not as it should be: what somebody else has given another value, with that value; and the rest.
fn changed_by_others(resource: &Resource, amiss: State, seen: &State) -> (State, State) {
    let mut changed = State::new();
    let mut lost = State::new();
    for (key, value) in amiss {
        match seen.get(&key) {
            Some(now) if resource.ledger.is_theirs(&key) && !resource.ledger.has_sent_value(now) => {
                changed.insert(key, now.clone());
            }
            _ => drop(lost.insert(key, value)),
        }
    }
    (changed, lost)
}

/// Sends what stores these tags, by whichever operation can.
async fn write(session: &Session, ops: &[Arc<OperationSuite>], resource: &Resource, tags: &[(String, String)]) {
    let writer = ops.iter().find(|op| {
        op.operation.resource == resource.kind
            && matches!(op.operation.effect, Effect::Put { .. } | Effect::Batch { .. })
    });
    let Some(op) = writer else { return };
    for body in writing(op, tags) {
        let payload = Payload::new(&op.operation, &body);
        // Whether it helped is seen afterwards. It is not ours, and no journal says so.
        let _ = send_unnoted(session, op, &resource.id, &payload).await;
    }
}

/// Names what could not be deleted.
fn left_behind(session: &Session, resource: &mut Resource, place: &str) {
    let mut left = resource.ledger.stuck();
    left.extend(resource.ledger.doubtful());
    if left.is_empty() {
        return;
    }
    let why = if session.client.health().is_sealed() {
        "since the target would not be asked any more"
    } else if resource.can_delete() {
        "since deleting it did not work"
    } else {
        "since nothing deletes it"
    };
    const NAMED: usize = 6;
    let is_there = |key: &&String| session.is_stored(&resource.id, key) || is_unreadable(key);
    let stored: Vec<&String> = left.keys().filter(is_there).collect();
    let mut names: Vec<String> = stored.iter().take(NAMED).map(|key| format!("{:?}", shortened(key))).collect();
    if stored.len() > NAMED {
        names.push(format!("{} more", stored.len() - NAMED));
    }
    if !names.is_empty() {
        session.leave_behind(place.to_owned(), why, names);
    }
}

/// So much of a key as people need to find it.
fn shortened(key: &str) -> String {
    const SHOWN: usize = 24;
    if key.chars().count() <= SHOWN { key.to_owned() } else { key.chars().take(SHOWN).chain(['…']).collect() }
}

async fn put_back(session: &Session, selected: &[Arc<OperationSuite>], resource: &mut Resource, place: &str) {
    let resource_id = resource.id.clone();
    // What somebody else wrote during the run may go again without our doing.
    let gone = resource.ledger.lost();
    let mut strangers = resource.ledger.strangers();
    strangers.retain(|key| !gone.contains_key(key));
    // What could not be deleted is named already.
    let own = |key: &str| session.is_stored(&resource_id, key) || is_unreadable(key);
    let without_strangers = |resource: &Resource, mut state: State| {
        state.retain(|key, _| !strangers.contains(key) && resource.counts(&session.known, key) && !own(key));
        state
    };
    let mut before = without_strangers(resource, resource.ledger.expected());
    before.extend(gone);
    let state_of = |resource: &Resource, l: &Listing| without_strangers(resource, resource.state(l));
    let patience = if resource.lag.is_zero() { Duration::ZERO } else { session.settings.settle };
    let as_before =
        |l: &Listing| l.items.iter().filter(|i| !strangers.contains(&i.key) && !own(&i.key)).count() == before.len();
    let Some(now) = resource.look_until(session, patience, as_before).await else { return };
    let seen = state_of(resource, &now);
    if seen == before {
        return;
    }
    let amiss = before.clone().into_iter().filter(|(key, value)| seen.get(key) != Some(value)).collect();
    let (changed, mut lost) = changed_by_others(resource, amiss, &seen);
    before.extend(changed);
    // What another run has left is not missed.
    before.retain(|key, _| word(key).is_none() || seen.contains_key(key));
    lost.retain(|key, _| word(key).is_none());
    let lost: Vec<(String, String)> = lost.into_iter().collect();
    write(session, selected, resource, &lost).await;
    let after = resource.look(session).await.map(|l| state_of(resource, &l)).unwrap_or(seen);
    match difference(&before, &after) {
        None => session.note(put_back_note(place, lost.iter().map(|(key, _)| key))),
        Some(told) => session.note(format!("{place} is not as it was before the run: {told}")),
    }
}
