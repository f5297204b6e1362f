use std::collections::BTreeMap;

use super::Listing;
use super::effect::{canonical, reduced};

/// What is stored on one resource: tags by key, or entities (as canonical JSON) by name.
pub type State = BTreeMap<String, String>;

/// Most differences told in one sentence.
const TOLD: usize = 4;

/// The state that a listing shows. Entities are reduced to the members that `like` has, so that what the
/// target adds to them does not count.
pub fn state_of(listing: &Listing, like: &State) -> State {
    listing
        .items
        .iter()
        .map(|item| {
            let text = match &item.entity {
                None => item.text(),
                Some(entity) => {
                    let model = like.get(&item.key).and_then(|text| serde_json::from_str(text).ok());
                    canonical(&model.map_or_else(|| entity.clone(), |model| reduced(entity, &model)))
                }
            };
            (item.key.clone(), text)
        })
        .collect()
}

/// How `seen` differs from `expected`, in words; `None` if it does not.
pub fn difference(expected: &State, seen: &State) -> Option<String> {
    let missing =
        expected.iter().filter(|(key, _)| !seen.contains_key(*key)).map(|(key, _)| format!("{key:?} is missing"));
    let changed = expected.iter().filter_map(|(key, value)| {
        let found = seen.get(key)?;
        (found != value).then(|| format!("{key:?} is {found:?} and not {value:?}"))
    });
    let added = seen
        .iter()
        .filter(|(key, _)| !expected.contains_key(*key))
        .map(|(key, value)| format!("{key:?} = {value:?} is there"));
    let all: Vec<String> = missing.chain(changed).chain(added).collect();
    if all.is_empty() {
        return None;
    }
    let more = all.len().saturating_sub(TOLD);
    let told = all.into_iter().take(TOLD).collect::<Vec<_>>().join("; ");
    Some(if more > 0 { format!("{told}; and {more} more") } else { told })
}
