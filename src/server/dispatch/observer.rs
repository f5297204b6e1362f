//! The neighbouring operations by which a state is read back or cleaned up.

use crate::server::dispatch::Call;
use crate::server::event;
use crate::server::http::{Failure, Method, Success, Target};
use crate::server::operation::Operation;
use crate::server::rules::Rules;
use crate::server::state::State;
use crate::server::tag;

/// A request to an observer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Observer<'a> {
    ListSecretTags { secret: &'a str },
    DeleteSecretTag { secret: &'a str, key: &'a str },
    ShowKmsTags { key_id: &'a str },
    DeleteKmsTag { key_id: &'a str, key: &'a str },
    BatchCreateKmsTags,
    ListSecretEvents { query: &'a str },
    ShowSecretEvent { name: &'a str },
    DeleteSecretEvent { name: &'a str },
}

impl<'a> Observer<'a> {
    pub(super) fn of(method: Method, target: &'a Target<'a>, query: Option<&'a str>) -> Option<Self> {
        Some(match (method, target) {
            (Method::Get, Target::SecretTags { secret }) => Self::ListSecretTags { secret },
            (Method::Delete, Target::SecretTag { secret, key }) => Self::DeleteSecretTag { secret, key },
            // A tag may be called `action`; deleting it has the path of a batch.
            (Method::Delete, Target::SecretTagsAction { secret }) => Self::DeleteSecretTag { secret, key: "action" },
            (Method::Get, Target::KmsTags { key_id }) => Self::ShowKmsTags { key_id },
            (Method::Delete, Target::KmsTag { key_id, key }) => Self::DeleteKmsTag { key_id, key },
            (Method::Delete, Target::KmsTagsAction { key_id }) => Self::DeleteKmsTag { key_id, key: "action" },
            (Method::Post, Target::KmsTagsAction { .. }) => Self::BatchCreateKmsTags,
            (Method::Get, Target::Events) => Self::ListSecretEvents { query: query.unwrap_or_default() },
            (Method::Get, Target::Event { name }) => Self::ShowSecretEvent { name },
            (Method::Delete, Target::Event { name }) => Self::DeleteSecretEvent { name },
            _ => return None,
        })
    }

    /// What it goes by: rules of its own, or the readings of the operation beside it.
    pub(super) fn rules(self, state: &State) -> &Rules {
        match self {
            Self::DeleteSecretTag { .. } => state.operation(Operation::DeleteSecretTag),
            _ => state.observer(self.neighbour()),
        }
    }

    /// The operation beside it.
    fn neighbour(self) -> Operation {
        match self {
            Self::ListSecretTags { .. } | Self::DeleteSecretTag { .. } => Operation::CreateSecretTag,
            Self::ShowKmsTags { .. } | Self::DeleteKmsTag { .. } | Self::BatchCreateKmsTags => Operation::CreateKmsTag,
            Self::ListSecretEvents { .. } | Self::ShowSecretEvent { .. } | Self::DeleteSecretEvent { .. } => {
                Operation::CreateSecretEvent
            }
        }
    }

    pub(super) fn writes(self) -> bool {
        match self {
            Self::ListSecretTags { .. }
            | Self::ShowKmsTags { .. }
            | Self::ListSecretEvents { .. }
            | Self::ShowSecretEvent { .. } => false,
            Self::DeleteSecretTag { .. }
            | Self::DeleteKmsTag { .. }
            | Self::BatchCreateKmsTags
            | Self::DeleteSecretEvent { .. } => true,
        }
    }

    pub(super) fn reads_body(self) -> bool {
        matches!(self, Self::BatchCreateKmsTags)
    }

    /// Answers an observer that takes no body.
    pub(super) fn look(self, call: Call<'_>) -> Result<Success, Failure> {
        match self {
            Self::ListSecretTags { secret } => tag::list_secret_tags(call, secret),
            Self::ShowKmsTags { key_id } => tag::show_kms_tags(call, key_id),
            Self::DeleteSecretTag { secret, key } => tag::delete(call, secret, key),
            Self::DeleteKmsTag { key_id, key } => tag::delete(call, key_id, key),
            Self::ListSecretEvents { query } => event::list(call, query),
            Self::ShowSecretEvent { name } => event::show(call, name),
            Self::DeleteSecretEvent { name } => event::delete(call, name),
            // Its body was taken care of before.
            Self::BatchCreateKmsTags => Ok(Success::NoContent),
        }
    }
}
