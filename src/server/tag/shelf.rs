//! The secrets or keys of one tenant.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use super::set::TagSet;
use crate::server::state::locked;

/// Resources of one kind, each with tags behind a lock of its own. Those that are there from the start are found
/// without a lock.
#[derive(Debug)]
pub(crate) struct Shelf {
    first: HashMap<String, usize>,
    later: RwLock<HashMap<String, usize>>,
    slots: boxcar::Vec<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    tags: Mutex<TagSet>,
    gone: AtomicBool,
}

/// One secret or key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    shelf: &'a Shelf,
    index: usize,
}

impl Shelf {
    pub(crate) fn new(ids: &[String]) -> Self {
        Self {
            first: ids.iter().enumerate().map(|(index, id)| (id.clone(), index)).collect(),
            later: RwLock::default(),
            slots: ids.iter().map(|_| Slot::default()).collect(),
        }
    }

    pub(crate) fn find(&self, id: &str) -> Option<Place<'_>> {
        let index = match self.first.get(id) {
            Some(index) => *index,
            None => *self.later.read().unwrap_or_else(PoisonError::into_inner).get(id)?,
        };
        let gone = self.slots[index].gone.load(Ordering::Relaxed);
        (!gone).then_some(Place { shelf: self, index })
    }

    /// The resource whose id passes a test; only faults look for one like that, among those of the start.
    pub(crate) fn find_where(&self, test: impl Fn(&str) -> bool) -> Option<Place<'_>> {
        self.first.iter().find(|(id, _)| test(id)).map(|(_, &index)| Place { shelf: self, index })
    }

    /// Puts up a resource that is not there, without tags.
    pub(crate) fn add(&self, id: &str) {
        if let Some(index) = self.first.get(id) {
            return self.slots[*index].gone.store(false, Ordering::Relaxed);
        }
        let index = self.slots.push(Slot::default());
        self.later.write().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), index);
    }

    /// Takes a resource away, with its tags.
    pub(crate) fn remove(&self, id: &str) {
        if let Some(place) = self.find(id) {
            self.slots[place.index].gone.store(true, Ordering::Relaxed);
            *place.tags() = TagSet::default();
            self.later.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        }
    }

    /// As it was at the start.
    pub(crate) fn empty(&self) {
        self.later.write().unwrap_or_else(PoisonError::into_inner).clear();
        for (index, slot) in &self.slots {
            *locked(&slot.tags) = TagSet::default();
            slot.gone.store(index >= self.first.len(), Ordering::Relaxed);
        }
    }

    /// Every resource of the start.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place<'_>> {
        (0..self.first.len()).map(|index| Place { shelf: self, index })
    }
}

impl<'a> Place<'a> {
    /// Which resource of the shelf it is.
    pub(crate) fn index(self) -> usize {
        self.index
    }

    pub(crate) fn tags(self) -> MutexGuard<'a, TagSet> {
        locked(&self.shelf.slots[self.index].tags)
    }

    /// The next resource on the shelf, if there is another.
    pub(crate) fn neighbour(self) -> Option<Place<'a>> {
        let index = (self.index + 1) % self.shelf.first.len().max(1);
        (index != self.index).then_some(Self { index, ..self })
    }

    /// Every other resource on the shelf.
    pub(crate) fn others(self) -> impl Iterator<Item = Place<'a>> {
        let indices = (0..self.shelf.first.len()).filter(move |index| *index != self.index);
        indices.map(move |index| Self { index, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_come_and_go() {
        let shelf = Shelf::new(&["a".to_owned(), "b".to_owned()]);
        shelf.add("c");
        shelf.remove("a");
        assert!(shelf.find("a").is_none() && shelf.find("b").is_some() && shelf.find("c").is_some());
        shelf.remove("c");
        assert!(shelf.find("c").is_none());
        shelf.add("a");
        assert!(shelf.find("a").is_some());
        shelf.add("d");
        shelf.empty();
        assert!(shelf.find("a").is_some() && shelf.find("d").is_none());
        assert_eq!(shelf.places().count(), 2);
    }
}
