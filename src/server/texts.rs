//! The rules for single texts, without a request around them, so that they can be held against other statements of the
//! same rules.

use super::config::ServerConfig;
use super::event::{Notification, SMN, check_name, check_notification};
use super::operation::Operation;
use super::rules::Rules;
use super::tag::{TagItem, check_text};

/// A text of a request that has rules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum TextField {
    /// The key of a tag on a secret.
    SecretTagKey,
    /// Its value.
    SecretTagValue,
    /// The key of a tag on a KMS key.
    KeyTagKey,
    /// Its value.
    KeyTagValue,
    /// The name of an event.
    EventName,
    /// Whom a notification goes to.
    TargetId,
    /// What that is called.
    TargetName,
}

/// The text rules of a server with one configuration.
#[derive(Debug)]
pub struct TextRules {
    secret: Rules,
    key: Rules,
    event: Rules,
}

/// A text that every rule admits, for the other members of what is checked.
const PLAIN: &str = "k";

impl TextRules {
    /// The rules as `CreateSecretTag`, `CreateKmsTag` and `CreateSecretEvent` apply them.
    pub fn new(config: &ServerConfig) -> Self {
        let of = |operation| Rules::new(operation, &config.profile, &config.faults);
        Self {
            secret: of(Operation::CreateSecretTag),
            key: of(Operation::CreateKmsTag),
            event: of(Operation::CreateSecretEvent),
        }
    }

    /// Whether a text may stand in a field.
    pub fn admits(&self, field: TextField, text: &str) -> bool {
        let target = |target_id: &str, target_name: &str| Notification {
            target_type: SMN.to_owned(),
            target_id: target_id.to_owned(),
            target_name: target_name.to_owned(),
        };
        let checked = match field {
            TextField::SecretTagKey => check_text(&self.secret, &TagItem::one(text, None)),
            TextField::SecretTagValue => check_text(&self.secret, &TagItem::one(PLAIN, Some(text))),
            TextField::KeyTagKey => check_text(&self.key, &TagItem::one(text, None)),
            TextField::KeyTagValue => check_text(&self.key, &TagItem::one(PLAIN, Some(text))),
            TextField::EventName => check_name(&self.event, text),
            TextField::TargetId => check_notification(&self.event, &target(text, PLAIN)),
            TextField::TargetName => check_notification(&self.event, &target(PLAIN, text)),
        };
        checked.is_ok()
    }
}
