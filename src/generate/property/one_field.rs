use std::rc::Rc;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::frame::Frame;
use crate::generate::json::{any_json, compact, damage, manner, remove, stray_byte};
use crate::generate::text::TextRule;
use crate::generate::whole::{ITEMS, mark_of, plain, some_of, whole, with_items};
use crate::generate::{Placeholders, mark};
use crate::model::at_mut;
use crate::rules::{Contract, FieldFacts, pointers};
use crate::suite::{Constraint, JsonType};

/// A generated body: mostly a JSON value, but some are no JSON at all.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// Written in the shortest way.
    Json(Value),
    /// One that has this value at one of the places of a frame.
    Framed(Rc<Frame>, usize, Value),
    /// As it stands.
    Text(String),
}

impl Body {
    /// The text that is sent, with its stand-ins, and what is to be said of what its target reads, if it reads anything.
    pub(super) fn written<R>(self, places: &Placeholders, say: impl FnOnce(&Value) -> R) -> (String, Option<R>) {
        match self {
            Body::Json(mut value) => (compact(&value), mark::exemplify(&mut value).then(|| say(&value))),
            Body::Framed(frame, place, value) => frame.written(place, value, say),
            Body::Text(text) => {
                let said = read(&mark::resolve(&text, places, 0)).as_ref().map(say);
                (text, said)
            }
        }
    }
}

/// A text that stands for itself, as its target reads it.
pub(super) fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// Both sides of one constraint on one field, at every place where the field stands.
pub(super) struct OneField<'a> {
    contract: &'a Contract,
    places: &'a Placeholders,
    constraint: &'a Constraint,
    base: Value,
}

impl<'a> OneField<'a> {
    pub(super) fn new(contract: &'a Contract, places: &'a Placeholders, constraint: &'a Constraint) -> Self {
        let base = with_items(contract, plain(contract, places), ITEMS);
        OneField { contract, places, constraint, base }
    }

    /// Valid bodies at the bounds of the constraint.
    pub(super) fn inside(&self) -> Option<BoxedStrategy<Body>> {
        let rule = self.constraint;
        if rule.well_formed == Some(true) {
            // Half of them with nothing unusual but the writing, so that the right rule is blamed.
            let base = Just(self.base.clone());
            let value = prop_oneof![base, whole(self.contract, self.places)];
            return Some((value, manner()).prop_map(|(value, manner)| Body::Text(manner.write(&value))).boxed());
        }
        if rule.mandatory == Some(false) {
            let places = pointers(&self.base, &rule.field);
            let base = self.base.clone();
            return Some(
                select(places)
                    .prop_map(move |pointer| {
                        let mut body = base.clone();
                        remove(&mut body, &pointer);
                        Body::Json(body)
                    })
                    .boxed(),
            );
        }
        if rule.unique_items == Some(true) {
            return self.at_places(some_of(self.words()?).boxed());
        }
        let text = self.facts().and_then(|facts| TextRule::new(facts, self.mark()))?;
        if let Some(most) = rule.max_length {
            let least = most.saturating_sub(2).max(text.least);
            return self.at_places(text.inside(least, most.min(text.most)).prop_map(Value::from).boxed());
        }
        if let Some(least) = rule.min_length {
            return self.at_places(text.inside(least.max(text.least), least + 1).prop_map(Value::from).boxed());
        }
        if rule.characters.is_some() || rule.first_not.is_some() || rule.last_not.is_some() {
            return self.at_places(text.roomy().prop_map(Value::from).boxed());
        }
        None
    }

    /// Bodies that break the constraint, and only it.
    pub(super) fn outside(&self) -> Option<BoxedStrategy<Body>> {
        let rule = self.constraint;
        if rule.well_formed == Some(true) {
            let written = (whole(self.contract, self.places), manner(), any::<bool>(), damage());
            let damaged = written.prop_map(|(value, manner, plain, damage)| {
                Body::Text(damage.apply(&if plain { compact(&value) } else { manner.write(&value) }))
            });
            return Some(damaged.boxed());
        }
        if rule.utf8 == Some(true) {
            let spoilt = (whole(self.contract, self.places), stray_byte());
            return Some(spoilt.prop_map(|(value, byte)| Body::Text(byte.apply(&compact(&value)))).boxed());
        }
        if rule.mandatory == Some(true) {
            return self.without_it();
        }
        if let Some(kind) = rule.kind {
            return self.of_another_type(kind);
        }
        if let Some(words) = &rule.one_of {
            return self.at_places(near(words.clone()).prop_map(Value::from).boxed());
        }
        if rule.unique_items == Some(true) {
            return self.at_places(with_one_twice(self.words()?));
        }
        let text = self.facts().and_then(|facts| TextRule::new(facts, None))?;
        if let Some(most) = rule.max_length {
            return self.at_places(text.too_long(most).prop_map(Value::from).boxed());
        }
        if rule.characters.is_some() {
            return self.at_places(text.with_stranger()?.prop_map(Value::from).boxed());
        }
        if rule.first_not.is_some() || rule.last_not.is_some() {
            return self.at_places(text.padded(rule.first_not.is_some()).prop_map(Value::from).boxed());
        }
        None
    }

