use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, Origin, Presence};
use super::ownership::{is_bent, own_words};
use crate::model::State;

/// So many items more may be there at any time where somebody else comes and goes.
const OTHERS: usize = 3;

/// So many values that were sent under one key are remembered.
const EARLIER: usize = 16;
/// Shorter values, in bytes, may be anybody's.
const LEAST_VALUE: usize = 8;

/// The items of one resource, by key or name, one entry each.
///
/// An item is ours only if a request of the case at hand named it, or if it has our mark in its key, which nobody else has.
/// What an earlier case named under a key without the mark, and what was then seen to be gone, is somebody else's if it is
/// there again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    entries: BTreeMap<String, Entry>,
    /// Something has changed while nothing but looks was sent: what is neither ours nor was there before is somebody
    /// else's, and comes and goes as it pleases.
    in_use: bool,
    /// Writes show late on this target, so that a look that does not show them proves nothing.
    shows_late: bool,
    /// How often somebody else was seen to have put, changed or taken something during the run.
    foreign_changes: usize,
}

impl Ledger {
    /// What is there when the run begins: somebody else's, but for what is known to be ours.
    pub(crate) fn found(&mut self, state: State) {
        for (key, value) in state {
            let before = || Entry::new(Origin::Before, value, Presence::Present);
            self.entries.entry(key).or_insert_with(before);
        }
    }

    /// Writes have been seen to show late.
    pub(crate) fn shows_late(&mut self) {
        self.shows_late = true;
    }

    /// Takes out what the target did not say of whether it is deleted, so that nothing is done about it for a while.
    pub(crate) fn take_doubtful(&mut self) -> State {
        let doubtful = self.doubtful();
        self.entries.retain(|key, _| !doubtful.contains_key(key));
        doubtful
    }

    /// Another case begins: what those before it have named, and what was not there when it was looked for, is no longer
    /// expected to appear.
    pub(crate) fn begin(&mut self) {
        let is_over = |entry: &&mut Entry| entry.presence == Presence::Sent && entry.listed == Some(false);
        for entry in self.entries.values_mut().filter(is_over) {
            entry.presence = Presence::Past;
        }
    }

    /// A request may put this here. Whatever the answer: if it is there from now on, that request has put it there; unless it
    /// is somebody else's.
    pub(crate) fn sent(&mut self, key: &str, value: &str) {
        match self.entries.get_mut(key) {
            Some(entry) if entry.is_theirs() => {}
            Some(entry) => {
                let is_news = entry.value != value && entry.earlier.len() < EARLIER;
                if entry.origin == Origin::Ours && entry.presence != Presence::Past && is_news {
                    entry.earlier.push(std::mem::take(&mut entry.value));
                }
                (entry.origin, entry.presence, entry.listed) = (Origin::Ours, Presence::Sent, None);
                value.clone_into(&mut entry.value);
            }
            None => {
                let entry = Entry::new(Origin::Ours, value.to_owned(), Presence::Sent);
                self.entries.insert(key.to_owned(), entry);
            }
        }
    }

