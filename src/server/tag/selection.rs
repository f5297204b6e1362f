//! Faults about which tags a delete reaches beside those that are listed.

use super::item::TagItem;
use super::set::{Tag, TagSet};
use super::shelf::Place;
use crate::server::dispatch::Call;
use crate::server::fault::Deviation;
use crate::server::rules::Rules;

/// How much of a key is looked at where a fault looks at its beginning only.
const COMPARED: usize = 32;

/// Whether a delete of these items also takes away this tag.
pub(crate) fn reaches(rules: &Rules, set: &TagSet, tag: &Tag, items: &[TagItem<'_>]) -> bool {
    let stored = &*tag.key;
    let value = tag.value.text();
    let by_key =
        |deviation, test: &dyn Fn(&str) -> bool| rules.bends(deviation) && items.iter().any(|item| test(&item.key));
    let by_value = |deviation, test: &dyn Fn(&str) -> bool| {
        rules.bends(deviation) && items.iter().filter_map(|item| item.value.as_deref()).any(test)
    };
    by_key(Deviation::DeletesPrefixesOfKeys, &|key| key.starts_with(stored))
        || by_key(Deviation::DeletesBySuffix, &|key| stored.ends_with(key))
        || by_key(Deviation::DeletesSuffixesOfKeys, &|key| key.ends_with(stored))
        || by_key(Deviation::DeletesKeysWithin, &|key| key.contains(stored))
        || by_key(Deviation::DeletesBetween, &|key| key <= stored)
            && by_key(Deviation::DeletesBetween, &|key| stored <= key)
        || by_key(Deviation::DeletesUpTo, &|key| stored <= key)
        || by_key(Deviation::DeletesValuesThatAreKeys, &|key| key == value)
        || by_key(Deviation::DeletesSameNumbers, &|key| is_same(key.parse::<u64>().ok(), stored.parse().ok()))
        || by_key(Deviation::DeletesIgnoringBlanks, &|key| without(key, &[' ']) == without(stored, &[' ']))
        || by_key(Deviation::DeletesIgnoringSigns, &|key| without(key, SIGNS) == without(stored, SIGNS))
        || by_key(Deviation::DeletesByFirst32Characters, &|key| is_same(beginning(key), beginning(stored)))
        || by_key(Deviation::DeletesTheNextOne, &|key| set.before(stored).is_some_and(|before| *before.key == *key))
        || by_value(Deviation::DeletesBySameValue, &|listed| listed == value)
        || by_value(Deviation::DeletesKeysThatAreValues, &|listed| listed == stored)
}

/// Deletes tags of the same keys elsewhere.
pub(crate) fn elsewhere(call: Call<'_>, place: Place<'_>, items: &[TagItem<'_>]) {
    let listed = |tag: &Tag| items.iter().any(|item| *item.key == *tag.key);
    if call.rules.bends(Deviation::DeletesOnOtherSecrets) {
        place.others().for_each(|other| {
            other.tags().remove(listed);
        });
    }
    if call.rules.bends(Deviation::DeletesOnKeys) {
        call.tenant.keys.places().for_each(|key| {
            key.tags().remove(listed);
        });
    }
}

const SIGNS: &[char] = &['_', '.', ':', '=', '+', '-', '@'];

fn is_same<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.is_some() && one == other
}

fn without(text: &str, signs: &[char]) -> String {
    text.replace(signs, "")
}

fn beginning(text: &str) -> Option<&str> {
    text.char_indices().nth(COMPARED).map(|(at, _)| &text[..at])
}
