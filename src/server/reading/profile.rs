//! The readings a server follows.

use std::collections::BTreeMap;

use super::catalogue::{ReadingSet, catalogue, neighbours};
use super::nearest;
use crate::server::operation::Operation;

/// A choice of reading for every open clause; what was not chosen is the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    chosen: BTreeMap<&'static str, &'static str>,
}

/// Why a reading could not be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// No open clause is called so.
    #[error("no open clause `{clause}`{}; {} exist, see the list of readings", suggestion(nearest), all().count())]
    UnknownClause {
        /// What was asked for.
        clause: String,
        /// Clauses with a similar id.
        nearest: Vec<&'static str>,
    },
    /// The clause exists but is never read this way.
    #[error("open clause `{clause}` has no reading `{reading}`; its readings are {}", readings.join(", "))]
    UnknownReading {
        /// The full id of the clause.
        clause: &'static str,
        /// What was asked for.
        reading: String,
        /// The readings that the clause permits.
        readings: &'static [&'static str],
    },
}

impl Profile {
    /// Chooses a reading at every position whose clause id is `clause` or ends with it on a segment boundary.
    ///
    /// # Errors
    ///
    /// Fails, changing nothing, if no clause matches or one of those that match lacks the reading.
    pub fn set(&mut self, clause: &str, reading: &str) -> Result<(), ProfileError> {
        let sets = matching(clause);
        if sets.is_empty() {
            return Err(ProfileError::UnknownClause {
                clause: clause.to_owned(),
                nearest: nearest(clause, all().map(|set| set.clause)),
            });
        }
        let mut choices = Vec::with_capacity(sets.len());
        for set in sets {
            let known = set.readings.iter().find(|known| **known == reading);
            let reading = known.ok_or_else(|| ProfileError::UnknownReading {
                clause: set.clause,
                reading: reading.to_owned(),
                readings: set.readings,
            })?;
            choices.push((set.clause, *reading));
        }
        self.chosen.extend(choices);
        Ok(())
    }

    /// The reading followed, by full id or suffix; nothing if no clause matches or those that match are read differently.
    pub fn get(&self, clause: &str) -> Option<&str> {
        let mut readings = matching(clause).into_iter().filter_map(|set| self.effective(set));
        let first = readings.next()?;
        readings.all(|other| other == first).then_some(first)
    }

    /// Every open clause with the reading followed.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        catalogue().iter().filter_map(|set| Some((set.clause, self.effective(set)?)))
    }

    /// The reading of a clause of one operation, empty where that operation has no such clause.
    pub(crate) fn at(&self, operation: Operation, suffix: &str) -> &str {
        let position = |set: &&ReadingSet| {
            let rest = set.clause.strip_prefix(operation.id());
            rest.and_then(|rest| rest.strip_prefix('.')) == Some(suffix)
        };
        let set = all().find(position);
        set.and_then(|set| self.effective(set)).unwrap_or_default()
    }

    /// Whether a clause of one operation has the given reading.
    pub(crate) fn is(&self, operation: Operation, suffix: &str, reading: &str) -> bool {
        self.at(operation, suffix) == reading
    }

    fn effective(&self, set: &ReadingSet) -> Option<&'static str> {
        let default = set.readings.first().copied();
        self.chosen.get(set.clause).copied().or(default)
    }
}

fn matching(clause: &str) -> Vec<&'static ReadingSet> {
    let ends_with = |set: &&ReadingSet| {
        let head = set.clause.strip_suffix(clause);
        head.is_some_and(|head| head.is_empty() || head.ends_with('.')) && !clause.is_empty()
    };
    all().filter(ends_with).collect()
}

/// Those of neighbours, too.
fn all() -> impl Iterator<Item = &'static ReadingSet> {
    catalogue().iter().chain(neighbours())
}

fn suggestion(nearest: &[&str]) -> String {
    match nearest {
        [] => String::new(),
        names => format!(" (near: {})", names.join(", ")),
    }
}
