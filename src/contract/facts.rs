use crate::suite::{Characters, Disputed, EdgeClass, JsonType, OperationSuite};

/// Everything that the clauses of an operation say about one field of its body.
#[derive(Clone, Debug, Default)]
pub struct FieldFacts {
    /// JSON pointer into the valid body; `*` stands for every element of an array.
    pub field: String,
    /// It must, or need not, be there.
    pub mandatory: Option<bool>,
    /// Its JSON type.
    pub kind: Option<JsonType>,
    /// Least number of characters.
    pub min_length: Option<usize>,
    /// Greatest number of characters.
    pub max_length: Option<usize>,
    /// The characters that may occur.
    pub characters: Option<Characters>,
    /// What the first character must not be.
    pub first_not: Option<EdgeClass>,
    /// What the last character must not be.
    pub last_not: Option<EdgeClass>,
    /// The only values allowed.
    pub one_of: Option<Vec<String>>,
    /// Elements are pairwise different.
    pub unique_items: bool,
    /// Least number of elements.
    pub min_items: Option<usize>,
    /// Ground that readings disagree about.
    pub disputed: Vec<Disputed>,
}

/// The facts of an operation, field by field, in the order in which its clauses first name them.
pub fn fields(op: &OperationSuite) -> Vec<FieldFacts> {
    let mut all: Vec<FieldFacts> = Vec::new();
    for clause in &op.clauses {
        if let Some(constraint) = &clause.constraint {
            let facts = of(&mut all, &constraint.field);
            facts.mandatory = facts.mandatory.or(constraint.mandatory);
            facts.kind = facts.kind.or(constraint.kind);
            facts.min_length = facts.min_length.or(constraint.min_length);
            facts.max_length = facts.max_length.or(constraint.max_length);
            facts.characters = facts.characters.take().or_else(|| constraint.characters.clone());
            facts.first_not = facts.first_not.or(constraint.first_not);
            facts.last_not = facts.last_not.or(constraint.last_not);
            facts.one_of = facts.one_of.take().or_else(|| constraint.one_of.clone());
            facts.unique_items |= constraint.unique_items.unwrap_or_default();
            facts.min_items = facts.min_items.or(constraint.min_items);
        }
        if let Some(disputed) = &clause.disputed {
            of(&mut all, &disputed.field).disputed.push(disputed.clone());
        }
    }
    all
}

fn of<'a>(all: &'a mut Vec<FieldFacts>, field: &str) -> &'a mut FieldFacts {
    let at = all.iter().position(|f| f.field == field).unwrap_or_else(|| {
        all.push(FieldFacts { field: field.to_owned(), ..FieldFacts::default() });
        all.len() - 1
    });
    &mut all[at]
}
