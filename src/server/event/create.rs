//! Creating an event.

use super::model::Event;
use super::{life, render, request};
use crate::server::dispatch::Call;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason, Success};
use crate::server::json::Json;

const FORGETFUL_PERIOD: u64 = 8;
const LOW_QUOTA: usize = 3;

/// The id in the documented example.
const EXAMPLE_ID: &str = "bb6a3d22-dc93-47ac-b5bd-88df7ad35f1e";

/// `CreateSecretEvent`.
pub(crate) fn create(call: Call<'_>, body: &Json<'_>) -> Result<Success, Failure> {
    let rules = call.rules;
    let draft = match request::read(call, body) {
        Ok(draft) => draft,
        Err(failure) => {
            if rules.bends(Deviation::StoresRefused)
                && let Some(draft) = request::salvage(call, body)
            {
                call.tenant.events().insert(draft.name.clone(), Event::new(draft));
            }
            return Err(failure);
        }
    };
    let mut event = Event::new(draft);
    if rules.bends(Deviation::SendsConstantEventId) {
        EXAMPLE_ID.clone_into(&mut event.event_id);
    }
    if rules.bends(Deviation::AnswersWithFirstOfName)
        && let Some(first) = call.tenant.events().get(&event.draft.name)
    {
        return render::created(rules, first);
    }
    let mut stored = true;
    if rules.is_bent() {
        (event, stored) = life::begin(call, event)?;
    }
    if stored {
        store(call, &event)?;
    }
    render::created(rules, &event)
}

fn store(call: Call<'_>, event: &Event) -> Result<(), Failure> {
    let rules = call.rules;
    let name = &event.draft.name;
    let mut events = call.tenant.events();
    if events.contains_key(name) {
        if !rules.event.repeated_name_accepted {
            let message = "name: belongs to another event";
            return Err(Failure::new(rules.event.duplicate_status, Reason::RepeatedName, message));
        }
    } else {
        let low = rules.bends(Deviation::LimitsEventsToThree).then_some(LOW_QUOTA);
        if let Some(quota) = low.or(rules.event.quota)
            && events.len() >= quota
        {
            let message = format!("event: the project has {quota} of them, which is its quota");
            return Err(Failure::invalid(Reason::EventQuota, message));
        }
    }
    let forgets = rules.bends(Deviation::ForgetsNowAndThen) && call.number.is_multiple_of(FORGETFUL_PERIOD);
    if forgets || rules.bends(Deviation::StoresNothing) {
        return Ok(());
    }
    events.insert(name.clone(), event.clone());
    drop(events);
    if rules.bends(Deviation::ShowsEventToOtherTenant) {
        let others = call.state.tenants.iter().filter(|tenant| tenant.project_id != call.tenant.project_id);
        others.for_each(|tenant| {
            tenant.events().insert(name.clone(), event.clone());
        });
    }
    Ok(())
}
