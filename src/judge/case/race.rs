//! Whether some order of requests that were sent at the same time explains what is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::run::{COME_AND_GO, CaseRun, may_be_full};
use super::site::Site;
use crate::judge::{Blame, Deviation, Listing, State, change_of, state_of};
use crate::model::Exchange;
use crate::suite::{OperationSuite, StepSpec};

/// Several requests that were sent at the same time, what came of each, and what was there before.
pub(crate) struct Raced<'s> {
    op: &'s OperationSuite,
    step: &'s StepSpec,
    exchanges: Vec<(usize, Arc<Exchange>)>,
    accepted: BTreeMap<String, BTreeSet<String>>,
    named: BTreeSet<String>,
    refused: BTreeSet<String>,
    deleted: BTreeSet<String>,
    /// Whatever was answered with an error of the server may have been carried out.
    uncertain: BTreeSet<String>,
    start: State,
    /// Of entities, a listing may show more than was sent.
    like: State,
}

impl<'s> Raced<'s> {
    pub(crate) fn new(
        op: &'s OperationSuite,
        step: &'s StepSpec,
        exchanges: Vec<(usize, Arc<Exchange>)>,
        start: State,
    ) -> Self {
        let mut raced = Raced {
            op,
            step,
            exchanges: Vec::new(),
            accepted: BTreeMap::new(),
            named: BTreeSet::new(),
            refused: BTreeSet::new(),
            deleted: BTreeSet::new(),
            uncertain: BTreeSet::new(),
            like: start.clone(),
            start,
        };
        exchanges.iter().for_each(|(_, exchange)| raced.take(exchange));
        let first = |(key, values): (&String, &BTreeSet<String>)| Some((key.clone(), values.first()?.clone()));
        raced.like.extend(raced.accepted.iter().filter_map(first));
        raced.exchanges = exchanges;
        raced
    }

    fn take(&mut self, exchange: &Exchange) {
        let json = exchange.request.body.as_deref().and_then(|b| serde_json::from_slice(b).ok()).unwrap_or_default();
        let change = change_of(&self.op.operation, &json, None);
        self.named.extend(change.keys().cloned());
        if exchange.status().is_some_and(|status| status >= 500) {
            self.uncertain.extend(change.keys().cloned());
        }
        if exchange.is_refused() {
            self.refused.extend(change.keys().cloned());
        }
        if exchange.status() == Some(self.op.operation.success) {
            for (key, value) in change.put {
                self.accepted.entry(key).or_default().insert(value);
            }
            self.deleted.extend(change.delete);
        }
    }

    /// What was stored and deleted at once may be there or not, as some order of the two has it.
    fn stays(&self, key: &String) -> bool {
        !self.deleted.contains(key)
    }

    /// Whether a listing shows what some order explains, as far as one look tells.
    pub(crate) fn fits(&self, listing: &Listing) -> bool {
        let state = state_of(listing, &self.like);
        self.start.iter().all(|(k, v)| self.named.contains(k) || state.get(k) == Some(v))
            && self.accepted.keys().filter(|key| self.stays(key)).all(|key| state.contains_key(key))
            && self.deleted.iter().filter(|key| !self.accepted.contains_key(*key)).all(|key| !state.contains_key(key))
    }

    /// What was there before, is none of theirs, and is not as it was.
    fn lost<'r>(&'r self, seen: &'r State) -> impl Iterator<Item = &'r String> {
        let is_lost = |(key, value): &(&String, &String)| !self.named.contains(*key) && seen.get(*key) != Some(*value);
        self.start.iter().filter(is_lost).map(|(key, _)| key)
    }

    /// Whether more than one thing has vanished, and not only what the requests named: somebody may be taking things away.
    fn is_disturbed(&self, seen: &State) -> bool {
        let lost = self.lost(seen).count();
        let missing = self.accepted.keys().filter(|key| self.stays(key) && !seen.contains_key(*key)).count();
        lost > 0 && lost + missing > 1
    }

    /// Whether requests that should all be accepted were refused where others may have taken the room.
    fn is_crowded_out(&self, most: Option<usize>, listing: &Listing, seen: &State) -> bool {
        let refused = self.all_with(|exchange| exchange.is_refused() && exchange.status() != Some(429));
        let wanted = self.named.iter().filter(|key| !seen.contains_key(*key)).count();
        self.step.all && refused > 0 && most.is_some_and(|most| listing.items.len() + wanted + COME_AND_GO > most)
    }

