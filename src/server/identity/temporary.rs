//! Giving out a temporary access key to somebody who has a token.

use std::time::Duration;

use serde_json::{Value, json};

use super::grant::random_text;
use super::refusal::Refusal;
use crate::server::access::{AccessKey, Credentials, Known, Validity};
use crate::server::http::Reason;
use crate::server::json::Json;
use crate::server::neighbour::digits;

const USUAL_SECONDS: usize = 900;
const SECONDS: std::ops::RangeInclusive<usize> = USUAL_SECONDS..=24 * 60 * 60;
const ACCESS_LENGTH: usize = 20;
const SECRET_LENGTH: usize = 40;

/// `CreateTemporaryAccessKeyByToken`, for the owner of the token in the request.
pub(super) fn key_for(credentials: &Credentials, known: Known, body: &Json<'_>) -> Result<Value, Refusal> {
    let identity = body.get("auth").and_then(|auth| auth.get("identity"));
    let identity = identity.ok_or_else(|| Refusal::invalid("auth.identity: is mandatory"))?;
    let methods = identity.get("methods").map(Json::elements).unwrap_or_default();
    if !matches!(methods, [Json::String(method)] if method == "token") {
        return Err(Refusal::invalid("auth.identity.methods: must be [\"token\"]"));
    }
    let seconds = match identity.get("token") {
        None => None,
        Some(token) => digits(token, "duration_seconds", SECONDS, Reason::Parameter)?,
    };
    let lifetime = u64::try_from(seconds.unwrap_or(USUAL_SECONDS)).map(Duration::from_secs).ok();
    let validity = Validity::lasting(lifetime);
    let access: String = random_text(1).to_uppercase().chars().take(ACCESS_LENGTH).collect();
    let secret: String = random_text(2).chars().take(SECRET_LENGTH).collect();
    let token = random_text(6);
    credentials.add_key(AccessKey::temporary(&access, &secret, &token, known, validity));
    let expires = validity.0.map(|end| end.to_string());
    Ok(json!({
        "credential": { "access": access, "secret": secret, "securitytoken": token, "expires_at": expires }
    }))
}
