//! A pair of access key and secret key, and what becomes of one that is tried too often.

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Known, Validity};
use crate::server::state::locked;
use crate::server::time::Milliseconds;

/// So many wrong signatures in a row lock a key.
const TOLERATED_FAILURES: u32 = 5;

/// For how long.
const LOCKED_FOR: Duration = Duration::from_secs(5 * 60);

/// A pair of keys by which requests are signed.
pub(crate) struct AccessKey {
    pub(crate) access: String,
    pub(crate) known: Known,
    pub(crate) validity: Validity,
    /// What temporary keys have to be accompanied by.
    pub(crate) security_token: Option<String>,
    secret: String,
    tries: Mutex<Tries>,
}

#[derive(Debug, Default)]
struct Tries {
    failed_in_a_row: u32,
    locked_until: Option<Milliseconds>,
}

/// Leaves the secrets out: what is debugged may be printed.
impl fmt::Debug for AccessKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AccessKey").field("access", &self.access).finish_non_exhaustive()
    }
}

impl AccessKey {
    /// A pair that counts for ever.
    pub(crate) fn lasting(access: &str, secret: &str, known: Known) -> Self {
        Self {
            access: access.to_owned(),
            known,
            validity: Validity(None),
            security_token: None,
            secret: secret.to_owned(),
            tries: Mutex::default(),
        }
    }

    /// A pair that counts with its security token, and for a time.
    pub(crate) fn temporary(access: &str, secret: &str, token: &str, known: Known, validity: Validity) -> Self {
        Self { validity, security_token: Some(token.to_owned()), ..Self::lasting(access, secret, known) }
    }

    /// Whether the secret is this one.
    pub(crate) fn has_secret(&self, secret: &str) -> bool {
        self.secret == secret
    }

    /// Whether a signature is the secret key's for a text; compared in constant time.
    pub(super) fn signed(&self, text: &[u8], signature: &[u8]) -> bool {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()) else { return false };
        mac.update(text);
        mac.verify_slice(signature).is_ok()
    }

    pub(super) fn is_locked(&self) -> bool {
        locked(&self.tries).locked_until.is_some_and(|end| end > Milliseconds::now())
    }

    /// Counts the signatures that are wrong.
    pub(super) fn tried(&self, right: bool) {
        let mut tries = locked(&self.tries);
        if right {
            *tries = Tries::default();
            return;
        }
        tries.failed_in_a_row += 1;
        if tries.failed_in_a_row >= TOLERATED_FAILURES {
            *tries = Tries { failed_in_a_row: 0, locked_until: Some(Milliseconds::after(LOCKED_FOR)) };
        }
    }
}
