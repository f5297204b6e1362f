//! What is made up is what its property says, and the same every time.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::sync::Arc;

use unicode_general_category::get_general_category;

use super::{Doing, Generator, Instance, Property, TargetFacts, properties};
use crate::generate::{Placeholders, seed_of, to_bytes};
use crate::model::at;
use crate::rules::{Contract, pointers};
use crate::suite::{Answer, DataSource, JsonType, OperationSuite, Suite};

/// Inputs looked at of each property.
const INPUTS: u64 = 40;

fn suite() -> Suite {
    Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes")
}

fn inputs(suite: &Suite, op: &Arc<OperationSuite>, property: &Property, count: u64) -> Vec<Instance> {
    let known = TargetFacts { limit: Some(20), ignores_absent: Some(true), ..TargetFacts::default() };
    let id = property.id(&op.operation.prefix);
    let places = Placeholders::new(1, "test", &id, &op.operation.valid);
    let generator = Generator::new(op, &suite.operations, property.clone(), known, &places);
    generator
        .instances(seed_of(1, &id), 0..count)
        .into_iter()
        .map(|(index, instance)| instance.resolved(&Placeholders::new(1, "test", &format!("{id}#{index}"), "")))
        .collect()
}

fn bodies(instances: &[Instance]) -> Vec<String> {
    let moves = instances.iter().flat_map(|instance| &instance.moves);
    moves.filter_map(|one| if let Doing::Send(body) = &one.doing { Some(body.clone()) } else { None }).collect()
}

#[test]
fn every_constraint_yields_the_side_that_it_refuses() {
    let suite = suite();
    for op in &suite.operations {
        let all = properties(op, &suite.operations);
        for clause in &op.clauses {
            let Some(constraint) = &clause.constraint else { continue };
            // The empty text and the empty list are one case each, and what is optional refuses nothing.
            let fixed = constraint.min_length == Some(1) || constraint.min_items == Some(1);
            let refuses = constraint.mandatory != Some(false) && !fixed;
            let found = all.contains(&Property::Outside { clause: clause.id.clone() });
            assert_eq!(found, refuses, "{}", clause.id);
        }
    }
}

#[test]
fn every_input_is_on_the_side_it_is_said_to_be() {
    let suite = suite();
    for op in &suite.operations {
        let contract = Contract::new(op);
        for property in properties(op, &suite.operations) {
            let all = inputs(&suite, op, &property, INPUTS);
            assert!(all.len() >= 30, "{property:?}: only {} inputs", all.len());
            let inside = matches!(property, Property::Inside { .. } | Property::Whole);
            for body in bodies(&all) {
                let Ok(json) = serde_json::from_slice(&to_bytes(&body)) else {
                    assert!(!inside, "{property:?} {body}");
                    continue;
                };
                let standing = contract.standing(&json);
                match &property {
                    Property::Inside { .. } | Property::Whole => assert!(standing.is_valid(), "{body}: {standing:?}"),
                    Property::Outside { clause } => assert!(standing.breaks_only(clause), "{body}: {standing:?}"),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn inputs_depend_on_seed_and_property_alone() {
    let suite = suite();
    let op = &suite.operations[0];
    for property in properties(op, &suite.operations) {
        let all = inputs(&suite, op, &property, 12);
        assert_eq!(all, inputs(&suite, op, &property, 12));
        assert_eq!(all[..5], inputs(&suite, op, &property, 5));
        let different: BTreeSet<String> = bodies(&all).into_iter().collect();
        assert!(different.len() > 1, "{property:?} always sends {different:?}");
    }
}

#[test]
fn characters_of_every_category_are_sent() {
    let suite = suite();
    let (op, _) = suite.clause("csms.create-secret-tag.key.characters").expect("a clause");
    let clause = "csms.create-secret-tag.key.characters".to_owned();
    let mut seen = BTreeSet::new();
    let mut surrogates = false;
    for property in [Property::Inside { clause: clause.clone() }, Property::Outside { clause }] {
        for body in bodies(&inputs(&suite, op, &property, 300)) {
            surrogates |= body.contains("\\ud8") || body.contains("\\ud");
            let json: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
            let key = json.pointer("/tag/key").and_then(|key| key.as_str()).unwrap_or_default();
            seen.extend(key.chars().map(|c| format!("{:?}", get_general_category(c))));
        }
    }
    assert_eq!(seen.len(), 28, "{seen:?}");
    assert!(surrogates, "no lone surrogate");
}

#[test]
fn structures_fare_in_every_way() {
    let suite = suite();
    for op in &suite.operations {
        let all = inputs(&suite, op, &Property::Structure, 200);
        let share = |answer| all.iter().filter(|i| i.moves.iter().any(|m| m.answer == answer)).count();
        let (accepted, refused, any) = (share(Answer::Accepted), share(Answer::Refused), share(Answer::Any));
        assert!(refused > 40 && accepted + any > 5, "{}: {accepted} {refused} {any}", op.operation.id);
    }
}

#[test]
fn every_other_type_is_made_up() {
    let suite = suite();
    let kinds = [JsonType::Object, JsonType::Array, JsonType::String, JsonType::Integer];
    for op in &suite.operations {
        for clause in &op.clauses {
            let Some(constraint) = &clause.constraint else { continue };
            let Some(right) = constraint.kind else { continue };
            let all = bodies(&inputs(&suite, op, &Property::Outside { clause: clause.id.clone() }, 100));
            let values: Vec<serde_json::Value> =
                all.iter().filter_map(|body| serde_json::from_str(body).ok()).collect();
            for kind in kinds.into_iter().filter(|kind| *kind != right) {
                let places = |body| pointers(body, &constraint.field);
                let is_there = |body| places(body).iter().filter_map(|place| at(body, place)).any(|v| kind.admits(v));
                assert!(values.iter().any(is_there), "{}: never {kind}", clause.id);
            }
        }
    }
}