    fn facts(&self) -> Option<&FieldFacts> {
        self.contract.field(&self.constraint.field)
    }

    fn mark(&self) -> Option<usize> {
        mark_of(self.contract, &self.constraint.field.replace('*', "0"))
    }

    /// The words that elements of the field may be.
    fn words(&self) -> Option<Vec<String>> {
        self.contract.field(&format!("{}/*", self.constraint.field))?.rules.one_of.clone()
    }

    /// The valid body with a value at one of the places where the field stands, and nowhere else.
    fn at_places(&self, values: BoxedStrategy<Value>) -> Option<BoxedStrategy<Body>> {
        let frame = Rc::new(Frame::new(&self.base, &self.constraint.field));
        let places = frame.places();
        let framed = move |(value, place)| Body::Framed(Rc::clone(&frame), place, value);
        (places > 0).then(|| (values, 0..places).prop_map(framed).boxed())
    }

    /// Made-up bodies that lack the field, or have null in its place.
    fn without_it(&self) -> Option<BoxedStrategy<Body>> {
        let places = pointers(&self.base, &self.constraint.field);
        if places.is_empty() {
            return None;
        }
        let bodies = (whole(self.contract, self.places), select(places), any::<bool>());
        let bodies = bodies.prop_map(|(mut body, pointer, null)| {
            match at_mut(&mut body, &pointer) {
                Some(place) if null => *place = Value::Null,
                _ => remove(&mut body, &pointer),
            }
            Body::Json(body)
        });
        Some(bodies.boxed())
    }

    fn of_another_type(&self, kind: JsonType) -> Option<BoxedStrategy<Body>> {
        let other = any_json().prop_filter("it has the right type", move |v| !v.is_null() && !kind.admits(v));
        if self.constraint.field.is_empty() {
            return Some(other.prop_map(Body::Json).boxed());
        }
        self.at_places(other.boxed())
    }
}

/// Texts that nearly are one of the words.
fn near(words: Vec<String>) -> BoxedStrategy<String> {
    let allowed = words.clone();
    let edits = (select(words), 0..64usize, select(vec!["x", "_", " ", "-", "S", "0", "\t", ""]), 0..5u8);
    let near = edits.prop_map(|(word, place, new, edit)| {
        let mut text: Vec<char> = word.chars().collect();
        let at = place % (text.len() + 1);
        match edit {
            0 => text.truncate(at),
            1 => text.splice(at..at, new.chars()).for_each(drop),
            2 if at < text.len() => text.splice(at..=at, new.chars()).for_each(drop),
            3 if at < text.len() => {
                text[at] =
                    if text[at].is_uppercase() { text[at].to_ascii_lowercase() } else { text[at].to_ascii_uppercase() };
            }
            _ if at < text.len() => text.truncate(text.len() - 1),
            _ => text.push('s'),
        }
        text.into_iter().collect::<String>()
    });
    near.prop_filter("it is one of the words", move |text| !allowed.contains(text)).boxed()
}

/// Some of the words, one of them twice.
fn with_one_twice(words: Vec<String>) -> BoxedStrategy<Value> {
    (some_of(words), 0..16usize, 0..16usize)
        .prop_map(|(list, which, place)| {
            let Value::Array(mut items) = list else { return json!([]) };
            let again = items[which % items.len()].clone();
            items.insert(place % (items.len() + 1), again);
            Value::Array(items)
        })
        .boxed()
}

/// Whether a body is what the property says it is.
pub(super) fn fits(contract: &Contract, clause: &str, inside: bool, body: &Value) -> bool {
    let standing = contract.standing(body);
    if inside { standing.is_valid() } else { standing.breaks_only(clause) }
}
