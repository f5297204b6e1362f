use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::order::{depends_on, layers};
use super::{Filter, Part, expand};
use crate::generate::{Property, properties};
use crate::model::PathChoice;
use crate::suite::{Answer, Capacity, CaseSpec, Effect, Expect, Need, OperationSuite, StepSpec, Suite, Turn};

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
    /// What its inputs have in common, if they are generated; it has no steps of its own then.
    pub property: Option<Property>,
}

impl PlannedCase {
    fn new(mut spec: CaseSpec, op: &Arc<OperationSuite>) -> Self {
        spec.room = spec.room.max(longest_list(&spec, op));
        let probes = spec.steps.iter().any(|s| !s.readings.is_empty()).then(|| spec.clauses.first().cloned()).flatten();
        let depends = depends_on(&spec);
        PlannedCase { spec, op: Arc::clone(op), probes, depends, property: None }
    }

    fn of_property(property: Property, op: &Arc<OperationSuite>, all: &[Arc<OperationSuite>]) -> Self {
        let prefix = &op.operation.prefix;
        let needs = match property {
            Property::Sequence { two: true } => vec![Need::Delete, Need::SecondResource],
            Property::Sequence { two: false } => vec![Need::Delete],
            // What fits depends on what is there.
            Property::Limit => vec![Need::List, Need::Delete],
            _ => Vec::new(),
        };
        let spec = CaseSpec {
            id: property.id(prefix),
            clauses: vec![property.clause(prefix)],
            title: property.title().to_owned(),
            needs,
            when: IndexMap::new(),
            room: 1,
            early: false,
            bare: false,
            turn: None,
            steps: Vec::new(),
        };
        let depends = known_from(&property, op, all);
        PlannedCase { property: Some(property), depends, ..PlannedCase::new(spec, op) }
    }

    /// A case over generated input that no property made: the fuzzer's. A wrong answer breaks its first clause.
    pub fn generated(
        op: &Arc<OperationSuite>,
        id: String,
        clauses: Vec<String>,
        room: usize,
        steps: Vec<StepSpec>,
    ) -> Self {
        let spec = CaseSpec {
            id,
            clauses,
            title: "made up by the fuzzer".to_owned(),
            needs: Vec::new(),
            when: IndexMap::new(),
            room,
            early: false,
            bare: false,
            turn: None,
            steps,
        };
        PlannedCase { spec, op: Arc::clone(op), probes: None, depends: BTreeSet::new(), property: None }
    }

    /// One generated input of this property, as a case that is sent like any other.
    /// A wrong answer breaks `clause`, or else the property's own.
    pub fn with_input(&self, id: String, clause: Option<String>, room: usize, steps: Vec<StepSpec>) -> Self {
        let clauses = clause.map_or_else(|| self.spec.clauses.clone(), |clause| vec![clause]);
        let CaseSpec { title, needs, when, .. } = &self.spec;
        let (title, needs, when) = (title.clone(), needs.clone(), when.clone());
        let spec = CaseSpec { id, clauses, title, needs, when, room, early: false, bare: false, turn: None, steps };
        PlannedCase { spec, op: Arc::clone(&self.op), probes: None, depends: BTreeSet::new(), property: None }
    }

