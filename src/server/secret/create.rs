//! Creating a secret.

use serde_json::json;
use uuid::Uuid;

use super::Secret;
use super::update::{key, subscriptions};
use crate::server::dispatch::check_members;
use crate::server::http::{Failure, Reason, Success};
use crate::server::json::Json;
use crate::server::neighbour::{Errand, bounded, choice, flag, is_name, required};

const MAX_NAME: usize = 64;
const MAX_VALUE: usize = 32_768;
pub(super) const MAX_DESCRIPTION: usize = 2048;
const MAX_ROTATION_CONFIG: usize = 1024;
pub(super) const MAX_ROTATION_PERIOD: usize = 50;
pub(super) const MAX_URN: usize = 255;
const TYPES: [&str; 3] = ["COMMON", "RDS-FG", "GaussDB-FG"];
const MEMBERS: [&str; 12] = [
    "name",
    "kms_key_id",
    "description",
    "secret_string",
    "secret_binary",
    "secret_type",
    "auto_rotation",
    "rotation_period",
    "rotation_config",
    "rotation_func_urn",
    "event_subscriptions",
    "enterprise_project_id",
];

/// `CreateSecret`.
pub(crate) fn create(errand: Errand<'_>) -> Result<Success, Failure> {
    let Errand { call, body, .. } = errand;
    check_members(call.rules.access.unknown_field_refused, "body", body, &MEMBERS)?;
    let name = required(body, "name")?;
    if !is_name(name, MAX_NAME, "_-") {
        let rule = "name: must be 1 to 64 letters a to z, digits, _ and -";
        return Err(Failure::invalid(Reason::Parameter, rule));
    }
    check_value(body)?;
    let kms_key_id = key(errand)?.unwrap_or_else(|| call.tenant.default_key_id.clone());
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let plain = Secret::new(Uuid::new_v4().to_string(), name.to_owned(), kms_key_id);
    let secret = Secret {
        description: owned(bounded(body, "description", MAX_DESCRIPTION)?).unwrap_or_default(),
        secret_type: choice(body, "secret_type", &TYPES)?.unwrap_or(TYPES[0]).to_owned(),
        auto_rotation: flag(body, "auto_rotation")?.unwrap_or_default(),
        rotation_period: owned(bounded(body, "rotation_period", MAX_ROTATION_PERIOD)?),
        rotation_config: owned(bounded(body, "rotation_config", MAX_ROTATION_CONFIG)?),
        rotation_func_urn: owned(bounded(body, "rotation_func_urn", MAX_URN)?),
        event_subscriptions: subscriptions(errand)?.unwrap_or_default(),
        enterprise_project_id: bounded(body, "enterprise_project_id", 36)?.unwrap_or("0").to_owned(),
        ..plain
    };
    let mut register = call.tenant.secret_register();
    register.add(secret.clone())?;
    call.tenant.secrets.add(&secret.id);
    drop(register);
    Success::json(&json!({ "secret": secret }))
}

/// A secret holds a text or bytes, one of the two.
fn check_value(body: &Json<'_>) -> Result<(), Failure> {
    let text = bounded(body, "secret_string", MAX_VALUE)?;
    let bytes = bounded(body, "secret_binary", MAX_VALUE)?;
    match (text, bytes) {
        (None, None) => Err(Failure::missing("secret_string or secret_binary")),
        (Some(_), Some(_)) => {
            let rule = "secret_binary: must not be given together with secret_string";
            Err(Failure::invalid(Reason::Parameter, rule))
        }
        _ => Ok(()),
    }
}
