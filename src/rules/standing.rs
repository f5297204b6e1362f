use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::{FieldFacts, admits, fields, is_invisible};
use crate::model::{at, member};
use crate::suite::{Constraint, Disputed, EdgeClass, Effect, OperationSuite};

/// How a body stands to the documented rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The clauses whose constraints it breaks.
    pub broken: BTreeSet<String>,
    /// It lies on ground that the readings of some open clause disagree about, or that no clause speaks of.
    pub disputed: bool,
}

impl Standing {
    /// Whether the documents say that it is accepted.
    pub fn is_valid(&self) -> bool {
        self.broken.is_empty() && !self.disputed
    }

    /// Whether it breaks this clause and nothing else, beyond dispute.
    pub fn breaks_only(&self, clause: &str) -> bool {
        !self.disputed && self.broken.len() == 1 && self.broken.contains(clause)
    }
}

/// The rules of one operation, ready to hold bodies against.
#[derive(Clone, Debug)]
pub struct Contract {
    op: Arc<OperationSuite>,
    valid: Value,
    fields: Vec<FieldFacts>,
}

impl Contract {
    /// The rules of this operation.
    pub fn new(op: &Arc<OperationSuite>) -> Self {
        let valid = serde_json::from_str(&op.operation.valid).unwrap_or_default();
        Contract { op: Arc::clone(op), valid, fields: fields(op) }
    }

    /// The operation.
    pub fn operation(&self) -> &Arc<OperationSuite> {
        &self.op
    }

    /// The valid body, its placeholders unfilled.
    pub fn valid(&self) -> &Value {
        &self.valid
    }

    /// What is said about each field.
    pub fn fields(&self) -> &[FieldFacts] {
        &self.fields
    }

    /// What is said about one field, if anything is.
    pub fn field(&self, field: &str) -> Option<&FieldFacts> {
        self.fields.iter().find(|f| f.rules.field == field)
    }

    /// Holds a body against every constraint.
    pub fn standing(&self, body: &Value) -> Standing {
        let mut standing = Standing { disputed: strange(body, &self.valid), ..Standing::default() };
        standing.disputed |= self.is_no_ordinary_list(body);
        for field in &self.fields {
            each_place(body, &field.rules.field, |place| self.look(&place, field, &mut standing));
        }
        standing
    }

    /// Holds what stands at one place against everything that is said about its field.
    fn look(&self, place: &Place<'_>, field: &FieldFacts, standing: &mut Standing) {
        let FieldFacts { rules, .. } = field;
        standing.disputed |= rules.mandatory.is_none() && rules.kind.is_some() && matches!(place, Place::Absent);
        for clause in field.clauses.iter().filter_map(|at| self.op.clauses.get(*at)) {
            match clause.constraint.as_ref().map(|constraint| holds(constraint, rules.mandatory, place)) {
                None | Some(Holds::Yes) => {}
                Some(Holds::No) => {
                    standing.broken.insert(clause.id.clone());
                }
                Some(Holds::Unsaid) => standing.disputed = true,
            }
        }
        standing.disputed |= field.disputed.iter().any(|disputed| self.is_disputed(disputed, field, place));
    }

    /// Whether a list has a key twice, or is there to delete: open clauses and cases of their own speak of that.
    fn is_no_ordinary_list(&self, body: &Value) -> bool {
        let Effect::Batch { items, action, delete, .. } = &self.op.operation.effect else { return false };
        let listed = at(body, items).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let keys: Vec<&Value> = listed.iter().filter_map(|item| at(item, "/key")).collect();
        let twice = keys.iter().enumerate().any(|(i, key)| keys[..i].contains(key));
        twice || at(body, action).and_then(Value::as_str) == Some(delete)
    }

    fn is_disputed(&self, disputed: &Disputed, field: &FieldFacts, place: &Place<'_>) -> bool {
        let Place::Value(Value::String(text)) = place else { return false };
        let wide = |c: Option<char>| c.is_some_and(|c| c.is_whitespace() && !c.is_ascii_whitespace());
        disputed.everything_else && !self.is_valid_text(&disputed.field, text)
            || disputed.prefixes.iter().any(|prefix| text.starts_with(prefix.as_str()))
            || disputed.values.contains(text)
            || disputed.wide_edges && (wide(text.chars().next()) || wide(text.chars().next_back()))
            || disputed.character_unit && units_differ(field.rules.max_length, text)
            || disputed.blank && text.chars().all(is_invisible)
            || disputed.beyond.as_ref().is_some_and(|facts| !text.chars().all(|c| admits(facts, c)))
            || disputed.longer_than.is_some_and(|most| text.chars().count() > most)
    }

