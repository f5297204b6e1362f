//! What a case says of the stored state once a request of it was answered, and what is looked for then.

use std::collections::BTreeSet;
use std::time::Duration;

use super::outgoing::Sent;
use super::prospect::{Prospect, states_differ};
use super::site::Site;
use crate::generate::Placeholders;
use crate::judge::{Listing, State, change_by, state_of};
use crate::suite::{Answer, Expect, OperationSuite, StepSpec};

/// What should be there after a request.
pub(crate) struct Claim<'s> {
    pub(crate) op: &'s OperationSuite,
    pub(crate) step: &'s StepSpec,
    pub(crate) sent: Sent,
    pub(crate) says: Says<'s>,
}

/// That in particular.
pub(crate) enum Says<'s> {
    /// These are the case's items on its two resources, and no others. `judged`: the answer was such that it means
    /// something whether they are.
    Items { expect: &'s Expect, states: [State; 2], judged: bool },
    /// What one of its readings says.
    Readings(Vec<Prospect>),
}

impl Claim<'_> {
    /// Whether nothing is said but that everything else is as it was.
    pub(crate) fn is_free(&self) -> bool {
        matches!(&self.says, Says::Items { expect, .. } if expect.answer == Answer::Any && expect.stored.is_none())
    }

    /// Whether no reading explains the answer: whatever is stored, a clause is broken.
    pub(crate) fn is_unexplained(&self) -> bool {
        matches!(&self.says, Says::Readings(prospects) if !prospects.iter().any(|p| p.answers))
    }

    /// Of a state, what the request does not name. A body that is no JSON to dewspec may be some to the target.
    pub(crate) fn unnamed(&self, whole: &State) -> State {
        let change = change_by(&self.op.operation, &self.sent.said(None), None);
        let named: BTreeSet<String> = change.keys().cloned().collect();
        let text = self.sent.exchange.request.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        let item = self.sent.item.as_deref();
        let is_named = |key: &String| named.contains(key) || item == Some(key.as_str()) || text.contains(key.as_str());
        whole.iter().filter(|(key, _)| !is_named(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// What is looked for on one of the case's resources.
    pub(crate) fn look(&self, which: usize, site: &Site, patience: Duration, places: Placeholders) -> Look {
        match &self.says {
            Says::Items { expect, states, .. } => {
                let whole = site.whole(&states[which]);
                // Where any answer will do, so will any state of what the request names.
                let others = self.is_free().then(|| self.unnamed(&whole));
                let waits = expect.answer != Answer::Accepted;
                let pause = if waits { Pause::AsLongAsAWrite } else { Pause::None };
                Look { wholes: vec![whole], others, patience, pause, places }
            }
            Says::Readings(prospects) => {
                let wholes = prospects.iter().map(|p| site.whole(&p.states[which])).collect();
                // Only the state tells some readings apart, and this target may show old ones for a while.
                let differ = states_differ(prospects) && !site.lag.is_zero();
                let pause = if differ { Pause::AsLongAsAnyWrite } else { Pause::AsLongAsAWrite };
                Look { wholes, others: None, patience, pause, places }
            }
        }
    }
}

/// Whether everything of a state is there as it was.
pub(crate) fn stand(others: &State, seen: &State) -> bool {
    others.iter().all(|(key, value)| seen.get(key) == Some(value))
}

/// What is waited for before the first look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    None,
    /// As long as a write has been seen to take to show.
    AsLongAsAWrite,
    /// As long as it may take, at most.
    AsLongAsAnyWrite,
}

/// What is looked for on a resource, and for how long.
pub(crate) struct Look {
    /// The whole state: the one that is expected, or one for each reading.
    pub(super) wholes: Vec<State>,
    /// If the request may have done anything, what it does not name: all that counts then.
    pub(super) others: Option<State>,
    pub(crate) patience: Duration,
    pub(crate) pause: Pause,
    pub(super) places: Placeholders,
}

impl Look {
    /// Whether a listing shows it.
    pub(crate) fn fits(&self, claim: &Claim<'_>, listing: &Listing) -> bool {
        match &claim.says {
            Says::Readings(prospects) => {
                prospects.iter().zip(&self.wholes).any(|(p, state)| p.fits(&self.places, state, listing))
            }
            Says::Items { .. } => self.wholes.first().is_some_and(|whole| {
                let seen = state_of(listing, whole);
                self.others.as_ref().map_or_else(|| *whole == seen, |others| stand(others, &seen))
            }),
        }
    }

    /// Takes out what somebody else keeps changing.
    pub(super) fn leave_out_volatile(&mut self, site: &Site) {
        for state in self.wholes.iter_mut().chain(&mut self.others) {
            site.ledger.leave_out_volatile(state);
        }
    }
}
