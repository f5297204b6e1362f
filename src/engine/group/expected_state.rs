use std::collections::BTreeSet;

use crate::judge::case::{Prospect, Says, stand, states_differ};
use crate::judge::{Listing, State, state_of};

use super::super::resource::Resource;
use super::super::session::Session;
use super::grouped_case::GroupedCase;

/// What a resource should show once all requests of a group have been answered.
pub(super) struct ExpectedState {
    /// Whatever the readings are.
    sure: State,
    /// Where these decide.
    open: Vec<Open>,
    /// If requests may do anything, what they do not name: all that counts then.
    others: Option<State>,
    /// Only the state tells some readings apart.
    pub(super) states_differ: bool,
    /// Something of the group's own should be there.
    pub(super) stores: bool,
}

/// Of one case, what readings leave open.
struct Open {
    keys: BTreeSet<String>,
    /// What each reading that explains the answer expects of them.
    states: Vec<State>,
}

impl Open {
    fn of(prospects: &[Prospect], member: &GroupedCase<'_>) -> Self {
        let states: Vec<State> = prospects.iter().filter(|p| p.answers).map(|p| p.states[0].clone()).collect();
        let named = member.keys().chain(member.run.own[0].keys()).chain(states.iter().flat_map(State::keys));
        Open { keys: named.cloned().collect(), states }
    }

    fn part(&self, listing: &Listing) -> Listing {
        Listing { items: listing.items.iter().filter(|item| self.keys.contains(&item.key)).cloned().collect() }
    }

    fn fits(&self, listing: &Listing) -> bool {
        let part = self.part(listing);
        self.states.iter().any(|state| *state == state_of(&part, state))
    }
}

impl ExpectedState {
    pub(super) fn of(resource: &Resource, members: &[GroupedCase<'_>]) -> Self {
        let mut sure = resource.ledger.expected();
        let mut stores = false;
        let mut open = Vec::new();
        for member in members {
            if let Some(Says::Readings(prospects)) = member.says()
                && states_differ(prospects)
            {
                open.push(Open::of(prospects, member));
                continue;
            }
            let own = member.expects();
            stores |= !own.is_empty();
            sure.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        let mut others: Option<State> = None;
        for claim in members.iter().filter_map(|member| member.claim.as_ref()).filter(|claim| claim.is_free()) {
            others = Some(claim.unnamed(others.as_ref().unwrap_or(&sure)));
        }
        let states_differ = !open.is_empty();
        ExpectedState { sure, open, others, states_differ, stores }
    }

    /// Takes out what somebody else keeps changing.
    pub(super) fn leave_out_restless(&mut self, resource: &Resource) {
        resource.ledger.leave_out_volatile(&mut self.sure);
        if let Some(others) = &mut self.others {
            resource.ledger.leave_out_volatile(others);
        }
    }

    /// The state that a listing shows.
    pub(super) fn seen(&self, listing: &Listing) -> State {
        if self.open.is_empty() {
            return state_of(listing, &self.sure);
        }
        let mut like = self.sure.clone();
        like.extend(
            self.open.iter().filter_map(|open| open.states.first()).flatten().map(|(k, v)| (k.clone(), v.clone())),
        );
        state_of(listing, &like)
    }

    /// Whether a listing, and the state that it shows, are as they should be.
    pub(super) fn fits(&self, listing: &Listing, seen: &State) -> bool {
        if let Some(others) = &self.others {
            return stand(others, seen);
        }
        let decided = |key: &String| self.sure.contains_key(key) || !self.open.iter().any(|o| o.keys.contains(key));
        let sure = seen.iter().filter(|(key, _)| self.open.is_empty() || decided(key));
        sure.eq(&self.sure) && self.open.iter().all(|open| open.fits(listing))
    }

    /// Whether something is there that should not be.
    pub(super) fn is_crowded(&self, seen: &State) -> bool {
        let expected = |key: &String| {
            self.sure.contains_key(key)
                || self.open.iter().any(|open| open.states.iter().any(|state| state.contains_key(key)))
        };
        self.others.is_none() && !seen.keys().all(expected)
    }

    /// Which readings explain what is listed of a case's own items.
    pub(super) fn holds(session: &Session, member: &GroupedCase<'_>, listing: Option<&Listing>) -> Vec<bool> {
        let Some(Says::Readings(prospects)) = member.says() else { return Vec::new() };
        let Some(listing) = listing else { return prospects.iter().map(Prospect::fits_unseen).collect() };
        let places = session.known.placeholders(member.run.case);
        let part = Open::of(prospects, member).part(listing);
        prospects.iter().map(|prospect| prospect.fits(&places, &prospect.states[0], &part)).collect()
    }
}
