use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::Mutex;

use crate::report::PreflightStep;
use crate::suite::{Capacity, OperationSuite, Purpose, ResourceKind};
use crate::transport::Canary;

use super::super::recover::recover;
use super::super::resource::Resource;
use super::super::resource_queues::Leases;
use super::super::session::Session;
use super::answer::{Answer, Kind};
use super::capabilities::{example, refusal, try_out};
use super::examples::Example;
use super::identify::{Inspected, problem_of, problems, throttled_alone};
use super::reach::{Reached, reach};
use crate::judge::case::Payload;

/// So many kinds of resources are looked at meanwhile.
const KINDS: usize = 3;

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
    /// What became of a valid request of each operation.
    pub(in super::super) examples: Vec<Example>,
}

impl Preflight {
    /// Nothing was looked at, since this is in the way.
    pub(in super::super) fn failing(step: PreflightStep) -> Self {
        Preflight { steps: vec![step], leases: Leases::new(), examples: Vec::new() }
    }

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
    let mut preflight = Preflight { steps: Vec::new(), leases: Leases::new(), examples: Vec::new() };
    let mut kinds: BTreeMap<ResourceKind, Vec<&Arc<OperationSuite>>> = BTreeMap::new();
    // What only changes or deletes has nothing to act on yet: the cases try it.
    for op in operations.iter().filter(|op| op.operation.effect.stores()) {
        kinds.entry(op.operation.resource).or_default().push(op);
    }
    match credentials(session).await {
        Some(step) if !step.ok => {
            preflight.steps.push(step);
            return preflight;
        }
        step => preflight.steps.extend(step),
    }
    let reached = reach_all(session, &mut kinds, &mut preflight.steps).await;
    kinds.retain(|_, ops| {
        ops.first().and_then(|op| session.target.endpoint(&op.operation.service)).is_some_and(|e| reached.contains(e))
    });
    let mut others = kinds.iter();
    let mut seen = Vec::with_capacity(kinds.len());
    if let Some((kind, ops)) = others.next() {
        seen.push(inspect_kind(session, *kind, ops, inspection).await);
    }
    // A few wrong signatures in a row lock an access key: what refuses these will refuse the others, too.
    let is_refused = seen.iter().flatten().next().is_some_and(|first| first.one.refuses_credentials());
    if !(is_refused && session.target.authentication.signs()) {
        let looking = others.map(|(kind, ops)| inspect_kind(session, *kind, ops, inspection));
        seen.extend(stream::iter(looking).buffered(session.settings.concurrency.max(1)).collect::<Vec<_>>().await);
    }
    let all: Vec<Inspected> = seen.iter().flat_map(|of_kind| of_kind.iter().map(|seen| seen.one.clone())).collect();
    for (kind, of_kind) in kinds.into_keys().zip(seen) {
        let mut alike = 0;
        for (nth, seen) in of_kind.iter().enumerate() {
            if problem_of(&seen.one, &all).is_some() {
                // The problem is told instead.
            } else if nth == 0 || !seen.one.is_accepted() {
                preflight.steps.extend(seen.told.iter().cloned());
            } else {
                alike += 1;
            }
        }
        if alike > 0 {
            let detail = format!("{alike} more, all known and written to");
            preflight.steps.push(PreflightStep { step: kind.to_string(), ok: true, detail, advice: None });
        }
        let leases = of_kind.into_iter().map(|seen| Arc::new(Mutex::new(seen.resource))).collect();
        preflight.leases.insert(kind, leases);
    }
    if let Some(ended) = session.client.health().ended() {
        preflight.steps.retain(|step| step.ok);
        preflight.steps.push(PreflightStep { step: "target".to_owned(), ok: false, detail: ended.why, advice: None });
        return preflight;
    }
    preflight.examples = operations.iter().filter_map(|op| Example::of(op, &all)).collect();
    for (one, operation, answer) in throttled_alone(&all) {
        let why = format!("{operation} on the {} is throttled all the time: {}", one.name(), answer.told);
        session.client.health().mute(operation, why.clone());
        preflight.steps.retain(|step| step.step != operation);
        let advice = Some("others are not: it is left out; ask for a higher limit of its own".to_owned());
        preflight.steps.push(PreflightStep {
            step: operation.to_owned(),
            ok: inspection == Inspection::Run,
            detail: why,
            advice,
        });
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
        if let Some(from) = session.target.credentials_from.as_ref().filter(|_| problem.step == "credentials") {
            let named = format!("refuses the credentials ({from})");
            problem.detail = problem.detail.replacen("refuses the credentials", &named, 1);
        }
        if session.target.authentication.signs() && problem.step == "credentials" {
            problem.advice = Some(advice_on_signature(&problem.detail).to_owned()).or(problem.advice);
        }
        // It takes the place of what was seen of the same resource or operation.
        preflight.steps.retain(|step| step.step != problem.step || !step.ok || !names_the_same(step, &problem));
        preflight.steps.push(problem);
    }
    preflight
}

