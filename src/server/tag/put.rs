//! Storing tags on a resource: what exists already, how many there may be, and all or nothing.

use std::time::{Duration, Instant};

use axum::http::StatusCode;

use super::set::{Tag, TagSet};
use super::shelf::Place;
use super::{life, rare, shown};
use crate::server::dispatch::Call;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::operation::Service;
use crate::server::rules::Rules;

/// How long a fault leaves other requests between its check and its act.
const RACE_WINDOW: Duration = Duration::from_millis(5);

/// Every so many writes are forgotten where a fault says so.
const FORGETFUL_PERIOD: u64 = 8;

/// Which limit stands in for none where a fault is off by one.
const LOW_LIMIT: usize = 10;

/// What becomes of the tags of a request.
#[derive(Debug, Default)]
struct Plan {
    puts: Vec<Tag>,
    appends: Vec<Tag>,
    refusal: Option<Failure>,
}

/// What a decision rests on; one state of one resource, races aside.
#[derive(Debug, Clone, Copy)]
struct Basis<'a> {
    known: &'a TagSet,
    count: usize,
    elsewhere: usize,
}

/// Stores all tags, or none and says why.
pub(crate) async fn put(call: Call<'_>, place: Place<'_>, tags: Vec<Tag>) -> Result<(), Failure> {
    let rules = call.rules;
    check_elsewhere(rules, place, &tags)?;
    let elsewhere = if rules.bends(Deviation::CountsLimitPerProject) {
        place.others().map(|other| other.tags().len()).sum()
    } else {
        0
    };
    if rules.bends(Deviation::MixesSecretsAndKeys) {
        overwrite_others(call, &tags);
    }
    if rules.bends_any(&[Deviation::OverwritesOnBothKinds, Deviation::OverwritesOnAll]) {
        let there = place.tags().clone();
        let overwriting: Vec<Tag> = tags.iter().filter(|tag| there.get(&tag.key).is_some()).cloned().collect();
        if rules.bends(Deviation::OverwritesOnBothKinds) {
            overwrite_others(call, &overwriting);
        } else {
            place.others().for_each(|other| overwrite(other, &overwriting));
        }
    }
    let neighbour = if rules.bends(Deviation::LeaksToNeighbour) { place.neighbour() } else { None };
    let leaked = if neighbour.is_some() { tags.clone() } else { Vec::new() };
    if rules.bends_any(&Deviation::IN_RACES) {
        let mut stale = place.tags().clone();
        leave_a_window().await;
        let mut live = place.tags();
        if rules.bends(Deviation::RefusesConcurrentWrites) && live.len() != stale.len() {
            return Err(Failure::new(StatusCode::CONFLICT, Reason::RepeatedTag, "tags: were changed meanwhile"));
        }
        if rules.bends(Deviation::LosesConcurrentUpdates) {
            let basis = Basis { known: &stale, count: stale.len(), elsewhere };
            let plan = decide(rules, basis, tags);
            carry_out(call, &mut stale, plan)?;
            *live = stale;
        } else {
            let checks_limit_late = rules.bends(Deviation::ExceedsLimitInRace);
            let plan = if checks_limit_late {
                decide(rules, Basis { known: &live, count: stale.len(), elsewhere }, tags)
            } else {
                decide(rules, Basis { known: &stale, count: live.len(), elsewhere }, tags)
            };
            carry_out(call, &mut live, plan)?;
        }
    } else {
        let mut live = place.tags();
        let plan = decide(rules, Basis { known: &live, count: live.len(), elsewhere }, tags);
        carry_out(call, &mut live, plan)?;
    }
    if let Some(neighbour) = neighbour {
        let mut tags = neighbour.tags();
        leaked.into_iter().for_each(|tag| tags.put(tag));
    }
    Ok(())
}

/// Whether both values are the same number.
fn count_alike(stored: &Tag, tag: &Tag) -> bool {
    let number = |tag: &Tag| tag.value.text().parse::<u64>().ok();
    number(stored).is_some() && number(stored) == number(tag)
}

