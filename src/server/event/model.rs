//! An event as it is stored.

use std::time::{SystemTime, UNIX_EPOCH};

/// Whom an event tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Notification {
    pub(crate) target_type: String,
    pub(crate) target_id: String,
    pub(crate) target_name: String,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) types: Vec<String>,
    pub(crate) state: String,
    pub(crate) notification: Notification,
}

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) draft: Draft,
    pub(crate) event_id: String,
    pub(crate) created: Milliseconds,
    pub(crate) updated: Milliseconds,
}

/// A moment, counted from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Milliseconds(pub(crate) u64);

impl Milliseconds {
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

impl Event {
    /// A new event with an id of its own.
    pub(crate) fn new(draft: Draft) -> Self {
        let now = Milliseconds::now();
        Self { draft, event_id: uuid::Uuid::new_v4().to_string(), created: now, updated: now }
    }
}
