use super::Listing;
use super::effect::canonical;
use crate::model::State;

/// Most differences told in one sentence.
const TOLD: usize = 4;

/// The state that a listing shows. Entities are reduced to the members that `like` has, so that what the
/// target adds to them does not count.
pub fn state_of(listing: &Listing, like: &State) -> State {
    let mut state = State::new();
    for item in &listing.items {
        let text = match &item.entity {
            None => item.text(),
            Some(entity) => {
                let whole = canonical(entity, None);
                // Mostly there is nothing to leave out.
                let differing = like.get(&item.key).filter(|text| **text != whole);
                let model = differing.and_then(|text| serde_json::from_str(text).ok());
                model.map_or(whole, |model| canonical(entity, Some(&model)))
            }
        };
        // Of several entities of one name, the one that is looked for counts.
        let known = state.get(&item.key).filter(|_| item.entity.is_some());
        if known.is_none() || known != like.get(&item.key) {
            state.insert(item.key.clone(), text);
        }
    }
    state
}

/// How `seen` differs from `expected`, in words; `None` if it does not.
pub fn difference(expected: &State, seen: &State) -> Option<String> {
    let lost: Vec<_> = expected.iter().filter(|(key, _)| !seen.contains_key(*key)).collect();
    let added: Vec<_> = seen.iter().filter(|(key, _)| !expected.contains_key(*key)).collect();
    // What is there in the place of something else may look just like it.
    let bent = !lost.is_empty() && !added.is_empty();
    let changed = expected.iter().filter_map(|(key, value)| {
        let found = seen.get(key)?;
        (found != value).then(|| format!("{key:?} is {} and not {}", exact(found), exact(value)))
    });
    let key = |key: &str| if bent { exact(key) } else { format!("{key:?}") };
    let all: Vec<String> = lost
        .iter()
        .map(|(lost, _)| format!("{} is missing", key(lost)))
        .chain(changed)
        .chain(added.iter().map(|(added, value)| format!("{} = {value:?} is there", key(added))))
        .collect();
    if all.is_empty() {
        return None;
    }
    let more = all.len().saturating_sub(TOLD);
    let told = all.into_iter().take(TOLD).collect::<Vec<_>>().join("; ");
    Some(if more > 0 { format!("{told}; and {more} more") } else { told })
}

/// A text in quotes with everything beyond ASCII as code points, so that what looks alike is told apart.
fn exact(text: &str) -> String {
    let quoted = format!("{text:?}");
    let spelled = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\u{{{:x}}}", u32::from(c)) };
    quoted.chars().map(spelled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::ListedItem;

    #[test]
    fn of_entities_of_one_name_the_one_that_is_looked_for_counts() {
        let entity = |kind: &str| {
            let members = serde_json::Map::from_iter([("kind".to_owned(), serde_json::Value::from(kind))]);
            (canonical(&members, None), ListedItem { key: "a".to_owned(), value: None, entity: Some(members) })
        };
        let (both, first, second) = (|| [entity("old").1, entity("new").1], entity("old").0, entity("new").0);
        for (items, wanted) in [(both(), &first), (both(), &second)] {
            let like = State::from([("a".to_owned(), wanted.clone())]);
            assert_eq!(state_of(&Listing { items: items.into() }, &like), like);
        }
    }

    #[test]
    fn what_looks_alike_is_spelled_out() {
        let state = |key: &str, value: &str| State::from([(key.to_owned(), value.to_owned())]);
        let told = difference(&state("\u{212a}", "v"), &state("K", "v")).unwrap_or_default();
        assert_eq!(told, "\"\\u{212a}\" is missing; \"K\" = \"v\" is there");
        let told = difference(&state("中", "é"), &state("中", "e\u{301}")).unwrap_or_default();
        assert_eq!(told, "\"中\" is \"e\\u{301}\" and not \"\\u{e9}\"");
        assert_eq!(difference(&state("a", "b"), &state("a", "b")), None);
    }
}
