use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use indexmap::IndexMap;
use tokio::sync::Mutex;

use crate::execute::{Client, ClientError, Limits};
use crate::fuzz::{Corpus, Find, Input};
use crate::plan::{Plan, PlannedCase};
use crate::report::{CaseReport, Report, TargetSummary};
use crate::suite::{Need, OperationSuite, ResourceKind, Suite};
use crate::target::{ReplayLine, Settings, Target};

use super::capability::{discover, reach};
use super::conclude::{Findings, conclude};
use super::fuzz::{Campaign, FuzzLimits, replay_finds};
use super::isolation::clear_foreign;
use super::lanes::{Leases, run_lanes, run_pairs};
use super::lock::{Busy, Locks};
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
    /// Another dewspec process works on the same resources.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// Told to stop before it began.
    #[error("the run was ended before anything was sent")]
    Ended,
}

/// What a run does once the probes have been sent.
enum Job<'a> {
    /// All cases of the plan.
    Cases,
    /// Fuzzing.
    Fuzz(&'a mut Campaign),
    /// Finds again, without any probe.
    Replay(&'a [Find]),
}

/// What a run is told from outside.
pub struct Assignment<'a> {
    /// The data.
    pub suite: &'a Suite,
    /// What will run.
    pub plan: &'a Plan,
    /// What is tested.
    pub target: &'a Target,
    /// How.
    pub settings: &'a Settings,
    /// The filters that the plan was made with, for the report.
    pub filters: &'a [String],
    /// Is told how it goes on.
    pub progress: &'a dyn Observer,
    /// What repeats a part of this run.
    pub replay: &'a ReplayLine,
}

/// Runs a plan against a target and says what was found. The target's earlier state is restored at the
/// end, also when `stop` completes early.
///
/// # Errors
/// If the target cannot be reached at all; anything else is in the report.
pub async fn run(assignment: &Assignment<'_>, stop: Stop) -> Result<Report, RunError> {
    drive(assignment, Job::Cases, stop).await
}

/// Fuzzes the operations of a plan, after its probes: inputs are mutated for as long as they make the target
/// behave in new ways. Begins with the documented examples and the inputs given. The corpus comes back, too.
///
/// # Errors
/// If the target cannot be reached at all; anything else is in the report.
pub async fn fuzz(
    assignment: &Assignment<'_>,
    limits: &FuzzLimits,
    corpus: Vec<Input>,
    stop: Stop,
) -> Result<(Report, Corpus), RunError> {
    let mut campaign = Campaign::new(limits.clone(), corpus);
    let mut report = drive(assignment, Job::Fuzz(&mut campaign), stop).await?;
    report.fuzz = Some(campaign.report());
    Ok((report, campaign.corpus))
}

/// Sends finds again, each expected to be answered as it was expected then.
///
/// # Errors
/// If the target cannot be reached at all; anything else is in the report.
pub async fn replay(assignment: &Assignment<'_>, finds: &[Find], stop: Stop) -> Result<Report, RunError> {
    drive(assignment, Job::Replay(finds), stop).await
}

