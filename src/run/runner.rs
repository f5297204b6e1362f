use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use indexmap::IndexMap;
use tokio::sync::Mutex;

use crate::check::{State, difference};
use crate::execute::{Client, ClientError, Limits};
use crate::plan::{Plan, PlannedCase};
use crate::report::{CaseReport, Report, TargetSummary};
use crate::suite::{Effect, OperationSuite, ResourceKind, Suite};
use crate::target::{Settings, Target};
use crate::vocabulary::{PathChoice, Request, TokenChoice};

use super::capability::{discover, reach};
use super::conclude::{Findings, conclude};
use super::lanes::{Leases, run_lanes, run_pairs};
use super::lock::Locks;
use super::progress::Observer;
use super::resource::Resource;
use super::session::Session;
use super::step::headers_of;

/// Completes when the run shall stop early.
pub type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An endpoint did not answer.
    #[error("the target could not be reached: {0}")]
    Unreachable(String),
    /// The client could not be set up.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Runs a plan against a target and says what was found. The target's earlier state is restored at the
/// end, also when `stop` completes early.
///
/// # Errors
/// If the target cannot be reached at all; anything else is in the report.
pub async fn run(
    suite: &Suite,
    plan: &Plan,
    target: &Target,
    settings: &Settings,
    filters: &[String],
    progress: &dyn Observer,
    stop: Stop,
) -> Result<Report, RunError> {
    let started_at = SystemTime::now();
    let started = Instant::now();
    let limits = Limits { timeout: settings.timeout, rate: settings.rate, ..Limits::default() };
    let session = Session::new(suite, target, settings, Client::new(limits)?);
    progress.planned(plan.cases().count());
    let wanted = target.clone();
    // Waiting for another process must not hold up a thread of the runtime.
    let _locks = tokio::task::spawn_blocking(move || Locks::acquire(&wanted)).await.ok();
    let selected = operations(plan);
    let mut stop = stop;
    let (leases, cases, interrupted) = {
        let mut body = Box::pin(body(&session, plan, &selected, progress));
        tokio::select! {
            biased;
            result = &mut body => {
                let (leases, cases) = result?;
                (leases, cases, false)
            }
            () = &mut stop => {
                // What is under way finishes, nothing new begins.
                session.stop();
                let (leases, cases) = body.await?;
                (leases, cases, true)
            }
        }
    };
    progress.phase("restoring the target");
    for lease in leases.values().flatten() {
        let mut resource = lease.lock().await;
        restore(&session, &selected, &mut resource).await;
    }
    let summary = summary(&session, &leases).await;
    let findings = Findings {
        started_at,
        duration: started.elapsed(),
        filters: filters.to_vec(),
        target: summary,
        interrupted,
        operations: selected.iter().map(|op| op.operation.id.clone()).collect(),
    };
    Ok(conclude(&session, plan, cases, findings))
}

/// The operations of which at least one case is selected.
fn operations(plan: &Plan) -> Vec<Arc<OperationSuite>> {
    let mut all: Vec<Arc<OperationSuite>> = Vec::new();
    for case in plan.cases() {
        if !all.iter().any(|op| op.operation.id == case.op.operation.id) {
            all.push(Arc::clone(&case.op));
        }
    }
    all
}

async fn body(
    session: &Session,
    plan: &Plan,
    selected: &[Arc<OperationSuite>],
    progress: &dyn Observer,
) -> Result<(Leases, Vec<CaseReport>), RunError> {
    progress.phase("looking at the target");
    let leases = lease_all(session, selected).await?;
    let mut cases = Vec::new();
    progress.phase("probing the open clauses");
    for layer in &plan.probes {
        cases.extend(run_lanes(session, layer, &leases, progress).await);
    }
    progress.phase("running the cases");
    cases.extend(run_lanes(session, &plan.main, &leases, progress).await);
    cases.extend(run_pairs(session, &plan.pairs, &leases, progress).await);
    Ok((leases, cases))
}

/// Reaches every endpoint and looks at every resource.
async fn lease_all(session: &Session, selected: &[Arc<OperationSuite>]) -> Result<Leases, RunError> {
    let mut leases = Leases::new();
    let mut unreachable = Vec::new();
    let mut kinds: BTreeMap<ResourceKind, &Arc<OperationSuite>> = BTreeMap::new();
    for op in selected {
        kinds.entry(op.operation.resource).or_insert(op);
    }
    for (kind, op) in kinds {
        if session.target.endpoint(&op.operation.service).is_none() {
            session.note(format!("no endpoint of {} was given: its operations are skipped", op.operation.service));
            continue;
        }
        let ids = session.target.resources(kind);
        if let Some(first) = ids.first()
            && let Err(why) = reach(session, op, first).await
        {
            session.note(format!("{} does not answer: {why}", op.operation.id));
            unreachable.push(why);
            continue;
        }
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            let mut resource = Resource::new(&session.suite, kind, &id);
            discover(session, op, &mut resource).await;
            all.push(Arc::new(Mutex::new(resource)));
        }
        leases.insert(kind, all);
    }
    match unreachable.into_iter().next() {
        Some(why) if leases.values().all(Vec::is_empty) => Err(RunError::Unreachable(why)),
        _ => Ok(leases),
    }
}