    /// The same of several.
    pub(crate) fn sent_all<'i>(&mut self, items: impl IntoIterator<Item = (&'i String, &'i String)>) {
        items.into_iter().for_each(|(key, value)| self.sent(key, value));
    }

    /// Ours, and there to stay until it is deleted.
    pub(crate) fn stands(&mut self, key: &str, value: &str) {
        self.set(key, Origin::Ours, value, Presence::Present);
    }

    /// It is deleted.
    pub(crate) fn deleted(&mut self, key: &str) {
        let value = self.value(key).cloned().unwrap_or_default();
        self.set(key, Origin::Ours, &value, Presence::Leaving);
    }

    /// The target does not delete it.
    pub(crate) fn not_deleted(&mut self, key: &str, value: &str) {
        self.set(key, Origin::Ours, value, Presence::Stuck);
    }

    /// The target did not say whether it is deleted.
    pub(crate) fn unsettled(&mut self, key: &str, value: &str) {
        self.set(key, Origin::Ours, value, Presence::Unsettled);
    }

    /// Somebody else has put it there.
    pub(crate) fn appeared(&mut self, key: &str, value: &str) {
        self.foreign_changes += usize::from(!self.is_strange(key));
        self.set(key, Origin::Other, value, Presence::Present);
    }

    /// Somebody else has changed what is theirs.
    pub(crate) fn changed(&mut self, key: &str, value: &str) {
        if let Some(entry) = self.entries.get_mut(key) {
            self.foreign_changes += usize::from(entry.value != value);
            value.clone_into(&mut entry.value);
        }
    }

    /// Somebody else has taken away what is theirs.
    pub(crate) fn taken(&mut self, key: &str) {
        self.foreign_changes += usize::from(self.entries.remove(key).is_some());
    }

    /// Whether somebody else has put it there during the run.
    fn is_strange(&self, key: &str) -> bool {
        self.entries.get(key).is_some_and(|entry| entry.origin == Origin::Other)
    }

    /// It is not there any more, or something else is there instead, though nobody but us could have done that.
    pub(crate) fn missing(&mut self, key: &str, instead: Option<&String>) {
        if let Some(entry) = self.entries.get_mut(key) {
            (entry.presence, entry.instead) = (Presence::Missing, instead.cloned());
        }
    }

    /// Somebody else keeps changing it.
    pub(crate) fn volatile(&mut self, key: &str) {
        self.in_use = true;
        let absent = || Entry::new(Origin::Other, String::new(), Presence::Missing);
        let entry = self.entries.entry(key.to_owned()).or_insert_with(absent);
        self.foreign_changes += usize::from(!entry.volatile);
        entry.volatile = true;
    }

    /// A whole listing: what is gone, and was ours, is forgotten. What we have deleted, and is there with another value than
    /// we sent, is somebody else's.
    pub(crate) fn saw(&mut self, seen: &State) {
        for (key, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.origin == Origin::Ours) {
            entry.listed = Some(seen.contains_key(key));
            let taken = entry.presence == Presence::Leaving && !self.shows_late && !has_mark(key);
            if let Some(value) = seen.get(key).filter(|value| taken && !entry.is_like(value)) {
                *entry = Entry::new(Origin::Other, value.clone(), Presence::Present);
            }
        }
        if !self.shows_late {
            self.let_go(seen);
            let over = |entry: &Entry| matches!(entry.presence, Presence::Past | Presence::Leaving);
            self.entries.retain(|key, entry| entry.origin != Origin::Ours || !over(entry) || seen.contains_key(key));
        }
    }

    /// What others have put there during the run is theirs to change and to take.
    fn let_go(&mut self, seen: &State) {
        let is_theirs =
            |(key, entry): (&String, &Entry)| (entry.origin == Origin::Other && !entry.volatile).then(|| key.clone());
        let theirs: Vec<String> = self.entries.iter().filter_map(is_theirs).collect();
        for key in &theirs {
            match seen.get(key) {
                Some(value) => self.changed(key, value),
                None => self.taken(key),
            }
        }
    }

    /// Everything of ours is gone, or stands here on purpose: the rest is forgotten.
    pub(crate) fn settled(&mut self) {
        let kept = |entry: &Entry| {
            entry.origin != Origin::Ours
                || matches!(entry.presence, Presence::Present | Presence::Unsettled | Presence::Stuck)
        };
        self.entries.retain(|_, entry| kept(entry));
    }

    /// What was deleted counts again if it is listed.
    pub(crate) fn expect_gone(&mut self) {
        for entry in self.entries.values_mut().filter(|entry| entry.presence == Presence::Leaving) {
            entry.presence = Presence::Sent;
        }
    }

    /// Takes in what is there beside what is expected: returns what is ours of it, and takes note of the rest as somebody
    /// else's, by these keys.
    pub(crate) fn divide(&mut self, seen: State, is_ours: impl Fn(&Self, &str, &str) -> bool) -> (State, Vec<String>) {
        let expected = self.expected();
        let beside = seen.into_iter().filter(|(key, _)| !expected.contains_key(key) && !self.is_strange(key));
        let (own, strange): (State, State) = beside.partition(|(key, value)| is_ours(self, key, value));
        strange.iter().for_each(|(key, value)| self.appeared(key, value));
        (own, strange.into_keys().collect())
    }

    /// The same of an item whose value is known: under a key that others may use, too, the value is one that a request of the
    /// case at hand sent, or nearly so.
    pub(crate) fn is_our_item(&self, key: &str, value: &str) -> bool {
        if !self.is_ours(key) || has_mark(key) {
            return self.is_ours(key);
        }
        match self.entries.get(key) {
            Some(entry) => value.is_empty() || entry.is_like(value),
            None => self.entries.iter().any(|(sent, entry)| {
                entry.origin == Origin::Ours && self.is_in_play(entry) && (entry.is_like(value) || sent == value)
            }),
        }
    }
}

