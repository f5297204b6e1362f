//! Deleting a secret, at once or later.

use std::time::Duration;

use serde_json::json;

use super::model::SecretState;
use crate::server::dispatch::check_members;
use crate::server::http::{Failure, Reason, Success};
use crate::server::json::Json;
use crate::server::neighbour::Errand;
use crate::server::time::Milliseconds;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const WINDOW: std::ops::RangeInclusive<u32> = 7..=30;

/// `DeleteSecret`: at once.
pub(crate) fn delete(errand: Errand<'_>, name: &str) -> Result<Success, Failure> {
    let tenant = errand.call.tenant;
    let secret = tenant.secret_register().remove(name)?;
    tenant.secrets.remove(&secret.id);
    Ok(Success::Empty)
}

/// `DeleteSecretForSchedule`. The time is written down; nothing happens when it comes.
pub(crate) fn schedule_deletion(errand: Errand<'_>, name: &str) -> Result<Success, Failure> {
    let Errand { call, body, .. } = errand;
    check_members(call.rules.access.unknown_field_refused, "body", body, &["recovery_window_in_days"])?;
    let days = match body.get("recovery_window_in_days") {
        None => return Err(Failure::missing("recovery_window_in_days")),
        Some(Json::Number(days)) => days.parse().ok().filter(|days| WINDOW.contains(days)),
        Some(other) => return Err(Failure::wrong_type("recovery_window_in_days", "a number", other.kind())),
    };
    let days = days.ok_or_else(|| {
        let rule =
            format!("recovery_window_in_days: must be a whole number from {} to {}", WINDOW.start(), WINDOW.end());
        Failure::invalid(Reason::Parameter, rule)
    })?;
    let mut register = call.tenant.secret_register();
    let secret = register.enabled(name)?;
    secret.state = SecretState::PendingDelete;
    secret.scheduled_delete_time = Some(Milliseconds::after(DAY * days).whole_seconds());
    Success::json(&json!({ "secret": secret }))
}

/// `RestoreSecret`.
pub(crate) fn restore(errand: Errand<'_>, name: &str) -> Result<Success, Failure> {
    let mut register = errand.call.tenant.secret_register();
    let secret = register.get_mut(name)?;
    if secret.state != SecretState::PendingDelete {
        let message = "secret_name: this secret is not pending deletion";
        return Err(Failure::invalid(Reason::NotPendingDeletion, message));
    }
    secret.state = SecretState::Enabled;
    secret.scheduled_delete_time = None;
    Success::json(&json!({ "secret": secret }))
}
