use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::series::{Lengths, Series, below};
use super::{mark, to_bytes};
use crate::model::at_mut;

/// Any JSON value of moderate size, every other one without anything in it: of itself, proptest seldom stops there.
pub(crate) fn any_json() -> BoxedStrategy<Value> {
    let plain = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1.0e6..1.0e6f64).prop_map(Value::from),
        select(vec!["", "text", "0", "true", "null", "{}", "[]", "create"]).prop_map(Value::from),
    ]
    .boxed();
    let nested = plain.clone().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((select(vec!["key", "value", "tag", "name", "a"]), inner), 0..3).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    });
    prop_oneof![plain, nested].boxed()
}

/// One change of a JSON value at a place chosen by a number.
#[derive(Clone, Debug)]
pub(crate) struct Mutation {
    place: usize,
    kind: MutationKind,
}

#[derive(Clone, Debug)]
enum MutationKind {
    Replace(Value),
    Remove,
    Wrap,
    Deepen(usize),
    Repeat,
    Add(Value),
}

/// Any change.
pub(crate) fn mutation() -> BoxedStrategy<Mutation> {
    let kind = prop_oneof![
        6 => any_json().prop_map(MutationKind::Replace),
        2 => Just(MutationKind::Remove),
        2 => Just(MutationKind::Wrap),
        1 => (2..200usize).prop_map(MutationKind::Deepen),
        1 => Just(MutationKind::Repeat),
        1 => any_json().prop_map(MutationKind::Add),
    ];
    (0..64usize, kind).prop_map(|(place, kind)| Mutation { place, kind }).boxed()
}

impl Mutation {
    /// The value with this change made.
    pub(crate) fn apply(&self, value: &Value) -> Value {
        let mut out = value.clone();
        let pointer = nth_pointer(value, self.place % places(value));
        if let MutationKind::Remove = self.kind {
            remove(&mut out, &pointer);
            return out;
        }
        if let Some(place) = at_mut(&mut out, &pointer) {
            let old = place.take();
            *place = match &self.kind {
                MutationKind::Replace(new) => new.clone(),
                MutationKind::Wrap => Value::Array(vec![old]),
                MutationKind::Deepen(depth) => (0..*depth).fold(old, |inner, _| Value::Array(vec![inner])),
                MutationKind::Repeat => repeated(old),
                MutationKind::Add(new) => with_member(old, new),
                MutationKind::Remove => old,
            };
        }
        out
    }
}

/// A pointer to every place of a value, itself first.
pub(crate) fn all_pointers(value: &Value, here: String, all: &mut Vec<String>) {
    all.push(here.clone());
    match value {
        Value::Object(object) => {
            for (name, member) in object {
                all_pointers(member, format!("{here}/{name}"), all);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                all_pointers(item, format!("{here}/{i}"), all);
            }
        }
        _ => {}
    }
}

/// How many places a value has, itself among them.
fn places(value: &Value) -> usize {
    1 + match value {
        Value::Object(object) => object.values().map(places).sum(),
        Value::Array(items) => items.iter().map(places).sum(),
        _ => 0,
    }
}

/// The pointer that [`all_pointers`] has in this place.
fn nth_pointer(value: &Value, nth: usize) -> String {
    let Some(mut left) = nth.checked_sub(1) else { return String::new() };
    let members: Box<dyn Iterator<Item = (String, &Value)>> = match value {
        Value::Object(object) => Box::new(object.iter().map(|(name, member)| (name.clone(), member))),
        Value::Array(items) => Box::new(items.iter().enumerate().map(|(i, item)| (i.to_string(), item))),
        _ => return String::new(),
    };
    for (name, member) in members {
        match left.checked_sub(places(member)) {
            Some(after) => left = after,
            None => return format!("/{name}{}", nth_pointer(member, left)),
        }
    }
    String::new()
}

/// Takes away what stands at a place.
pub(crate) fn remove(value: &mut Value, pointer: &str) {
    let Some((parent, member)) = pointer.rsplit_once('/') else { return };
    match at_mut(value, parent) {
        Some(Value::Object(object)) => {
            object.shift_remove(member);
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = member.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => {}
    }
}

fn repeated(value: Value) -> Value {
    match value {
        Value::Array(mut items) => {
            items.extend(items.first().cloned());
            Value::Array(items)
        }
        Value::String(text) => Value::String(format!("{text}{text}")),
        other => json!([other, other]),
    }
}

fn with_member(value: Value, new: &Value) -> Value {
    match value {
        Value::Object(mut object) => {
            object.insert("dewspec_unknown".to_owned(), new.clone());
            Value::Object(object)
        }
        other => other,
    }
}

/// Choices of how to write a JSON text: they are used up one by one, and begun anew.
#[derive(Clone, Debug)]
pub(crate) struct Manner(Vec<u8>);

/// Any manner of writing.
pub(crate) fn manner() -> BoxedStrategy<Manner> {
    Series::new(&[Lengths::new(1, 1, 48)], 0u8, |rng| u8::try_from(below(rng, 256)).unwrap_or(0))
        .prop_map(Manner)
        .boxed()
}

impl Manner {
    /// The value as a JSON text that means the same, whatever the manner.
    pub(crate) fn write(&self, value: &Value) -> String {
        let mut writer = Writer { choices: &self.0, at: 0, out: String::new() };
        writer.value(value);
        writer.space();
        writer.out
    }
}

/// The shortest text of a value: what its `to_string` gives, at half the cost.
pub(super) fn compact(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| value.to_string())
}

