//! Creating a key.

use serde_json::json;
use uuid::Uuid;

use super::model::{Key, KeyState};
use crate::server::dispatch::check_members;
use crate::server::http::{Failure, Reason, Success};
use crate::server::neighbour::{Errand, bounded, choice, is_name, required};
use crate::server::tag::check_sequence;

const MAX_ALIAS: usize = 255;
const SPECS: [&str; 14] = [
    "AES_256",
    "SM4",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_P256",
    "EC_P384",
    "SECP256K1",
    "SM2",
    "ED25519",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "HMAC_SM3",
];
const USAGES: [&str; 2] = ["ENCRYPT_DECRYPT", "SIGN_VERIFY"];
const ORIGINS: [&str; 2] = ["kms", "external"];
const MEMBERS: [&str; 9] = [
    "key_alias",
    "key_spec",
    "key_usage",
    "key_description",
    "origin",
    "enterprise_project_id",
    "sequence",
    "keystore_id",
    "vm_id",
];

/// `CreateKey`.
pub(crate) fn create(errand: Errand<'_>) -> Result<Success, Failure> {
    let Errand { call, body, .. } = errand;
    check_members(call.rules.access.unknown_field_refused, "body", body, &MEMBERS)?;
    check_sequence(call.rules, body)?;
    let alias = required(body, "key_alias")?;
    if !is_name(alias, MAX_ALIAS, ":/_-") || alias.ends_with("/default") {
        let rule = "key_alias: must be 1 to 255 letters a to z, digits, :, /, _ and -, and not end in /default";
        return Err(Failure::invalid(Reason::Parameter, rule));
    }
    let spec = choice(body, "key_spec", &SPECS)?;
    let usage = choice(body, "key_usage", &USAGES)?;
    let description = bounded(body, "key_description", 255)?.unwrap_or_default();
    let origin = choice(body, "origin", &ORIGINS)?.unwrap_or(ORIGINS[0]);
    let project = bounded(body, "enterprise_project_id", 36)?.unwrap_or("0");
    let store = bounded(body, "keystore_id", 36)?.unwrap_or("0");
    let mut register = call.tenant.key_register();
    let plain = Key::new(Uuid::new_v4().to_string(), alias.to_owned(), &register.owner);
    let key = Key {
        key_spec: spec.unwrap_or(&plain.key_spec).to_owned(),
        key_usage: usage.unwrap_or(usual_usage(spec)).to_owned(),
        key_description: description.to_owned(),
        key_state: if origin == ORIGINS[1] { KeyState::PendingImport } else { plain.key_state },
        origin: origin.to_owned(),
        sys_enterprise_project_id: project.to_owned(),
        keystore_id: store.to_owned(),
        ..plain
    };
    register.add(key.clone())?;
    call.tenant.keys.add(&key.key_id);
    Success::json(&json!({ "key_info": { "key_id": key.key_id, "domain_id": key.domain_id } }))
}

/// Keys on curves sign; all others encrypt unless they are told to sign.
fn usual_usage(spec: Option<&str>) -> &'static str {
    match spec {
        Some("EC_P256" | "EC_P384" | "SECP256K1" | "ED25519") => USAGES[1],
        _ => USAGES[0],
    }
}
