//! What an earlier run has left on a resource, as its journal says: it is deleted if it still is what that run put there.

use crate::judge::{State, state_of};
use crate::ledger::journal::Items;

use super::resource::Resource;
use super::session::Session;

/// What became of it, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recovered {
    /// Deleted.
    pub(super) deleted: Vec<String>,
    /// Left alone: it has another value than was sent, so that nobody knows whose it is.
    pub(super) doubtful: Vec<String>,
    /// It could not be deleted.
    pub(super) left: Vec<String>,
}

impl Recovered {
    /// Whether nothing of ours is there any more.
    pub(super) fn is_clean(&self) -> bool {
        self.left.is_empty()
    }
}

/// Deletes what is there of these items; `None` if it cannot be found out what is there.
pub(super) async fn recover(session: &Session, resource: &mut Resource, items: &Items) -> Option<Recovered> {
    let listing = resource.look(session).await?;
    let (ours, doubtful) = items.divide(&state_of(&listing, &items.sent()));
    resource.ledger.sent_all(&ours);
    resource.remove(session, &ours).await;
    resource.remove_again(session).await;
    let mut kept = resource.ledger.stuck();
    kept.extend(resource.ledger.doubtful());
    if !ours.is_empty() {
        resource.let_settle().await;
        let gone = |listing: &crate::judge::Listing| ours.keys().all(|key| listing.item(key).is_none());
        resource.ledger.expect_gone();
        let listing = resource.look_until(session, session.settings.settle, gone).await?;
        kept = state_of(&listing, &State::new());
    }
    let (left, deleted): (Vec<String>, Vec<String>) = ours.into_keys().partition(|key| kept.contains_key(key));
    deleted.iter().for_each(|key| resource.ledger.deleted(key));
    resource.ledger.settled();
    Some(Recovered { deleted, doubtful: doubtful.into_keys().collect(), left })
}
