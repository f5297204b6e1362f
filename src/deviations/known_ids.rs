use std::collections::BTreeSet;

use crate::causes;
use crate::plan::{Filter, plan};
use crate::suite::Suite;

/// Names of the fuzzer's finds have this in them: nobody can know them all.
const FIND: &str = ".fuzz-";
/// Names told where one is not known.
const NEAR: usize = 3;

/// The ids that an entry can name.
pub struct KnownIds {
    operations: BTreeSet<String>,
    clauses: BTreeSet<String>,
    cases: BTreeSet<String>,
    causes: BTreeSet<String>,
    readings: BTreeSet<(String, String)>,
}

impl KnownIds {
    /// Of a suite, with the cases of every seed.
    pub fn new(suite: &Suite) -> Self {
        // Those that have to be asked for, too, whichever run it is held against.
        let suite = &suite.with_signature().with_neighbours();
        let plan = plan(suite, &Filter::default().in_turn(None));
        let clauses = || suite.operations.iter().flat_map(|op| op.clauses.iter());
        let sentinels = suite.operations.iter().map(|op| op.sentinel_case());
        KnownIds {
            operations: suite.operations.iter().map(|op| op.operation.id.clone()).collect(),
            clauses: clauses().map(|clause| clause.id.clone()).collect(),
            cases: plan.cases().map(|case| case.spec.id.clone()).chain(sentinels).collect(),
            causes: causes::possible_ids(suite),
            readings: clauses()
                .flat_map(|clause| clause.readings.keys().map(|name| (clause.id.clone(), name.clone())))
                .collect(),
        }
    }

    /// What is wrong with an operation's name, if anything is.
    pub(super) fn operation(&self, id: &str) -> Option<String> {
        unknown("operation", id, &self.operations)
    }

    /// The same of a clause.
    pub(super) fn clause(&self, id: &str) -> Option<String> {
        unknown("clause", id, &self.clauses)
    }

    /// The same of a case.
    pub(super) fn case(&self, id: &str) -> Option<String> {
        if id.contains(FIND) { None } else { unknown("case", id, &self.cases) }
    }

    /// The same of a cause.
    pub(super) fn cause(&self, id: &str) -> Option<String> {
        unknown("cause", id, &self.causes)
    }

    /// The same of a reading.
    pub(super) fn reading(&self, clause: &str, name: &str) -> Option<String> {
        if let Some(told) = self.clause(clause) {
            return Some(told);
        }
        let of_clause: Vec<&str> =
            self.readings.iter().filter(|(known, _)| known == clause).map(|(_, name)| name.as_str()).collect();
        match of_clause.as_slice() {
            [] => Some(format!("the clause {clause} is not open: it has no readings")),
            names if names.contains(&name) => None,
            names => Some(format!("the clause {clause} has no reading {name:?}: it has {}", names.join(", "))),
        }
    }
}

fn unknown(kind: &str, id: &str, known: &BTreeSet<String>) -> Option<String> {
    if known.contains(id) {
        return None;
    }
    let mut near: Vec<(usize, &String)> = known.iter().map(|name| (strsim::osa_distance(id, name), name)).collect();
    near.sort();
    let close = id.chars().count() / 3 + 1;
    let near: Vec<&str> =
        near.iter().take(NEAR).filter(|(distance, _)| *distance <= close).map(|(_, name)| name.as_str()).collect();
    let meant = match near.as_slice() {
        [] => format!("see `dewspec list {kind}s`"),
        [one] => format!("was {one} meant?"),
        several => format!("was one of these meant: {}?", several.join(", ")),
    };
    Some(format!("there is no {kind} {id:?}: {meant}"))
}
