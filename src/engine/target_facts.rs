use crate::generate::TargetFacts;
use crate::suite::{Capacity, OperationSuite};

use super::resource::Resource;
use super::session::Session;

/// What the probes have found out that generated input depends on.
pub(super) fn target_facts(
    session: &Session,
    op: &OperationSuite,
    ops: &[std::sync::Arc<OperationSuite>],
    resource: &Resource,
) -> TargetFacts {
    let one = |clause: &str, yes: &str| {
        let profile = session.known.profile();
        match profile.remaining(clause).as_slice() {
            [only] if !profile.observations(clause).is_empty() => Some(only == yes),
            _ => None,
        }
    };
    let each = |topic: &str, yes: &str| {
        ops.iter().filter_map(|op| Some((op.operation.id.clone(), one(&op.id(topic), yes)?))).collect()
    };
    let limit = match &op.operation.capacity {
        Some(Capacity::Fixed(limit)) => Some(*limit),
        Some(Capacity::Clause(topic)) => {
            let remaining = session.known.profile().remaining(&op.id(topic));
            if let [only] = remaining.as_slice() { only.parse().ok() } else { None }
        }
        None => None,
    };
    TargetFacts {
        overwrites: each("existing-key", "overwrite"),
        accepts_same: each("existing-pair", "accept"),
        ignores_absent: ops.iter().find_map(|op| one(&op.id("delete.absent-tag"), "ignored")),
        removes_absent: one(&op.id("absent-tag"), "ignored"),
        limit,
        carried: resource.ledger.carries(),
    }
}
