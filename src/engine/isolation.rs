use crate::ledger::word;
use crate::model::Exchange;

use super::alone::Alone;
use super::resource::Resource;
use super::session::Session;

/// Deletes what requests that led to another tenant have left there, as far as names that nobody else uses tell.
pub(super) async fn clear_foreign(session: &Session, resource: &mut Resource) {
    let Some(listing) = resource.look_as_foreign(session).await else { return };
    for item in listing.items.iter().filter(|item| word(&item.key).is_some() && session.known.has_sent(&item.key)) {
        remove(session, resource, &item.key).await;
    }
}

async fn remove(session: &Session, resource: &Resource, key: &str) {
    if !resource.remove_as_foreign(session, key).await {
        session.note(format!("left behind on another tenant's {}: {key:?}", resource.kind.carrier()));
    }
}

impl Alone<'_, '_> {
    /// Looks at the other tenant's resource of the same kind, and deletes what this case has stored there.
    pub(super) async fn look_as_foreign(&mut self) {
        let session = self.session;
        self.first.let_settle().await;
        let listing = self.first.look_as_foreign(session).await;
        self.run.evidence.came(self.first.looks.last().and_then(Exchange::came));
        for key in self.run.looked_as_foreign(listing.as_ref()) {
            remove(session, self.first, &key).await;
        }
    }
}
