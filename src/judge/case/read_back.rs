//! What was read back, judged.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::claim::{Claim, Look, Says};
use super::prospect::observe;
use super::run::CaseRun;
use super::site::{SHORT_PATIENCE, Site};
use crate::judge::{Blame, Deviation, Listing, State, change_of, describe, difference, state_of};
use crate::model::{Exchange, ResourceKind};
use crate::suite::{Answer, Effect, Expect};

/// Patience with a state that is not as expected, where more of it would prove nothing and nothing was ever late.
const LITTLE_PATIENCE: Duration = Duration::from_millis(15);

/// The keys under which two states differ.
fn changed<'s>(expected: &'s State, seen: &'s State) -> BTreeSet<&'s String> {
    expected.keys().chain(seen.keys()).filter(|key| expected.get(*key) != seen.get(*key)).collect()
}

/// Why a look at the state shows none.
fn unreadable(look: &Exchange) -> &'static str {
    match &look.answer {
        Ok(response) if response.is_success() && response.capped => "which is longer than any list of dewspec's",
        Ok(response) if response.is_success() && response.json().is_none() => "which is no JSON, or cut off",
        Ok(response) if response.is_success() => "in which there is no list that could be read",
        _ => "and no list",
    }
}

/// What is expected, and what is there.
pub(crate) struct Compared<'s> {
    pub(crate) expected: &'s State,
    pub(crate) seen: &'s State,
}

impl<'a> CaseRun<'a> {
    /// What is looked for on one of the case's resources; `first` is the one that it runs on.
    pub(crate) fn look(&self, claim: &Claim<'_>, which: usize, site: &Site, first: &Site) -> Look {
        let patience = match &claim.says {
            Says::Items { .. } => self.patience(&self.state_clause(claim), first),
            Says::Readings(prospects) if prospects.iter().any(|p| p.answers) => {
                self.patience(self.case.spec.clauses.first().map_or("", String::as_str), first)
            }
            Says::Readings(_) => SHORT_PATIENCE,
        };
        claim.look(which, site, patience, self.known.placeholders(self.case))
    }

    /// The clause on what the stored state should be.
    fn state_clause(&self, claim: &Claim<'_>) -> String {
        let refused = matches!(&claim.says, Says::Items { expect, .. } if expect.answer == Answer::Refused);
        self.case.op.id(if refused { "refused-unchanged" } else { "stored" })
    }

    fn patience(&self, clause: &str, site: &Site) -> Duration {
        let suspicions = &site.suspicions;
        let known = suspicions.is_suspect(clause)
            || self.case.spec.clauses.first().is_some_and(|c| suspicions.is_suspect(c))
            || self.evidence.has_findings()
            || site.is_impatient(self.known);
        match known {
            true if site.lag.is_zero() => LITTLE_PATIENCE,
            true => site.usual_patience().min(self.known.settle),
            false => self.known.settle,
        }
    }

    /// Judges what was read back; returns the state that it shows.
    pub(crate) fn read_back(&mut self, claim: &Claim<'_>, mut look: Look, site: &Site, listing: &Listing) -> State {
        look.leave_out_volatile(site);
        match &claim.says {
            Says::Items { expect, judged, .. } => {
                let expected = look.wholes.pop().unwrap_or_default();
                let seen = state_of(listing, &expected);
                if *judged {
                    match &look.others {
                        None => self.compare(claim, expect, &Compared { expected: &expected, seen: &seen }, site),
                        Some(others) => self.compare_others(claim, others, &seen, site),
                    }
                    self.repeated(listing, claim.sent.index);
                    self.form(listing, expect, claim.sent.index);
                }
                seen
            }
            Says::Readings(prospects) => {
                let answered = prospects.iter().position(|p| p.answers);
                let fits = prospects.iter().zip(&look.wholes).map(|(p, whole)| p.fits(&look.places, whole, listing));
                let holds: Vec<bool> = fits.collect();
                let mut seen = describe(&claim.sent.exchange);
                let nearest = look.wholes.get(answered.unwrap_or(0)).filter(|_| !holds.contains(&true));
                if let Some(told) = nearest.and_then(|nearest| difference(nearest, &state_of(listing, nearest))) {
                    seen = format!("{seen}; then {told}");
                }
                observe(&mut self.evidence, claim, prospects, seen, &holds);
                self.repeated(listing, claim.sent.index);
                let like = answered.map(|i| look.wholes.swap_remove(i)).unwrap_or_default();
                state_of(listing, &like)
            }
        }
    }

