use std::sync::Arc;

use super::Property;
use super::one_field::OneField;
use crate::generate::Placeholders;
use crate::rules::Contract;
use crate::suite::{Effect, OperationSuite};

/// The properties of an operation: both sides of each of its constraints, its bodies as a whole, their
/// structure, and sequences where several requests act on one resource.
pub fn properties(op: &Arc<OperationSuite>, all_ops: &[Arc<OperationSuite>]) -> Vec<Property> {
    let contract = Contract::new(op);
    let places = Placeholders::new(0, "", "", "");
    let mut all = Vec::new();
    for clause in &op.clauses {
        let Some(constraint) = &clause.constraint else { continue };
        let field = OneField::new(&contract, &places, constraint);
        if field.inside().is_some() {
            all.push(Property::Inside { clause: clause.id.clone() });
        }
        if field.outside().is_some() {
            all.push(Property::Outside { clause: clause.id.clone() });
        }
    }
    if !op.operation.valid.is_empty() {
        all.push(Property::Whole);
        all.push(Property::Structure);
    }
    match op.operation.effect {
        Effect::Batch { .. } => {
            all.push(Property::Limit);
            all.extend([false, true].map(|two| Property::Sequence { two }));
        }
        Effect::Remove { .. } => all.extend([false, true].map(|two| Property::Sequence { two })),
        // Where lists can be written, their sequences hold single writes, too.
        Effect::Put { .. } if !all_ops.iter().any(|other| writes_lists(other, op)) => {
            all.extend([false, true].map(|two| Property::Sequence { two }));
        }
        _ => {}
    }
    all.retain(|p| op.clause(&p.clause(&op.operation.prefix)).is_some());
    all
}

fn writes_lists(other: &OperationSuite, op: &OperationSuite) -> bool {
    other.operation.resource == op.operation.resource && matches!(other.operation.effect, Effect::Batch { .. })
}
