use std::collections::{BTreeMap, BTreeSet};

use crate::conclusion::ClauseTally;

/// What a run has found out about each clause so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    clauses: BTreeMap<String, ClauseTally>,
    tries: Option<Tries>,
}

/// What single tries of cases that run several times have found out, until it is known which of it counts.
#[derive(Clone, Debug, Default)]
struct Tries {
    /// The number of those that are under way, from 0.
    now: usize,
    by_case: BTreeMap<(String, usize), BTreeMap<String, ClauseTally>>,
    broken: BTreeSet<String>,
}

impl Tally {
    pub(super) fn clause(&mut self, id: &str) -> &mut ClauseTally {
        of_clause(&mut self.clauses, id)
    }

    /// What a case finds out: kept apart as long as it is tried several times.
    pub(super) fn of_case(&mut self, case: &str) -> CaseTally<'_> {
        match &mut self.tries {
            Some(tries) => CaseTally {
                clauses: tries.by_case.entry((case.to_owned(), tries.now)).or_default(),
                broken: Some(&mut tries.broken),
            },
            None => CaseTally { clauses: &mut self.clauses, broken: None },
        }
    }

    /// From here on each case has tries, and these are the ones of this number.
    pub(super) fn begin_tries(&mut self, number: usize) {
        self.tries.get_or_insert_default().now = number;
    }

    /// No more of them.
    pub(super) fn end_tries(&mut self) {
        self.tries = None;
    }

    /// Enters what the tries of a case have found out that count, but for clauses that were not the same each time.
    pub(super) fn settle(&mut self, case: &str, counted: &[usize], unsteady: &BTreeSet<String>) {
        let Some(tries) = &mut self.tries else { return };
        for nth in counted {
            for (id, found) in tries.by_case.remove(&(case.to_owned(), *nth)).unwrap_or_default() {
                if !unsteady.contains(&id) {
                    of_clause(&mut self.clauses, &id).add(found);
                }
            }
        }
        for id in unsteady {
            of_clause(&mut self.clauses, id).came_to_nothing("it was not the same each time");
        }
    }

    /// Every clause of which anything was found out.
    pub(super) fn all(&self) -> &BTreeMap<String, ClauseTally> {
        &self.clauses
    }

    /// Takes back what a case has found.
    pub(super) fn retract(&mut self, case: &str) {
        for clause in self.clauses.values_mut() {
            clause.broken_by.retain(|by| by != case);
        }
    }

    pub(super) fn is_broken(&self, id: &str) -> bool {
        self.clauses.get(id).is_some_and(|c| !c.broken_by.is_empty())
            || self.tries.as_ref().is_some_and(|tries| tries.broken.contains(id))
    }
}

/// Where a case enters what it has found out.
pub(super) struct CaseTally<'t> {
    clauses: &'t mut BTreeMap<String, ClauseTally>,
    broken: Option<&'t mut BTreeSet<String>>,
}

impl CaseTally<'_> {
    pub(super) fn clause(&mut self, id: &str) -> &mut ClauseTally {
        of_clause(self.clauses, id)
    }

    pub(super) fn upheld(&mut self, id: &str) {
        self.clause(id).checks += 1;
    }

    /// The case has found it broken.
    pub(super) fn broken(&mut self, id: &str, case: &str) {
        let broken_by = &mut self.clause(id).broken_by;
        if !broken_by.iter().any(|by| by == case) {
            broken_by.push(case.to_owned());
        }
        if let Some(broken) = self.broken.as_deref_mut().filter(|broken| !broken.contains(id)) {
            broken.insert(id.to_owned());
        }
    }
}

fn of_clause<'c>(clauses: &'c mut BTreeMap<String, ClauseTally>, id: &str) -> &'c mut ClauseTally {
    if !clauses.contains_key(id) {
        clauses.insert(id.to_owned(), ClauseTally::default());
    }
    clauses.entry(id.to_owned()).or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_count_when_they_are_settled() {
        let mut tally = Tally::default();
        for (number, held) in [(0, true), (1, false)] {
            tally.begin_tries(number);
            let mut of_case = tally.of_case("case");
            of_case.upheld("steady");
            if held { of_case.upheld("shaky") } else { of_case.broken("shaky", "case") }
        }
        assert!(tally.all().is_empty() && tally.is_broken("shaky"), "known, and not yet entered");
        tally.settle("case", &[0, 1], &BTreeSet::from(["shaky".to_owned()]));
        tally.end_tries();
        assert!(!tally.is_broken("shaky"));
        let told = |id: &str| tally.all().get(id).cloned().unwrap_or_default();
        assert_eq!(told("steady").checks, 2);
        assert_eq!((told("shaky").checks, told("shaky").inconclusive), (0, 1));
        tally.of_case("case").broken("shaky", "case");
        assert!(tally.is_broken("shaky"), "without tries it counts at once");
    }

    #[test]
    fn what_came_to_nothing_is_left_out() {
        let mut tally = Tally::default();
        tally.begin_tries(0);
        tally.of_case("case").clause("clause").lost += 1;
        tally.begin_tries(1);
        tally.of_case("case").upheld("clause");
        tally.settle("case", &[1], &BTreeSet::new());
        assert_eq!(tally.all()["clause"], ClauseTally { checks: 1, ..ClauseTally::default() });
    }
}
