use std::cell::OnceCell;

use serde_json::Value;

use super::arena::{Arena, Arenas};
use super::documented::documented;
use super::judging::told;
use super::requests::suite;
use dewspec::generate::{
    Decider, Doing, Generator, Placeholders, Property, TargetFacts, properties, seed_of, to_bytes,
};
use dewspec::judge::{State, change_of, difference, parse_request, state_of};
use dewspec::rules::{Contract, pointers};
use dewspec::server::TextField;
use dewspec::server::fault::FaultSet;
use dewspec::suite::{Answer, OperationSuite};

/// Every property about single bodies, each with what makes its inputs up.
pub(super) struct Generators {
    arenas: Arenas,
    kinds: Vec<Kind>,
}

struct Kind {
    /// Made of the property's name.
    mark: u64,
    /// The operation, by its place in the suite.
    place: usize,
    property: Property,
    decider: OnceCell<Option<Decider>>,
}

thread_local! {
    static GENERATORS: Generators = Generators::new(FaultSet::default());
}

/// An input of any property about single bodies, decided by bytes. The first byte chooses the server's readings, the
/// second and third the property. What is made up as valid is valid by the constraints, by the documented expressions under each
/// reading, and to the server; what is made up as invalid breaks exactly the constraint that it is said to break.
///
/// # Errors
/// The body, and who disagrees.
pub fn generator(data: &[u8]) -> Result<(), String> {
    GENERATORS.with(|generators| check(generators, data))
}

impl Generators {
    pub(super) fn new(faults: FaultSet) -> Self {
        let operations = suite().map(|suite| suite.operations.as_slice()).unwrap_or_default();
        let kinds = operations.iter().enumerate().flat_map(|(place, op)| {
            let single = |property: &Property| !matches!(property, Property::Sequence { .. } | Property::Limit);
            let all = properties(op, operations).into_iter().filter(single);
            all.map(move |property| {
                let mark = seed_of(0, &property.id(&op.operation.prefix));
                Kind { mark, place, property, decider: OnceCell::new() }
            })
        });
        Generators { arenas: Arenas::new(faults), kinds: kinds.collect() }
    }

