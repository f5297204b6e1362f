//! Ids in full. Files of an operation name its clauses and cases without the operation's prefix.

use super::{CaseSpec, Clause, Expect, StatusRule};

/// The prefixes of all operations.
pub(super) struct Prefixes(Vec<String>);

impl Prefixes {
    pub(super) fn new(prefixes: impl IntoIterator<Item = String>) -> Self {
        Prefixes(prefixes.into_iter().collect())
    }

    /// The id in full, of this operation unless it names one.
    fn full(&self, id: &str, own: &str) -> String {
        let of = |prefix: &String| id.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('.'));
        if self.0.iter().any(of) { id.to_owned() } else { format!("{own}.{id}") }
    }

    pub(super) fn complete_clause(&self, clause: &mut Clause, own: &str) {
        clause.id = self.full(&clause.id, own);
    }

    /// A case that names no clause is of the one that its id begins with.
    pub(super) fn complete_case(&self, case: &mut CaseSpec, own: &str) {
        case.id = self.full(&case.id, own);
        if case.clauses.is_empty()
            && let Some((clause, _)) = case.id.split_once('/')
        {
            case.clauses.push(clause.to_owned());
        }
        for clause in &mut case.clauses {
            *clause = self.full(clause, own);
        }
        case.when =
            std::mem::take(&mut case.when).into_iter().map(|(id, names)| (self.full(&id, own), names)).collect();
        for step in &mut case.steps {
            for expect in step.expect.iter_mut().chain(step.readings.values_mut()) {
                self.complete_expectation(expect, own);
            }
        }
    }

    fn complete_expectation(&self, expect: &mut Expect, own: &str) {
        if let StatusRule::ByClause(reference) = &mut expect.status {
            *reference = format!("@{}", self.full(reference.trim_start_matches('@'), own));
        }
    }
}