    fn all_with(&self, what: impl Fn(&Exchange) -> bool) -> usize {
        self.exchanges.iter().filter(|(_, exchange)| what(exchange)).count()
    }

    /// What no order of the requests explains: whose fault it is, what is allowed, and what was seen.
    fn broken(&self, most: Option<usize>, seen: &State, repeated: &[String]) -> Vec<(Blame, String, String)> {
        let mut all = Vec::new();
        let mut broken = |blame: Blame, allowed: &str, seen: String| all.push((blame, allowed.to_owned(), seen));
        let count = self.exchanges.len();
        if let Some(most) = most.filter(|most| seen.len() > *most) {
            let allowed = format!("at most {most} tags, whatever comes at once");
            broken(Blame::Limit, &allowed, format!("{} tags", seen.len()));
        }
        let winners = self.all_with(|exchange| exchange.status() == Some(self.op.operation.success));
        if let Some(most) = self.step.winners.filter(|most| winners > *most) {
            let allowed = format!("at most {most} of them accepted");
            broken(Blame::Case, &allowed, format!("{winners} of {count} were accepted"));
        }
        // Throttling has been waited for, and errors of the server have a clause of their own.
        let refused = self.all_with(|exchange| exchange.is_refused() && exchange.status() != Some(429));
        if self.step.all && refused > 0 {
            broken(Blame::Case, "every one of them accepted", format!("{refused} of {count} were refused"));
        }
        for (key, values) in &self.accepted {
            match seen.get(key) {
                None if !self.stays(key) => {}
                None => {
                    let seen = format!("{key:?} was accepted and is not there");
                    broken(Blame::Stored, "every accepted tag is stored", seen);
                }
                Some(value) if !values.contains(value) && !self.uncertain.contains(key) => {
                    let seen = format!("{key:?} is {value:?}, which no accepted request sent");
                    broken(Blame::Stored, "a value that some order of the requests explains", seen);
                }
                Some(_) => {}
            }
        }
        if let Some(left) = self.deleted.iter().find(|k| !self.accepted.contains_key(*k) && seen.contains_key(*k)) {
            broken(Blame::Stored, "what was deleted is gone", format!("{left:?} was deleted and is there"));
        }
        let is_explained =
            |k: &String| self.uncertain.contains(k) || self.accepted.contains_key(k) || self.start.contains_key(k);
        if let Some(stray) = self.refused.iter().find(|k| !is_explained(k) && seen.contains_key(*k)) {
            let seen = format!("{stray:?} was refused and is there");
            broken(Blame::Unchanged, "refused tags are not stored", seen);
        }
        if !repeated.is_empty() {
            broken(Blame::OneValue, "one value for each key", format!("{repeated:?} listed more than once"));
        }
        all
    }
}

impl CaseRun<'_> {
    /// Judges what is stored after a race; returns the state that a listing shows, and whether it says anything of the target.
    ///
    /// `believed`: what was there before and has vanished is taken for the target's doing.
    pub(crate) fn raced(
        &mut self,
        mut raced: Raced<'_>,
        site: &Site,
        listing: &Listing,
        believed: bool,
    ) -> (State, bool) {
        site.ledger.leave_out_volatile(&mut raced.start);
        let seen = state_of(listing, &raced.like);
        let Some((last, _)) = raced.exchanges.last() else { return (seen, true) };
        if !believed && raced.is_disturbed(&seen) {
            return (seen, false);
        }
        let answers = raced.exchanges.iter().filter_map(|(_, exchange)| exchange.status());
        let answers = answers.map(|status| status.to_string()).collect::<Vec<_>>().join(", ");
        let most = site.limit(self.known, self.case);
        if site.ledger.is_shared() && raced.is_crowded_out(most, listing, &seen) {
            self.evidence.skip(may_be_full(site), false);
            return (seen, true);
        }
        for (blame, allowed, seen) in raced.broken(most, &seen, &listing.repeated()) {
            let seen = format!("{seen}; the answers were {answers}");
            self.evidence.deviation(&Deviation { blame, allowed, seen }, Some(*last));
        }
        if let Some(lost) = raced.lost(&seen).next() {
            let (allowed, told) = ("other tags stay as they are".to_owned(), format!("{lost:?} is not as it was"));
            let of_others = site.ledger.is_theirs(lost);
            self.evidence.deviation_of_state(
                &Deviation { blame: Blame::Stored, allowed, seen: told },
                *last,
                of_others,
            );
        }
        if !self.evidence.has_findings() {
            self.evidence.held(self.case.op.id("stored"));
        }
        (seen, true)
    }
}