/// What to do where an access key is refused, as far as the gateway's words tell.
fn advice_on_signature(told: &str) -> &'static str {
    let told = told.to_ascii_lowercase();
    if told.contains("not exist") {
        "is the access key right, and one of this cloud? a temporary one is only known with its security token"
    } else if told.contains("limit") {
        "the access key is locked after failures: wait five minutes, and try it once"
    } else if told.contains("expire") {
        "is the clock right here? a temporary key may be over"
    } else if told.contains("signature") {
        "is the secret key right? if it is, something on the way changes host, path or fields: `dewspec sign --explain` shows \
         what is signed"
    } else {
        "are access key and secret key right, and is the project their own?"
    }
}

/// Where the credentials come from, and what became of fetching them where they have to be.
async fn credentials(session: &Session) -> Option<PreflightStep> {
    let step = |ok, detail: String, advice: Option<&str>| PreflightStep {
        step: "credentials".to_owned(),
        ok,
        detail: session.redactor.clean(&detail),
        advice: advice.map(str::to_owned),
    };
    let from = session.target.credentials_from.clone();
    match session.client.authenticate().await {
        Some(Ok(got)) => Some(step(true, from.map_or(got.clone(), |from| format!("{from}: {got}")), None)),
        Some(Err(why)) => {
            let advice = "nothing was sent to the target; where the credentials come from must be mended first";
            Some(step(false, from.map_or(why.clone(), |from| format!("{from}: {why}")), Some(advice)))
        }
        None => from.map(|from| step(true, from, None)),
    }
}

/// Reaches the endpoint of each kind of resource, one after the other, and leaves out the kinds that have none or nothing to
/// look at. Returns the endpoints that are there.
async fn reach_all<'s>(
    session: &'s Session,
    kinds: &mut BTreeMap<ResourceKind, Vec<&Arc<OperationSuite>>>,
    steps: &mut Vec<PreflightStep>,
) -> BTreeSet<&'s str> {
    let mut reached: BTreeMap<&str, bool> = BTreeMap::new();
    for (kind, ops) in kinds {
        let Some(op) = ops.first() else { continue };
        let service = op.operation.service.as_str();
        let Some(endpoint) = session.target.endpoint(service) else {
            session.note(format!("no endpoint of {service} was given: its operations are skipped"));
            continue;
        };
        let Some(id) = session.target.resources(*kind).into_iter().next() else { continue };
        if !reached.contains_key(endpoint) {
            let told = reach(session, op, &Resource::new(&session.known.suite, *kind, &id)).await;
            reached.insert(endpoint, told.is_ok());
            match told {
                Ok(Reached { steps: told, status }) => {
                    steps.extend(told);
                    if session.target.authentication.signs() && status == Some(401) {
                        break;
                    }
                }
                Err(failed) => steps.push(failed),
            }
        }
    }
    reached.into_iter().filter_map(|(endpoint, is_there)| is_there.then_some(endpoint)).collect()
}

/// What was found out about one resource.
struct Seen {
    one: Inspected,
    /// The lines about it.
    told: Vec<PreflightStep>,
    resource: Resource,
}

/// Looks at the resources of one kind: at the first by itself, since what is wrong with one is mostly wrong with all of them.
async fn inspect_kind(
    session: &Session,
    kind: ResourceKind,
    ops: &[&Arc<OperationSuite>],
    inspection: Inspection,
) -> Vec<Seen> {
    let look = async |id: String, is_first: bool| {
        let mut resource = Resource::new(&session.known.suite, kind, &id);
        let one = inspect_one(session, ops, &mut resource, is_first, inspection).await;
        let told = told(&one, &resource, inspection);
        Seen { one, told, resource }
    };
    let is_over = || session.is_stopped() || session.is_ended();
    let is_wrong = |seen: &Seen| problem_of(&seen.one, &[]).is_some();
    let mut ids = session.target.resources(kind).into_iter();
    let Some(first) = ids.next().filter(|_| !is_over()) else { return Vec::new() };
    let mut all = vec![look(first, true).await];
    if !all.iter().any(is_wrong) && !is_over() {
        let at_once = (session.settings.concurrency / KINDS).max(1);
        all.extend(stream::iter(ids.map(|id| look(id, false))).buffered(at_once).collect::<Vec<_>>().await);
    }
    // One problem is enough to be told.
    if let Some(wrong) = all.iter().position(is_wrong) {
        all.truncate(wrong + 1);
    }
    all
}

