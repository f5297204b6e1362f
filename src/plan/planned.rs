use std::collections::BTreeSet;
use std::sync::Arc;

use super::order::{depends_on, layers};
use super::{Filter, expand};
use crate::suite::{Answer, CaseSpec, Need, OperationSuite, StepSpec, Suite};
use crate::vocabulary::PathChoice;

/// One case that will run.
#[derive(Clone, Debug)]
pub struct PlannedCase {
    /// The case.
    pub spec: CaseSpec,
    /// Its operation.
    pub op: Arc<OperationSuite>,
    /// The open clause whose readings it tells apart, if it does.
    pub probes: Option<String>,
    /// Open clauses whose readings decide what is expected here.
    pub depends: BTreeSet<String>,
}

impl PlannedCase {
    fn new(spec: CaseSpec, op: &Arc<OperationSuite>) -> Self {
        let probes = spec.steps.iter().any(|s| !s.readings.is_empty()).then(|| spec.clauses.first().cloned()).flatten();
        let depends = depends_on(&spec);
        PlannedCase { spec, op: Arc::clone(op), probes, depends }
    }

    /// The one step of a case that does nothing but send an ordinary request and look at the answer and
    /// the state afterwards: such cases can share a read-back.
    pub fn simple_step(&self) -> Option<&StepSpec> {
        let [step] = self.spec.steps.as_slice() else { return None };
        let expect = step.expect.as_ref()?;
        let ordinary = step.setup.is_none()
            && step.fill.is_none()
            && step.race.is_none()
            && !step.hidden
            && !step.wire
            && !step.second
            && step.operation.is_none()
            && self.spec.needs.iter().all(|n| !matches!(n, Need::SecondResource | Need::EmptyResource));
        let plain = expect.stored.is_none() && expect.listed.is_none() && expect.answer != Answer::Any;
        (ordinary && plain).then_some(step)
    }

    /// Whether every request goes to the target's own resource.
    pub fn stays_home(&self) -> bool {
        self.spec.steps.iter().all(|s| s.path.values().all(|p| *p == PathChoice::Own))
    }
}

/// What will run, in order: the probes of the open clauses layer by layer, then everything else.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Probes; a layer needs the readings found by those before it.
    pub probes: Vec<Vec<PlannedCase>>,
    /// Everything else that needs one resource.
    pub main: Vec<PlannedCase>,
    /// Cases that need two resources of a kind.
    pub pairs: Vec<PlannedCase>,
}

impl Plan {
    /// Every case, in order.
    pub fn cases(&self) -> impl Iterator<Item = &PlannedCase> {
        self.probes.iter().flatten().chain(&self.main).chain(&self.pairs)
    }
}

/// Selects and orders the cases. A filter also selects the probes that its cases depend on.
pub fn plan(suite: &Suite, filter: &Filter) -> Plan {
    let all: Vec<PlannedCase> = suite
        .operations
        .iter()
        .flat_map(|op| {
            let written = op.cases.iter().map(|c| c.item.clone());
            written.chain(expand(op)).map(|spec| PlannedCase::new(spec, op)).collect::<Vec<_>>()
        })
        .collect();
    let mut chosen: BTreeSet<usize> = (0..all.len()).filter(|i| filter.selects(&all[*i])).collect();
    loop {
        let wanted: BTreeSet<&String> = chosen.iter().flat_map(|i| &all[*i].depends).collect();
        let added: Vec<usize> = (0..all.len())
            .filter(|i| !chosen.contains(i) && all[*i].probes.as_ref().is_some_and(|p| wanted.contains(p)))
            .collect();
        if added.is_empty() {
            break;
        }
        chosen.extend(added);
    }
    let mut plan = Plan::default();
    let mut probes = Vec::new();
    for (i, case) in all.into_iter().enumerate() {
        if !chosen.contains(&i) {
            continue;
        }
        if case.probes.is_some() {
            probes.push(case);
        } else if case.spec.needs.contains(&Need::SecondResource) {
            plan.pairs.push(case);
        } else {
            plan.main.push(case);
        }
    }
    plan.probes = layers(probes);
    plan
}
