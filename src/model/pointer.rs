use serde_json::{Map, Value};

/// An object with more members than this finds them by their hashes.
const FEW: usize = 16;

/// A member of an object: among a few, comparing names is quicker than hashing one.
pub fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if members.len() > FEW {
        return members.get(name);
    }
    members.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// What stands at a JSON pointer, as [`Value::pointer`] has it, which copies every name on its way. Names in
/// documents need no escapes, and those in `~` are left to it.
pub fn at<'a>(body: &'a Value, pointer: &str) -> Option<&'a Value> {
    if pointer.contains('~') {
        return body.pointer(pointer);
    }
    let Some(path) = pointer.strip_prefix('/') else { return pointer.is_empty().then_some(body) };
    path.split('/').try_fold(body, |value, name| match value {
        Value::Object(members) => member(members, name),
        Value::Array(items) => items.get(index(name)?),
        _ => None,
    })
}

/// The same, to be changed.
pub fn at_mut<'a>(body: &'a mut Value, pointer: &str) -> Option<&'a mut Value> {
    if pointer.contains('~') {
        return body.pointer_mut(pointer);
    }
    let Some(path) = pointer.strip_prefix('/') else { return pointer.is_empty().then_some(body) };
    path.split('/').try_fold(body, |value, name| match value {
        Value::Object(members) => member_mut(members, name),
        Value::Array(items) => items.get_mut(index(name)?),
        _ => None,
    })
}

fn member_mut<'a>(members: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Value> {
    if members.len() > FEW {
        return members.get_mut(name);
    }
    members.iter_mut().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// A place in a list: digits alone, and no zero before others.
fn index(name: &str) -> Option<usize> {
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (name.len() == 1 || !name.starts_with('0'))).then(|| name.parse().ok())?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_found_among_few_and_many() {
        for count in [0, 1, FEW, FEW + 1, 4 * FEW] {
            let mut members: Map<String, Value> = (0..count).rev().map(|n| (n.to_string(), json!(n))).collect();
            for name in (0..=count).map(|n| n.to_string()) {
                assert_eq!(member(&members, &name), members.clone().get(&name));
                assert_eq!(member_mut(&mut members, &name).cloned(), members.get(&name).cloned());
            }
        }
    }

    #[test]
    fn pointers_mean_what_they_mean_to_serde_json() {
        let body = json!({"tags": [{"key": "a"}, [1, 2]], "": {"/": 1, "~": 2}, "0": "zero"});
        let names = ["tags", "key", "0", "1", "01", "+1", "2", "", "~0", "~1", "a"];
        let mut pointers = vec![String::new(), "tags".to_owned()];
        for first in names {
            pointers.push(format!("/{first}"));
            for second in names {
                pointers.push(format!("/{first}/{second}"));
                pointers.extend(names.map(|third| format!("/{first}/{second}/{third}")));
            }
        }
        assert_eq!(at(&body, "/tags/1/0"), Some(&json!(1)));
        for pointer in &pointers {
            assert_eq!(at(&body, pointer), body.pointer(pointer), "{pointer}");
            let mut copy = body.clone();
            assert_eq!(at_mut(&mut copy, pointer).cloned(), body.pointer(pointer).cloned(), "{pointer}");
        }
    }
}
