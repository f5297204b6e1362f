use std::cell::OnceCell;

use serde_json::Value;

use super::arena::Arena;
use super::judging::told;
use super::operation_sequence::send;
use super::requests::suite;
use dewspec::generate::{Decider, Doing, Generator, Property, TargetFacts};
use dewspec::judge::{State, change_of, difference, state_of};

const OPERATION: &str = "CreateSecretEvent";
/// Bytes that decide one event: whether it has the name of an earlier one, and what it is otherwise.
const STEP: usize = 10;
/// Events of one sequence, at most: some beyond the quota that readings speak of, all on the first page of a listing.
const EVENTS: usize = 32;
/// Statuses of one event too many.
const FULL: &[u16] = &[400, 403, 409];

/// What makes events up, once it was asked for.
#[derive(Default)]
pub(super) struct Events(OnceCell<Result<Option<Decider>, String>>);

impl Events {
    /// Creates events one after the other. An odd first byte gives one the name of an earlier one; whether that is
    /// accepted, and with which status it is refused, is the server's reading.
    pub(super) fn check(&self, arena: &Arena, data: &[u8]) -> Result<(), String> {
        let op = suite()?.operation(OPERATION).ok_or_else(|| format!("there is no {OPERATION}"))?;
        let decider = self.0.get_or_init(|| {
            Ok(Generator::new(op, &[], Property::Whole, TargetFacts::default(), &arena.places).decider())
        });
        let Some(decider) = decider.as_ref().map_err(Clone::clone)? else { return Ok(()) };
        let again = arena.profile.get(&op.id("repeated-name")) == Some("accepted");
        let taken = arena.profile.get(&op.id("duplicate-status")).and_then(|status| status.parse().ok());
        let mut model = State::new();
        let quota: Option<usize> = arena.profile.get(&op.id("quota")).and_then(|quota| quota.parse().ok());
        for step in data.chunks_exact(STEP).take(EVENTS) {
            let [first, decisions @ ..] = step else { continue };
            let Some(instance) = decider.instance(decisions) else { continue };
            let moves = instance.resolved(&arena.places).moves;
            let Some(Doing::Send(body)) = moves.into_iter().next().map(|one| one.doing) else { continue };
            let mut body: Value = serde_json::from_str(&body).map_err(|e| format!("{e}: {body}"))?;
            let earlier = model.keys().nth(usize::from(*first / 2) % model.len().max(1)).cloned();
            if let Some(name) = earlier.filter(|_| first % 2 == 1) {
                body["name"] = Value::from(name);
            }
            let repeated = body["name"].as_str().is_some_and(|name| model.contains_key(name));
            let exchange = send(arena, op, false, &body.to_string())?;
            let status = exchange.status().unwrap_or(0);
            let full = !repeated && quota.is_some_and(|quota| model.len() >= quota);
            let accepted = !full && (!repeated || again);
            let expected = match (accepted, full) {
                (true, _) => status == op.operation.success,
                (false, true) => FULL.contains(&status),
                (false, false) => Some(status) == taken,
            };
            if !expected {
                return Err(format!("accepted: {accepted}, full: {full}, over {model:?}\n{}", told(&exchange)));
            }
            if accepted {
                let answered = exchange.answer.as_ref().ok().and_then(|answer| answer.json());
                change_of(&op.operation, &body, answered.as_ref()).apply(&mut model);
            }
            let listed = state_of(&arena.listing(op.operation.resource, false)?, &model);
            if let Some(difference) = difference(&model, &listed) {
                return Err(format!("the events are not as the model: {difference}\n{}", told(&exchange)));
            }
        }
        Ok(())
    }
}
