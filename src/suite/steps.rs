//! What steps send, where the data does not spell it out: an item in the operation's own body, or a known body with members
//! changed.

use indexmap::IndexMap;
use serde_json::Value;

use super::{Operation, StepSpec};

/// Where an item stands in a body that carries one.
const ITEM: &str = "${item}";

/// Spells out the bodies of a step, in terms of the operation it goes to.
///
/// # Errors
/// In words, if they cannot be.
pub(super) fn spell_out(step: &mut StepSpec, op: &Operation) -> Result<(), String> {
    let race = step.race_items.take();
    if let Some(items) = race {
        if step.race.is_some() {
            return Err("a race has `race` or `race-items`, not both".to_owned());
        }
        step.race = Some(items.iter().map(|item| with_item(op, item)).collect::<Result<_, _>>()?);
    }
    let base = match (step.item.take(), step.from.take()) {
        (None, None) => match step.with.is_empty() {
            true => return Ok(()),
            false => return Err("`with` changes members of what `from` or `item` say, and there is neither".to_owned()),
        },
        (Some(_), Some(_)) => return Err("a step has `item` or `from`, not both".to_owned()),
        (Some(item), None) => Base { text: carrier(op)?.to_owned(), item: Some(item) },
        (None, Some(name)) => Base { text: named(op, &name)?.to_owned(), item: None },
    };
    if step.body.is_some() {
        return Err("a step has `body`, or `item` or `from`, not both".to_owned());
    }
    step.body = Some(base.with(&std::mem::take(&mut step.with))?);
    Ok(())
}

fn carrier(op: &Operation) -> Result<&str, String> {
    op.item_body
        .as_deref()
        .ok_or_else(|| format!("an `item` is sent, but the operation {} says in no `item-body` how", op.id))
}

fn named<'o>(op: &'o Operation, name: &str) -> Result<&'o str, String> {
    if name == "valid" {
        return Ok(&op.valid);
    }
    op.bodies.get(name).map(String::as_str).ok_or_else(|| {
        let known: Vec<&str> = std::iter::once("valid").chain(op.bodies.keys().map(String::as_str)).collect();
        let hint = super::meant::hint(name, known.iter().copied());
        format!("{} has no body `{name}`; it has: {}{hint}", op.id, known.join(", "))
    })
}

fn with_item(op: &Operation, item: &str) -> Result<String, String> {
    Base { text: carrier(op)?.to_owned(), item: Some(item.to_owned()) }.with(&IndexMap::new())
}

/// A JSON text that others are made of.
struct Base {
    text: String,
    /// What stands where it has a hole.
    item: Option<String>,
}

impl Base {
    /// With members changed or added: JSON texts by pointers, as they stand.
    fn with(self, members: &IndexMap<String, String>) -> Result<String, String> {
        let mut out = self.text;
        if !members.is_empty() {
            let marked = out.replace(ITEM, &marker(usize::MAX));
            let mut body: Value = serde_json::from_str(&marked).map_err(|e| format!("{out} is not JSON: {e}"))?;
            for (nth, pointer) in members.keys().enumerate() {
                put(&mut body, pointer, Value::from(bare(nth)))
                    .ok_or_else(|| format!("`with` names {pointer}, and there is no place for it in {out}"))?;
            }
            out = body.to_string().replace(&marker(usize::MAX), ITEM);
            for (nth, text) in members.values().enumerate() {
                out = out.replace(&marker(nth), text);
            }
        }
        Ok(match self.item {
            Some(item) => out.replace(ITEM, &item),
            None => out,
        })
    }
}

/// A text that nobody sends, in the place of what is not to be parsed.
fn bare(nth: usize) -> String {
    format!("\u{10FFFD}{nth}\u{10FFFD}")
}

fn marker(nth: usize) -> String {
    format!("\"{}\"", bare(nth))
}

fn put(body: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let (parent, member) = pointer.rsplit_once('/')?;
    match body.pointer_mut(parent)? {
        Value::Object(object) => {
            object.insert(member.to_owned(), value);
        }
        Value::Array(array) => *array.get_mut(member.parse::<usize>().ok()?)? = value,
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt_out(step: &str) -> Result<String, String> {
        let op = "id = 'Op'\nservice = 's'\nsummary = ''\nmethod = 'POST'\npath = '/'\nresource = 'secret'\ndocuments = []\n\
                  success = 204\nvalid = '{\"a\":1,\"b\":{\"c\":2}}'\nitem-body = '{\"tags\":[${item}]}'\n\
                  effect = { kind = 'put', item = '/a' }";
        let op: Operation = toml::from_str(op).expect("an operation");
        let mut step: StepSpec = toml::from_str(step).expect("a step");
        spell_out(&mut step, &op)?;
        Ok(step.body.or(step.race.map(|race| race.concat())).unwrap_or_default())
    }

    #[test]
    fn bodies_are_made_of_whole_texts() {
        let same = [
            (r#"item = '{"key":"\ud800"}'"#, r#"{"tags":[{"key":"\ud800"}]}"#),
            (r#"race-items = ['1', '2']"#, r#"{"tags":[1]}{"tags":[2]}"#),
            (r#"from = 'valid'"#, r#"{"a":1,"b":{"c":2}}"#),
            (
                "from = 'valid'\nwith = { '/b/c' = '[7, \"\\u00e9\"]', '/d' = '{' }",
                r#"{"a":1,"b":{"c":[7, "\u00e9"]},"d":{}"#,
            ),
            ("item = '3'\nwith = { '/sequence' = '\"${uuid}\"' }", r#"{"tags":[3],"sequence":"${uuid}"}"#),
            ("body = 'x'", "x"),
        ];
        for (step, body) in same {
            assert_eq!(spelt_out(step).as_deref(), Ok(body), "{step}");
        }
    }

    #[test]
    fn what_cannot_be_made_is_told() {
        let wrong = [
            ("from = 'vald'", "did you mean `valid`?"),
            ("from = 'valid'\nwith = { '/x/y' = '1' }", "no place for it"),
            ("body = 'x'\nitem = '1'", "not both"),
            ("item = '1'\nfrom = 'valid'", "not both"),
            ("with = { '/a' = '1' }", "neither"),
        ];
        for (step, part) in wrong {
            assert!(spelt_out(step).is_err_and(|message| message.contains(part)), "{step}");
        }
    }
}
