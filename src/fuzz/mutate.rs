use std::sync::Arc;

use proptest::prelude::Rng;
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use super::words::{lengths, words};
use super::{Corpus, Input, Request};
use crate::generate::json::{Damage, Manner, Mutation, all_pointers, damage, manner, mutation};
use crate::generate::series::below;
use crate::generate::{Doing, Generator, Placeholders, TargetFacts, mark, pool, properties};
use crate::rules::Contract;
use crate::suite::{Effect, OperationSuite, ResourceKind, Suite};

/// Changes made to one input at once, at most.
const CHANGES: usize = 4;
/// One of so many inputs is made up from the contract instead of changed.
const FRESH: usize = 8;

/// Makes up inputs. What the `n`-th is depends on the seed, the number and the corpus alone.
pub struct Mutator {
    doors: Vec<Door>,
    words: Vec<String>,
    mutations: BoxedStrategy<Mutation>,
    damages: BoxedStrategy<Damage>,
    manners: BoxedStrategy<Manner>,
}

/// One operation with everything that makes bodies for it.
struct Door {
    op: Arc<OperationSuite>,
    contract: Contract,
    generators: Vec<Generator>,
    lengths: Vec<usize>,
}

impl Mutator {
    /// For these operations of a suite.
    pub fn new(suite: &Suite, operations: &[Arc<OperationSuite>], places: &Placeholders) -> Self {
        let doors: Vec<Door> = operations
            .iter()
            .map(|op| {
                let ops = suite.acting_on(op.operation.resource);
                let generators = properties(op, &suite.operations)
                    .into_iter()
                    .map(|property| Generator::new(op, &ops, property, TargetFacts::default(), places));
                let contract = Contract::new(op);
                Door { op: Arc::clone(op), generators: generators.collect(), lengths: lengths(&contract), contract }
            })
            .collect();
        let words = words(doors.iter().map(|door| &door.contract));
        Mutator { doors, words, mutations: mutation(), damages: damage(), manners: manner() }
    }

    /// What fuzzing begins with: the documented examples and the valid bodies.
    pub fn seeds(&self, suite: &Suite, places: &Placeholders) -> Vec<Input> {
        let mut seeds = Vec::new();
        for door in &self.doors {
            let id = &door.op.operation.id;
            let mut one = |body: String| seeds.push(Input { requests: vec![Request { operation: id.clone(), body }] });
            // Placeholders for keys and UUIDs become stand-ins, so that every input has its own.
            one(places.fill(&mark::read(&numbered(&door.op.operation.valid))));
            for fixture in suite.fixtures.iter().filter(|f| f.operation == *id && f.is_request()) {
                one(fixture.text.clone());
            }
        }
        seeds
    }

    /// The input of this number.
    pub fn next(&self, seed: u64, number: u64, corpus: &Corpus) -> Input {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&number.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let config = Config { failure_persistence: None, max_local_rejects: 200, ..Config::default() };
        let mut draw = Draw { mutator: self, corpus, runner: TestRunner::new_with_rng(config, rng) };
        draw.input().bounded()
    }

    fn door(&self, operation: &str) -> Option<&Door> {
        self.doors.iter().find(|door| door.op.operation.id == operation)
    }

    /// What requests to an operation act on.
    pub fn kind(&self, input: &Input) -> Option<ResourceKind> {
        let last = input.requests.last()?;
        Some(self.door(&last.operation)?.op.operation.resource)
    }
}

impl std::fmt::Debug for Mutator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mutator({} operations)", self.doors.len())
    }
}

/// `${key}`, `${key2}`, `${name}` as `${key0}`, `${key2}`, `${key0}`, which have stand-ins.
fn numbered(valid: &str) -> String {
    valid.replace("${key}", "${key0}").replace("${name}", "${key0}")
}

/// Draws one input.
struct Draw<'a> {
    mutator: &'a Mutator,
    corpus: &'a Corpus,
    runner: TestRunner,
}

