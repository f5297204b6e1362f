//! A secret as it is stored and shown.

use serde::{Deserialize, Serialize};

use crate::server::time::Milliseconds;

/// Whether a secret can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SecretState {
    Enabled,
    PendingDelete,
}

/// A secret without its tags and its value, with the documented members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secret {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) state: SecretState,
    pub(crate) kms_key_id: String,
    pub(crate) description: String,
    pub(crate) create_time: Milliseconds,
    pub(crate) update_time: Milliseconds,
    pub(crate) scheduled_delete_time: Option<Milliseconds>,
    pub(crate) secret_type: String,
    pub(crate) auto_rotation: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rotation_period: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rotation_config: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rotation_func_urn: Option<String>,
    pub(crate) event_subscriptions: Vec<String>,
    pub(crate) enterprise_project_id: String,
}

impl Secret {
    /// A secret with nothing but a name, made now.
    pub(crate) fn new(id: String, name: String, kms_key_id: String) -> Self {
        let now = Milliseconds::now().whole_seconds();
        Self {
            id,
            name,
            state: SecretState::Enabled,
            kms_key_id,
            description: String::new(),
            create_time: now,
            update_time: now,
            scheduled_delete_time: None,
            secret_type: "COMMON".to_owned(),
            auto_rotation: false,
            rotation_period: None,
            rotation_config: None,
            rotation_func_urn: None,
            event_subscriptions: Vec::new(),
            enterprise_project_id: "0".to_owned(),
        }
    }
}
