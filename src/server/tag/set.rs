//! The tags of one secret or key.

use super::life::Lives;
use super::rare::Memory;
use super::shown::Shown;

/// A value as it is stored, which decides how it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TagValue {
    Text(Box<str>),
    Null,
    Absent,
}

/// A stored tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) key: Box<str>,
    pub(crate) value: TagValue,
}

/// Tags in the order of their creation. A resource has few, so that a scan beats a map.
#[derive(Debug, Clone, Default)]
pub(crate) struct TagSet {
    tags: Vec<Tag>,
    created: usize,
    buried: Vec<Box<str>>,
    memory: Option<Box<Memory>>,
    lives: Option<Box<Lives>>,
    shown: Option<Box<Shown>>,
}

impl TagValue {
    /// Whether two values are the same, however their absence is listed.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(text), Self::Text(other)) => text == other,
            (Self::Text(_), _) | (_, Self::Text(_)) => false,
            (Self::Null | Self::Absent, Self::Null | Self::Absent) => true,
        }
    }

    /// The value as text, empty where none was given.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Null | Self::Absent => "",
        }
    }
}

impl TagSet {
    pub(crate) fn get(&self, key: &str) -> Option<&Tag> {
        self.tags.iter().find(|tag| &*tag.key == key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.tags.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.tags.len()
    }

    /// How many tags were ever created, deleted ones included.
    pub(crate) fn created(&self) -> usize {
        self.created
    }

    /// Stores a tag, in place of the one with the same key if there is one.
    pub(crate) fn put(&mut self, tag: Tag) {
        match self.tags.iter_mut().find(|stored| stored.key == tag.key) {
            Some(stored) => stored.value = tag.value,
            None => self.append(tag),
        }
    }

    /// Stores a tag beside whatever there is; only faults let a key stand twice.
    pub(crate) fn append(&mut self, tag: Tag) {
        self.created += 1;
        self.tags.push(tag);
    }

    /// Removes the tags that pass a test and says whether there were any.
    pub(crate) fn remove(&mut self, test: impl Fn(&Tag) -> bool) -> bool {
        let before = self.tags.len();
        self.tags.retain(|tag| !test(tag));
        self.tags.len() < before
    }

    /// Remembers a deleted key; only a fault asks for it.
    pub(crate) fn bury(&mut self, key: &str) {
        if !self.is_buried(key) {
            self.buried.push(key.into());
        }
    }

    /// What rare faults need to know; only they ask for it.
    pub(crate) fn memory(&mut self) -> &mut Memory {
        self.memory.get_or_insert_default()
    }

    /// What faults about earlier lives of a key remember; nothing as long as none of them is on.
    pub(crate) fn lives(&self) -> Option<&Lives> {
        self.lives.as_deref()
    }

    /// The same, to be changed; only those faults ask for it.
    pub(crate) fn lives_mut(&mut self) -> &mut Lives {
        self.lives.get_or_insert_default()
    }

    /// What faults about lists remember, if any of them does.
    pub(crate) fn shown_if_any(&mut self) -> Option<&mut Shown> {
        self.shown.as_deref_mut()
    }

    /// The same, to be changed; only those faults ask for it.
    pub(crate) fn shown_mut(&mut self) -> &mut Shown {
        self.shown.get_or_insert_default()
    }

    /// The tag that was created right before the one of this key.
    pub(crate) fn before(&self, key: &str) -> Option<&Tag> {
        let at = self.tags.iter().position(|tag| &*tag.key == key)?;
        self.tags.get(at.checked_sub(1)?)
    }

    pub(crate) fn is_buried(&self, key: &str) -> bool {
        self.buried.iter().any(|buried| &**buried == key)
    }
}
