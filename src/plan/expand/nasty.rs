//! Cases made of the catalogue of values on which software breaks: each class of them at every position, where any answer
//! will do but a server error that repeats.

use indexmap::IndexMap;
use serde_json::json;

use super::Field;
use crate::generate::Placeholders;
use crate::model::{PathChoice, TokenChoice};
use crate::suite::{
    Answer, CaseSpec, Effect, Expect, JsonType, Nasty, NastyClass, OperationSuite, Position, StepSpec, Turn,
};

/// What stands for a text until it is put in its place.
const MARK: &str = "@nasty@";

/// All cases for one operation.
pub(super) fn expand(op: &OperationSuite, catalogue: &[NastyClass]) -> Vec<CaseSpec> {
    let mut cases = Vec::new();
    for class in catalogue {
        for place in places(op, class.at) {
            let alternatives = class.values.iter().enumerate();
            cases.extend(alternatives.map(|(nth, (value, nasty))| {
                let group = format!("{} in {}", class.name, place.name);
                let turn = Turn { nth, of: class.values.len(), group, value: value.clone() };
                case(op, (class, value), &place, place.step(nasty, nth), turn)
            }));
        }
    }
    cases
}

/// One position of an operation.
struct Place<'a> {
    name: String,
    what: What<'a>,
}

enum What<'a> {
    Text(Field<'a>),
    Identifier(&'a str),
    Token,
    Request,
}

fn places(op: &OperationSuite, at: Position) -> Vec<Place<'_>> {
    let place = |name: &str, what| Place { name: name.to_owned(), what };
    match at {
        Position::Text => {
            let texts = op.clauses.iter().filter_map(|clause| Some((clause, clause.constraint.as_ref()?)));
            let texts = texts.filter(|(_, constraint)| constraint.kind == Some(JsonType::String));
            texts
                .map(|(clause, constraint)| {
                    place(name_of(&constraint.field), What::Text(Field::new(op, clause, constraint)))
                })
                .collect()
        }
        Position::Identifier => {
            let segments = op.operation.path.split('/');
            let names = segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
            // Whatever stands in the place of an item may be somebody's.
            let names = names.filter(|name| op.operation.effect.parameter() != Some(*name));
            names.map(|name| place(name, What::Identifier(name))).collect()
        }
        Position::Token => vec![place("token", What::Token)],
        Position::Request => vec![place("request", What::Request)],
    }
}

/// `/notification/target_id` → `target_id`, `/event_types/*` → `event_types`.
fn name_of(field: &str) -> &str {
    field.rsplit('/').find(|part| *part != "*").unwrap_or(field)
}

impl Place<'_> {
    fn step(&self, nasty: &Nasty, nth: usize) -> StepSpec {
        let valid = || Some("${valid}".to_owned());
        match &self.what {
            What::Text(field) => {
                let pointer = field.pointer_in_turn(nth);
                let body = field.with(&pointer, json!(MARK)).replace(MARK, &nasty.text);
                StepSpec { body: Some(body), ..StepSpec::default() }
            }
            What::Identifier(parameter) => StepSpec {
                body: valid(),
                path: IndexMap::from([((*parameter).to_owned(), PathChoice::Malformed)]),
                literal: IndexMap::from([((*parameter).to_owned(), filled(&nasty.text))]),
                ..StepSpec::default()
            },
            What::Token => StepSpec {
                body: valid(),
                token: TokenChoice::Missing,
                headers: IndexMap::from([("X-Auth-Token".to_owned(), filled(&nasty.text))]),
                ..StepSpec::default()
            },
            What::Request => StepSpec {
                body: nasty.body.clone().or_else(valid),
                headers: nasty.headers.iter().map(|(name, value)| (name.clone(), filled(value))).collect(),
                behind: filled(&nasty.behind),
                ..StepSpec::default()
            },
        }
    }
}

/// A text with its placeholders for so many characters filled; outside of bodies there are no others.
fn filled(text: &str) -> String {
    Placeholders::new(0, "", "", "").fill(text)
}

fn case(
    op: &OperationSuite,
    (class, value): (&NastyClass, &str),
    place: &Place<'_>,
    step: StepSpec,
    turn: Turn,
) -> CaseSpec {
    CaseSpec {
        id: format!("{}/{}-in-{}-{value}", op.id("server-error"), class.name, place.name),
        clauses: vec![op.id("server-error")],
        title: "a value on which software breaks is refused or taken, but breaks nothing".to_owned(),
        needs: Vec::new(),
        when: IndexMap::new(),
        room: if matches!(op.operation.effect, Effect::Batch { .. }) { 2 } else { 1 },
        early: false,
        bare: false,
        turn: Some(turn),
        steps: vec![StepSpec { expect: Some(Expect::new(Answer::Any)), ..step }],
    }
}