/// Deletes what dewspec left, and puts back what was there before and is not any more.
async fn restore(session: &Session, selected: &[Arc<OperationSuite>], resource: &mut Resource) {
    resource.fading.clear();
    let residue = std::mem::take(&mut resource.residue);
    let place = format!("{} {}", resource.kind, resource.id);
    if !resource.can_list() {
        if resource.can_delete() {
            resource.remove(session, &residue).await;
        } else {
            resource.residue = residue;
        }
        left_behind(session, resource, &place);
        return;
    }
    resource.let_settle().await;
    for _ in 0..4 {
        let Some(listing) = resource.look(session).await else { break };
        let theirs = resource.theirs();
        let extra: State = resource
            .state(&listing)
            .into_iter()
            .filter(|(key, _)| !theirs.contains(key) && resource.is_ours(key))
            .collect();
        resource.residue.clear();
        if extra.is_empty() {
            break;
        }
        resource.remove(session, &extra).await;
        resource.fading.clear();
        resource.let_settle().await;
        if !resource.can_delete() {
            break;
        }
    }
    left_behind(session, resource, &place);
    put_back(session, selected, resource, &place).await;
    resource.looks.clear();
}

/// Names what could not be deleted.
fn left_behind(session: &Session, resource: &Resource, place: &str) {
    if !resource.residue.is_empty() {
        let names = resource.residue.keys().map(|k| format!("{k:?}")).collect::<Vec<_>>().join(", ");
        session.note(format!("left behind on {place}, since nothing deletes it: {names}"));
    }
}

async fn put_back(session: &Session, selected: &[Arc<OperationSuite>], resource: &mut Resource, place: &str) {
    let before = resource.standing();
    let settled = |resource: &Resource, l: &crate::check::Listing| resource.state(l) == before;
    let patience = if resource.lag.is_zero() { std::time::Duration::ZERO } else { session.settings.settle };
    let Some(now) = resource.look_until(session, patience, |l| l.items.len() == before.len()).await else { return };
    if settled(resource, &now) {
        return;
    }
    let seen = resource.state(&now);
    let lost: Vec<(&String, &String)> = before.iter().filter(|(k, v)| seen.get(*k) != Some(v)).collect();
    let writer = selected.iter().find(|op| {
        op.operation.resource == resource.kind
            && matches!(op.operation.effect, Effect::Put { .. } | Effect::Batch { .. })
    });
    if let Some(op) = writer {
        for (key, value) in &lost {
            write_back(session, op, resource, key, value).await;
        }
    }
    let after = resource.look(session).await.map(|l| resource.state(&l)).unwrap_or(seen);
    match difference(&before, &after) {
        None => session.note(format!("{} lost tags of its own during the run; they were put back", place)),
        Some(told) => session.note(format!("{place} is not as it was before the run: {told}")),
    }
}

async fn write_back(session: &Session, op: &OperationSuite, resource: &Resource, key: &str, value: &str) {
    let own = |_: &str| PathChoice::Own;
    let operation = &op.operation;
    let Some(url) =
        session.addresses.url(&operation.service, &operation.path, operation.resource, &resource.id, own, None)
    else {
        return;
    };
    let tag = serde_json::json!({ "key": key, "value": value });
    let body = match &operation.effect {
        Effect::Put { item } => serde_json::json!({ item.trim_start_matches('/'): tag }),
        Effect::Batch { items, action, put, .. } => {
            serde_json::json!({ action.trim_start_matches('/'): put, items.trim_start_matches('/'): [tag] })
        }
        Effect::Create { .. } => return,
    };
    let mut headers = headers_of(&crate::suite::StepSpec::default());
    headers.extend(session.addresses.token(TokenChoice::Valid).map(|t| ("X-Auth-Token".to_owned(), t)));
    let request = Request {
        operation: operation.id.clone(),
        method: operation.method.clone(),
        url,
        headers,
        body: Some(body.to_string().into_bytes()),
    };
    session.client.send(&request).await;
}

async fn summary(session: &Session, leases: &Leases) -> TargetSummary {
    let target = &session.target;
    let mut endpoints = IndexMap::new();
    for (service, url) in [("csms", &target.csms), ("kms", &target.kms)] {
        if let Some(url) = url {
            endpoints.insert(service.to_owned(), session.redactor.clean(url));
        }
    }
    let mut capabilities = IndexMap::new();
    let mut read_back_lag_ms = IndexMap::new();
    for (kind, all) in leases {
        let mut lag = std::time::Duration::ZERO;
        let mut observers = Vec::new();
        for lease in all {
            let resource = lease.lock().await;
            lag = lag.max(resource.lag);
            observers = resource.observers();
        }
        capabilities.insert(kind.to_string(), observers);
        read_back_lag_ms.insert(kind.to_string(), u64::try_from(lag.as_millis()).unwrap_or(u64::MAX));
    }
    TargetSummary {
        embedded: target.embedded,
        endpoints,
        project_id: target.project_id.clone(),
        secret_ids: target.secret_ids.clone(),
        key_ids: target.key_ids.clone(),
        capabilities,
        read_back_lag_ms,
    }
}

/// The ids of a plan's cases, in order.
pub(super) fn order(plan: &Plan) -> BTreeMap<String, usize> {
    plan.cases().enumerate().map(|(i, case): (usize, &PlannedCase)| (case.spec.id.clone(), i)).collect()
}
