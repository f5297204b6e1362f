//! Giving out a token.

use serde_json::{Value, json};

use super::account::Account;
use super::login::Method;
use crate::server::access::{Credentials, Known, Validity};
use crate::server::time::Milliseconds;

/// A token that was just made, and what is said about it.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) token: String,
    pub(super) body: Value,
}

/// Makes a token for somebody who has logged in; `base` is the URL that this server is reached by.
pub(super) fn grant(account: &Account, credentials: &Credentials, method: Method, known: Known, base: &str) -> Grant {
    let token = format!("MII{}", random_text(5));
    let issued = Milliseconds::now();
    let expires = Milliseconds::after(account.token_lifetime);
    credentials.issue(&token, known, Validity(Some(expires)));
    let body = json!({
        "token": {
            "expires_at": expires.to_string(),
            "issued_at": issued.to_string(),
            "methods": [method.as_ref()],
            "catalog": account.catalog(base),
            "domain": account.domain(),
            "project": account.project(),
            "roles": [{ "id": "0", "name": "te_admin" }],
            "user": account.user(),
        }
    });
    Grant { token, body }
}

/// So many times 32 random hexadecimal digits.
pub(super) fn random_text(times: usize) -> String {
    (0..times).map(|_| uuid::Uuid::new_v4().simple().to_string()).collect()
}
