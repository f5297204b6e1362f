use std::collections::{BTreeMap, BTreeSet};

use super::PlannedCase;
use crate::suite::{CaseSpec, StatusRule};

/// The open clauses whose readings a case's expectations refer to.
pub(super) fn depends_on(spec: &CaseSpec) -> BTreeSet<String> {
    let statuses =
        spec.steps.iter().flat_map(|s| s.expect.iter().chain(s.readings.values())).filter_map(|e| match &e.status {
            StatusRule::ByClause(reference) => Some(reference.trim_start_matches('@').to_owned()),
            StatusRule::Fixed(_) => None,
        });
    statuses.chain(spec.when.keys().cloned()).collect()
}

/// Splits probes so that each comes after those it depends on. What depends on itself in a circle ends
/// up in the last layer, where it sees every reading as still possible.
pub(super) fn layers(probes: Vec<PlannedCase>) -> Vec<Vec<PlannedCase>> {
    let mut depends: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for case in &probes {
        if let Some(clause) = &case.probes {
            let own = depends.entry(clause.clone()).or_default();
            own.extend(case.depends.iter().filter(|d| *d != clause).cloned());
        }
    }
    let mut pending = probes;
    let mut settled: BTreeSet<String> = BTreeSet::new();
    let mut layers = Vec::new();
    while !pending.is_empty() {
        let ready: BTreeSet<String> = depends
            .iter()
            .filter(|(clause, needs)| {
                !settled.contains(*clause) && needs.iter().all(|n| settled.contains(n) || !depends.contains_key(n))
            })
            .map(|(clause, _)| clause.clone())
            .collect();
        if ready.is_empty() {
            layers.push(std::mem::take(&mut pending));
            break;
        }
        let (now, later): (Vec<_>, Vec<_>) =
            pending.into_iter().partition(|c| c.probes.as_ref().is_some_and(|p| ready.contains(p)));
        layers.push(now);
        pending = later;
        settled.extend(ready);
    }
    layers
}
