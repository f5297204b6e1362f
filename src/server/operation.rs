//! The four operations under test.

use strum::{EnumCount, EnumIter};

/// One documented operation; observers are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumCount)]
pub(crate) enum Operation {
    CreateSecretTag,
    BatchCreateOrDeleteTags,
    CreateKmsTag,
    CreateSecretEvent,
}

/// The service an operation belongs to; error codes differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Csms,
    Kms,
}

impl Operation {
    /// The prefix of the operation's clause ids.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::CreateSecretTag => "csms.create-secret-tag",
            Self::BatchCreateOrDeleteTags => "csms.batch-create-or-delete-tags",
            Self::CreateKmsTag => "kms.create-kms-tag",
            Self::CreateSecretEvent => "csms.create-secret-event",
        }
    }

    pub(crate) const fn service(self) -> Service {
        match self {
            Self::CreateKmsTag => Service::Kms,
            Self::CreateSecretTag | Self::BatchCreateOrDeleteTags | Self::CreateSecretEvent => Service::Csms,
        }
    }
}
