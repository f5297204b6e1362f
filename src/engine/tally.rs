use std::collections::BTreeMap;

/// What a run has found out about one clause so far.
#[derive(Clone, Debug, Default)]
pub(super) struct ClauseTally {
    /// Checks that held.
    pub(super) checks: u64,
    /// Cases that found it broken.
    pub(super) broken_by: Vec<String>,
    /// Why cases that bear on it were skipped.
    pub(super) skipped: Vec<String>,
    /// Cases that bear on it and could not be run to their end.
    pub(super) lost: usize,
    /// Cases that bear on it and came to nothing.
    pub(super) inconclusive: u64,
    /// Conditions of cases that bear on it, and that never held.
    pub(super) unmet: Vec<String>,
}

impl ClauseTally {
    /// A case that bears on it was not judged, for this reason.
    pub(super) fn came_to_nothing(&mut self, reason: &str) {
        self.inconclusive += 1;
        if !self.skipped.iter().any(|known| known == reason) {
            self.skipped.push(reason.to_owned());
        }
    }
}

/// The same for all clauses.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    clauses: BTreeMap<String, ClauseTally>,
}

impl Tally {
    pub(super) fn clause(&mut self, id: &str) -> &mut ClauseTally {
        if !self.clauses.contains_key(id) {
            self.clauses.insert(id.to_owned(), ClauseTally::default());
        }
        self.clauses.entry(id.to_owned()).or_default()
    }

    pub(super) fn get(&self, id: &str) -> ClauseTally {
        self.clauses.get(id).cloned().unwrap_or_default()
    }

    pub(super) fn upheld(&mut self, id: &str) {
        self.clause(id).checks += 1;
    }

    /// Takes back what a case has found.
    pub(super) fn retract(&mut self, case: &str) {
        for clause in self.clauses.values_mut() {
            clause.broken_by.retain(|by| by != case);
        }
    }

    pub(super) fn is_broken(&self, id: &str) -> bool {
        self.clauses.get(id).is_some_and(|c| !c.broken_by.is_empty())
    }
}
