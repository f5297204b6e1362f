use std::collections::BTreeSet;

use super::expand;
use crate::suite::{DataError, Effect, Judge, OperationSuite, Suite};

/// Topics of the clauses that the engine itself blames, by what they are about. Every operation has them.
pub fn role_ids(op: &OperationSuite) -> Vec<String> {
    let mut topics = vec!["success.status", "stored", "refused-unchanged", "status.documented", "server-error"];
    if !matches!(op.operation.effect, Effect::Create { .. } | Effect::Update { .. }) {
        topics.push("success.no-body");
    }
    topics.into_iter().map(|topic| op.id(topic)).collect()
}

/// No clause without something that can break it, no duplicate among written and expanded cases.
pub fn lint_coverage(suite: &Suite) -> Vec<DataError> {
    let mut errors = Vec::new();
    for op in &suite.operations {
        let expanded = expand(op, &suite.catalogue);
        let mut ids = BTreeSet::new();
        for spec in op.cases.iter().map(|c| &c.item).chain(&expanded) {
            if !ids.insert(spec.id.clone()) {
                errors.push(DataError::file(&op.file, format!("there is a second case {}", spec.id)));
            }
        }
        let roles = role_ids(op);
        for role in &roles {
            if op.clause(role).is_none() {
                errors.push(DataError::file(&op.file, format!("the clause {role} is missing; the engine needs it")));
            }
        }
        let checked: BTreeSet<&str> = op
            .cases
            .iter()
            .map(|c| &c.item)
            .chain(&expanded)
            .flat_map(|c| c.clauses.iter().map(String::as_str))
            .collect();
        for clause in &op.clauses {
            let by_role = roles.contains(&clause.id) || status_row(op, &clause.id).is_some();
            if !by_role && clause.judge.is_none() && !checked.contains(clause.id.as_str()) {
                let problem = format!("nothing can break the clause {}: no case, no judge, no constraint", clause.id);
                errors.push(DataError::new(clause.origin.clone(), problem));
            }
        }
        if !op.clauses.iter().any(|c| matches!(c.judge, Some(Judge::DocumentedStatus { .. }))) {
            errors.push(DataError::file(&op.file, "no clause lists the documented statuses"));
        }
    }
    errors
}

/// `<prefix>.status.<code>` → code.
pub(crate) fn status_row(op: &OperationSuite, clause: &str) -> Option<u16> {
    clause.strip_prefix(&op.operation.prefix)?.strip_prefix(".status.")?.parse().ok()
}