/// What follows.
impl Ledger {
    /// What should be there beside what the case at hand stores.
    pub(crate) fn expected(&self) -> State {
        // What others have put there during the run they may change and take away at any time.
        let stays = |entry: &Entry| !entry.volatile && entry.origin != Origin::Other;
        let entries = self.entries.iter().filter(|(_, entry)| stays(entry));
        entries.filter_map(|(key, entry)| Some((key.clone(), entry.shown()?.clone()))).collect()
    }

    /// How many items there are, at most.
    pub(crate) fn carries(&self) -> usize {
        let carried = self.entries.values().filter(|entry| entry.is_carried()).count();
        carried + if self.in_use { OTHERS } else { 0 }
    }

    /// The last known value of an item.
    pub(crate) fn value(&self, key: &str) -> Option<&String> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// What was sent under this key, if it is ours.
    pub(crate) fn sent_value(&self, key: &str) -> Option<&String> {
        self.entries.get(key).filter(|entry| entry.origin == Origin::Ours).map(|entry| &entry.value)
    }

    /// Whether a request of the case at hand sent this value, under whatever key; a short one proves nothing.
    pub(crate) fn has_sent_value(&self, value: &str) -> bool {
        if value.len() < LEAST_VALUE {
            return false;
        }
        let sent = |entry: &Entry| entry.origin == Origin::Ours && self.is_in_play(entry) && entry.value == value;
        self.entries.values().any(sent)
    }

    /// How many items of ours are remembered.
    pub(crate) fn remembered(&self) -> usize {
        self.entries.values().filter(|entry| entry.origin == Origin::Ours).count()
    }

    /// How often somebody else was seen to have put, changed or taken something during the run. A request during which
    /// this grows was not alone.
    pub(crate) fn foreign_changes(&self) -> usize {
        self.foreign_changes
    }

    /// Whether somebody else writes here, too, so that what is carried may be more than was last seen.
    pub(crate) fn is_shared(&self) -> bool {
        self.foreign_changes > 0
    }

    /// Whether an item is somebody else's.
    pub(crate) fn is_theirs(&self, key: &str) -> bool {
        self.entries.get(key).is_some_and(Entry::is_theirs)
    }

    /// The keys of what others have put there during the run, or keep changing.
    pub(crate) fn strangers(&self) -> BTreeSet<String> {
        let strange = |entry: &Entry| entry.volatile || (entry.origin == Origin::Other && entry.is_theirs());
        self.entries.iter().filter(|(_, entry)| strange(entry)).map(|(key, _)| key.clone()).collect()
    }

    /// What was there before, as far as it still is, or should be.
    pub(crate) fn before(&self) -> State {
        self.select(|entry| entry.origin == Origin::Before)
    }

