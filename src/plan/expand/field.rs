use indexmap::IndexMap;
use serde_json::Value;

use crate::rules::{identity, pointers};
use crate::suite::{Answer, CaseSpec, Characters, Clause, Constraint, Effect, Expect, OperationSuite, StepSpec};

/// One field under one constraint, and how to make cases about it.
pub(super) struct Field<'a> {
    pub(super) op: &'a OperationSuite,
    pub(super) clause: &'a Clause,
    pub(super) constraint: &'a Constraint,
    valid: Value,
}

impl<'a> Field<'a> {
    pub(super) fn new(op: &'a OperationSuite, clause: &'a Clause, constraint: &'a Constraint) -> Self {
        let valid = serde_json::from_str(&op.operation.valid).unwrap_or(Value::Null);
        Field { op, clause, constraint, valid }
    }

    /// The concrete pointers that the field's pointer stands for in the valid body.
    pub(super) fn pointers(&self) -> Vec<String> {
        pointers(&self.valid, &self.constraint.field)
    }

    /// What the valid body has at a place.
    pub(super) fn valid_at(&self, pointer: &str) -> Value {
        self.valid.pointer(pointer).cloned().unwrap_or(Value::Null)
    }

    /// The text that the valid body has there.
    pub(super) fn valid_text(&self) -> &str {
        self.pointers()
            .first()
            .and_then(|pointer| self.valid.pointer(pointer))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The placeholder that makes the field's value unlike any other, if the field names the thing stored.
    pub(super) fn identity(&self, pointer: &str) -> Option<String> {
        identity(self.valid.pointer(pointer)?.as_str()?).map(str::to_owned)
    }

    /// Facts about the characters of the same field, from whichever clause states them.
    pub(super) fn characters(&self) -> Option<&Characters> {
        self.op
            .clauses
            .iter()
            .filter_map(|c| c.constraint.as_ref())
            .filter(|c| c.field == self.constraint.field)
            .find_map(|c| c.characters.as_ref())
    }

    /// The enumeration of the same field, or of its elements.
    pub(super) fn words(&self) -> Option<&[String]> {
        let elements = format!("{}/*", self.constraint.field);
        self.op
            .clauses
            .iter()
            .filter_map(|c| c.constraint.as_ref())
            .filter(|c| c.field == self.constraint.field || c.field == elements)
            .find_map(|c| c.one_of.as_deref())
    }

    /// Whether a value would make the request do something else than store.
    pub(super) fn deletes(&self, word: &str) -> bool {
        self.op.operation.effect.deletes(word)
    }

    /// The valid body with another value at `pointer`.
    pub(super) fn with(&self, pointer: &str, value: Value) -> String {
        self.with_all([(pointer, value)])
    }

    /// The valid body with other values at several places.
    pub(super) fn with_all<'p>(&self, values: impl IntoIterator<Item = (&'p str, Value)>) -> String {
        let mut body = self.valid.clone();
        for (pointer, value) in values {
            if let Some(place) = body.pointer_mut(pointer) {
                *place = value;
            }
        }
        body.to_string()
    }

    /// The valid body without the member at `pointer`.
    pub(super) fn without(&self, pointer: &str) -> String {
        let mut body = self.valid.clone();
        if let Some((parent, member)) = pointer.rsplit_once('/')
            && let Some(Value::Object(object)) = body.pointer_mut(parent)
        {
            object.shift_remove(member);
        }
        body.to_string()
    }

    /// A case that the target must accept.
    pub(super) fn accepted(&self, what: &str, body: String) -> CaseSpec {
        self.case(what, body, Answer::Accepted)
    }

    /// A case that the target must refuse with 400.
    pub(super) fn refused(&self, what: &str, body: String) -> CaseSpec {
        self.case(what, body, Answer::Refused)
    }

    /// A refused case for each place the field stands at, or only at one of them, in turn.
    pub(super) fn refused_everywhere(&self, what: &str, body: impl Fn(&str) -> String) -> Vec<CaseSpec> {
        let pointers = self.pointers();
        let several = pointers.len() > 1;
        pointers
            .iter()
            .enumerate()
            .map(|(i, pointer)| {
                let what = if several { format!("{what}-at-{i}") } else { what.to_owned() };
                self.refused(&what, body(pointer))
            })
            .collect()
    }

    /// The place to use for the `turn`-th of many similar cases.
    pub(super) fn pointer_in_turn(&self, turn: usize) -> String {
        let mut pointers = self.pointers();
        let count = pointers.len().max(1);
        if pointers.is_empty() { self.constraint.field.clone() } else { pointers.swap_remove(turn % count) }
    }

    fn case(&self, what: &str, body: String, answer: Answer) -> CaseSpec {
        CaseSpec {
            id: format!("{}/{what}", self.clause.id),
            clauses: vec![self.clause.id.clone()],
            title: String::new(),
            needs: Vec::new(),
            when: IndexMap::new(),
            room: self.room(),
            early: false,
            bare: false,
            turn: None,
            steps: vec![StepSpec { body: Some(body), expect: Some(Expect::new(answer)), ..StepSpec::default() }],
        }
    }

    pub(super) fn room(&self) -> usize {
        match &self.op.operation.effect {
            Effect::Batch { items, .. } => self.valid.pointer(items).and_then(Value::as_array).map_or(1, Vec::len),
            _ => 1,
        }
    }
}
