//! Which operation a request to a neighbour asks for, and what all of its kind have in common.

use std::borrow::Cow;

use crate::server::operation::Operation;
use crate::server::rules::Rules;
use crate::server::state::State;

/// One of the operations around the four.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Neighbour<'a> {
    CreateSecret,
    ListSecrets,
    ShowSecret(Cow<'a, str>),
    UpdateSecret(Cow<'a, str>),
    DeleteSecret(Cow<'a, str>),
    DeleteSecretForSchedule(Cow<'a, str>),
    RestoreSecret(Cow<'a, str>),
    ListProjectSecretsTags,
    ListResourceInstances,
    UpdateSecretEvent(Cow<'a, str>),
    ListNotificationRecords,
    CreateKey,
    ListKeyDetail,
    ListKeys,
    EnableKey,
    DisableKey,
    DeleteKey,
    CancelKeyDeletion,
    ListKmsTags,
    ListKmsByTags,
}

impl Neighbour<'_> {
    /// One of the four whose readings it shares; it tells the service as well.
    fn relative(&self) -> Operation {
        match self {
            Self::CreateKey
            | Self::ListKeyDetail
            | Self::ListKeys
            | Self::EnableKey
            | Self::DisableKey
            | Self::DeleteKey
            | Self::CancelKeyDeletion
            | Self::ListKmsTags
            | Self::ListKmsByTags => Operation::CreateKmsTag,
            _ => Operation::CreateSecretEvent,
        }
    }

    /// What it goes by: rules of its own, or the readings of the operation beside it.
    pub(super) fn rules<'s>(&self, state: &'s State) -> &'s Rules {
        match self {
            Self::UpdateSecretEvent(_) => state.operation(Operation::UpdateSecretEvent),
            _ => state.observer(self.relative()),
        }
    }

    pub(super) fn writes(&self) -> bool {
        !matches!(
            self,
            Self::ListSecrets
                | Self::ShowSecret(_)
                | Self::ListProjectSecretsTags
                | Self::ListResourceInstances
                | Self::ListNotificationRecords
                | Self::ListKeyDetail
                | Self::ListKeys
                | Self::ListKmsTags
                | Self::ListKmsByTags
        )
    }

    pub(super) fn reads_body(&self) -> bool {
        !matches!(
            self,
            Self::ListSecrets
                | Self::ShowSecret(_)
                | Self::DeleteSecret(_)
                | Self::RestoreSecret(_)
                | Self::ListProjectSecretsTags
                | Self::ListNotificationRecords
                | Self::ListKmsTags
        )
    }

    /// Whether its errors are documented without the member `error` around them.
    pub(super) fn has_flat_errors(&self) -> bool {
        matches!(
            self,
            Self::CreateSecret
                | Self::ListSecrets
                | Self::ShowSecret(_)
                | Self::UpdateSecret(_)
                | Self::DeleteSecret(_)
                | Self::DeleteSecretForSchedule(_)
                | Self::RestoreSecret(_)
        )
    }
}
