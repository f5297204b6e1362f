use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::report::PreflightStep;
use crate::suite::{Capacity, OperationSuite, Purpose, ResourceKind};
use crate::transport::Canary;

use super::super::lanes::Leases;
use super::super::resource::Resource;
use super::super::session::Session;
use super::answer::{Answer, Kind};
use super::capabilities::{example, refusal, try_out};
use super::identify::{Inspected, problem_of, problems};
use super::reach::reach;

/// What is said of a refused valid request.
const DEVIATION: &str = "where reading works, this is a deviation: `dewspec run` says more";

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Inspection {
    /// What a run needs: every operation is tried.
    Run,
    /// What tells a wrong set-up: one write a resource.
    Doctor,
}

/// What was found out before the first case.
pub(in super::super) struct Preflight {
    /// Step by step; the run cannot go on if one of them is not `ok`.
    pub(in super::super) steps: Vec<PreflightStep>,
    /// Every resource, with what is known of it.
    pub(in super::super) leases: Leases,
}

impl Preflight {
    /// The steps that failed.
    pub(in super::super) fn failed(&self) -> impl Iterator<Item = &PreflightStep> {
        self.steps.iter().filter(|step| !step.ok)
    }
}

/// Reaches every endpoint and looks at every resource that these operations act on.
pub(in super::super) async fn inspect(
    session: &Session,
    operations: &[Arc<OperationSuite>],
    inspection: Inspection,
) -> Preflight {
    let mut preflight = Preflight { steps: Vec::new(), leases: Leases::new() };
    let mut kinds: BTreeMap<ResourceKind, Vec<&Arc<OperationSuite>>> = BTreeMap::new();
    for op in operations {
        kinds.entry(op.operation.resource).or_default().push(op);
    }
    let mut reached: BTreeMap<&str, bool> = BTreeMap::new();
    let mut all = Vec::new();
    for (kind, ops) in &kinds {
        let Some(op) = ops.first() else { continue };
        let service = op.operation.service.as_str();
        let Some(endpoint) = session.target.endpoint(service) else {
            session.note(format!("no endpoint of {service} was given: its operations are skipped"));
            continue;
        };
        let ids = session.target.resources(*kind);
        let mut leases = Vec::with_capacity(ids.len());
        let mut alike = 0;
        for (nth, id) in ids.iter().enumerate() {
            let mut resource = Resource::new(&session.suite, *kind, id);
            if !reached.contains_key(endpoint) {
                let steps = reach(session, op, &resource).await;
                reached.insert(endpoint, steps.is_ok());
                preflight.steps.extend(steps.unwrap_or_else(|failed| vec![failed]));
            }
            if reached.get(endpoint) == Some(&false) || session.is_stopped() || session.is_ended() {
                break;
            }
            let one = inspect_one(session, ops, &mut resource, nth == 0, inspection).await;
            let is_unknown = problem_of(&one, &all).is_some();
            if is_unknown {
                // The problem is told instead.
            } else if nth == 0 || !one.is_accepted() {
                preflight.steps.extend(told(&one, &resource, inspection));
            } else {
                alike += 1;
            }
            all.push(one);
            leases.push(Arc::new(Mutex::new(resource)));
            // What is wrong with one is mostly wrong with all of them.
            if is_unknown {
                break;
            }
        }
        if alike > 0 {
            let detail = format!("{alike} more, all known and written to");
            preflight.steps.push(PreflightStep { step: kind.to_string(), ok: true, detail, advice: None });
        }
        preflight.leases.insert(*kind, leases);
    }
    if let Some(ended) = session.client.health().ended() {
        preflight.steps.retain(|step| step.ok);
        preflight.steps.push(PreflightStep { step: "target".to_owned(), ok: false, detail: ended.why, advice: None });
        return preflight;
    }
    let problems = problems(&all);
    if !problems.is_empty() {
        // They say why.
        preflight.steps.retain(|step| step.ok || step.advice.as_deref() != Some(DEVIATION));
    }
    for mut problem in problems {
        // A wrong project looks like wrong credentials, or like an unknown identifier.
        let project = format!(", in project {}: status ", session.target.project_id);
        problem.detail = session.redactor.clean(&problem.detail.replacen(": status ", &project, 1));
        // It takes the place of what was seen of the same resource or operation.
        preflight.steps.retain(|step| step.step != problem.step || !step.ok || !names_the_same(step, &problem));
        preflight.steps.push(problem);
    }
    preflight
}

