//! Faults about what a tag was before: deleted, overwritten, or stored a long time ago.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::set::{Tag, TagSet, TagValue};
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::operation::Operation;
use crate::server::rules::Rules;
use crate::server::state::State;

/// So many requests to an operation later, faults forget what it stored, or that it was overwritten.
const MEMORY: u64 = 150;
const SHORT_MEMORY: u64 = 50;
/// How long a fault keeps what it stores.
const LIFETIME: Duration = Duration::from_secs(3);

/// What a resource remembers of its keys for these faults.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lives {
    of: HashMap<Box<str>, Life>,
    /// Requests that count against the limit though they created nothing.
    pub(crate) counted: usize,
    /// How often a value was left out.
    omitted: usize,
}

#[derive(Debug, Clone)]
struct Life {
    /// How often the key was created.
    lives: usize,
    last: TagValue,
    before: Option<TagValue>,
    /// The operation that wrote it last, and the how-manieth request to it that was.
    written: (Operation, u64),
    /// When that was, if it may expire.
    at: Option<Instant>,
}

/// Why a key that is not there cannot be created.
pub(crate) fn refused(rules: &Rules, set: &TagSet, key: &str) -> Option<Failure> {
    let lives = set.lives().and_then(|lives| lives.of.get(key)).map_or(0, |life| life.lives);
    let refuses = rules.bends(Deviation::RefusesDeletedKeys) && lives > 0
        || rules.bends(Deviation::RefusesThirdLife) && lives > 1;
    if rules.bends(Deviation::FailsOnDeletedKeys) && lives > 0 {
        Some(Failure::internal())
    } else {
        refuses.then(|| Failure::invalid(Reason::RepeatedTag, "key: was deleted and cannot be used again"))
    }
}

/// What an omitted value is until it is stored: nothing, where a fault has to tell it from an empty one.
pub(crate) fn omitted(rules: &Rules, usual: TagValue) -> TagValue {
    let told_apart =
        [Deviation::KeepsOldValueWithoutOne, Deviation::RevivesOldValueWithoutOne, Deviation::ListsOmittedValueInTurns];
    if rules.bends_any(&told_apart) {
        TagValue::Absent
    } else if rules.bends(Deviation::StoresOmittedValueAsText) {
        TagValue::Text("null".into())
    } else {
        usual
    }
}

/// Whether a tag leaves the one of the same key as it is.
pub(crate) fn keeps_old(rules: &Rules, tag: &Tag) -> bool {
    rules.bends(Deviation::KeepsOldValueWithoutOne) && tag.value == TagValue::Absent
}

/// A tag as it is stored in the end, which is remembered; `usual` is what stands for an omitted value.
pub(crate) fn stored(rules: &Rules, set: &mut TagSet, tag: Tag, usual: TagValue) -> Tag {
    let there = set.get(&tag.key).is_some();
    let number = rules.requests();
    let lives = set.lives_mut();
    let usual = if rules.bends(Deviation::ListsOmittedValueInTurns) && tag.value == TagValue::Absent {
        lives.omitted += 1;
        if lives.omitted.is_multiple_of(2) { TagValue::Null } else { TagValue::Text("".into()) }
    } else {
        usual
    };
    let known = lives.of.get(&tag.key);
    let revived = rules.bends(Deviation::RevivesOldValue)
        || rules.bends(Deviation::RevivesOldValueWithoutOne) && tag.value == TagValue::Absent;
    let value = match known {
        Some(life) if revived && !there => life.last.clone(),
        _ if tag.value == TagValue::Absent => usual,
        _ => tag.value,
    };
    let life = Life {
        lives: known.map_or(0, |life| life.lives) + usize::from(!there),
        before: known.filter(|_| there).map(|life| life.last.clone()),
        last: value.clone(),
        written: (rules.operation, number),
        at: Some(Instant::now()),
    };
    lives.of.insert(tag.key.clone(), life);
    if there && rules.bends(Deviation::CountsOverwrites) {
        lives.counted += 1;
    }
    Tag { value, ..tag }
}

/// A tag was stored by an operation without such faults.
pub(crate) fn lasts(set: &mut TagSet, key: &str) {
    if set.lives().is_some()
        && let Some(life) = set.lives_mut().of.get_mut(key)
    {
        life.at = None;
    }
}

/// How many more tags a resource is taken to carry.
pub(crate) fn counted(rules: &Rules, set: &TagSet) -> usize {
    let counts = rules.bends(Deviation::CountsOverwrites) || rules.bends(Deviation::CountsRefused);
    set.lives().filter(|_| counts).map_or(0, |lives| lives.counted)
}

/// A request was refused.
pub(crate) fn count_refused(rules: &Rules, set: &mut TagSet) {
    if rules.bends(Deviation::CountsRefused) {
        set.lives_mut().counted += 1;
    }
}

/// What a delete says of a tag that was there before.
pub(crate) fn deleting(rules: &Rules, set: &TagSet, key: &str) -> Result<bool, Failure> {
    let lives = set.lives().and_then(|lives| lives.of.get(key)).map_or(0, |life| life.lives);
    if rules.bends(Deviation::FailsOnDeletingAgain) && lives > 0 && set.get(key).is_none() {
        return Err(Failure::internal());
    }
    Ok(!(rules.bends(Deviation::DeletesOnlyTheFirstLife) && lives > 1))
}

/// What time does to the tags of a resource, before anybody looks at them.
pub(crate) fn age(state: &State, set: &mut TagSet) {
    let Some(lives) = set.lives() else { return };
    let later = |life: &Life, deviation, requests| {
        let rules = state.operation(life.written.0);
        rules.bends(deviation) && rules.requests() >= life.written.1 + requests
    };
    let expired = |life: &Life| {
        life.at.is_some_and(|at| at.elapsed() >= LIFETIME)
            && state.operation(life.written.0).bends(Deviation::ForgetsInSeconds)
    };
    let forgotten: Vec<Box<str>> = lives
        .of
        .iter()
        .filter(|(_, life)| later(life, Deviation::ForgetsLater, MEMORY) || expired(life))
        .map(|(key, _)| key.clone())
        .collect();
    let reverted: Vec<Tag> = lives
        .of
        .iter()
        .filter(|(_, life)| later(life, Deviation::RevertsLater, SHORT_MEMORY))
        .filter_map(|(key, life)| Some(Tag { key: key.clone(), value: life.before.clone()? }))
        .collect();
    set.remove(|tag| forgotten.contains(&tag.key));
    for tag in reverted {
        if set.get(&tag.key).is_some() {
            set.put(tag);
        }
    }
}