    /// Whether a text is the one that the valid body has there, or what its placeholder stands for.
    fn is_valid_text(&self, field: &str, text: &str) -> bool {
        let known = at(&self.valid, &field.replace('*', "0")).and_then(Value::as_str);
        known.is_some_and(|known| known == text || known == "${uuid}" && is_uuid(text))
    }
}

/// Whether a length in code points and one in UTF-16 units are on different sides of a bound.
fn units_differ(most: Option<usize>, text: &str) -> bool {
    // A text has no more units than bytes.
    let Some(most) = most.filter(|most| text.len() > *most) else { return false };
    text.chars().count() <= most && text.encode_utf16().count() > most
}

enum Holds {
    Yes,
    No,
    /// The clause does not speak of this.
    Unsaid,
}

/// What stands at one concrete place of a body; only places whose parent is there are looked at.
enum Place<'a> {
    Absent,
    Value(&'a Value),
}

/// Shows the concrete places of a field in a body one after the other.
fn each_place<'a>(body: &'a Value, field: &str, mut see: impl FnMut(Place<'a>)) {
    match field.split_once('/') {
        None if field.is_empty() => see(Place::Value(body)),
        path => below(body, path.map_or("", |(_, steps)| steps), &mut see),
    }
}

fn below<'a>(value: &'a Value, steps: &str, see: &mut impl FnMut(Place<'a>)) {
    // What stands in the place of a list has no elements, whatever its members are called.
    if steps.starts_with('*') && !value.is_array() {
        return;
    }
    match (value, steps.split_once('/')) {
        (Value::Object(object), None) => see(member(object, steps).map_or(Place::Absent, Place::Value)),
        (Value::Object(object), Some((step, rest))) => {
            if let Some(value) = member(object, step) {
                below(value, rest, see);
            }
        }
        (Value::Array(items), None) if steps == "*" => items.iter().map(Place::Value).for_each(see),
        (Value::Array(items), Some(("*", rest))) => items.iter().for_each(|item| below(item, rest, see)),
        _ => {}
    }
}

fn holds(constraint: &Constraint, mandatory: Option<bool>, place: &Place<'_>) -> Holds {
    let yes = |holds: bool| if holds { Holds::Yes } else { Holds::No };
    let value = match place {
        Place::Absent | Place::Value(Value::Null) if constraint.mandatory == Some(true) => return Holds::No,
        Place::Absent => return Holds::Yes,
        // Null in the place of what is mandatory breaks the clause that says so; elsewhere no clause speaks of it.
        Place::Value(Value::Null) if constraint.kind.is_some() && mandatory != Some(true) => return Holds::Unsaid,
        Place::Value(Value::Null) => return Holds::Yes,
        Place::Value(value) => *value,
    };
    if let Some(kind) = constraint.kind {
        return yes(kind.admits(value));
    }
    match value {
        Value::String(text) => yes(text_holds(constraint, text)),
        Value::Array(items) => yes(items_hold(constraint, items)),
        // Another type is the business of the type's clause.
        _ => Holds::Yes,
    }
}

fn text_holds(constraint: &Constraint, text: &str) -> bool {
    let length = || text.chars().count();
    let edge = |class: Option<EdgeClass>, character: Option<char>| match (class, character) {
        (Some(EdgeClass::Whitespace), Some(character)) => !character.is_ascii_whitespace(),
        _ => true,
    };
    constraint.min_length.is_none_or(|least| length() >= least)
        && constraint.max_length.is_none_or(|most| length() <= most)
        && constraint.characters.as_ref().is_none_or(|facts| text.chars().all(|c| admits(facts, c)))
        && edge(constraint.first_not, text.chars().next())
        && edge(constraint.last_not, text.chars().next_back())
        && constraint.one_of.as_ref().is_none_or(|words| words.iter().any(|word| word == text))
}

fn items_hold(constraint: &Constraint, items: &[Value]) -> bool {
    let repeated = || items.iter().enumerate().any(|(i, item)| items[..i].contains(item));
    !(constraint.unique_items == Some(true) && repeated()) && constraint.min_items.is_none_or(|n| items.len() >= n)
}

fn is_uuid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok_and(|uuid| uuid.hyphenated().to_string() == text)
}

/// Whether some member is none of those that the model has, or a list is empty.
fn strange(value: &Value, model: &Value) -> bool {
    match (value, model) {
        (Value::Object(object), Value::Object(model)) => {
            object.iter().any(|(name, value)| member(model, name).is_none_or(|model| strange(value, model)))
        }
        (Value::Array(items), Value::Array(model)) => {
            items.is_empty() || model.first().is_some_and(|model| items.iter().any(|item| strange(item, model)))
        }
        _ => false,
    }
}
