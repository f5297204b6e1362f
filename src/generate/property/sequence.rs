use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Doing, Instance, Move, TargetFacts};
use crate::generate::json::compact;
use crate::generate::mark;
use crate::suite::{Answer, Effect, OperationSuite};

/// Different keys in one sequence.
const KEYS: usize = 5;
/// Different values in one sequence.
const VALUES: usize = 3;
/// Requests in one sequence, at most.
const MOVES: usize = 8;
/// Statuses of a key that is taken.
pub(crate) const TAKEN: [u16; 2] = [400, 409];
/// Statuses of what is not there.
const ABSENT: [u16; 2] = [404, 400];
/// Statuses of one tag too many.
pub(crate) const FULL: [u16; 3] = [400, 403, 409];

/// A request as the strategy makes it up, before the model says what it means.
#[derive(Clone, Debug)]
struct Raw {
    second: bool,
    kind: u8,
    tags: Vec<(usize, usize)>,
}

/// What is stored, by key.
type Model = BTreeMap<usize, usize>;

/// Sequences of writes and deletes by all operations that act on the resource.
pub(super) fn sequences(ops: &[Arc<OperationSuite>], known: &TargetFacts, two: bool) -> BoxedStrategy<Instance> {
    let ops = ops.to_vec();
    let known = known.clone();
    let raw = (any::<bool>(), 0..6u8, vec((0..KEYS, 0..VALUES), 1..=4)).prop_map(move |(second, kind, tags)| Raw {
        second: second && two,
        kind,
        tags,
    });
    vec(raw, 2..=MOVES)
        .prop_map(move |raw| {
            let mut models = [Model::new(), Model::new()];
            let moves = raw.iter().filter_map(|raw| one(&ops, &known, raw, &mut models[usize::from(raw.second)]));
            Instance { moves: moves.collect(), clause: None }
        })
        .prop_filter("nothing is left to do", |instance| !instance.moves.is_empty())
        .boxed()
}

/// What one request comes to, given what is stored. What readings disagree about is left out of it.
fn one(ops: &[Arc<OperationSuite>], known: &TargetFacts, raw: &Raw, model: &mut Model) -> Option<Move> {
    let single = ops.iter().find(|op| matches!(op.operation.effect, Effect::Put { .. }));
    let batch = ops.iter().find(|op| matches!(op.operation.effect, Effect::Batch { .. }));
    let removing = ops.iter().any(|op| matches!(op.operation.effect, Effect::Remove { .. }));
    if removing && raw.kind > 2 {
        return remove_one(known, raw, model);
    }
    match (raw.kind, single, batch) {
        (0 | 1, Some(op), _) | (_, Some(op), None) => put_one(op, known, raw, model),
        (2 | 3, _, Some(op)) | (_, None, Some(op)) if raw.kind < 4 => put_many(op, known, raw, model),
        (_, _, Some(op)) => delete_many(op, known, raw, model),
        _ => None,
    }
}

/// Whether storing this is accepted; `None` if readings disagree.
fn accepts(op: &OperationSuite, known: &TargetFacts, model: &Model, (key, value): (usize, usize)) -> Option<bool> {
    match model.get(&key) {
        None => Some(true),
        Some(stored) if *stored == value => known.accepts_same(&op.operation.id),
        Some(_) => known.overwrites(&op.operation.id),
    }
}

fn tag((key, value): (usize, usize)) -> Value {
    json!({ "key": mark::key(key), "value": format!("v{value}") })
}

fn put_one(op: &OperationSuite, known: &TargetFacts, raw: &Raw, model: &mut Model) -> Option<Move> {
    let Effect::Put { item } = &op.operation.effect else { return None };
    let pair = *raw.tags.first()?;
    let accepted = accepts(op, known, model, pair)?;
    if accepted {
        model.insert(pair.0, pair.1);
    }
    let body = json!({ item.trim_start_matches('/'): tag(pair) });
    Some(request(op, raw, &body, accepted))
}