struct Writer<'a> {
    choices: &'a [u8],
    at: usize,
    out: String,
}

impl Writer<'_> {
    fn choose(&mut self, among: u8) -> u8 {
        let choice = self.choices.get(self.at % self.choices.len().max(1)).copied().unwrap_or_default();
        self.at += 1;
        choice % among
    }

    fn space(&mut self) {
        let space = ["", "", "", " ", "\n", "\t", "\r\n", "  \n\t"];
        let choice = usize::from(self.choose(8));
        self.out.push_str(space[choice]);
    }

    fn value(&mut self, value: &Value) {
        self.space();
        match value {
            Value::Object(object) => self.object(object),
            Value::Array(items) => {
                self.out.push('[');
                for (i, item) in items.iter().enumerate() {
                    self.out.push_str(if i == 0 { "" } else { "," });
                    self.value(item);
                    self.space();
                }
                self.out.push(']');
            }
            Value::String(text) => self.string(text),
            other => self.out.push_str(&other.to_string()),
        }
    }

    fn object(&mut self, object: &Map<String, Value>) {
        let mut members: Vec<_> = object.iter().collect();
        let turn = usize::from(self.choose(7)) % members.len().max(1);
        members.rotate_left(turn);
        if self.choose(2) == 1 {
            members.reverse();
        }
        self.out.push('{');
        for (i, (name, member)) in members.into_iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { "," });
            self.space();
            self.string(name);
            self.space();
            self.out.push(':');
            self.value(member);
            self.space();
        }
        self.out.push('}');
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            // Stand-ins are not escaped: they are not yet what they will be.
            let stands_in = u32::from(character) >= 0xF_0000;
            match if stands_in { 0 } else { self.choose(6) } {
                1 => self.escaped(character, false),
                2 => self.escaped(character, true),
                3 if character == '/' => self.out.push_str("\\/"),
                _ if matches!(character, '"' | '\\' | '\0'..='\x1F') => {
                    let quoted = Value::from(character.to_string()).to_string();
                    self.out.push_str(&quoted[1..quoted.len() - 1]);
                }
                _ => self.out.push(character),
            }
        }
        self.out.push('"');
    }

    fn escaped(&mut self, character: char, capital: bool) {
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            // Nothing can go wrong in writing to a text.
            let _ = if capital { write!(self.out, "\\u{unit:04X}") } else { write!(self.out, "\\u{unit:04x}") };
        }
    }
}

/// One change of a JSON text, as a careless client or a bad line would make it.
#[derive(Clone, Debug)]
pub(crate) struct Damage {
    place: usize,
    kind: DamageKind,
}

#[derive(Clone, Debug)]
enum DamageKind {
    CutOff,
    Leave(usize),
    Insert(String),
    Replace(String),
    Swap,
}

/// Any damage.
pub(crate) fn damage() -> BoxedStrategy<Damage> {
    let bytes = || {
        let text = select(vec![
            "{", "}", "[", "]", "\"", ",", ":", "\\", "'", "x", "1", "null", ",,", "//", "/*", "#", "\u{0}", "\u{1}",
            "=", ";", "NaN", "\u{A0}", "&",
        ])
        .prop_map(str::to_owned);
        prop_oneof![3 => text, 1 => raw_byte()]
    };
    let kind = prop_oneof![
        2 => Just(DamageKind::CutOff),
        2 => (1..4usize).prop_map(DamageKind::Leave),
        4 => bytes().prop_map(DamageKind::Insert),
        3 => bytes().prop_map(DamageKind::Replace),
        1 => Just(DamageKind::Swap),
    ];
    (0..4096usize, kind).prop_map(|(place, kind)| Damage { place, kind }).boxed()
}

/// One byte somewhere that is no UTF-8 by itself.
pub(crate) fn stray_byte() -> BoxedStrategy<Damage> {
    let kind = raw_byte().prop_map(DamageKind::Insert);
    (0..4096usize, kind).prop_map(|(place, kind)| Damage { place, kind }).boxed()
}

