//! Members of one object that share a name.

use super::Json;

/// Which of several members with one name stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    First,
    Last,
}

/// Leaves one member a name in every object.
pub(crate) fn keep(json: &mut Json<'_>, kept: Kept) {
    match json {
        Json::Array(elements) => elements.iter_mut().for_each(|element| keep(element, kept)),
        Json::Object(members) => {
            let mut places = std::collections::HashMap::new();
            let mut left: Vec<(std::borrow::Cow<'_, str>, Json<'_>)> = Vec::with_capacity(members.len());
            for (name, value) in std::mem::take(members) {
                match places.get(&name) {
                    Some(&place) if kept == Kept::Last => {
                        let entry: &mut (_, Json<'_>) = &mut left[place];
                        entry.1 = value;
                    }
                    Some(_) => {}
                    None => {
                        places.insert(name.clone(), left.len());
                        left.push((name, value));
                    }
                }
            }
            left.iter_mut().for_each(|(_, value)| keep(value, kept));
            *members = left;
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