    /// The set-ups and the requests of a case that does nothing but store tags, send ordinary requests, and look at the
    /// answer and the state after each: such cases can share read-backs.
    pub fn shareable(&self) -> Option<(&[StepSpec], &[StepSpec])> {
        let stores = |s: &StepSpec| s.setup.is_some() && !s.second;
        // What an update comes to depends on what was stored before it.
        if matches!(self.op.operation.effect, Effect::Update { .. }) {
            return None;
        }
        let (set_ups, requests) = self.spec.steps.split_at(self.spec.steps.iter().take_while(|s| stores(s)).count());
        let ordinary = |s: &StepSpec| {
            let stores_nothing = |method: &String| matches!(method.as_str(), "HEAD" | "OPTIONS" | "DEWSPEC");
            let prepares = s.setup.is_some() || s.fill.is_some() || s.remove.is_some() || s.looks.is_some() || s.shown;
            !prepares
                && s.after.is_none()
                && s.race.is_none()
                && !s.hidden
                && s.method.as_ref().is_none_or(|method| s.no_body && stores_nothing(method))
                && !s.second
        };
        let judged = |s: &StepSpec| match &s.expect {
            Some(expect) => expect.listed.is_none() && (requests.len() == 1 || !is_free(expect)),
            None => !s.readings.is_empty(),
        };
        let alone = |n: &Need| matches!(n, Need::SecondResource | Need::OtherKind | Need::EmptyResource);
        let shares = !requests.is_empty()
            && requests.iter().all(|s| ordinary(s) && judged(s))
            && !self.spec.needs.iter().any(alone);
        shares.then_some((set_ups, requests))
    }

    /// Whether nothing is said of what its last request does, but that it leaves everything alone that it does not name.
    pub fn may_do_anything(&self) -> bool {
        self.spec.steps.last().and_then(|step| step.expect.as_ref()).is_some_and(is_free)
    }

    /// Whether it takes connections: raw bytes are sent or looked at, or several requests are on their way at once.
    pub fn needs_sockets(&self) -> bool {
        self.spec.steps.iter().any(|s| s.wire || s.capitals || s.pieces || s.race.is_some())
    }

    /// Whether it sends signatures that do not fit their requests.
    pub fn has_wrong_signatures(&self) -> bool {
        self.spec.steps.iter().any(|s| s.token.is_signature())
    }

    /// Whether every request goes to the target's own resource.
    pub fn stays_home(&self) -> bool {
        self.spec.steps.iter().all(|s| s.path.values().all(|p| *p == PathChoice::Own))
    }
}

/// Items in the longest list that a case sends and that may fit: a target that has no room for it may refuse it for that
/// reason alone.
fn longest_list(spec: &CaseSpec, op: &OperationSuite) -> usize {
    let (Effect::Batch { items, .. }, Some(Capacity::Fixed(most))) = (&op.operation.effect, &op.operation.capacity)
    else {
        return 0;
    };
    let listed = |step: &StepSpec| {
        let mut text = step.body.clone()?;
        // So many items that the placeholder stands for.
        while let Some((before, rest)) = text.split_once("${fresh:") {
            let (count, after) = rest.split_once('}')?;
            text = format!("{before}{}{after}", vec!["{}"; count.parse().ok()?].join(","));
        }
        let body: Value = serde_json::from_str(&text).ok()?;
        Some(body.pointer(items)?.as_array()?.len()).filter(|length| length <= most)
    };
    spec.steps.iter().filter_map(listed).max().unwrap_or_default()
}

/// Whether neither answer nor state are expected to be anything in particular.
fn is_free(expect: &Expect) -> bool {
    expect.answer == Answer::Any && expect.stored.is_none()
}

/// The open clauses whose readings the inputs of a property depend on.
fn known_from(property: &Property, op: &Arc<OperationSuite>, all: &[Arc<OperationSuite>]) -> BTreeSet<String> {
    match property {
        Property::Sequence { .. } => all
            .iter()
            .filter(|other| other.operation.resource == op.operation.resource)
            .flat_map(|op| {
                ["existing-key", "existing-pair", "delete.absent-tag", "absent-tag"].map(|topic| op.id(topic))
            })
            .collect(),
        Property::Limit => match &op.operation.capacity {
            Some(Capacity::Clause(topic)) => BTreeSet::from([op.id(topic)]),
            _ => BTreeSet::new(),
        },
        _ => BTreeSet::new(),
    }
}