    /// Judges the state of several cases that was read back once, and is as it should be: of what is `seen`, this one's own is
    /// what it has stored. What else its requests have named, and is there, is another case's. `holds` says which of its
    /// readings explain it.
    pub(crate) fn read_back_with_others(
        &mut self,
        claim: Claim<'_>,
        seen: Option<&State>,
        holds: &[bool],
        site: &Site,
    ) {
        match &claim.says {
            Says::Items { .. } if claim.is_free() => {}
            Says::Items { expect, states: [expected, _], .. } => {
                if let Some(seen) = seen {
                    self.compare_part(&claim, expect, expected, seen, site);
                }
                self.own[0].clone_from(expected);
            }
            Says::Readings(prospects) => {
                let held = prospects.iter().zip(holds).find(|(_, holds)| **holds);
                if let Some((held, _)) = held {
                    self.own[0].clone_from(&held.states[0]);
                }
                observe(&mut self.evidence, &claim, prospects, describe(&claim.sent.exchange), holds);
            }
        }
    }

    /// Nothing can be listed: the answer is all there is.
    pub(crate) fn unseen(&mut self, claim: &Claim<'_>, which: usize) {
        match &claim.says {
            // What was refused is not ours, whatever was expected.
            Says::Items { states, .. } if claim.sent.exchange.status().is_none_or(|s| s < 400) => {
                self.own[which].clone_from(&states[which]);
            }
            Says::Items { .. } => {}
            Says::Readings(prospects) => {
                let holds: Vec<bool> = prospects.iter().map(|p| p.fits_unseen()).collect();
                observe(&mut self.evidence, claim, prospects, describe(&claim.sent.exchange), &holds);
                self.take_as_answered(claim, which);
            }
        }
    }

    /// What was read back cannot be read; `ended`: nobody would know whose doing that is. It speaks for no reading, and
    /// against none.
    pub(crate) fn unread(&mut self, claim: &Claim<'_>, which: usize, look: Option<&Exchange>, ended: bool) {
        let clause = self.state_clause(claim);
        if let Some(look) = look {
            // Only an answer that is not a listing is the target's doing.
            // What could be read before is refused now: the credentials, or a throttle.
            if ended || look.status().is_none_or(|s| matches!(s, 401 | 403 | 429 | 503)) {
                self.evidence.error(format!("the stored state could not be read back: {}", describe(look)));
            } else {
                let seen = format!("{}, {}", describe(look), unreadable(look));
                self.evidence.finding(&clause, "a stored state that can be read back", &seen, Some(claim.sent.index));
            }
        }
        self.take_as_answered(claim, which);
    }

    /// From here on, what was expected, given the answer, is what the case has stored.
    fn take_as_answered(&mut self, claim: &Claim<'_>, which: usize) {
        match &claim.says {
            Says::Items { states, .. } => self.own[which].clone_from(&states[which]),
            Says::Readings(prospects) => {
                if let Some(answered) = prospects.iter().find(|p| p.answers) {
                    self.own.clone_from(&answered.states);
                }
            }
        }
    }

    fn compare_others(&mut self, claim: &Claim<'_>, others: &State, seen: &State, site: &Site) {
        if let Some((key, value)) = others.iter().find(|(key, value)| seen.get(*key) != Some(value)) {
            let allowed = "whatever the answer, everything that the request does not name as it was".to_owned();
            let now = seen.get(key).map_or_else(|| "is gone".to_owned(), |now| format!("is {now:?}"));
            let deviation = Deviation { blame: Blame::Stored, allowed, seen: format!("{key:?}, {value:?}, {now}") };
            let strange = !site.is_ours(self.known, key);
            self.evidence.deviation_of_state(&deviation, claim.sent.index, strange);
        }
    }

