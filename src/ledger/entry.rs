use super::ownership::is_bent;

/// Who put an item there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It was there before the run.
    Before,
    /// This run, or a run whose journal says so.
    Ours,
    /// Somebody else, during the run.
    Other,
}

/// What is known of where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It is there, and should be.
    Present,
    /// A request of the case at hand names it: it may be there.
    Sent,
    /// A request of an earlier case named it, and nothing shows that it is there.
    Past,
    /// It was deleted; lists may show it for a while.
    Leaving,
    /// It was to be deleted, and the target did not say whether it is.
    Unsettled,
    /// The target does not delete it.
    Stuck,
    /// It should be there, and is not.
    Missing,
}

/// One item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) origin: Origin,
    /// Its last known value: what was sent last, or listed; of an entity, its members in canonical JSON.
    pub(crate) value: String,
    /// Other values that were sent before, some of them.
    pub(crate) earlier: Vec<String>,
    pub(crate) presence: Presence,
    /// What is there in the place of something missing.
    pub(crate) instead: Option<String>,
    /// Whether the last listing had it; nothing while none has come since it was sent.
    pub(crate) listed: Option<bool>,
    /// Somebody else keeps changing it: no request of ours is held responsible.
    pub(crate) volatile: bool,
}

impl Entry {
    pub(super) fn new(origin: Origin, value: String, presence: Presence) -> Self {
        Entry { origin, value, earlier: Vec::new(), presence, instead: None, listed: None, volatile: false }
    }

    /// Whether it is nothing that this run put there.
    pub(super) fn is_theirs(&self) -> bool {
        self.origin != Origin::Ours && (self.presence != Presence::Missing || self.instead.is_some() || self.volatile)
    }

    /// Whether a listed value may be one that was sent. Of an entity, the target adds members.
    pub(super) fn is_like(&self, value: &str) -> bool {
        let alike =
            |sent: &String| sent == value || is_bent(sent, value) || (sent.starts_with('{') && value.starts_with('{'));
        alike(&self.value) || self.earlier.iter().any(alike)
    }

    /// Whether it takes room.
    pub(super) fn is_carried(&self) -> bool {
        match self.presence {
            Presence::Present | Presence::Unsettled | Presence::Stuck => true,
            Presence::Missing => self.instead.is_some(),
            Presence::Sent | Presence::Past | Presence::Leaving => false,
        }
    }

    /// What a listing should show of it.
    pub(super) fn shown(&self) -> Option<&String> {
        match self.presence {
            Presence::Present | Presence::Stuck => Some(&self.value),
            Presence::Missing => self.instead.as_ref(),
            Presence::Sent | Presence::Past | Presence::Leaving | Presence::Unsettled => None,
        }
    }
}
