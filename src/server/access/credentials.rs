//! Every token and access key that the server knows.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::AccessKey;
use crate::server::fault::Deviation;
use crate::server::identities::Identities;
use crate::server::rules::Rules;
use crate::server::time::Milliseconds;

/// How much of a token a careless comparison looks at.
const COMPARED_PREFIX: usize = 32;

/// Whose a credential is, and whether it may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) tenant: usize,
    pub(crate) writes: bool,
}

/// Until when a credential counts; for ever where there is no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity(pub(crate) Option<Milliseconds>);

struct Token {
    token: String,
    known: Known,
    validity: Validity,
}

/// Why a token is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenError {
    Unknown,
    Expired(Milliseconds),
}

/// Tokens, some printed at the start and some given out since, and access keys.
pub(crate) struct Credentials {
    printed: [Token; 3],
    issued: RwLock<HashMap<Vec<u8>, (Known, Validity)>>,
    keys: RwLock<HashMap<String, Arc<AccessKey>>>,
}

/// Leaves the secrets out: what is debugged may be printed.
impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Validity {
    /// From now on, for as long as given.
    pub(crate) fn lasting(lifetime: Option<Duration>) -> Self {
        Self(lifetime.map(Milliseconds::after))
    }

    /// The end, if it has come.
    pub(super) fn ended(self) -> Option<Milliseconds> {
        self.0.filter(|end| *end <= Milliseconds::now())
    }
}

impl Credentials {
    /// What exists at the start; `lifetime` is that of tokens and temporary keys.
    pub(crate) fn new(identities: &Identities, lifetime: Option<Duration>) -> Self {
        let validity = Validity::lasting(lifetime);
        let token =
            |token: &str, tenant, writes| Token { token: token.to_owned(), known: Known { tenant, writes }, validity };
        let credentials = Self {
            printed: [
                token(&identities.token, 0, true),
                token(&identities.read_only_token, 0, false),
                token(&identities.foreign_token, 1, true),
            ],
            issued: RwLock::default(),
            keys: RwLock::default(),
        };
        let owner = Known { tenant: 0, writes: true };
        credentials.add_key(AccessKey::lasting(&identities.access_key, &identities.secret_key, owner));
        credentials.add_key(AccessKey::temporary(
            &identities.temporary_access_key,
            &identities.temporary_secret_key,
            &identities.security_token,
            owner,
            validity,
        ));
        credentials
    }

    pub(super) fn find(&self, rules: &Rules, token: &[u8]) -> Result<Known, TokenError> {
        let printed = self.printed.iter().find(|known| {
            let known = known.token.as_bytes();
            known == token
                || rules.bends(Deviation::AcceptsTokenPrefix)
                    && token.len() >= COMPARED_PREFIX
                    && known.starts_with(token)
                || rules.bends(Deviation::AcceptsTokenSuffix) && token.starts_with(known)
                || rules.bends(Deviation::AcceptsTokenInAnyCase) && known.eq_ignore_ascii_case(token)
        });
        let (known, validity) = match printed {
            Some(token) => (token.known, token.validity),
            None => {
                let issued = self.issued.read().unwrap_or_else(PoisonError::into_inner);
                *issued.get(token).ok_or(TokenError::Unknown)?
            }
        };
        match validity.ended() {
            None => Ok(known),
            Some(end) => Err(TokenError::Expired(end)),
        }
    }

    /// Makes a token good.
    pub(crate) fn issue(&self, token: &str, known: Known, validity: Validity) {
        let mut issued = self.issued.write().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|_, (_, validity)| validity.ended().is_none());
        issued.insert(token.as_bytes().to_vec(), (known, validity));
    }

    /// Makes an access key good.
    pub(crate) fn add_key(&self, key: AccessKey) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(key.access.clone(), Arc::new(key));
    }

    /// The access key of that id.
    pub(crate) fn key(&self, access: &str) -> Option<Arc<AccessKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(access).cloned()
    }
}
