use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use indexmap::IndexMap;
use tokio::sync::Mutex;

use crate::execute::{Client, ClientError, Limits};
use crate::plan::{Plan, PlannedCase};
use crate::report::{CaseReport, Report, TargetSummary};
use crate::suite::{Need, OperationSuite, ResourceKind, Suite};
use crate::target::{Settings, Target};

use super::capability::{discover, reach};
use super::conclude::{Findings, conclude};
use super::lanes::{Leases, run_lanes, run_pairs};
use super::lock::Locks;
use super::progress::Observer;
use super::resource::Resource;
use super::restore::restore;
use super::session::Session;
use super::shards::run_properties;

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
    progress.phase("making up inputs");
    let (two, one): (Vec<_>, Vec<_>) =
        plan.properties.iter().cloned().partition(|case| case.spec.needs.contains(&Need::SecondResource));
    cases.extend(run_properties(session, &one, &leases, progress).await);
    cases.extend(run_properties(session, &two, &leases, progress).await);
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
