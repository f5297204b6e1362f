use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::plan::{Plan, PlannedCase};
use crate::suite::Suite;

/// Parts of a plan, for servers of which it is known what is special about them.
pub(super) struct Scopes {
    plan: Arc<Plan>,
    /// A few cases of every operation, so that it is seen to work at all: accepted and refused ones.
    smoke: Vec<String>,
    /// Hundreds of servers share a handful of parts.
    known: Mutex<Parts>,
}

/// Parts by the prefixes of their operations (none: all of them), and whether they go without connections.
type Parts = BTreeMap<(Vec<String>, bool), Arc<Plan>>;

/// Ends of the ids of the cases that every server is sent.
const SMOKE: [&str; 3] = ["example/documented", "body.json/white-space-and-order", "body.json/a-form"];

/// The same of neighbours of the documented operations, as far as they have such cases.
const OF_NEIGHBOURS: [&str; 3] = ["stored/the-only-one", "stored/everything", "request.x-auth-token/missing"];

impl Scopes {
    pub(super) fn new(suite: &Suite, plan: &Arc<Plan>) -> Self {
        let smoke = suite.operations.iter().flat_map(|op| match op.operation.neighbour {
            None => SMOKE.map(|end| op.id(end)),
            Some(_) => OF_NEIGHBOURS.map(|end| op.id(end)),
        });
        let smoke = smoke.collect();
        Scopes { plan: Arc::clone(plan), smoke, known: Mutex::default() }
    }

    /// All cases of these operations, by the prefixes of their ids, and the smoke set.
    pub(super) fn of_operations(&self, operations: &[&str], in_process: bool) -> Arc<Plan> {
        let name = (operations.iter().map(|o| (*o).to_owned()).collect(), in_process);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let part = known.entry(name).or_insert_with(|| {
            let own = |case: &PlannedCase| operations.contains(&case.op.operation.prefix.as_str());
            Arc::new(self.part(in_process, own))
        });
        Arc::clone(part)
    }

    /// Every case on whose outcome the readings of these clauses have a say, and the smoke set; the whole plan where
    /// there are many of them, or none.
    pub(super) fn of_readings(&self, readings: &[(String, String)], in_process: bool) -> Arc<Plan> {
        let [(clause, _)] = readings else { return self.whole(in_process) };
        Arc::new(self.part(in_process, |case| mentions(case, clause)))
    }

    /// Whether the readings of this one clause are told apart by nothing but what goes over a connection.
    pub(super) fn needs_sockets(&self, readings: &[(String, String)]) -> bool {
        let [(clause, _)] = readings else { return false };
        let mut probes = self.plan.cases().filter(|case| case.probes.as_ref() == Some(clause)).peekable();
        probes.peek().is_some() && probes.all(PlannedCase::needs_sockets)
    }

    fn whole(&self, in_process: bool) -> Arc<Plan> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let part = known.entry((Vec::new(), in_process)).or_insert_with(|| Arc::new(self.part(in_process, |_| true)));
        Arc::clone(part)
    }

    fn part(&self, in_process: bool, chosen: impl Fn(&PlannedCase) -> bool) -> Plan {
        self.plan.narrowed(|case| {
            (chosen(case) || self.smoke.contains(&case.spec.id)) && !(in_process && case.needs_sockets())
        })
    }
}

/// Whether a case tells the readings of an open clause apart, or goes by them.
fn mentions(case: &PlannedCase, clause: &str) -> bool {
    case.probes.as_deref() == Some(clause)
        || case.depends.contains(clause)
        || case.spec.clauses.iter().any(|named| named == clause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Filter, plan};
    use crate::suite::{DataSource, Suite};

    #[test]
    fn every_part_has_the_smoke_set_and_what_it_is_about() {
        let suite = Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes");
        let scopes = Scopes::new(&suite, &Arc::new(plan(&suite, &Filter::default())));
        let part = scopes.of_operations(&["kms.create-kms-tag"], true);
        for id in &scopes.smoke {
            assert!(part.cases().any(|case| case.spec.id == *id), "there is no case {id}");
        }
        let whole = scopes.of_operations(&["kms.create-kms-tag"], false);
        let left_out = whole.cases().filter(|case| case.needs_sockets()).count();
        assert!(left_out > 0 && whole.cases().count() == part.cases().count() + left_out);
        let reading = |clause: &str| [(clause.to_owned(), String::new())];
        assert!(scopes.needs_sockets(&reading("kms.create-kms-tag.success.body")));
        assert!(!scopes.needs_sockets(&reading("kms.create-kms-tag.limit-status")));
    }
}