    /// Whether anything of somebody else's is there.
    pub(crate) fn has_theirs(&self) -> bool {
        self.entries.values().any(Entry::is_theirs)
    }

    /// What no request of ours is held responsible for is taken out of a state.
    pub(crate) fn leave_out_volatile(&self, state: &mut State) {
        state.retain(|key, _| !self.entries.get(key).is_some_and(|entry| entry.volatile));
    }

    /// Whether an item is one of ours, be it under a key that the target has bent, or with key and value swapped. What is
    /// elsewhere known by its mark is for the caller to know.
    pub(crate) fn is_ours(&self, key: &str) -> bool {
        match self.entries.get(key) {
            Some(entry) if entry.origin != Origin::Ours => false,
            Some(entry) if self.is_in_play(entry) || has_mark(key) => true,
            _ => self.entries.iter().any(|(sent, entry)| {
                let named = entry.origin == Origin::Ours && (self.is_in_play(entry) || has_mark(sent));
                named && ((!entry.value.is_empty() && entry.value == key) || is_bent(sent, key))
            }),
        }
    }

    fn is_in_play(&self, entry: &Entry) -> bool {
        self.shows_late || entry.presence != Presence::Past
    }

    /// Whether it means anything that an item is listed, given whether it is ours: not of what was deleted and may take its
    /// time to go, and not of what somebody else changes.
    pub(crate) fn counts(&self, key: &str, is_ours: impl FnOnce() -> bool) -> bool {
        match self.entries.get(key) {
            Some(entry) if matches!(entry.presence, Presence::Leaving | Presence::Unsettled) || entry.volatile => false,
            Some(entry) if entry.origin == Origin::Before => true,
            Some(entry) if entry.origin == Origin::Other => false,
            _ => !self.in_use || is_ours(),
        }
    }

    /// What the target does not delete.
    pub(crate) fn stuck(&self) -> State {
        self.select(|entry| entry.presence == Presence::Stuck)
    }

    /// What it did not say of whether it is deleted.
    pub(crate) fn doubtful(&self) -> State {
        self.select(|entry| entry.presence == Presence::Unsettled)
    }

    /// What of ours stands here on purpose.
    pub(crate) fn standing(&self) -> State {
        self.select(|entry| entry.origin == Origin::Ours && entry.presence == Presence::Present)
    }

    /// What should be there, and is not.
    pub(crate) fn lost(&self) -> State {
        self.select(|entry| entry.presence == Presence::Missing && !entry.volatile)
    }

    fn select(&self, which: impl Fn(&Entry) -> bool) -> State {
        let chosen = self.entries.iter().filter(|(_, entry)| which(entry));
        chosen.map(|(key, entry)| (key.clone(), entry.value.clone())).collect()
    }

    fn set(&mut self, key: &str, origin: Origin, value: &str, presence: Presence) {
        let volatile = self.entries.get(key).is_some_and(|entry| entry.volatile);
        let entry = Entry { volatile, ..Entry::new(origin, value.to_owned(), presence) };
        self.entries.insert(key.to_owned(), entry);
    }
}

