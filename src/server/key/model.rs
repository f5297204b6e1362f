//! A key as it is stored and shown: every scalar is a text, as documented.

use serde::{Deserialize, Serialize};

use crate::server::time::Milliseconds;

/// The alias of the key that protects secrets which name none.
pub(crate) const DEFAULT_ALIAS: &str = "csms/default";

/// What a key can be used for; on the wire the digit of its documented table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyState {
    #[serde(rename = "2")]
    Enabled,
    #[serde(rename = "3")]
    Disabled,
    #[serde(rename = "4")]
    PendingDeletion,
    #[serde(rename = "5")]
    PendingImport,
}

/// A key without its tags and its material, with the documented members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) key_id: String,
    pub(crate) domain_id: String,
    pub(crate) key_alias: String,
    pub(crate) realm: String,
    pub(crate) key_spec: String,
    pub(crate) key_usage: String,
    pub(crate) key_description: String,
    pub(crate) creation_date: String,
    pub(crate) scheduled_deletion_date: String,
    pub(crate) key_state: KeyState,
    pub(crate) default_key_flag: String,
    pub(crate) key_type: String,
    pub(crate) expiration_time: String,
    pub(crate) origin: String,
    pub(crate) key_rotation_enabled: String,
    pub(crate) sys_enterprise_project_id: String,
    pub(crate) keystore_id: String,
}

/// Where and whose keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) domain_id: String,
    pub(crate) region: String,
}

impl Key {
    /// The state as it is asked for.
    pub(crate) fn state_digit(&self) -> &'static str {
        match self.key_state {
            KeyState::Enabled => "2",
            KeyState::Disabled => "3",
            KeyState::PendingDeletion => "4",
            KeyState::PendingImport => "5",
        }
    }

    /// A key with nothing but an alias, made now.
    pub(crate) fn new(key_id: String, key_alias: String, owner: &Owner) -> Self {
        let text = str::to_owned;
        Self {
            key_id,
            domain_id: owner.domain_id.clone(),
            default_key_flag: text(if key_alias == DEFAULT_ALIAS { "1" } else { "0" }),
            key_alias,
            realm: owner.region.clone(),
            key_spec: text("AES_256"),
            key_usage: text("ENCRYPT_DECRYPT"),
            key_description: String::new(),
            creation_date: Milliseconds::now().whole_seconds().0.to_string(),
            scheduled_deletion_date: String::new(),
            key_state: KeyState::Enabled,
            key_type: text("1"),
            expiration_time: String::new(),
            origin: text("kms"),
            key_rotation_enabled: text("false"),
            sys_enterprise_project_id: text("0"),
            keystore_id: text("0"),
        }
    }
}