impl Draw<'_> {
    fn below(&mut self, bound: usize) -> usize {
        below(self.runner.rng(), bound)
    }

    fn value<T: std::fmt::Debug>(&mut self, strategy: &BoxedStrategy<T>) -> Option<T> {
        strategy.new_tree(&mut self.runner).ok().map(|tree| tree.current())
    }

    fn input(&mut self) -> Input {
        let picks = [self.below(usize::MAX), self.below(usize::MAX)];
        let parent = if self.below(FRESH) == 0 { None } else { self.corpus.pick(picks) };
        let Some(parent) = parent else { return self.fresh() };
        let mut input = parent.clone();
        // Mostly one: an input that is changed a lot is refused for the first thing that is wrong with it.
        let most = self.below(CHANGES) + 1;
        for _ in 0..=self.below(most) {
            self.change(&mut input);
        }
        input
    }

    /// Bodies that the contract's properties make up.
    fn fresh(&mut self) -> Input {
        let at = self.below(self.mutator.doors.len());
        let Some(door) = self.mutator.doors.get(at) else { return Input::default() };
        for _ in 0..4 {
            let at = self.below(door.generators.len());
            let seed = self.runner.rng().next_u64();
            let Some(generator) = door.generators.get(at) else { continue };
            let Some((_, instance)) = generator.instances(seed, 0..1).pop() else { continue };
            let requests: Vec<Request> = instance
                .moves
                .into_iter()
                .filter_map(|one| match one.doing {
                    Doing::Send(body) => {
                        Some(Request { operation: one.operation.unwrap_or(door.op.operation.id.clone()), body })
                    }
                    Doing::Name(_) | Doing::Fill(_) => None,
                })
                .collect();
            if !requests.is_empty() {
                return Input { requests };
            }
        }
        let body = mark::read(&numbered(&door.op.operation.valid));
        Input { requests: vec![Request { operation: door.op.operation.id.clone(), body }] }
    }

    fn change(&mut self, input: &mut Input) {
        let count = input.requests.len();
        if count == 0 {
            return;
        }
        let at = self.below(count);
        match self.below(16) {
            0..=2 => self.structure(&mut input.requests[at]),
            3..=6 => self.text(input, at),
            7 => self.twin(input, at),
            8 => self.damage(&mut input.requests[at]),
            9 => self.rewrite(&mut input.requests[at]),
            10..=12 => self.append(input),
            13 if count > 1 => {
                input.requests.remove(at);
            }
            14 if count > 1 => {
                let other = self.below(count);
                input.requests.swap(at, other);
            }
            13..=15 => self.turn(&mut input.requests[at]),
            _ => {}
        }
    }

    fn structure(&mut self, request: &mut Request) {
        let Ok(body) = serde_json::from_str::<Value>(&request.body) else { return };
        let mutations = self.mutator.mutations.clone();
        if let Some(mutation) = self.value(&mutations) {
            request.body = mutation.apply(&body).to_string();
        }
    }

    fn damage(&mut self, request: &mut Request) {
        let damages = self.mutator.damages.clone();
        if let Some(damage) = self.value(&damages) {
            request.body = damage.apply(&request.body);
        }
    }

    fn rewrite(&mut self, request: &mut Request) {
        let Ok(body) = serde_json::from_str::<Value>(&request.body) else { return };
        let manners = self.mutator.manners.clone();
        if let Some(manner) = self.value(&manners) {
            request.body = manner.write(&body);
        }
    }

    /// One more request: one that is there, one of another input, or a new one.
    fn append(&mut self, input: &mut Input) {
        let at = self.below(input.requests.len());
        let picks = [self.below(usize::MAX), self.below(usize::MAX)];
        let other = match self.below(4) {
            0 | 1 => input.requests.get(at).cloned(),
            2 => self.corpus.pick(picks).and_then(|other| other.requests.last().cloned()),
            _ => self.fresh().requests.pop(),
        };
        let kind = |request: &Request| self.mutator.door(&request.operation).map(|d| d.op.operation.resource);
        if let Some(other) = other
            && input.requests.first().and_then(kind) == kind(&other)
        {
            let place = self.below(input.requests.len() + 1).max(1);
            input.requests.insert(place.min(input.requests.len()), other);
        }
    }

    /// The other way round: a list that stores becomes one that deletes, or the request goes to another operation
    /// of the resource with what it names.
    fn turn(&mut self, request: &mut Request) {
        let Some(door) = self.mutator.door(&request.operation) else { return };
        let Ok(mut body) = serde_json::from_str::<Value>(&request.body) else { return };
        match &door.op.operation.effect {
            Effect::Batch { items, action, put, delete } => {
                if self.below(3) > 0 {
                    let word = body.pointer(action).and_then(Value::as_str) == Some(put);
                    if let Some(place) = body.pointer_mut(action) {
                        *place = Value::from(if word { delete.as_str() } else { put.as_str() });
                    }
                    request.body = body.to_string();
                } else if let Some(Value::Array(list)) = body.pointer_mut(items) {
                    let more = 1 + self.below(24);
                    let first = list.first().cloned().unwrap_or_default();
                    for number in 0..more {
                        let mut item = first.clone();
                        if let Some(key) = item.get_mut("key") {
                            *key = Value::from(mark::key(number + 8));
                        }
                        list.push(item);
                    }
                    request.body = body.to_string();
                }
            }
            Effect::Put { item } => {
                let batch = self.mutator.doors.iter().find_map(|other| match &other.op.operation.effect {
                    Effect::Batch { items, action, put, delete }
                        if other.op.operation.resource == door.op.operation.resource =>
                    {
                        Some((&other.op.operation.id, items, action, put, delete))
                    }
                    _ => None,
                });
                if let (Some((id, items, action, put, delete)), Some(tag)) = (batch, body.pointer(item)) {
                    let word = if self.below(2) == 0 { put } else { delete };
                    let (items, action) = (items.trim_start_matches('/'), action.trim_start_matches('/'));
                    request.body = serde_json::json!({ action: word, items: [tag] }).to_string();
                    request.operation.clone_from(id);
                }
            }
            _ => {}
        }
    }

    /// Changes one text of a body.
    fn text(&mut self, input: &mut Input, at: usize) {
        let Ok(mut body) = serde_json::from_str::<Value>(&input.requests[at].body) else { return };
        let donor = self.below(input.requests.len());
        let others = texts(&serde_json::from_str(&input.requests[donor].body).unwrap_or_default());
        let places: Vec<String> = texts(&body).into_iter().map(|(pointer, _)| pointer).collect();
        if places.is_empty() {
            return;
        }
        let chosen = self.below(places.len());
        let lengths = self.mutator.door(&input.requests[at].operation).map_or(&[][..], |door| &door.lengths);
        let length = lengths.get(self.below(lengths.len())).copied().unwrap_or(64);
        let Some(Value::String(text)) = body.pointer_mut(&places[chosen]) else { return };
        let other = others.get(self.below(others.len())).map(|(_, text)| text.clone()).unwrap_or_default();
        *text = self.changed(text, &other, length);
        input.requests[at].body = body.to_string();
    }

    /// Makes one text nearly the same as another: what tells them apart is easily overlooked.
    fn twin(&mut self, input: &mut Input, at: usize) {
        let Ok(mut body) = serde_json::from_str::<Value>(&input.requests[at].body) else { return };
        let donor = self.below(input.requests.len());
        let others = texts(&serde_json::from_str(&input.requests[donor].body).unwrap_or_default());
        let Some((like, other)) = others.get(self.below(others.len())).cloned() else { return };
        let member = |pointer: &str| pointer.rsplit('/').next().map(str::to_owned);
        let places: Vec<String> = texts(&body)
            .into_iter()
            .map(|(pointer, _)| pointer)
            .filter(|pointer| member(pointer) == member(&like) && (donor != at || *pointer != like))
            .collect();
        let Some(place) = places.get(self.below(places.len())) else { return };
        let twin = match self.below(7) {
            0 => other,
            1 => other.to_uppercase(),
            2 => other.to_lowercase(),
            3 => format!("{other}{}", self.word()),
            4 => format!("{}{other}", self.word()),
            5 => other.chars().take(other.chars().count() / 2).collect(),
            _ => other.chars().rev().collect(),
        };
        if let Some(text) = body.pointer_mut(place) {
            *text = Value::from(twin);
        }
        input.requests[at].body = body.to_string();
    }

    fn changed(&mut self, text: &str, other: &str, length: usize) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let at = self.below(characters.len() + 1);
        match self.below(14) {
            0 => return other.to_owned(),
            1 => return format!("{text}{other}"),
            2 => {
                let word = self.word();
                characters.splice(at..at, word.chars());
            }
            3 | 12 | 13 => return self.word(),
            4 | 5 => {
                let category = &pool::by_category()[self.below(pool::by_category().len())];
                characters.insert(at, category[self.below(category.len())]);
            }
            6 => {
                characters.truncate(at);
            }
            7 => {
                let fill = characters.last().copied().unwrap_or('a');
                characters.resize(length, fill);
            }
            8 => return if self.below(2) == 0 { text.to_uppercase() } else { text.to_lowercase() },
            9 => characters.reverse(),
            10 if at < characters.len() => {
                characters.remove(at);
            }
            _ => {
                let number = self.below(4);
                return mark::key(number);
            }
        }
        characters.into_iter().collect()
    }

    fn word(&mut self) -> String {
        let at = self.below(self.mutator.words.len());
        self.mutator.words.get(at).cloned().unwrap_or_default()
    }
}

/// Every text of a body with its place.
fn texts(body: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    all_pointers(body, String::new(), &mut all);
    all.into_iter()
        .filter_map(|pointer| {
            let text = body.pointer(&pointer)?.as_str()?.to_owned();
            Some((pointer, text))
        })
        .collect()
}