/// U+F00xx stands for the raw byte xx.
fn raw_byte() -> BoxedStrategy<String> {
    let bytes = select(vec![0x80u32, 0xC0, 0xE0, 0xED, 0xF5, 0xFE, 0xFF]);
    bytes.prop_map(|byte| char::from_u32(0xF_0000 + byte).map(String::from).unwrap_or_default()).boxed()
}

impl Damage {
    /// The text with this damage done.
    pub(crate) fn apply(&self, text: &str) -> String {
        let count = text.chars().count();
        if count == 0 {
            return String::new();
        }
        let at = self.place % count;
        let swapped: String;
        let (start, end, new) = match &self.kind {
            // Something is left of every text.
            DamageKind::CutOff => (at.max(1), count, ""),
            DamageKind::Leave(gone) => (at, at + gone, ""),
            DamageKind::Insert(new) => (at, at, new.as_str()),
            DamageKind::Replace(new) => (at, at + 1, new.as_str()),
            DamageKind::Swap => {
                let two: Vec<char> = text.chars().skip(at).take(2).collect();
                swapped = two.into_iter().rev().collect();
                (at, at + 2, swapped.as_str())
            }
        };
        let offset = |nth| text.char_indices().nth(nth).map_or(text.len(), |(offset, _)| offset);
        [&text[..offset(start)], new, &text[offset(end)..]].concat()
    }
}

/// Whether a text is, beyond any reader's doubt, no JSON. What only some readers refuse (escapes of lone
/// surrogates, numbers beyond their types) is left out. A stand-in may become any letter or digit of a UUID:
/// behind a backslash some of them make an escape.
pub(crate) fn is_broken(text: &str) -> bool {
    let doubtful = text.contains("\\u") || text.trim().is_empty();
    // Bytes that are no UTF-8 are a matter of their own: what is broken is broken without them, too, and with something
    // in their place.
    let is_json = |text: &str| {
        let bytes = to_bytes(text);
        let with = String::from_utf8_lossy(&bytes);
        // That a member is not a number is another such matter.
        let reads = |text: &str| serde_json::from_str::<IgnoredAny>(&text.replace("NaN", "null")).is_ok();
        reads(&with) || with.contains('\u{FFFD}') && reads(&with.replace('\u{FFFD}', ""))
    };
    !doubtful && !['b', '0'].into_iter().any(|letter| is_json(&mark::resolved_as(text, letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_as_they_are_listed() {
        let body = json!({"a": [1, {"b": null, "c": {}}, []], "d": {"e": [[2]]}, "f": "text"});
        let mut all = Vec::new();
        all_pointers(&body, String::new(), &mut all);
        assert_eq!(places(&body), all.len());
        for (nth, pointer) in all.iter().enumerate() {
            assert_eq!(nth_pointer(&body, nth), *pointer);
        }
    }

    #[test]
    fn damage_is_done_to_characters() {
        let done = |text: &str, place: usize, kind: DamageKind| Damage { place, kind }.apply(text);
        let new = || "\u{1f600}".to_owned();
        assert_eq!(done("aéc", 4, DamageKind::CutOff), "a");
        assert_eq!(done("aéc", 3, DamageKind::CutOff), "a", "something is left");
        assert_eq!(done("aéc", 1, DamageKind::Leave(1)), "ac");
        assert_eq!(done("aéc", 2, DamageKind::Leave(3)), "aé");
        assert_eq!(done("aéc", 1, DamageKind::Insert(new())), "a\u{1f600}éc");
        assert_eq!(done("aéc", 1, DamageKind::Replace(new())), "a\u{1f600}c");
        assert_eq!(done("aéc", 1, DamageKind::Swap), "acé");
        assert_eq!(done("aéc", 2, DamageKind::Swap), "aéc", "nothing to swap with");
        assert_eq!(done("", 7, DamageKind::Insert(new())), "");
    }

    #[test]
    fn what_only_some_readers_refuse_is_not_broken() {
        assert!(!is_broken("[1e999]") && !is_broken("[NaN]") && !is_broken(r#"["\ud800"]"#));
        assert!(is_broken("[1e]") && is_broken("[1,]"));
    }

    #[test]
    fn what_a_stand_in_may_become_is_thought_of() {
        assert!(is_broken(r#"{"a":"\-"}"#));
        let byte = char::from_u32(super::super::placeholder::RAW_BYTES + 0xFF).unwrap_or_default();
        assert!(!is_broken(&format!(r#"{{"a":"{byte}"}}"#)), "it may be replaced");
        assert!(is_broken(&format!(r#"{{"a":"{byte}"#)));
        assert!(!is_broken(&format!(r#"{{"a":"\{}"}}"#, mark::uuid())), "it may begin with a b");
    }
}
