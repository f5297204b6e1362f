use crate::check::{Blame, Deviation};

use super::case::Running;

impl Running<'_, '_> {
    /// Looks at the other tenant's resource of the same kind: nothing that this case stored is there.
    pub(super) async fn look_as_foreign(&mut self) {
        let session = self.session;
        self.first.let_settle().await;
        let Some(listing) = self.first.look_as_foreign(session).await else {
            self.record.skip("the other tenant's state cannot be listed", false);
            return;
        };
        let leaked: Vec<&String> = self.own[0].keys().filter(|key| listing.item(key).is_some()).collect();
        if leaked.is_empty() {
            return;
        }
        let deviation = Deviation {
            blame: Blame::Case,
            allowed: "nothing of it at another tenant's".to_owned(),
            seen: format!("{leaked:?} listed there"),
        };
        self.record.deviation(&deviation, None);
    }
}
