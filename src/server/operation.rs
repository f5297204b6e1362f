//! The operations under test: the four that are documented, and neighbours of theirs.

use strum::{EnumCount, EnumIter};

/// One operation that may follow readings and have faults of its own; other observers and neighbours go by those of the
/// operation beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumCount)]
pub(crate) enum Operation {
    CreateSecretTag,
    BatchCreateOrDeleteTags,
    CreateKmsTag,
    CreateSecretEvent,
    DeleteSecretTag,
    UpdateSecretEvent,
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
            Self::DeleteSecretTag => "csms.delete-secret-tag",
            Self::UpdateSecretEvent => "csms.update-secret-event",
        }
    }

    pub(crate) const fn service(self) -> Service {
        match self {
            Self::CreateKmsTag => Service::Kms,
            _ => Service::Csms,
        }
    }

    /// Whether it is one of the four, and none of their neighbours.
    pub(crate) const fn is_documented(self) -> bool {
        !matches!(self, Self::DeleteSecretTag | Self::UpdateSecretEvent)
    }
}
