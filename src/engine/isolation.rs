use crate::judge::{Blame, Deviation};

use super::case::Running;
use super::resource::Resource;
use super::session::Session;
use crate::ledger::word;

/// Deletes what requests that led to another tenant have left there, as far as names that nobody else uses tell.
pub(super) async fn clear_foreign(session: &Session, resource: &mut Resource) {
    let Some(listing) = resource.look_as_foreign(session).await else { return };
    for item in listing.items.iter().filter(|item| word(&item.key).is_some() && session.has_sent(&item.key)) {
        remove(session, resource, &item.key).await;
    }
}

async fn remove(session: &Session, resource: &Resource, key: &str) {
    if !resource.remove_as_foreign(session, key).await {
        session.note(format!("left behind on another tenant's {}: {key:?}", resource.kind.carrier()));
    }
}

impl Running<'_, '_> {
    /// Looks at the other tenant's resource of the same kind: nothing that this case's requests named is there.
    pub(super) async fn look_as_foreign(&mut self) {
        let session = self.session;
        self.first.let_settle().await;
        let Some(listing) = self.first.look_as_foreign(session).await else {
            self.record.skip("the other tenant's state cannot be listed", false);
            return;
        };
        let leaked: Vec<&String> = self.named.iter().filter(|key| listing.item(key).is_some()).collect();
        if leaked.is_empty() {
            return;
        }
        let deviation = Deviation {
            blame: Blame::Case,
            allowed: "nothing of it at another tenant's".to_owned(),
            seen: format!("{leaked:?} listed there"),
        };
        // A name that nobody else uses has been stored there by this case.
        for key in leaked.into_iter().filter(|key| word(key).is_some()) {
            remove(session, self.first, key).await;
        }
        self.record.deviation(&deviation, None);
    }
}
