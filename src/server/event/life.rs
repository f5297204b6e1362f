//! Faults about what an event was before: deleted, or created a long time ago.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::model::Event;
use super::request::DISABLED;
use crate::server::dispatch::Call;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::operation::Operation;
use crate::server::rules::Rules;
use crate::server::time::Milliseconds;

/// So many requests later faults forget an event, or disable it.
const MEMORY: u64 = 150;
const SHORT_MEMORY: u64 = 50;
const SECOND: u64 = 1_000;
/// One of so many readers misses what was created.
const READERS: u64 = 4;

/// What a project remembers of its events for these faults.
#[derive(Debug, Default)]
pub(crate) struct Past {
    lives: HashMap<String, Life>,
    created: u64,
    lists: u64,
}

#[derive(Debug)]
struct Life {
    lives: usize,
    last: Event,
    /// The how-manieth request it was that created it.
    written: u64,
}

/// An event as these faults make it, and whether it is stored at all; remembers it. Only a bent operation asks.
pub(super) fn begin(call: Call<'_>, mut event: Event) -> Result<(Event, bool), Failure> {
    let rules = call.rules;
    let name = event.draft.name.clone();
    let there = call.tenant.events().contains_key(&name);
    let mut past = call.tenant.past();
    let before = past.lives.get(&name).map_or(0, |life| life.lives);
    let again = before > 0 && !there;
    if again && rules.bends(Deviation::FailsOnDeletedNames) {
        return Err(Failure::internal());
    }
    let refuses =
        rules.bends(Deviation::RefusesDeletedNames) || rules.bends(Deviation::RefusesThirdLifeOfNames) && before > 1;
    if again && refuses {
        return Err(Failure::invalid(Reason::RepeatedName, "name: was deleted and cannot be used again"));
    }
    if again
        && rules.bends(Deviation::RevivesOldEvent)
        && let Some(old) = past.lives.get(&name)
    {
        event.draft = old.last.draft.clone();
    }
    past.created += 1;
    if rules.bends(Deviation::SendsTimesBackwards) {
        let earlier = Milliseconds(event.created.0.saturating_sub(past.created * SECOND));
        (event.created, event.updated) = (earlier, earlier);
    }
    let lives = before + usize::from(!there);
    past.lives.insert(name, Life { lives, last: event.clone(), written: rules.requests() });
    Ok((event, !(again && rules.bends(Deviation::StoresNoSecondLife))))
}

/// What a fault makes of an event that is shown by itself.
pub(super) fn bend_shown(call: Call<'_>, event: &mut Map<String, Value>) {
    if call.state.operation(Operation::CreateSecretEvent).bends(Deviation::ShowsFirstTypeOnly)
        && let Some(Value::Array(types)) = event.get_mut("event_types")
    {
        types.truncate(1);
    }
}

/// Whether a list misses what was created.
pub(super) fn misses(call: Call<'_>) -> bool {
    let rules: &Rules = call.state.operation(Operation::CreateSecretEvent);
    if !rules.bends(Deviation::ListsStoredInTurns) {
        return false;
    }
    let mut past = call.tenant.past();
    past.lists += 1;
    past.lists % READERS == 1
}

/// What time does to the events of a project, before anybody looks at them.
pub(super) fn age(call: Call<'_>, events: &mut BTreeMap<String, Event>) {
    let rules: &Rules = call.state.operation(Operation::CreateSecretEvent);
    if !rules.is_bent() {
        return;
    }
    let past = call.tenant.past();
    let later =
        |name: &str, requests| past.lives.get(name).is_some_and(|life| rules.requests() >= life.written + requests);
    if rules.bends(Deviation::ForgetsLater) {
        events.retain(|name, _| !later(name, MEMORY));
    }
    if rules.bends(Deviation::DisablesLater) {
        events.iter_mut().filter(|(name, _)| later(name, SHORT_MEMORY)).for_each(|(_, event)| {
            DISABLED.clone_into(&mut event.draft.state);
        });
    }
}
