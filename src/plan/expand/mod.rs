//! Cases made from constraints: each bound and its neighbours, each class and what lies just outside.

mod array;
mod characters;
mod edge;
mod encoding;
mod field;
mod length;
mod malformed;
mod nasty;
mod one_of;
mod presence;
mod types;

use crate::suite::{CaseSpec, NastyClass, OperationSuite};

use field::Field;

/// All cases that the constraints of one operation, and the catalogue, call for.
pub fn expand(op: &OperationSuite, catalogue: &[NastyClass]) -> Vec<CaseSpec> {
    let mut cases = nasty::expand(op, catalogue);
    for clause in &op.clauses {
        let Some(constraint) = &clause.constraint else { continue };
        let field = Field::new(op, clause, constraint);
        if let Some(mandatory) = constraint.mandatory {
            cases.extend(presence::expand(&field, mandatory));
        }
        if let Some(kind) = constraint.kind {
            cases.extend(types::expand(&field, kind));
        }
        if let Some(least) = constraint.min_length {
            cases.extend(length::at_least(&field, least));
        }
        if let Some(most) = constraint.max_length {
            cases.extend(length::at_most(&field, most));
        }
        if let Some(facts) = &constraint.characters {
            cases.extend(characters::expand(&field, facts));
        }
        if constraint.first_not.is_some() {
            cases.extend(edge::first(&field));
        }
        if constraint.last_not.is_some() {
            cases.extend(edge::last(&field));
        }
        if let Some(words) = &constraint.one_of {
            cases.extend(one_of::expand(&field, words));
        }
        if constraint.unique_items == Some(true) {
            cases.extend(array::unique(&field));
        }
        if constraint.well_formed == Some(true) {
            cases.extend(malformed::expand(&field));
        }
        if constraint.utf8 == Some(true) {
            cases.extend(encoding::expand(&field));
        }
        if let Some(least) = constraint.min_items {
            cases.extend(array::at_least(&field, least));
        }
    }
    cases.iter_mut().for_each(|case| case.begin(&op.operation.first));
    cases
}