async fn inspect_one(
    session: &Session,
    ops: &[&Arc<OperationSuite>],
    resource: &mut Resource,
    is_first: bool,
    inspection: Inspection,
) -> Inspected {
    let mut canary = Canary::of(covered(session, ops));
    recover_earlier(session, resource).await;
    let listing = resource.look(session).await;
    let read_at = resource.looks.last().and_then(|look| look.sent);
    let read = resource.looks.last().map(Answer::of);
    let carries = listing.as_ref().map(|listing| listing.items.len());
    match listing {
        Some(listing) => {
            let state = resource.state(&listing);
            resource.ledger.found(state);
            canary.read = resource.list_request(session);
            canary.success = resource.list_statuses();
            if is_first {
                session.client.health().watch(canary.clone(), read_at);
                read_only(session, resource, inspection).await;
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
    // A few wrong signatures in a row lock an access key: what refuses to be read refuses to be written to, too.
    let locks = session.target.authentication.signs() && read.as_ref().is_some_and(|read| read.status == Some(401));
    for op in ops.iter().filter(|_| !locks) {
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
        let mut last = read_at;
        for op in ops {
            if let Some((known, sent)) = refusal(session, op, resource).await {
                canary.refusals.insert(op.operation.id.clone(), known);
                last = sent.or(last);
            }
        }
        session.client.health().watch(canary, last);
    }
    let capacity = ops.iter().find_map(|op| match op.operation.capacity {
        Some(Capacity::Fixed(most)) => Some(most),
        _ => None,
    });
    let service = ops.first().map(|op| op.operation.service.clone()).unwrap_or_default();
    let stores = |op: &&Arc<OperationSuite>| Payload::new(&op.operation, &op.operation.valid).change.put.len();
    let wants = ops.iter().map(stores).max().unwrap_or_default();
    let (kind, id) = (resource.kind, resource.id.clone());
    Inspected { kind, id, service, read, carries, capacity, wants, writes }
}

/// Whether the token that may only read does read: one that is over, or of another project, is refused whatever it asks.
async fn read_only(session: &Session, resource: &Resource, inspection: Inspection) {
    if session.target.read_only_token.is_none() || inspection != Inspection::Run {
        return;
    }
    if let Some(told) = resource.refusal_of_read_only(session).await {
        let kind = resource.kind;
        let told = session.redactor.clean(&told);
        session
            .note(format!("the --read-only-token does not read the {kind}: {told}; what it may not do is not checked"));
        session.note_read_only_refused(kind, format!("the --read-only-token does not even read the {kind}"));
    }
}

/// What an earlier run has left here is deleted, and named if that does not work.
async fn recover_earlier(session: &Session, resource: &mut Resource) {
    let left = session.journal.left();
    let Some(items) = left.on(resource.kind, &resource.id) else { return };
    let place = format!("{} {}", resource.kind, resource.id);
    let Some(recovered) = recover(session, resource, items).await else {
        session.note(format!("an earlier run may have left something on {place}, which cannot be listed now"));
        return;
    };
    let named = |keys: &[String]| keys.iter().take(6).map(|key| format!("{key:?}")).collect::<Vec<_>>().join(", ");
    if !recovered.deleted.is_empty() {
        session.note(format!("deleted from {place}, where an earlier run had left it: {}", named(&recovered.deleted)));
    }
    if !recovered.doubtful.is_empty() {
        let keys = named(&recovered.doubtful);
        session.note(format!("an earlier run sent {keys} to {place}, which has another value now: it stays"));
    }
    if recovered.is_clean() {
        session.journal.clean(resource.kind, &resource.id);
    } else {
        session.note(format!("left on {place} by an earlier run, and not to be deleted: {}", named(&recovered.left)));
    }
    resource.looks.clear();
}

/// The operations and observers of one kind of resource: they share its target's condition.
fn covered(session: &Session, ops: &[&Arc<OperationSuite>]) -> BTreeSet<String> {
    let kind = ops.first().map(|op| op.operation.resource);
    let observers = session.known.suite.observers.iter().filter(|o| Some(o.resource) == kind).map(|o| o.id.clone());
    let acting = session.known.suite.operations.iter().filter(|op| Some(op.operation.resource) == kind);
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
        (Some(count), Some(most)) if one.is_full() => format!("carries {count} of {most} items, which leaves no room"),
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
            false if one.is_full() => PreflightStep {
                step: operation.clone(),
                ok: inspection == Inspection::Run,
                detail: format!("there is no room on the {} for a valid request: {}", one.name(), answer.told),
                advice: Some("free room there, or name another one: what is full takes nothing".to_owned()),
            },
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
