//! What is amiss with a case's own items when its group is read back, and is not when the case runs alone: an item that
//! nobody else knows of has gone, changed or come all the same.

use std::sync::Arc;

use crate::judge::case::JudgedCase;
use crate::judge::{Blame, Deviation, State};
use crate::ledger::word;
use crate::model::Exchange;

use super::super::resource::Resource;
use super::grouped_case::GroupedCase;

/// An item that is not as its case left it.
pub(super) struct Amiss {
    /// The place of the case in its group.
    pub(super) place: usize,
    pub(super) deviation: Deviation,
    /// Nothing else is amiss.
    pub(super) is_alone: bool,
}

/// What was read back of one case's item, for as long as a write may take to show.
pub(super) struct Lost {
    deviation: Deviation,
    look: Option<Arc<Exchange>>,
    /// Nothing else was amiss.
    is_alone: bool,
}

/// The items that are not as their cases left them; none, if anything else is not as it should be: somebody else may have been
/// at work then. Those whose clauses are known to be broken already are left out.
pub(super) fn all_amiss(resource: &Resource, members: &[GroupedCase<'_>], seen: &State) -> Vec<Amiss> {
    let expected = resource.ledger.expected();
    if expected.iter().any(|(key, value)| seen.get(key) != Some(value)) {
        return Vec::new();
    }
    let of_one = |(place, member)| amiss(member, seen).into_iter().map(move |deviation| (place, deviation));
    let all: Vec<(usize, Deviation)> = members.iter().enumerate().flat_map(of_one).collect();
    let is_alone = all.len() == 1;
    let is_known = |place: usize, deviation: &Deviation| {
        let clause = members.get(place).map(|member| member.run.evidence.blamed(&deviation.blame));
        clause.is_none_or(|clause| resource.suspicions.is_suspect(&clause))
    };
    let unknown = all.into_iter().filter(|(place, deviation)| !is_known(*place, deviation));
    unknown.map(|(place, deviation)| Amiss { place, deviation, is_alone }).collect()
}

fn amiss(member: &GroupedCase<'_>, seen: &State) -> Vec<Deviation> {
    // After a lost connection nobody knows which try did what.
    let Some(own) = member.says_exactly() else { return Vec::new() };
    if member.run.evidence.has_second_try() {
        return Vec::new();
    }
    let is_marked = |key: &&String| word(key).is_some();
    let left = own.iter().filter(|(key, _)| is_marked(key)).filter_map(|(key, value)| match seen.get(key) {
        Some(now) if now == value => None,
        Some(now) => Some((Blame::Stored, format!("{key:?} is {now:?} and not {value:?}"))),
        None => Some((Blame::Stored, format!("{key:?} was accepted and is missing"))),
    });
    let came = member.keys().filter(is_marked).filter(|key| !own.contains_key(*key) && seen.contains_key(*key));
    let came = came.map(|key| (Blame::Unchanged, format!("{key:?} is there, though nothing should have stored it")));
    let told = |(blame, seen): (Blame, String)| {
        let allowed = match blame {
            Blame::Stored => "exactly what was sent, each time",
            _ => "a state that refused requests leave as it was, each time",
        };
        let seen = format!("{seen}, when it was sent together with others; alone it was as it should be");
        Deviation { blame, allowed: allowed.to_owned(), seen }
    };
    left.chain(came).map(told).collect()
}

/// Whether several items were accepted, of several cases, and none of them is there.
pub(super) fn is_all_missing(members: &[GroupedCase<'_>], seen: &State) -> bool {
    let all: Vec<&String> = members.iter().filter_map(GroupedCase::says_exactly).flat_map(State::keys).collect();
    all.len() > 2 && all.iter().all(|key| !seen.contains_key(*key))
}

/// What was accepted of a case, and is not there.
pub(super) fn missing(member: &GroupedCase<'_>, seen: &State) -> Option<Deviation> {
    let key = member.says_exactly()?.keys().find(|key| !seen.contains_key(*key))?;
    let allowed = "exactly what was sent, and everything else as it was".to_owned();
    Some(Deviation { blame: Blame::Stored, allowed, seen: format!("{key:?} is missing") })
}

impl Lost {
    /// With the last look at the resource.
    pub(super) fn new(amiss: Amiss, resource: &Resource) -> Self {
        let Amiss { deviation, is_alone, .. } = amiss;
        Lost { deviation, look: resource.looks.last().cloned().map(Arc::new), is_alone }
    }
}

impl<'a> GroupedCase<'a> {
    /// Its end, where nothing is stored of what is accepted.
    pub(super) fn close_as_missing(mut self, deviation: &Deviation) -> JudgedCase<'a> {
        let sent = self.run.evidence.next_exchange().saturating_sub(1);
        self.run.evidence.deviation(deviation, Some(sent));
        self.run.finish()
    }

    /// Its end, if all is well when it runs alone: what was amiss before was so all the same. Where several items were, that
    /// may have been somebody else's doing, and is proof of nothing.
    pub(super) fn close_as_lost(mut self, lost: Lost) -> JudgedCase<'a> {
        let at = lost.look.map(|look| self.run.evidence.exchange(look));
        let sent = at.map(|at| at.saturating_sub(1));
        match lost.is_alone {
            true => self.run.evidence.deviation(&lost.deviation, sent),
            false => self.run.evidence.flaky(lost.deviation, sent),
        }
        self.run.finish()
    }
}
