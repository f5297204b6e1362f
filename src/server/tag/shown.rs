//! Faults about what lists show of what is stored: copies that nobody renews, and readers that never catch up.

use super::set::{Tag, TagSet};
use crate::server::dispatch::Call;
use crate::server::fault::Deviation;
use crate::server::operation::{Operation, Service};
use crate::server::rules::Rules;

/// One of so many readers never catches up.
const READERS: usize = 4;

/// What lists of a resource have shown, and what was done since.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    /// The last list that was made from what is stored.
    copy: Vec<Tag>,
    /// It is shown again, whatever was done since.
    is_old: bool,
    /// How many lists there were.
    lists: usize,
    /// Keys that some lists miss.
    missed: Vec<Box<str>>,
    /// Deleted tags that some lists have.
    revived: Vec<Tag>,
}

/// A tag was stored; `overwritten`: in the place of another one.
pub(crate) fn stored(rules: &Rules, set: &mut TagSet, key: &str, overwritten: bool) {
    if !overwritten {
        renew(set);
    } else if rules.bends(Deviation::ListsFromBeforeOverwrite) {
        set.shown_mut().is_old = true;
    }
    if let Some(shown) = set.shown_if_any() {
        shown.revived.retain(|tag| *tag.key != *key);
    }
    if rules.bends(Deviation::ListsStoredInTurns) {
        set.shown_mut().missed.push(key.into());
    }
}

/// Tags were deleted.
pub(crate) fn deleted(rules: &Rules, set: &mut TagSet, gone: Vec<Tag>) {
    if rules.bends(Deviation::ListsFromBeforeDelete) {
        set.shown_mut().is_old = true;
    }
    if rules.bends(Deviation::ListsDeletedInTurns) {
        set.shown_mut().revived.extend(gone);
    }
}

/// The next list is made from what is stored.
pub(crate) fn renew(set: &mut TagSet) {
    if let Some(shown) = set.shown_if_any() {
        shown.is_old = false;
    }
}

/// What a list shows, unless that is what is stored.
pub(crate) fn listed(call: Call<'_>, set: &mut TagSet) -> Option<Vec<Tag>> {
    let operations: &[Operation] = match call.rules.operation.service() {
        Service::Csms => &[Operation::CreateSecretTag, Operation::BatchCreateOrDeleteTags],
        Service::Kms => &[Operation::CreateKmsTag],
    };
    let copying = [Deviation::ListsFromBeforeOverwrite, Deviation::ListsFromBeforeDelete];
    let copies = operations.iter().any(|operation| call.state.operation(*operation).bends_any(&copying));
    if !copies && set.shown_if_any().is_none() {
        return None;
    }
    let all: Vec<Tag> = set.iter().cloned().collect();
    let shown = set.shown_mut();
    if !shown.is_old {
        shown.copy.clone_from(&all);
    }
    shown.lists += 1;
    if shown.is_old {
        return Some(shown.copy.clone());
    }
    if shown.lists % READERS != 1 {
        return Some(all);
    }
    let seen = all.into_iter().filter(|tag| !shown.missed.contains(&tag.key));
    Some(seen.chain(shown.revived.iter().cloned()).collect())
}