/// Decides without changing anything.
fn decide(rules: &Rules, basis: Basis<'_>, tags: Vec<Tag>) -> Plan {
    let mut plan = Plan::default();
    let mut created = 0;
    // Normally a key that is new to the resource cannot be there twice.
    let beside = rules.bends(Deviation::DuplicatesKeysInRace) || rules.bends(Deviation::KeepsBothRepeatedKeys);
    for tag in tags {
        match basis.known.get(&tag.key) {
            Some(stored) if stored.value.is_same_as(&tag.value) => {
                if rules.tag.existing_pair_refused {
                    return Plan::refused(duplicate(rules, &tag, "with this value"));
                }
            }
            Some(_) if rules.bends(Deviation::KeepsOldValue) || life::keeps_old(rules, &tag) => {}
            Some(stored) if rules.bends(Deviation::KeepsValueThatCountsAlike) && count_alike(stored, &tag) => {}
            Some(_) if rules.bends(Deviation::KeepsBothValues) => plan.appends.push(tag),
            Some(_) if rules.tag.existing_key_refused => {
                return Plan::refused(duplicate(rules, &tag, "with another value"));
            }
            Some(_) => plan.puts.push(tag),
            None if rules.bends(Deviation::KeepsDeletedKeysReserved) && basis.known.is_buried(&tag.key) => {
                return Plan::refused(duplicate(rules, &tag, "though deleted"));
            }
            None => {
                if rules.is_bent()
                    && let Some(failure) = life::refused(rules, basis.known, &tag.key)
                {
                    return Plan::refused(failure);
                }
                created += 1;
                if beside { plan.appends.push(tag) } else { plan.puts.push(tag) }
            }
        }
    }
    let count = if rules.bends(Deviation::CountsDeletedTags) {
        basis.known.created()
    } else if rules.bends(Deviation::IgnoresExistingAtLimit) {
        0
    } else {
        basis.count + life::counted(rules, basis.known)
    };
    if rare::breaks_down(rules, created, basis.count + created) {
        plan.refusal = Some(Failure::internal());
    }
    if let Some(limit) = limit(rules)
        && created > 0
        && count + created + basis.elsewhere > limit
    {
        let noun = if rules.operation.service() == Service::Kms { "key" } else { "secret" };
        let message = format!("{noun}: has {count} tags, {created} more would exceed the limit of {limit}");
        plan.refusal = Some(Failure::new(rules.tag.limit_status, Reason::TagLimit, message));
    }
    plan
}

fn limit(rules: &Rules) -> Option<usize> {
    if rules.bends(Deviation::LimitOneTooLow) {
        Some(rules.tag.limit.unwrap_or(LOW_LIMIT) - 1)
    } else if rules.bends(Deviation::LimitIsFifteen) {
        Some(15)
    } else if rules.bends(Deviation::HasNoLimit) {
        None
    } else if rules.bends(Deviation::LimitOneTooHigh) {
        rules.tag.limit.map(|limit| limit + 1)
    } else {
        rules.tag.limit
    }
}

fn carry_out(call: Call<'_>, set: &mut TagSet, plan: Plan) -> Result<(), Failure> {
    let forgets = call.rules.bends(Deviation::ForgetsNowAndThen) && call.number.is_multiple_of(FORGETFUL_PERIOD);
    let refused_for_good = plan.refusal.is_some() && !call.rules.bends(Deviation::StoresRefusedAtLimit);
    if !forgets && !refused_for_good && !call.rules.bends(Deviation::StoresNothing) {
        for tag in plan.puts {
            let (key, overwritten) = (tag.key.clone(), set.get(&tag.key).is_some());
            rare::put(call.rules, set, tag);
            shown::stored(call.rules, set, &key, overwritten);
        }
        plan.appends.into_iter().for_each(|tag| set.append(tag));
    }
    match plan.refusal {
        None => Ok(()),
        Some(failure) => {
            life::count_refused(call.rules, set);
            Err(failure)
        }
    }
}

impl Plan {
    fn refused(failure: Failure) -> Self {
        // Nothing of a refused request is stored, whatever its other tags are.
        Self { refusal: Some(failure), ..Self::default() }
    }
}

fn duplicate(rules: &Rules, tag: &Tag, how: &str) -> Failure {
    repeated(rules.tag.duplicate_status, format!("tag key `{}`: exists already {how}", tag.key))
}

/// The refusal of a key that is, or is asked for, twice.
pub(crate) fn repeated(status: StatusCode, message: String) -> Failure {
    Failure::new(status, Reason::RepeatedTag, message)
}

fn check_elsewhere(rules: &Rules, place: Place<'_>, tags: &[Tag]) -> Result<(), Failure> {
    if !rules.bends(Deviation::SharesKeysInProject) {
        return Ok(());
    }
    let in_use = |tag: &&Tag| place.others().any(|other| other.tags().get(&tag.key).is_some());
    match tags.iter().find(in_use) {
        Some(tag) => Err(duplicate(rules, tag, "in this project")),
        None => Ok(()),
    }
}

/// Lets other requests run for a moment; yielding works on a runtime without timers too.
async fn leave_a_window() {
    let opened = Instant::now();
    while opened.elapsed() < RACE_WINDOW {
        tokio::task::yield_now().await;
    }
}

/// Overwrites tags of the same key on every resource of the other kind.
fn overwrite_others(call: Call<'_>, tags: &[Tag]) {
    let shelf = match call.rules.operation.service() {
        Service::Csms => &call.tenant.keys,
        Service::Kms => &call.tenant.secrets,
    };
    shelf.places().for_each(|place| overwrite(place, tags));
}

/// Overwrites tags of the same key on one resource.
fn overwrite(place: Place<'_>, tags: &[Tag]) {
    let mut there = place.tags();
    for tag in tags {
        if there.get(&tag.key).is_some() {
            there.put(tag.clone());
        }
    }
}
