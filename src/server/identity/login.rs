//! Who asks for a token, and whether they are whom they say.

use super::account::Account;
use super::refusal::Refusal;
use crate::server::access::{Credentials, Known};
use crate::server::http::Failure;
use crate::server::json::Json;
use crate::server::neighbour::required;

const WRONG: &str = "The username or password is wrong.";

/// The ways to log in that are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Method {
    Password,
    HwAkSk,
}

/// Checks the member `auth` of a body.
pub(super) fn log_in(
    account: &Account,
    credentials: &Credentials,
    body: &Json<'_>,
) -> Result<(Method, Known), Refusal> {
    let auth = object(body, "auth")?;
    let identity = object(auth, "identity")?;
    let logged_in = match methods(identity)?.as_slice() {
        ["password"] => by_password(account, identity).map(|known| (Method::Password, known))?,
        ["hw_ak_sk"] => by_access_key(credentials, identity).map(|known| (Method::HwAkSk, known))?,
        others => {
            let others = others.join(", ");
            return Err(Refusal::invalid(format!(
                "auth.identity.methods: this server knows password and hw_ak_sk, one at a time, not `{others}`"
            )));
        }
    };
    check_scope(account, auth)?;
    Ok(logged_in)
}

fn methods<'a>(identity: &'a Json<'_>) -> Result<Vec<&'a str>, Refusal> {
    let methods = identity.get("methods").ok_or_else(|| Failure::missing("auth.identity.methods"))?;
    let names = methods.elements().iter().map(|name| match name {
        Json::String(name) => Ok(name.as_ref()),
        other => Err(Refusal::from(Failure::wrong_type("auth.identity.methods", "an array of strings", other.kind()))),
    });
    names.collect()
}

fn by_password(account: &Account, identity: &Json<'_>) -> Result<Known, Refusal> {
    let user = object(object(identity, "password")?, "user")?;
    let password = required(user, "password")?;
    let named = match user.get("id") {
        Some(_) => required(user, "id")? == account.user_id,
        None => {
            let domain = object(user, "domain")?;
            is(domain, &account.domain_id, &account.domain_name)? && required(user, "name")? == account.user_name
        }
    };
    if named && password == account.password {
        Ok(Known { tenant: 0, writes: true })
    } else {
        Err(Refusal::unauthorized(WRONG))
    }
}

fn by_access_key(credentials: &Credentials, identity: &Json<'_>) -> Result<Known, Refusal> {
    let pair = object(identity, "hw_ak_sk")?;
    let access = required(object(pair, "access")?, "key")?;
    let secret = required(object(pair, "secret")?, "key")?;
    let key = credentials.key(access).filter(|key| key.security_token.is_none() && key.has_secret(secret));
    key.map(|key| key.known).ok_or_else(|| Refusal::unauthorized("The access key or secret key is wrong."))
}

/// A token is for the project, by name or by id.
fn check_scope(account: &Account, auth: &Json<'_>) -> Result<(), Refusal> {
    let project = object(object(auth, "scope")?, "project")?;
    if is(project, &account.project_id, &account.region)? {
        Ok(())
    } else {
        Err(Refusal::unauthorized("The project does not exist, or is not open to this user."))
    }
}

/// Whether an object names something by its id or else by its name.
fn is(object: &Json<'_>, id: &str, name: &str) -> Result<bool, Refusal> {
    Ok(match object.get("id") {
        Some(_) => required(object, "id")? == id,
        None => required(object, "name")? == name,
    })
}

fn object<'a>(parent: &'a Json<'a>, name: &str) -> Result<&'a Json<'a>, Refusal> {
    match parent.get(name) {
        Some(object) if object.is_object() => Ok(object),
        Some(other) => Err(Failure::wrong_type(name, "an object", other.kind()).into()),
        None => Err(Failure::missing(name).into()),
    }
}
