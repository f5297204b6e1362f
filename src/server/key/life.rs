//! Enabling, disabling and deleting a key; it can only be deleted later.

use std::time::Duration;

use serde_json::json;

use super::model::{Key, KeyState};
use crate::server::dispatch::check_members;
use crate::server::http::{Failure, Reason, Success};
use crate::server::neighbour::{Errand, digits};
use crate::server::tag::check_sequence;
use crate::server::time::Milliseconds;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const PENDING_DAYS: std::ops::RangeInclusive<usize> = 7..=1096;

/// `EnableKey`.
pub(crate) fn enable(errand: Errand<'_>) -> Result<Success, Failure> {
    change(errand, &[], |key| {
        check_usable(key)?;
        key.key_state = KeyState::Enabled;
        Ok(())
    })
    .and_then(|key| Success::json(&json!({ "key_info": { "key_id": key.key_id, "key_state": key.key_state } })))
}

/// `DisableKey`.
pub(crate) fn disable(errand: Errand<'_>) -> Result<Success, Failure> {
    change(errand, &[], |key| {
        check_usable(key)?;
        key.key_state = KeyState::Disabled;
        Ok(())
    })
    .and_then(|key| Success::json(&json!({ "key_info": { "key_id": key.key_id, "key_state": key.key_state } })))
}

/// `DeleteKey`. The time is written down; nothing happens when it comes.
pub(crate) fn schedule_deletion(errand: Errand<'_>) -> Result<Success, Failure> {
    change(errand, &["pending_days"], |key| {
        let days = digits(errand.body, "pending_days", PENDING_DAYS, Reason::PendingDays)?;
        let days = days.and_then(|days| u32::try_from(days).ok()).ok_or_else(|| Failure::missing("pending_days"))?;
        if key.key_state == KeyState::PendingDeletion {
            let message = "key_id: this key is pending deletion already";
            return Err(Failure::invalid(Reason::AlreadyPending, message));
        }
        key.key_state = KeyState::PendingDeletion;
        key.scheduled_deletion_date = Milliseconds::after(DAY * days).whole_seconds().0.to_string();
        Ok(())
    })
    .and_then(|key| Success::json(&json!({ "key_id": key.key_id, "key_state": key.key_state })))
}

/// `CancelKeyDeletion`: the key comes back disabled.
pub(crate) fn cancel_deletion(errand: Errand<'_>) -> Result<Success, Failure> {
    change(errand, &[], |key| {
        if key.key_state != KeyState::PendingDeletion {
            let message = "key_id: this key is not pending deletion";
            return Err(Failure::invalid(Reason::NotPendingDeletion, message));
        }
        key.key_state = KeyState::Disabled;
        key.scheduled_deletion_date = String::new();
        Ok(())
    })
    .and_then(|key| Success::json(&json!({ "key_id": key.key_id, "key_state": key.key_state })))
}

/// Changes the key that a body names, and returns it as it is then.
fn change(
    errand: Errand<'_>,
    members: &[&str],
    act: impl FnOnce(&mut Key) -> Result<(), Failure>,
) -> Result<Key, Failure> {
    let Errand { call, body, .. } = errand;
    let known: Vec<&str> = ["key_id", "sequence"].iter().chain(members).copied().collect();
    check_members(call.rules.access.unknown_field_refused, "body", body, &known)?;
    check_sequence(call.rules, body)?;
    let mut register = call.tenant.key_register();
    let key = register.named(body)?;
    if key.key_id == call.tenant.default_key_id {
        return Err(Failure::invalid(Reason::DefaultKey, "key_id: a default key stays as it is"));
    }
    act(key)?;
    Ok(key.clone())
}

fn check_usable(key: &Key) -> Result<(), Failure> {
    match key.key_state {
        KeyState::PendingDeletion => {
            Err(Failure::invalid(Reason::PendingDeletion, "key_id: this key is pending deletion"))
        }
        KeyState::PendingImport => Err(Failure::invalid(Reason::KeyState, "key_id: this key has no material yet")),
        KeyState::Enabled | KeyState::Disabled => Ok(()),
    }
}