async fn drive(assignment: &Assignment<'_>, job: Job<'_>, stop: Stop) -> Result<Report, RunError> {
    let Assignment { suite, plan, target, settings, filters, progress, replay } = *assignment;
    let started_at = SystemTime::now();
    let started = Instant::now();
    let limits = Limits { timeout: settings.timeout, rate: settings.rate, ..Limits::default() };
    let session = Session::new(suite, target, settings, replay, Client::new(limits, target.is_encrypted())?);
    if let Job::Fuzz(campaign) = &job {
        session.limit_waste(campaign.waste(&session));
    }
    progress.planned(match &job {
        Job::Cases => plan.cases().count(),
        Job::Fuzz(_) => plan.probes.iter().map(Vec::len).sum(),
        Job::Replay(finds) => finds.len(),
    });
    let mut stop = stop;
    let _locks = tokio::select! {
        biased;
        () = &mut stop => return Err(RunError::Ended),
        locks = Locks::acquire(target, settings.max_wait, |what| progress.waiting(what)) => locks?,
    };
    let mut selected = operations(plan);
    if let Job::Replay(finds) = &job {
        selected.retain(|op| finds.iter().any(|find| find.operation == op.operation.id));
    }
    // Who gives the endpoint of one service asks about that one; unless nothing is left then.
    let reachable = |op: &Arc<OperationSuite>| target.endpoint(&op.operation.service).is_some();
    let asked: Vec<String> = if selected.iter().any(reachable) {
        selected.iter().filter(|op| reachable(op)).map(|op| op.operation.id.clone()).collect()
    } else {
        selected.iter().map(|op| op.operation.id.clone()).collect()
    };
    let touched = with_other_kinds(suite, target, plan, &selected);
    let (leases, cases, interrupted) = {
        let mut body = Box::pin(body(&session, plan, (&selected, &touched), job, progress));
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
    for all in leases.values() {
        for lease in all {
            restore(&session, &touched, &mut *lease.lock().await).await;
        }
        if let Some(first) = all.first() {
            clear_foreign(&session, &mut *first.lock().await).await;
        }
    }
    let summary = summary(&session, &leases).await;
    let findings = Findings {
        started_at,
        duration: started.elapsed(),
        filters: filters.to_vec(),
        target: summary,
        interrupted,
        operations: asked,
    };
    Ok(conclude(&session, plan, cases, findings))
}

/// The selected operations, and one that acts on the other kind where a case needs a secret and a key.
fn with_other_kinds(
    suite: &Suite,
    target: &Target,
    plan: &Plan,
    selected: &[Arc<OperationSuite>],
) -> Vec<Arc<OperationSuite>> {
    let mut all = selected.to_vec();
    let is_there = |op: &Arc<OperationSuite>| target.endpoint(&op.operation.service).is_some();
    if plan.cases().any(|case| case.spec.needs.contains(&Need::OtherKind)) {
        for kind in [ResourceKind::Secret, ResourceKind::Key] {
            if !all.iter().any(|op| op.operation.resource == kind) {
                all.extend(suite.acting_on(kind).into_iter().find(is_there));
            }
        }
    }
    all
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
    (selected, touched): (&[Arc<OperationSuite>], &[Arc<OperationSuite>]),
    job: Job<'_>,
    progress: &dyn Observer,
) -> Result<(Leases, Vec<CaseReport>), RunError> {
    progress.phase("looking at the target");
    let leases = lease_all(session, touched).await?;
    let mut cases = Vec::new();
    if let Job::Replay(finds) = job {
        cases.extend(replay_finds(session, finds, &leases, progress).await);
        return Ok((leases, cases));
    }
    progress.phase("probing the open clauses");
    for layer in &plan.probes {
        cases.extend(run_lanes(session, layer, &leases, progress).await);
    }
    match job {
        Job::Fuzz(campaign) => cases.extend(campaign.go(session, selected, &leases, progress).await),
        _ => cases.extend(run_cases(session, plan, &leases, progress).await),
    }
    Ok((leases, cases))
}

/// Everything of a plan but its probes.
async fn run_cases(session: &Session, plan: &Plan, leases: &Leases, progress: &dyn Observer) -> Vec<CaseReport> {
    progress.phase("running the cases");
    let mut cases = run_lanes(session, &plan.main, leases, progress).await;
    cases.extend(run_pairs(session, &plan.pairs, leases, progress).await);
    progress.phase("making up inputs");
    cases.extend(run_properties(session, &plan.properties, leases, progress).await);
    cases
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
        insecure: target.network.insecure,
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

/// Finds out what is right and wrong with endpoint, credentials and identifiers, and judges nothing.
///
/// # Errors
/// If the target cannot be reached at all; anything else is in the report.
pub async fn doctor(assignment: &Assignment<'_>, stop: Stop) -> Result<Report, RunError> {
    run(assignment, stop).await
}
