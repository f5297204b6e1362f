use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

use dewspec::suite::Effect;

/// Items of a list, at most: some beyond every documented limit.
const ITEMS: usize = 24;
/// Changes to one body, at most.
const CHANGES: usize = 3;
/// Changes to its bytes, at most.
const SPLICES: usize = 3;

/// Texts that rules are about; what is short is repeated to lengths that rules are about.
const TEXTS: &[&str] = &[
    "",
    " ",
    "\t",
    "\n",
    "\u{b}",
    "\u{1f}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{3000}",
    "\u{feff}",
    "\u{200b}",
    "\u{0}",
    "a",
    "é",
    "e\u{301}",
    "中",
    "\u{20000}",
    "½",
    "Ⅷ",
    "/",
    "\\",
    "*",
    "<>",
    "=",
    "_.:=+-@",
    "sys",
    "_sys_",
    "Sys",
    "sy",
    "create",
    "delete",
    "Create",
    "ENABLED",
    "DISABLED",
    "SMN",
    "SECRET_ROTATED",
    "SECRET_ROTATED_FAILED",
    "SECRET_DELETED",
    "919c82d4-8046-4722-9094-35c3c6524cff",
    "null",
    "0",
    "-",
    ".",
];
const LENGTHS: [usize; 14] = [0, 1, 2, 35, 36, 37, 43, 44, 64, 65, 128, 129, 255, 256];
const NAMES: &[&str] = &["key", "value", "tag", "tags", "action", "sequence", "name", "state", "Tag", "", "unknown"];

/// A body: the operation's valid one with some changes, to its members and then to its bytes.
pub(super) fn body(u: &mut Unstructured<'_>, valid: &Value, effect: &Effect) -> Result<Vec<u8>> {
    let mut value = valid.clone();
    if let Effect::Batch { items, .. } = effect {
        let count = u.int_in_range(1..=ITEMS)?;
        if let Some(Value::Array(list)) = value.pointer_mut(items) {
            *list = (0..count).map(|n| json!({ "key": format!("key{n}"), "value": "v" })).collect();
        }
    }
    for _ in 0..u.int_in_range(0..=CHANGES)? {
        change(u, &mut value)?;
    }
    let mut bytes = value.to_string().into_bytes();
    if u.ratio(1u8, 4u8)? {
        for _ in 0..u.int_in_range(1..=SPLICES)? {
            let at = u.int_in_range(0..=bytes.len())?;
            let gone = u.int_in_range(0..=4usize)?.min(bytes.len() - at);
            let new: &[u8] = u.arbitrary()?;
            bytes.splice(at..at + gone, new.iter().copied()).for_each(drop);
        }
    }
    Ok(bytes)
}

/// One change at one place.
fn change(u: &mut Unstructured<'_>, body: &mut Value) -> Result<()> {
    let mut here = body;
    // From the root downwards, until the bytes say that this is the place.
    while !u.ratio(1u8, 4u8)? {
        let count = match here {
            Value::Object(members) => members.len(),
            Value::Array(items) => items.len(),
            _ => 0,
        };
        if count == 0 {
            break;
        }
        let which = u.choose_index(count)?;
        here = match here {
            Value::Object(members) => match members.values_mut().nth(which) {
                Some(member) => member,
                None => return Ok(()),
            },
            Value::Array(items) => &mut items[which],
            _ => return Ok(()),
        };
    }
    match (u.int_in_range(0..=7u8)?, &mut *here) {
        (0, Value::Object(members)) => {
            members.insert((*u.choose(NAMES)?).to_owned(), any(u, 2)?);
        }
        (1, Value::Object(members)) if !members.is_empty() => {
            let which = u.choose_index(members.len())?;
            let name = members.keys().nth(which).cloned().unwrap_or_default();
            members.shift_remove(&name);
        }
        (0, Value::Array(items)) => items.push(any(u, 2)?),
        (1, Value::Array(items)) => {
            items.pop();
        }
        (2, Value::Array(items)) => items.extend(items.first().cloned()),
        (0 | 1, Value::String(old)) => {
            let at = u.int_in_range(0..=old.chars().count())?;
            let place = old.char_indices().nth(at).map_or(old.len(), |(place, _)| place);
            old.insert_str(place, &text(u)?);
        }
        (2..=4, place @ Value::String(_)) => *place = Value::String(text(u)?),
        (_, place) => *place = any(u, 2)?,
    }
    Ok(())
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=3u8)? {
        0 => u.arbitrary::<&str>()?.to_owned(),
        1 => (*u.choose(TEXTS)?).to_owned(),
        2 => u.choose(TEXTS)?.repeat(*u.choose(&LENGTHS)?),
        _ => format!("{}{}{}", u.choose(TEXTS)?, u.choose(TEXTS)?, u.choose(TEXTS)?),
    })
}

/// Any JSON value that is not deep.
fn any(u: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    Ok(match u.int_in_range(0..=9u8)? {
        0 => Value::Null,
        1 => Value::Bool(u.arbitrary()?),
        2 => Value::from(u.arbitrary::<i64>()?),
        3 => Value::from(u.arbitrary::<f32>()?),
        4 if depth > 0 => {
            let count = u.int_in_range(0..=3usize)?;
            Value::Array((0..count).map(|_| any(u, depth - 1)).collect::<Result<_>>()?)
        }
        5 if depth > 0 => {
            let mut members = Map::new();
            for _ in 0..u.int_in_range(0..=3usize)? {
                members.insert((*u.choose(NAMES)?).to_owned(), any(u, depth - 1)?);
            }
            Value::Object(members)
        }
        6 => (0..u.int_in_range(1..=200usize)?).fold(Value::Null, |inner, _| Value::Array(vec![inner])),
        _ => Value::String(text(u)?),
    })
}
