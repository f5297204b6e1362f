//! The keys of one tenant, in the order of their making.

use axum::http::StatusCode;
use indexmap::IndexMap;

use super::model::{Key, KeyState, Owner};
use crate::server::http::{Failure, Reason};
use crate::server::json::Json;
use crate::server::neighbour::required;
use crate::server::tag::is_uuid;

/// Keys by their ids.
#[derive(Debug, Clone)]
pub(crate) struct KeyRegister {
    by_id: IndexMap<String, Key>,
    pub(super) owner: Owner,
    /// Whether anything may differ from what it was made of.
    touched: bool,
}

impl KeyRegister {
    pub(crate) fn new(owner: Owner, keys: impl IntoIterator<Item = Key>) -> Self {
        Self { by_id: keys.into_iter().map(|key| (key.key_id.clone(), key)).collect(), owner, touched: false }
    }

    /// Puts other keys in the place of those that are there.
    pub(crate) fn replace(&mut self, keys: impl IntoIterator<Item = Key>) {
        *self = Self { touched: true, ..Self::new(self.owner.clone(), keys) };
    }

    /// As it was made, which costs nothing where nothing was changed.
    pub(crate) fn reset_to(&mut self, first: &Self) {
        if self.touched {
            self.clone_from(first);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.by_id.values()
    }

    /// Whether there is a key of that id that can be used.
    pub(crate) fn is_enabled(&self, id: &str) -> bool {
        self.by_id.get(id).is_some_and(|key| key.key_state == KeyState::Enabled)
    }

    /// The key that a body names by `key_id`.
    pub(super) fn named(&mut self, body: &Json<'_>) -> Result<&mut Key, Failure> {
        let id = required(body, "key_id")?;
        if !is_uuid(id.as_bytes()) {
            return Err(Failure::invalid(Reason::MalformedId, "key_id: must be a UUID"));
        }
        let unknown = || Failure::new(StatusCode::NOT_FOUND, Reason::UnknownId, "key_id: no such key exists");
        self.touched = true;
        self.by_id.get_mut(id).ok_or_else(unknown)
    }

    pub(super) fn add(&mut self, key: Key) -> Result<(), Failure> {
        if self.iter().any(|other| other.key_alias == key.key_alias) {
            return Err(Failure::invalid(Reason::RepeatedAlias, "key_alias: belongs to another key"));
        }
        self.touched = true;
        self.by_id.insert(key.key_id.clone(), key);
        Ok(())
    }
}
