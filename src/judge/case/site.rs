use std::sync::Arc;
use std::time::Duration;

use super::knowledge::Knowledge;
use super::suspicion::Suspicions;
use crate::judge::{Listing, State, is_unreadable, state_of};
use crate::ledger::Ledger;
use crate::model::ResourceKind;
use crate::plan::PlannedCase;
use crate::suite::{Capacity, Observer, Purpose, Suite};

/// Patience with a state that is not as expected, where more of it would prove nothing.
pub(crate) const SHORT_PATIENCE: Duration = Duration::from_millis(50);

/// One secret, key or event collection, as far as judging knows it: what can be seen of it, and whose each item is.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) kind: ResourceKind,
    pub(crate) id: String,
    pub(crate) list: Option<Arc<Observer>>,
    pub(crate) delete: Option<Arc<Observer>>,
    pub(crate) delete_many: Option<Arc<Observer>>,
    /// Whose each item is, and what is known of it.
    pub(crate) ledger: Ledger,
    /// What is amiss with the target, as far as was seen here.
    pub(crate) suspicions: Suspicions,
    /// What has to be encoded in a path cannot be deleted here.
    pub(crate) plain_paths_only: bool,
    /// It takes nothing more, and nothing can be deleted from it.
    pub(crate) is_full: bool,
    /// The longest time a write took to show.
    pub(crate) lag: Duration,
}

impl Site {
    /// Of which nothing is known but what the suite can observe.
    pub(crate) fn new(suite: &Suite, kind: ResourceKind, id: &str) -> Self {
        let find = |purpose| {
            suite.observers.iter().find(|o| o.resource == kind && o.purpose == purpose).cloned().map(Arc::new)
        };
        Site {
            kind,
            id: id.to_owned(),
            list: find(Purpose::List),
            delete: find(Purpose::Delete),
            delete_many: find(Purpose::DeleteMany),
            ledger: Ledger::default(),
            suspicions: Suspicions::default(),
            plain_paths_only: false,
            is_full: false,
            lag: Duration::ZERO,
        }
    }

    pub(crate) fn can_list(&self) -> bool {
        self.list.is_some()
    }

    pub(crate) fn can_delete(&self) -> bool {
        self.delete.is_some() || self.delete_many.is_some()
    }

    /// Whether an item would stay for ever.
    pub(crate) fn keeps(&self, key: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        !self.can_delete() || (self.plain_paths_only && !key.bytes().all(is_plain))
    }

