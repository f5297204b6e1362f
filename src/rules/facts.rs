use crate::suite::{Constraint, Disputed, OperationSuite};

/// Everything that the clauses of an operation say about one field of its body.
#[derive(Clone, Debug, Default)]
pub struct FieldFacts {
    /// What each of its constraints states, taken together.
    pub rules: Constraint,
    /// Ground that readings disagree about.
    pub disputed: Vec<Disputed>,
    /// The clauses that state its constraints, by their places in the operation.
    pub clauses: Vec<usize>,
}

/// The facts of an operation, field by field, in the order in which its clauses first name them.
pub fn fields(op: &OperationSuite) -> Vec<FieldFacts> {
    let mut all: Vec<FieldFacts> = Vec::new();
    for (place, clause) in op.clauses.iter().enumerate() {
        if let Some(constraint) = &clause.constraint {
            let facts = of(&mut all, &constraint.field);
            facts.rules.join(constraint);
            facts.clauses.push(place);
        }
        if let Some(disputed) = &clause.disputed {
            of(&mut all, &disputed.field).disputed.push(disputed.clone());
        }
    }
    all
}

fn of<'a>(all: &'a mut Vec<FieldFacts>, field: &str) -> &'a mut FieldFacts {
    let at = all.iter().position(|f| f.rules.field == field).unwrap_or_else(|| {
        let rules = Constraint { field: field.to_owned(), ..Constraint::default() };
        all.push(FieldFacts { rules, ..FieldFacts::default() });
        all.len() - 1
    });
    &mut all[at]
}
