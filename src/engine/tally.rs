use std::collections::BTreeMap;

use crate::conclusion::ClauseTally;

/// What a run has found out about each clause so far.
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

    /// Every clause of which anything was found out.
    pub(super) fn all(&self) -> &BTreeMap<String, ClauseTally> {
        &self.clauses
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
