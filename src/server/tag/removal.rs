//! Deleting tags in a batch, all or nothing.

use std::collections::HashSet;

use axum::http::StatusCode;

use super::item::TagItem;
use super::secret_text::KEY;
use super::set::{Tag, TagSet};
use super::shelf::Place;
use super::{life, rare, selection, shown};
use crate::server::dispatch::Call;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::reading::Disposal;
use crate::server::rules::Rules;

/// Removes the tags that the items name.
pub(crate) fn remove(call: Call<'_>, place: Place<'_>, items: &[TagItem<'_>]) -> Result<(), Failure> {
    let rules = call.rules;
    let mut set = place.tags();
    if rare::forgets_delete(rules, &mut set) {
        return Ok(());
    }
    let mut doomed = HashSet::with_capacity(items.len());
    for item in items {
        if rules.bends(Deviation::RefusesDeletingLongest) && item.key.chars().count() == KEY.maximum {
            return Err(Failure::invalid(Reason::Key, format!("{}: is too long", item.field("key"))));
        }
        if life::deleting(rules, &set, &item.key)? && is_removed(rules, &set, item)? {
            doomed.insert(&*item.key);
            if rules.bends(Deviation::DeletesOnlyFirstItem) {
                break;
            }
        }
    }
    if rules.bends(Deviation::IgnoresDelete) {
        return Ok(());
    }
    if rules.bends(Deviation::KeepsDeletedKeysReserved) {
        doomed.iter().for_each(|key| set.bury(key));
    }
    let named =
        |tag: &Tag| doomed.contains(&*tag.key) || rules.is_bent() && doomed.iter().any(|key| matches(rules, tag, key));
    if rules.is_bent() {
        let reached: Vec<Box<str>> =
            set.iter().filter(|tag| selection::reaches(rules, &set, tag, items)).map(|tag| tag.key.clone()).collect();
        set.remove(|tag| reached.contains(&tag.key));
    }
    let gone = if rules.is_bent() { set.iter().filter(|tag| named(tag)).cloned().collect() } else { Vec::new() };
    set.remove(|tag| named(tag) || rules.bends(Deviation::DeletesEverything));
    rare::deleted(rules, &mut set, |key| doomed.contains(key));
    shown::deleted(rules, &mut set, gone);
    drop(set);
    selection::elsewhere(call, place, items);
    Ok(())
}

/// Whether an item takes a tag away, judged by what was there before the batch.
fn is_removed(rules: &Rules, set: &TagSet, item: &TagItem<'_>) -> Result<bool, Failure> {
    let readings = &rules.batch;
    let refused =
        |status, reason, rule: &str| Err(Failure::new(status, reason, format!("{}: {rule}", item.field("key"))));
    let Some(stored) = set.get(&item.key) else {
        if readings.delete_absent_refused {
            return refused(StatusCode::NOT_FOUND, Reason::NoSuchTag, "no such tag exists");
        }
        // Lets a fault match other tags by a key that is not there.
        return Ok(true);
    };
    let disposal = match item.value.as_deref() {
        None if stored.value.text().is_empty() && rules.bends(Deviation::RefusesDeletingWithoutValue) => {
            Disposal::Refused
        }
        None if stored.value.text().is_empty() && rules.bends(Deviation::IgnoresDeletingWithoutValue) => {
            Disposal::Ignored
        }
        None if stored.value.text().is_empty() => Disposal::Deleted,
        None => readings.delete_value_omitted,
        Some(value) if value == stored.value.text() => Disposal::Deleted,
        Some(_) => readings.delete_other_value,
    };
    match disposal {
        Disposal::Deleted => Ok(true),
        Disposal::Ignored => Ok(false),
        Disposal::Refused => refused(StatusCode::BAD_REQUEST, Reason::Value, "is stored with another value"),
    }
}

fn matches(rules: &Rules, tag: &Tag, key: &str) -> bool {
    *tag.key == *key
        || rules.bends(Deviation::DeletesByPrefix) && tag.key.starts_with(key)
        || rules.bends(Deviation::DeletesInAnyCase) && tag.key.to_lowercase() == key.to_lowercase()
}