async fn inspect_one(
    session: &Session,
    ops: &[&Arc<OperationSuite>],
    resource: &mut Resource,
    is_first: bool,
    inspection: Inspection,
) -> Inspected {
    let mut canary = Canary::of(covered(session, ops));
    let listing = resource.look(session).await;
    let read = resource.looks.last().map(Answer::of);
    let carries = listing.as_ref().map(|listing| listing.items.len());
    match listing {
        Some(listing) => {
            resource.baseline = listing;
            canary.read = resource.list_request(session);
            canary.success = resource.list_statuses();
            if is_first {
                session.client.health().watch(canary.clone());
            }
        }
        None => {
            if resource.can_list() {
                let kind = resource.kind;
                session.note(format!("the stored state of the {kind} cannot be listed: nothing can be read back"));
            }
            resource.lose(Purpose::List);
        }
    }
    resource.looks.clear();
    let mut writes: Vec<(String, Answer)> = Vec::new();
    for op in ops {
        let accepted = writes.iter().any(|(_, answer)| answer.is_accepted());
        let answer = if !accepted {
            try_out(session, op, resource).await
        } else if is_first && inspection == Inspection::Run {
            example(session, op, resource).await
        } else {
            None
        };
        // Who says yes to everything, and lists nothing, is no API of this kind.
        let says_yes = carries.is_none() && read.as_ref().is_some_and(Answer::is_accepted);
        let answer = answer.map(|answer| match answer.status == Some(op.operation.success) || !says_yes {
            true => answer,
            false => Answer { kind: Kind::OtherServer, ..answer },
        });
        writes.extend(answer.map(|answer| (op.operation.id.clone(), answer)));
        resource.looks.clear();
    }
    if is_first && inspection == Inspection::Run && writes.iter().any(|(_, answer)| answer.is_accepted()) {
        for op in ops {
            if let Some(known) = refusal(session, op, resource).await {
                canary.refusals.insert(op.operation.id.clone(), known);
            }
        }
        session.client.health().watch(canary);
    }
    let capacity = ops.iter().find_map(|op| match op.operation.capacity {
        Some(Capacity::Fixed(most)) => Some(most),
        _ => None,
    });
    let service = ops.first().map(|op| op.operation.service.clone()).unwrap_or_default();
    let (kind, id) = (resource.kind, resource.id.clone());
    Inspected { kind, id, service, read, carries, capacity, writes }
}

/// The operations and observers of one kind of resource: they share its target's condition.
fn covered(session: &Session, ops: &[&Arc<OperationSuite>]) -> BTreeSet<String> {
    let kind = ops.first().map(|op| op.operation.resource);
    let observers = session.suite.observers.iter().filter(|o| Some(o.resource) == kind).map(|o| o.id.clone());
    let acting = session.suite.operations.iter().filter(|op| Some(op.operation.resource) == kind);
    observers.chain(acting.map(|op| op.operation.id.clone())).collect()
}

/// Whether two steps are about the same resource.
fn names_the_same(one: &PreflightStep, other: &PreflightStep) -> bool {
    one.detail.split(':').next().is_some_and(|name| other.detail.contains(name))
}

/// The lines about one resource.
fn told(one: &Inspected, resource: &Resource, inspection: Inspection) -> Vec<PreflightStep> {
    let ok = |step: String, detail: String| PreflightStep { step, ok: true, detail, advice: None };
    let stored = match (one.carries, one.capacity) {
        (Some(count), Some(most)) if count >= most => format!("carries {count} items, which leaves no room"),
        (Some(count), _) => format!("carries {count} items"),
        (None, _) => "cannot be listed".to_owned(),
    };
    let means: Vec<&str> = [(Purpose::Delete, "delete"), (Purpose::DeleteMany, "delete many")]
        .into_iter()
        .filter(|(purpose, _)| resource.has(*purpose))
        .map(|(_, name)| name)
        .collect();
    let means = if means.is_empty() { "nothing deletes".to_owned() } else { means.join(", ") };
    let lag = match resource.lag.as_millis() {
        0 => String::new(),
        lag => format!("; writes show after {lag} ms"),
    };
    let mut steps = vec![ok(resource.kind.to_string(), format!("{}: {stored}; {means}{lag}", one.name()))];
    for (operation, answer) in &one.writes {
        steps.push(match answer.is_accepted() {
            true => ok(operation.clone(), format!("a valid request is accepted: {}", answer.told)),
            // A run goes on, and its cases say what is wrong; who asks the doctor wants to know it now.
            false => PreflightStep {
                step: operation.clone(),
                ok: inspection == Inspection::Run,
                detail: format!("a valid request is refused on the {}: {}", one.name(), answer.told),
                advice: Some(DEVIATION.to_owned()),
            },
        });
    }
    steps
}
