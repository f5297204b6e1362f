//! Faults that show only after two or more requests, or for input that hardly anybody sends. They are there to
//! measure fuzzing by; the suite's own cases need not find them.

use super::life;
use super::rewrite::usual_omitted;
use super::set::{Tag, TagSet};
use crate::server::fault::Deviation;
use crate::server::rules::Rules;

/// The write of a key that is lost.
const LOST_WRITE: usize = 3;
/// The number of tags at which a list breaks down.
const FRAGILE_COUNT: usize = 7;

/// What a resource remembers for these faults.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    /// Every key as often as it was written.
    writes: Vec<Box<str>>,
    /// Tags as they were before they were overwritten.
    overwritten: Vec<Tag>,
    refused: bool,
}

/// Stores a tag, or not.
pub(crate) fn put(rules: &Rules, set: &mut TagSet, tag: Tag) {
    if rules.bends(Deviation::LosesThirdWrite) {
        set.memory().writes.push(tag.key.clone());
        let same = |key: &&str| *key == &*tag.key;
        if set.memory().writes.iter().map(|key| &**key).filter(same).count() == LOST_WRITE {
            return;
        }
    }
    if rules.bends(Deviation::RestoresOldValueOnDelete)
        && let Some(old) = set.get(&tag.key).cloned()
    {
        set.memory().overwritten.push(old);
    }
    let tag = if rules.is_bent() {
        life::stored(rules, set, tag, usual_omitted(rules))
    } else {
        life::lasts(set, &tag.key);
        tag
    };
    set.put(tag);
}

/// After tags were deleted.
pub(crate) fn deleted(rules: &Rules, set: &mut TagSet, is_gone: impl Fn(&str) -> bool) {
    if rules.bends(Deviation::RestoresOldValueOnDelete) {
        let old = std::mem::take(&mut set.memory().overwritten);
        old.into_iter().filter(|tag| is_gone(&tag.key)).for_each(|tag| set.put(tag));
    }
}

/// Whether a delete is forgotten, since a create was refused right before it.
pub(crate) fn forgets_delete(rules: &Rules, set: &mut TagSet) -> bool {
    rules.bends(Deviation::IgnoresDeleteAfterRefusal) && std::mem::take(&mut set.memory().refused)
}

/// A list of tags to create was refused.
pub(crate) fn refused(rules: &Rules, set: &mut TagSet, names: impl Fn(&str) -> bool) {
    if rules.bends(Deviation::RefusedListDeletes) {
        set.remove(|tag| names(&tag.key));
    }
    if rules.bends(Deviation::IgnoresDeleteAfterRefusal) {
        set.memory().refused = true;
    }
}

/// Whether a list that makes a resource carry so many tags breaks down.
pub(crate) fn breaks_down(rules: &Rules, created: usize, after: usize) -> bool {
    rules.bends(Deviation::FailsAtSevenTags) && created > 1 && after == FRAGILE_COUNT
}

/// Values of a list that differ in case only become the first of them.
pub(crate) fn shared(rules: &Rules, mut tags: Vec<Tag>) -> Vec<Tag> {
    if rules.bends(Deviation::SharesValuesOfAnyCase) {
        for at in 1..tags.len() {
            let same = |tag: &Tag| tag.value.text().to_lowercase() == tags[at].value.text().to_lowercase();
            if let Some(first) = tags[..at].iter().position(same) {
                tags[at].value = tags[first].value.clone();
            }
        }
    }
    tags
}

/// A value after everything that these faults do to it.
pub(crate) fn garbled(rules: &Rules, text: String) -> String {
    let number = text.len() > 1 && text.bytes().all(|b| b.is_ascii_digit());
    if rules.bends(Deviation::StripsLeadingZeros) && number && text.starts_with('0') {
        return text.trim_start_matches('0').to_owned();
    }
    if rules.bends(Deviation::CutsValueAtDoubleColon) {
        return text.split("::").next().unwrap_or_default().to_owned();
    }
    if rules.bends(Deviation::CollapsesPathInValue) {
        return text.replace("/../", "/");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::set::TagValue;
    use super::*;
    use crate::server::fault::{Fault, FaultSet};
    use crate::server::operation::Operation;
    use crate::server::reading::Profile;

    fn tag(value: &str) -> Tag {
        Tag { key: "k".into(), value: TagValue::Text(value.into()) }
    }

    #[test]
    fn the_third_write_is_lost_and_the_fourth_is_not() {
        let faults = FaultSet::from_iter([Fault::CsmsCreateLosesThirdWrite]);
        let rules = Rules::new(Operation::CreateSecretTag, &Profile::default(), &faults);
        let mut set = TagSet::default();
        let stored: Vec<String> = ["1", "2", "3", "4"]
            .into_iter()
            .map(|value| {
                put(&rules, &mut set, tag(value));
                set.get("k").map(|tag| tag.value.text().to_owned()).unwrap_or_default()
            })
            .collect();
        assert_eq!(stored, ["1", "2", "2", "4"]);
    }
}