/// What will run, in order: the probes of the open clauses layer by layer, then everything else.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What would bring everything else down, or would be blamed on everything else: sent before it.
    pub early: Vec<PlannedCase>,
    /// Probes; a layer needs the readings found by those before it.
    pub probes: Vec<Vec<PlannedCase>>,
    /// Everything else that needs one resource.
    pub main: Vec<PlannedCase>,
    /// Cases that need two resources of a kind.
    pub pairs: Vec<PlannedCase>,
    /// Checks over generated input.
    pub properties: Vec<PlannedCase>,
    /// What is sent last and by itself: wrong signatures, too many of which in a row lock an access key.
    pub signatures: Vec<PlannedCase>,
    /// Which part of the whole this is, if it is not that itself.
    pub part: Option<Part>,
    /// What was not planned because it is the turn of others with this seed: alternatives, and which of them.
    pub left_out: BTreeMap<String, Vec<String>>,
}

impl Plan {
    /// What was left to other seeds, in words: the values that are sent nowhere, by what they have in common.
    pub fn left_out_in_words(&self) -> Option<String> {
        let left_out: usize = self.left_out.values().map(Vec::len).sum();
        if left_out == 0 {
            return None;
        }
        let turns: Vec<&Turn> = self.cases().filter_map(|case| case.spec.turn.as_ref()).collect();
        let sent: BTreeSet<(&str, &str)> = turns.iter().map(|turn| (class(&turn.group), turn.value.as_str())).collect();
        let missed: BTreeSet<String> = self
            .left_out
            .iter()
            .flat_map(|(group, values)| values.iter().map(|value| (class(group), value.as_str())))
            .filter(|value| !sent.contains(value))
            .map(|(class, value)| format!("{class}/{value}"))
            .collect();
        let nights = turns.iter().map(|turn| turn.of).max().unwrap_or_default();
        let nowhere = match missed.len() {
            0 => "each of them in one at least".to_owned(),
            _ => format!("but at none: {}", missed.into_iter().collect::<Vec<_>>().join(", ")),
        };
        let all = turns.len() + left_out;
        Some(format!(
            "values on which software breaks were sent in {} of {all} places, {nowhere}; {nights} seeds in a row send all of \
             them everywhere, or --thorough at once",
            turns.len()
        ))
    }

    /// Every case, in order.
    pub fn cases(&self) -> impl Iterator<Item = &PlannedCase> {
        self.early
            .iter()
            .chain(self.probes.iter().flatten())
            .chain(&self.main)
            .chain(&self.pairs)
            .chain(&self.properties)
            .chain(&self.signatures)
    }
}

/// `nul in sequence` → `nul`.
fn class(group: &str) -> &str {
    group.split(" in ").next().unwrap_or(group)
}

/// Selects and orders the cases. A filter also selects the probes that its cases depend on.
pub fn plan(suite: &Suite, filter: &Filter) -> Plan {
    let all: Vec<PlannedCase> = suite
        .operations
        .iter()
        .flat_map(|op| {
            let written = op.cases.iter().map(|c| c.item.clone());
            let fixed = written.chain(expand(op, &suite.catalogue)).map(|spec| PlannedCase::new(spec, op));
            let generated = properties(op, &suite.operations)
                .into_iter()
                .map(|property| PlannedCase::of_property(property, op, &suite.operations));
            fixed.chain(generated).collect::<Vec<_>>()
        })
        .collect();
    let filter = filter.among(&all);
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
    for case in all.iter().filter(|case| filter.leaves_out(case)) {
        if let Some(turn) = &case.spec.turn {
            plan.left_out.entry(turn.group.clone()).or_default().push(turn.value.clone());
        }
    }
    let mut probes = Vec::new();
    for (i, case) in all.into_iter().enumerate() {
        if !chosen.contains(&i) {
            continue;
        }
        if case.property.is_some() {
            plan.properties.push(case);
        } else if case.probes.is_some() {
            probes.push(case);
        } else if case.has_wrong_signatures() {
            plan.signatures.push(case);
        } else if case.spec.early {
            plan.early.push(case);
        } else if case.spec.needs.iter().any(|need| matches!(need, Need::SecondResource | Need::OtherKind)) {
            plan.pairs.push(case);
        } else {
            plan.main.push(case);
        }
    }
    plan.probes = layers(probes);
    plan
}
