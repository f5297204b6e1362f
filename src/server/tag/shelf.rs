//! The secrets or keys of one tenant.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use super::set::TagSet;
use crate::server::state::locked;

/// Resources of one kind, each with tags behind a lock of its own.
#[derive(Debug)]
pub(crate) struct Shelf {
    places: HashMap<String, usize>,
    sets: Vec<Mutex<TagSet>>,
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
            places: ids.iter().enumerate().map(|(index, id)| (id.clone(), index)).collect(),
            sets: ids.iter().map(|_| Mutex::default()).collect(),
        }
    }

    pub(crate) fn find(&self, id: &str) -> Option<Place<'_>> {
        self.places.get(id).map(|&index| Place { shelf: self, index })
    }
}

impl Shelf {
    /// The resource whose id passes a test; only faults look for one like that.
    pub(crate) fn find_where(&self, test: impl Fn(&str) -> bool) -> Option<Place<'_>> {
        self.places.iter().find(|(id, _)| test(id)).map(|(_, &index)| Place { shelf: self, index })
    }

    /// Takes every tag away.
    pub(crate) fn empty(&self) {
        self.sets.iter().for_each(|set| *locked(set) = TagSet::default());
    }

    /// Every resource.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place<'_>> {
        (0..self.sets.len()).map(|index| Place { shelf: self, index })
    }
}

impl<'a> Place<'a> {
    /// Which resource of the shelf it is.
    pub(crate) fn index(self) -> usize {
        self.index
    }

    pub(crate) fn tags(self) -> MutexGuard<'a, TagSet> {
        locked(&self.shelf.sets[self.index])
    }

    /// The next resource on the shelf, if there is another.
    pub(crate) fn neighbour(self) -> Option<Place<'a>> {
        let index = (self.index + 1) % self.shelf.sets.len();
        (index != self.index).then_some(Self { index, ..self })
    }

    /// Every other resource on the shelf.
    pub(crate) fn others(self) -> impl Iterator<Item = Place<'a>> {
        let indices = (0..self.shelf.sets.len()).filter(move |index| *index != self.index);
        indices.map(move |index| Self { index, ..self })
    }
}
