//! An event as it is stored.

use serde::{Deserialize, Serialize};

use crate::server::time::Milliseconds;

/// Whom an event tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notification {
    pub(crate) target_type: String,
    pub(crate) target_id: String,
    pub(crate) target_name: String,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) types: Vec<String>,
    pub(crate) state: String,
    pub(crate) notification: Notification,
}

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) draft: Draft,
    pub(crate) event_id: String,
    pub(crate) created: Milliseconds,
    pub(crate) updated: Milliseconds,
}

impl Event {
    /// A new event with an id of its own.
    pub(crate) fn new(draft: Draft) -> Self {
        let now = Milliseconds::now();
        Self { draft, event_id: uuid::Uuid::new_v4().to_string(), created: now, updated: now }
    }
}
