//! An access key and its secret, permanent or temporary.

/// An access key (AK) with its secret key (SK).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AccessKey {
    /// The name of the key, which stands in every signed request.
    pub access_key: String,
    /// What signatures are made with; it is never sent.
    pub secret_key: String,
    /// What belongs to a temporary key, and is sent with it as `X-Security-Token`.
    pub security_token: Option<String>,
}

impl AccessKey {
    /// What of it must never be shown.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.secret_key.as_str()).chain(self.security_token.as_deref())
    }
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not even the name: it is what somebody who found the secret looks for.
        f.debug_struct("AccessKey").field("is_temporary", &self.security_token.is_some()).finish_non_exhaustive()
    }
}