    /// The property that a number stands for: the one whose name scores most with it. Data that comes or goes moves
    /// the numbers of what came or went, and no others, so that inputs keep their meaning.
    fn kind(&self, number: u16) -> Option<&Kind> {
        let multiplied = (u64::from(number) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.kinds.iter().max_by_key(|kind| (kind.mark ^ multiplied).wrapping_mul(0xff51_afd7_ed55_8ccd))
    }
}

pub(super) fn check(generators: &Generators, data: &[u8]) -> Result<(), String> {
    let [readings, high, low, decisions @ ..] = data else { return Ok(()) };
    let arena = generators.arenas.of(usize::from(*readings))?;
    let Some(kind) = generators.kind(u16::from_be_bytes([*high, *low])) else {
        return Err("there are no properties".to_owned());
    };
    let contract = &arena.contracts[kind.place];
    let decider = kind.decider.get_or_init(|| {
        let op = contract.operation();
        let places = Placeholders::new(0, "fuzz", "generator", &op.operation.valid);
        Generator::new(op, &[], kind.property.clone(), TargetFacts::default(), &places).decider()
    });
    let Some(instance) = decider.as_ref().and_then(|decider| decider.instance(decisions)) else { return Ok(()) };
    for one in instance.resolved(&arena.places).moves {
        let Doing::Send(body) = one.doing else { continue };
        let bytes = to_bytes(&body);
        constraints(contract, &kind.property, &bytes)
            .and_then(|()| expressions(contract.operation(), &kind.property, &bytes))
            .and_then(|()| server(arena, contract, one.answer, &one.statuses, &bytes))
            .map_err(|e| format!("{}: {e}\n{body}", kind.property.id(&contract.operation().operation.prefix)))?;
    }
    Ok(())
}

/// What the constraints say of the body.
fn constraints(contract: &Contract, property: &Property, body: &[u8]) -> Result<(), String> {
    let json = parse_request(body);
    let standing = json.as_ref().map(|json| contract.standing(json));
    let holds = match (property, &standing) {
        (Property::Inside { .. } | Property::Whole, Some(standing)) => standing.is_valid(),
        (Property::Inside { .. } | Property::Whole, None) => false,
        (Property::Outside { clause }, Some(standing)) => standing.breaks_only(clause),
        // What cannot be read breaks the rule about JSON, or holds half a surrogate, which is no character.
        (Property::Outside { .. }, None) => true,
        _ => true,
    };
    if holds { Ok(()) } else { Err(format!("the constraints say {standing:?}")) }
}

/// The fields that have documented expressions, by pointer.
fn fields(op: &OperationSuite) -> Vec<(String, TextField)> {
    let (key, value) = match op.operation.service.as_str() {
        "kms" => (TextField::KeyTagKey, TextField::KeyTagValue),
        _ => (TextField::SecretTagKey, TextField::SecretTagValue),
    };
    let known = [
        ("/tag/key", key),
        ("/tag/value", value),
        ("/tags/*/key", key),
        ("/tags/*/value", value),
        ("/name", TextField::EventName),
        ("/notification/target_id", TextField::TargetId),
        ("/notification/target_name", TextField::TargetName),
    ];
    known.into_iter().map(|(pointer, field)| (pointer.to_owned(), field)).collect()
}

/// What the documented expressions say of every text in the body, under each reading.
fn expressions(op: &OperationSuite, property: &Property, body: &[u8]) -> Result<(), String> {
    let outside = match property {
        Property::Inside { .. } | Property::Whole => None,
        Property::Outside { clause } => op.clause(clause).and_then(|clause| clause.constraint.as_ref()),
        _ => return Ok(()),
    };
    let Some(json) = parse_request(body) else { return Ok(()) };
    let about_text = outside.is_some_and(|rule| {
        rule.min_length.or(rule.max_length).is_some()
            || rule.characters.is_some()
            || rule.first_not.or(rule.last_not).is_some()
    });
    for (pointer, field) in fields(op) {
        let texts: Vec<String> = pointers(&json, &pointer)
            .iter()
            .filter_map(|place| json.pointer(place).and_then(Value::as_str).map(str::to_owned))
            .collect();
        let broken = about_text && outside.is_some_and(|rule| rule.field == pointer);
        for rule in documented()?.iter().filter(|rule| rule.field == field) {
            let mut refused = 0;
            for text in &texts {
                refused += usize::from(!rule.admits(text)?);
            }
            if refused != usize::from(broken) {
                let readings = &rule.readings;
                return Err(format!("the documents refuse {refused} of {texts:?} at {pointer}, {readings:?}"));
            }
        }
    }
    Ok(())
}

/// What the server does with it.
fn server(arena: &Arena, contract: &Contract, due: Answer, statuses: &[u16], body: &[u8]) -> Result<(), String> {
    let op = contract.operation();
    let request = arena.request(op, false, body.to_vec()).ok_or("the operation has no address")?;
    let exchange = arena.send(request)?.ok_or("no HTTP request can carry it")?;
    let status = exchange.status().unwrap_or(0);
    let expected = match due {
        Answer::Accepted => status == op.operation.success,
        Answer::Refused => statuses.contains(&status),
        Answer::Any => status < 500,
    };
    if !expected {
        return Err(format!("it should be {due}\n{}", told(&exchange)));
    }
    if due == Answer::Any {
        return Ok(());
    }
    let mut model = State::new();
    if due == Answer::Accepted {
        let answered = exchange.answer.as_ref().ok().and_then(|answer| answer.json());
        let said = parse_request(body).unwrap_or_default();
        change_of(&op.operation, &said, answered.as_ref()).apply(&mut model);
    }
    let listed = state_of(&arena.listing(op.operation.resource, false)?, &model);
    difference(&model, &listed).map_or(Ok(()), |e| Err(format!("stored otherwise: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_has_numbers() {
        let generators = Generators::new(FaultSet::default());
        let marks = (0..=u16::MAX).filter_map(|number| Some(generators.kind(number)?.mark));
        let reached: std::collections::BTreeSet<u64> = marks.collect();
        assert_eq!(reached.len(), generators.kinds.len());
    }
}