    /// Whether there is such an observer.
    pub(crate) fn has(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::List => self.list.is_some(),
            Purpose::Delete => self.delete.is_some(),
            Purpose::DeleteMany => self.delete_many.is_some(),
            Purpose::Show => false,
        }
    }

    /// Takes an observer away that turned out not to work.
    pub(crate) fn lose(&mut self, purpose: Purpose) {
        match purpose {
            Purpose::List => self.list = None,
            Purpose::Delete => self.delete = None,
            Purpose::DeleteMany => self.delete_many = None,
            Purpose::Show => {}
        }
    }

    /// Names of the observers that work.
    pub(crate) fn observers(&self) -> Vec<String> {
        [&self.list, &self.delete, &self.delete_many].into_iter().flatten().map(|o| o.id.clone()).collect()
    }

    /// Whether enough has been waited in vain here.
    pub(crate) fn is_impatient(&self, known: &Knowledge) -> bool {
        self.suspicions.is_impatient(known.waste_limit())
    }

    /// [`SHORT_PATIENCE`], or as much as the target has been seen to need.
    pub(crate) fn usual_patience(&self) -> Duration {
        (self.lag * 2).max(SHORT_PATIENCE)
    }

    /// The state a listing shows, entities reduced to what was written of them.
    pub(crate) fn state(&self, listing: &Listing) -> State {
        let sent = |key: &String| Some((key.clone(), self.ledger.sent_value(key)?.clone()));
        let like = listing.items.iter().filter_map(|item| sent(&item.key)).collect();
        state_of(listing, &like)
    }

    /// Whether an item is one that this run wrote, be it under a name that the target has bent, on another resource than
    /// it was meant for, or with key and value swapped. What somebody else adds during the run is not.
    pub(crate) fn is_ours(&self, known: &Knowledge, key: &str) -> bool {
        // No conforming target lists what has no key, so that nobody else can have put that there.
        let elsewhere = || known.has_sent(key) || is_unreadable(key);
        self.ledger.is_ours(key) || (!self.ledger.is_theirs(key) && elsewhere())
    }

    /// The same of an item with its value, before it is deleted: under a key that may be anybody's, the value tells.
    pub(crate) fn is_our_item(&self, known: &Knowledge, key: &str, value: &str) -> bool {
        let sent = self.ledger.is_our_item(key, value) || is_unreadable(key);
        sent || (known.has_sent_item(key, value) && !self.ledger.is_theirs(key))
    }

    /// Whether it means anything that an item is listed: not of what was deleted and may take its time to go, and not of
    /// what somebody else changes.
    pub(crate) fn counts(&self, known: &Knowledge, key: &str) -> bool {
        self.ledger.counts(key, || self.is_ours(known, key))
    }

    /// The state expected of the whole resource: what was there before, and what the case stored.
    pub(crate) fn whole(&self, own: &State) -> State {
        let mut state: State = self.ledger.expected();
        state.extend(own.iter().map(|(k, v)| (k.clone(), v.clone())));
        state
    }

    /// How many items it may carry, as far as is known: the least limit that what it carries already does not refute.
    pub(crate) fn limit(&self, known: &Knowledge, case: &PlannedCase) -> Option<usize> {
        match case.op.operation.capacity.as_ref()? {
            Capacity::Fixed(limit) => Some(*limit),
            Capacity::Clause(topic) => {
                let (clause, profile, there) = (case.op.id(topic), known.profile(), self.ledger.carries());
                let limits = profile.explaining(&clause).filter_map(|reading| reading.parse().ok());
                limits.filter(|limit| *limit >= there).min()
            }
        }
    }

    /// Why it cannot be told what it carries.
    pub(crate) fn is_in_doubt(&self) -> Option<String> {
        let reason = || format!("what the {} carries cannot be listed on this target", self.kind.carrier());
        (!self.can_list()).then(reason)
    }

    /// Why a request must not be sent: it names something that somebody else has stored, or may have where nothing can be
    /// listed.
    pub(crate) fn collision<'k>(&self, mut keys: impl Iterator<Item = &'k String>) -> Option<String> {
        let in_doubt = self.is_in_doubt();
        let is_taken =
            |key: &&String| self.ledger.is_theirs(key) || (in_doubt.is_some() && !key.contains(crate::ledger::MARK));
        let key = keys.find(is_taken)?;
        if let Some(reason) = in_doubt {
            return Some(format!("{reason}, and {key:?} may be somebody else's"));
        }
        Some(format!(
            "the {} carries {key:?} already, which dewspec did not write and will not touch",
            self.kind.carrier()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Secrets;

    #[test]
    fn what_was_meant_for_elsewhere_is_ours() {
        let suite = Suite::default();
        let known = Knowledge::new(&suite, Secrets::default(), Duration::ZERO, (1, "run"));
        let mut site = Site::new(&suite, ResourceKind::Secret, "s");
        assert!(!site.is_ours(&known, "dewspec-99999999"), "another run's");
        known.sends(b"{'key':'dewspec-99999999!'}", None);
        assert!(site.is_ours(&known, "dewspec-99999999"), "meant for another resource");
        site.ledger.sent("dewspec-0011aabbX", "v-1");
        assert!(site.is_ours(&known, "v-1"), "key and value were swapped");
        assert!(!site.is_ours(&known, "1.5"), "somebody else's");
        known.sends_oddly(&serde_json::json!({ "tags": [{ "key": 1.5, "value": "v" }, "text"] }), false);
        assert!(site.is_ours(&known, "1.5") && site.is_ours(&known, "text"), "taken for keys");
        assert!(!site.is_ours(&known, "v"), "a value");
    }
}