fn put_many(op: &OperationSuite, known: &TargetFacts, raw: &Raw, model: &mut Model) -> Option<Move> {
    let Effect::Batch { items, action, put, .. } = &op.operation.effect else { return None };
    let mut list: Vec<(usize, usize)> = Vec::new();
    for pair in &raw.tags {
        // A list of one may be refused; longer ones hold only what is accepted.
        let alone = raw.tags.len() == 1;
        match accepts(op, known, model, *pair) {
            Some(accepted) if (accepted || alone) && list.iter().all(|(key, _)| *key != pair.0) => list.push(*pair),
            _ => {}
        }
    }
    let accepted = accepts(op, known, model, *list.first()?)?;
    if accepted {
        model.extend(list.iter().copied());
    }
    let tags: Vec<Value> = list.into_iter().map(tag).collect();
    Some(request(op, raw, &body(items, action, put, &tags), accepted))
}

fn delete_many(op: &OperationSuite, known: &TargetFacts, raw: &Raw, model: &mut Model) -> Option<Move> {
    let Effect::Batch { items, action, delete, .. } = &op.operation.effect else { return None };
    let mut list: Vec<(usize, usize)> = Vec::new();
    for (key, value) in &raw.tags {
        let stored = model.get(key).copied();
        let included = stored.is_some() || known.ignores_absent == Some(true);
        if included && list.iter().all(|(known, _)| known != key) {
            list.push((*key, stored.unwrap_or(*value)));
        }
    }
    if list.is_empty() {
        return None;
    }
    for (key, _) in &list {
        model.remove(key);
    }
    let tags: Vec<Value> = list.into_iter().map(tag).collect();
    Some(request(op, raw, &body(items, action, delete, &tags), true))
}

/// Deletes what a path names, be it there or not.
fn remove_one(known: &TargetFacts, raw: &Raw, model: &mut Model) -> Option<Move> {
    let (key, _) = *raw.tags.first()?;
    let accepted = model.remove(&key).is_some() || known.removes_absent?;
    Some(Move {
        operation: None,
        second: raw.second,
        doing: Doing::Name(mark::key(key)),
        answer: if accepted { Answer::Accepted } else { Answer::Refused },
        statuses: ABSENT.to_vec(),
    })
}

fn body(items: &str, action: &str, word: &str, tags: &[Value]) -> Value {
    json!({ action.trim_start_matches('/'): word, items.trim_start_matches('/'): tags })
}

fn request(op: &OperationSuite, raw: &Raw, body: &Value, accepted: bool) -> Move {
    Move {
        operation: Some(op.operation.id.clone()),
        second: raw.second,
        doing: Doing::Send(compact(body)),
        answer: if accepted { Answer::Accepted } else { Answer::Refused },
        statuses: TAKEN.to_vec(),
    }
}

/// Lists that fill a resource to its limit, or go beyond it, from any number of tags.
pub(super) fn limits(op: &OperationSuite, known: &TargetFacts) -> Option<BoxedStrategy<Instance>> {
    let Effect::Batch { items, action, put, .. } = &op.operation.effect else { return None };
    let (items, action, put) = (items.clone(), action.clone(), put.clone());
    let limit = known.limit?;
    let carried = known.carried;
    if carried >= limit {
        return None;
    }
    // Where an input runs may differ from run to run: what is carried there already changes it as little as may be.
    Some(
        (0..limit, 0..=3usize)
            .prop_map(move |(start, beyond)| {
                let start = start.max(carried);
                let count = limit - start + beyond;
                let tags: Vec<Value> = (0..count).map(|key| tag((key, 0))).collect();
                let mut moves = Vec::new();
                if start > carried {
                    let fill = Doing::Fill(start);
                    let answer = Answer::Accepted;
                    moves.push(Move { operation: None, second: false, doing: fill, answer, statuses: Vec::new() });
                }
                let answer = if beyond > 0 { Answer::Refused } else { Answer::Accepted };
                let body = compact(&body(&items, &action, &put, &tags));
                moves.push(Move { statuses: FULL.to_vec(), ..Move::new(body, answer) });
                Instance { moves, clause: None }
            })
            .boxed(),
    )
}