    fn compare(&mut self, claim: &Claim<'_>, expect: &Expect, compared: &Compared<'_>, site: &Site) {
        let Compared { expected, seen } = compared;
        let Some(told) = difference(expected, seen) else {
            let role = if expect.answer == Answer::Refused { "refused-unchanged" } else { "stored" };
            self.evidence.held(claim.op.id(role));
            return;
        };
        if !self.evidence.is_on_trial(claim.op) {
            self.evidence.way_blocked(claim.op, &told);
            return;
        }
        let blame = if expect.answer == Answer::Refused {
            self.blame_for_change(claim, compared)
        } else if expect.stored.is_some() || expect.listed.is_some() {
            Blame::Case
        } else {
            Blame::Stored
        };
        let allowed = match expect.answer {
            Answer::Refused => "a state that the refused request left as it was".to_owned(),
            _ => "exactly what was sent, and everything else as it was".to_owned(),
        };
        let after = if claim.step.second { " (sent to the other resource)" } else { "" };
        let deviation = Deviation { blame, allowed, seen: format!("{told}{after}") };
        let strange = changed(expected, seen).into_iter().all(|key| !site.is_ours(self.known, key));
        self.evidence.deviation_of_state(&deviation, claim.sent.index, strange);
    }

    /// The same of the case's own part of a state.
    fn compare_part(&mut self, claim: &Claim<'_>, expect: &Expect, expected: &State, seen: &State, site: &Site) {
        let (mut expected, mut part) = (Cow::Borrowed(expected), Cow::Borrowed(expected));
        let is_as_expected = expected.iter().all(|(key, value)| seen.get(key) == Some(value));
        if !is_as_expected {
            // Mostly that is somebody else's doing.
            site.ledger.leave_out_volatile(expected.to_mut());
            let there = expected.keys().filter_map(|key| Some((key.clone(), seen.get(key)?.clone())));
            part = Cow::Owned(there.collect());
        }
        self.compare(claim, expect, &Compared { expected: &expected, seen: &part }, site);
    }

    /// A refused list that was applied in part is a should; anything else that changes is a must.
    fn blame_for_change(&self, claim: &Claim<'_>, Compared { expected, seen }: &Compared<'_>) -> Blame {
        let operation = &self.case.op.operation;
        let Effect::Batch { items, .. } = &operation.effect else { return Blame::Unchanged };
        let Some(json) = &claim.sent.json else { return Blame::Unchanged };
        let listed = json.pointer(items).and_then(Value::as_array).map_or(0, Vec::len);
        let change = change_of(operation, json, None);
        let changed = changed(expected, seen);
        let explained = |key: &&String| match seen.get(*key) {
            Some(value) => change.put.iter().any(|(k, v)| k == *key && v == value),
            None => change.delete.contains(key),
        };
        if changed.len() < listed && changed.iter().all(explained) { Blame::Atomic } else { Blame::Unchanged }
    }

    /// A value that is to be listed in one form is listed in that form.
    fn form(&mut self, listing: &Listing, expect: &Expect, index: usize) {
        let Some(listed) = &expect.listed else { return };
        let key = self.known.placeholders(self.case).fill(&listed.key);
        let found = listing.item(&key).and_then(|item| item.form());
        if found != Some(listed.value) {
            let seen = found.map_or_else(|| "another form".to_owned(), |form| form.to_string());
            let allowed = format!("{key:?} listed with its value as {}", listed.value);
            self.evidence.deviation(&Deviation { blame: Blame::Case, allowed, seen }, Some(index));
        }
    }

    /// Two values under one key are broken whatever the case is about.
    fn repeated(&mut self, listing: &Listing, index: usize) {
        let repeated = listing.repeated();
        if self.case.op.operation.resource == ResourceKind::Events || repeated.is_empty() {
            return;
        }
        let deviation = Deviation {
            blame: Blame::OneValue,
            allowed: "one value for each key".to_owned(),
            seen: format!("{repeated:?} listed more than once"),
        };
        self.evidence.deviation(&deviation, Some(index));
    }
}