/// Whether a key has a word in it that nobody else uses.
fn has_mark(key: &str) -> bool {
    own_words(key).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKED: &str = "dewspec-0011aabb";

    fn state(items: &[(&str, &str)]) -> State {
        items.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn is_ours(ledger: &Ledger, key: &str, value: &str) -> bool {
        ledger.is_our_item(key, value)
    }

    #[test]
    fn what_was_there_before_is_expected_and_never_ours() {
        let mut ledger = Ledger::default();
        ledger.found(state(&[("Name", "web")]));
        ledger.sent("Name", "other");
        assert!(ledger.is_theirs("Name") && !ledger.is_ours("Name"));
        assert_eq!((ledger.expected(), ledger.carries()), (state(&[("Name", "web")]), 1));
        ledger.not_deleted(MARKED, "v");
        ledger.found(state(&[(MARKED, "v"), ("b", "2")]));
        assert!(ledger.stuck().contains_key(MARKED) && !ledger.is_theirs(MARKED) && ledger.is_theirs("b"));
    }

    #[test]
    fn a_word_that_an_earlier_case_wrote_is_somebody_elses_once_it_was_gone() {
        let mut ledger = Ledger::default();
        ledger.sent("Name", "one");
        assert!(ledger.is_ours("Name") && ledger.is_ours("name"), "bent by the target");
        ledger.deleted("Name");
        assert!(!ledger.counts("Name", || true), "lists may show it for a while");
        ledger.begin();
        ledger.saw(&State::new());
        assert!(!ledger.is_ours("Name") && !ledger.is_ours("one"));
        let (own, strange) =
            ledger.divide(state(&[("Name", "web-server-7"), (MARKED, "v")]), |_, key, _| key == MARKED);
        assert_eq!((own, strange), (state(&[(MARKED, "v")]), vec!["Name".to_owned()]));
        assert!(ledger.is_theirs("Name") && !ledger.expected().contains_key("Name") && !ledger.counts("Name", || true));
    }

    #[test]
    fn what_was_refused_and_did_not_show_is_not_ours_later() {
        let mut ledger = Ledger::default();
        ledger.sent("1", "v");
        ledger.begin();
        assert!(ledger.is_ours("1"), "nobody has looked");
        ledger.saw(&State::new());
        ledger.begin();
        assert!(!ledger.is_ours("1"), "it shows a case later");
        ledger.sent("2", "v");
        ledger.saw(&state(&[("2", "v")]));
        ledger.begin();
        assert!(ledger.is_ours("2"), "it was there, and is not deleted yet");
        ledger.sent(MARKED, "v");
        ledger.saw(&State::new());
        ledger.begin();
        assert!(ledger.is_ours(MARKED), "nobody else has such a key");
        ledger.shows_late();
        ledger.sent("3", "v");
        ledger.saw(&State::new());
        ledger.begin();
        assert!(ledger.is_ours("3"), "this target shows everything late");
    }

    #[test]
    fn a_value_that_nobody_sent_under_a_key_that_others_may_use_is_somebody_elses() {
        let mut ledger = Ledger::default();
        ledger.sent("Name", " Dev ");
        ledger.sent(MARKED, "v");
        let seen = state(&[("Name", "web-server-7"), (MARKED, "altered")]);
        assert_eq!(ledger.clone().divide(seen, is_ours).1, ["Name"]);
        assert_eq!(ledger.divide(state(&[("Name", "dev")]), is_ours).1, Vec::<String>::new(), "bent by the target");
        assert!(ledger.is_our_item("name", " dev ") && !ledger.is_our_item("name", "web-server-7"), "another case");
    }

    #[test]
    fn what_cannot_be_deleted_stays_expected_and_takes_room() {
        let mut ledger = Ledger::default();
        ledger.sent(MARKED, "v");
        assert_eq!(ledger.carries(), 0, "it is the case's own");
        ledger.not_deleted(MARKED, "v");
        assert_eq!((ledger.expected(), ledger.stuck(), ledger.carries()), (state(&[(MARKED, "v")]), ledger.stuck(), 1));
        ledger.unsettled("k", "v");
        assert_eq!((ledger.expected().len(), ledger.carries()), (1, 2), "nobody knows whether it is there");
        ledger.settled();
        assert_eq!(ledger.remembered(), 2);
        ledger.deleted("k");
        ledger.settled();
        assert_eq!(ledger.remembered(), 1);
    }

    #[test]
    fn what_others_keep_changing_is_left_out_of_everything() {
        let mut ledger = Ledger::default();
        ledger.found(state(&[("a", "1"), ("b", "1")]));
        ledger.volatile("a");
        ledger.volatile("c");
        assert_eq!(ledger.expected(), state(&[("b", "1")]));
        assert!(!ledger.counts("a", || true) && !ledger.counts("c", || true) && ledger.counts("b", || false));
        assert!(!ledger.counts("d", || false) && ledger.counts("d", || true), "others come and go");
        assert_eq!(ledger.carries(), 2 + OTHERS);
        assert!(ledger.is_theirs("c"), "nothing is written there");
    }

    #[test]
    fn what_is_missing_is_remembered_beside_what_is_there_instead() {
        let mut ledger = Ledger::default();
        ledger.found(state(&[("a", "1"), ("b", "2")]));
        ledger.missing("a", None);
        ledger.missing("b", Some(&"x".to_owned()));
        assert_eq!((ledger.expected(), ledger.carries()), (state(&[("b", "x")]), 1));
        assert_eq!(ledger.lost(), state(&[("a", "1"), ("b", "2")]));
        assert!(!ledger.is_theirs("a") && ledger.is_theirs("b"));
        ledger.changed("b", "3");
        assert_eq!(ledger.value("b").map(String::as_str), Some("3"));
    }

    #[test]
    fn a_value_that_others_may_have_is_not_known_as_ours() {
        let mut ledger = Ledger::default();
        ledger.sent_all(&state(&[("a", ""), ("b", "prod"), (MARKED, "v-4b425dcc")]));
        assert!(!ledger.has_sent_value("") && !ledger.has_sent_value("prod") && ledger.has_sent_value("v-4b425dcc"));
        ledger.saw(&State::new());
        ledger.begin();
        assert!(!ledger.has_sent_value("v-4b425dcc"), "of an earlier case");
    }

    #[test]
    fn what_was_deleted_and_is_there_with_another_value_is_somebody_elses() {
        let mut ledger = Ledger::default();
        ledger.sent("id", "one");
        ledger.sent("id", "two");
        ledger.deleted("id");
        ledger.saw(&state(&[("id", "two")]));
        assert!(!ledger.is_theirs("id"), "it takes its time to go");
        ledger.saw(&state(&[("id", "alice-1")]));
        assert!(ledger.is_theirs("id") && ledger.carries() == 1);
        ledger.sent("DEV", "DEV1");
        ledger.sent("DEV", "x");
        assert!(ledger.is_our_item("DEV", "DEV1") && !ledger.is_our_item("DEV", "alice"));
    }

    #[test]
    fn what_others_do_is_counted_and_left_to_them() {
        let mut ledger = Ledger::default();
        ledger.found(state(&[("a", "1")]));
        assert!(!ledger.is_shared(), "it was there before");
        ledger.divide(state(&[("a", "1"), ("b", "2")]), is_ours);
        assert_eq!((ledger.foreign_changes(), ledger.expected(), ledger.carries()), (1, state(&[("a", "1")]), 2));
        ledger.saw(&state(&[("a", "1"), ("b", "3")]));
        assert_eq!((ledger.foreign_changes(), ledger.value("b")), (2, Some(&"3".to_owned())));
        ledger.saw(&state(&[("b", "3")]));
        assert_eq!(ledger.foreign_changes(), 2, "what was there before is not theirs to take unasked");
        ledger.saw(&state(&[("a", "1")]));
        assert_eq!((ledger.foreign_changes(), ledger.carries()), (3, 1));
        ledger.saw(&state(&[("a", "1")]));
        assert!(ledger.is_shared() && ledger.foreign_changes() == 3);
    }

    #[test]
    fn what_stands_on_purpose_is_expected() {
        let mut ledger = Ledger::default();
        ledger.stands(MARKED, "watch");
        ledger.begin();
        ledger.saw(&State::new());
        ledger.settled();
        assert_eq!(
            (ledger.expected(), ledger.standing(), ledger.carries()),
            (ledger.standing(), state(&[(MARKED, "watch")]), 1)
        );
        assert!(!ledger.has_theirs());
    }
}
