use std::cell::OnceCell;

use serde_json::{Value, json};

use super::arena::{Arena, Arenas, PROFILES};
use super::event_sequence::Events;
use super::judging::told;
use super::requests::suite;
use dewspec::generate::{Decider, Doing, Generator, Instance, Placeholders, Property};
use dewspec::judge::{State, change_of, difference, parse_request, state_of};
use dewspec::model::Exchange;
use dewspec::server::fault::FaultSet;
use dewspec::suite::{Answer, Effect, OperationSuite};

/// Properties whose inputs are several requests.
const PROPERTIES: [Property; 3] =
    [Property::Sequence { two: false }, Property::Sequence { two: true }, Property::Limit];
/// Operations that start a sequence, by name: those whose neighbours act on the same resources.
const OPERATIONS: [&str; 2] = ["BatchCreateOrDeleteTags", "CreateKmsTag"];
const KINDS: usize = PROFILES * OPERATIONS.len() * PROPERTIES.len();
/// First bytes from here on stand for sequences of events.
const EVENTS_FROM: u8 = 192;

/// The server, and what makes sequences up, once for every choice of readings, operation and property.
pub(super) struct Sequences {
    arenas: Arenas,
    events: Events,
    deciders: [OnceCell<Result<Option<Decider>, String>>; KINDS],
}

thread_local! {
    static SEQUENCES: Sequences = Sequences::new(FaultSet::default());
}

/// A sequence of writes and deletes, decided by bytes, over one resource or two, under some choice of readings: after
/// every request the server has answered, and then lists, what a model of tags in a map says. Or events, some of which
/// have the names of earlier ones.
///
/// # Errors
/// The first request after which they differ.
pub fn operation_sequence(data: &[u8]) -> Result<(), String> {
    SEQUENCES.with(|sequences| check(sequences, data))
}

impl Sequences {
    pub(super) fn new(faults: FaultSet) -> Self {
        Sequences {
            arenas: Arenas::new(faults),
            events: Events::default(),
            deciders: [const { OnceCell::new() }; KINDS],
        }
    }

    /// The sequence that bytes decide, with the server to send it to.
    fn decided(&self, data: &[u8]) -> Result<Option<(&Arena, &'static OperationSuite, Instance)>, String> {
        let Some((first, rest)) = data.split_first() else { return Ok(None) };
        let kind = usize::from(*first) % KINDS;
        let arena = self.arenas.of(kind)?;
        let operation = OPERATIONS[kind / PROFILES % OPERATIONS.len()];
        let property = &PROPERTIES[kind / PROFILES / OPERATIONS.len()];
        let op = suite()?.operation(operation).ok_or_else(|| format!("there is no {operation}"))?;
        let decider = self.deciders[kind].get_or_init(|| {
            let ops = suite()?.acting_on(op.operation.resource);
            let known = arena.known(op)?;
            Ok(Generator::new(op, &ops, property.clone(), known, &arena.places).decider())
        });
        let decider = decider.as_ref().map_err(Clone::clone)?;
        let instance = decider.as_ref().and_then(|decider| decider.instance(rest));
        Ok(instance.map(|instance| (arena, op.as_ref(), instance.resolved(&arena.places))))
    }
}

pub(super) fn check(sequences: &Sequences, data: &[u8]) -> Result<(), String> {
    if let Some((first, rest)) = data.split_first().filter(|(first, _)| **first >= EVENTS_FROM) {
        return sequences.events.check(sequences.arenas.of(usize::from(*first))?, rest);
    }
    let Some((arena, op, instance)) = sequences.decided(data)? else { return Ok(()) };
    let mut models = [State::new(), State::new()];
    for one in instance.moves {
        let acting = one.operation.as_deref().map_or(Some(op), |id| suite().ok()?.operation(id).map(AsRef::as_ref));
        let acting = acting.ok_or("a move of an operation that is not there")?;
        let model = &mut models[usize::from(one.second)];
        let (body, answer) = match one.doing {
            Doing::Send(body) => (body, one.answer),
            // No operation of this suite has a path that names an item.
            Doing::Name(_) => continue,
            Doing::Fill(count) => (fill(acting, count, &arena.places), Answer::Accepted),
        };
        let exchange = send(arena, acting, one.second, &body)?;
        let status = exchange.status().unwrap_or(0);
        let expected = match answer {
            Answer::Accepted => status == acting.operation.success,
            Answer::Refused => one.statuses.contains(&status),
            Answer::Any => status < 500,
        };
        if !expected {
            return Err(format!("the model says {answer} of this, over {model:?}\n{}", told(&exchange)));
        }
        if answer == Answer::Accepted {
            let said = parse_request(body.as_bytes()).unwrap_or_default();
            change_of(&acting.operation, &said, None).apply(model);
        }
        for (second, model) in [false, true].into_iter().zip(&models) {
            let listed = state_of(&arena.listing(acting.operation.resource, second)?, model);
            if let Some(difference) = difference(model, &listed) {
                let which = if second { "second" } else { "first" };
                return Err(format!("the {which} resource is not as the model: {difference}\n{}", told(&exchange)));
            }
        }
    }
    Ok(())
}

/// A body that stores so many tags.
fn fill(op: &OperationSuite, count: usize, places: &Placeholders) -> String {
    let Effect::Batch { items, action, put, .. } = &op.operation.effect else { return String::new() };
    let tags = (0..count).map(|n| json!({ "key": places.key(&format!("fill{n}")), "value": "v" }));
    let tags: Vec<Value> = tags.collect();
    json!({ action.trim_start_matches('/'): put, items.trim_start_matches('/'): tags }).to_string()
}

/// The answer to a body.
///
/// # Errors
/// If it cannot be sent.
pub(super) fn send(arena: &Arena, op: &OperationSuite, second: bool, body: &str) -> Result<Exchange, String> {
    let request = arena.request(op, second, body.as_bytes().to_vec()).ok_or("the operation has no address")?;
    arena.send(request)?.ok_or_else(|| format!("no HTTP request can carry {body:?}"))
}
