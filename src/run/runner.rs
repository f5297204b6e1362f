use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::join_all;
use indexmap::IndexMap;
use tokio::sync::mpsc;

use crate::fuzz::{Corpus, Find, Input};
use crate::journal::{Header, Journal, Place};
use crate::plan::{Plan, PlannedCase};
use crate::report::{CaseReport, Report, TargetSummary};
use crate::suite::{Need, OperationSuite, ResourceKind, Suite};
use crate::target::{ReplayLine, Settings, Target};
use crate::transport::{Client, EndedBy, Health, HttpTransport, Limits, Transport, TransportError};

use super::conclude::{Findings, Interruption, conclude};
use super::fuzz::{Campaign, FuzzLimits, replay_finds};
use super::isolation::clear_foreign;
use super::lanes::{Leases, run_lanes, run_pairs};
use super::lock::{Busy, Locks};
use super::preflight::{Inspection, Preflight, inspect};
use super::progress::{Observer, Silent};
use super::restore::restore;
use super::session::Session;
use super::shards::run_properties;
use super::surprise::confirm_the_rest;
use super::throttled::run_throttled_again;

/// How long everything may still take once the user wants it to end.
const LAST_MOMENTS: Duration = Duration::from_secs(6);
/// How long the clean-up may take after the target has put an end to the run: where it throttles, and where it may not
/// answer at all.
const CLEAN_UP: Duration = Duration::from_secs(20);
const LAST_TRY: Duration = Duration::from_secs(8);

/// Completes when the run shall stop early.
pub type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The client could not be set up.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Another dewspec process works on the same resources.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The journal that was asked for cannot be written.
    #[error("the journal cannot be kept: {0}")]
    Journal(String),
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
    /// The preflight alone.
    Doctor,
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
    pub replay: ReplayLine,
    /// What sends the requests; HTTP over the network where there is none.
    pub transport: Option<Arc<dyn Transport>>,
}

impl<'a> Assignment<'a> {
    /// A whole plan against a target over the network; nobody is told how it goes on.
    pub fn new(suite: &'a Suite, plan: &'a Plan, target: &'a Target, settings: &'a Settings) -> Self {
        let replay = ReplayLine::default();
        Assignment { suite, plan, target, settings, filters: &[], progress: &Silent, replay, transport: None }
    }
}

/// Runs a plan against a target and says what was found. The target's earlier state is restored at the
/// end, also when `stop` completes early.
///
/// # Errors
/// If the client cannot be set up; anything else is in the report.
pub async fn run(assignment: &Assignment<'_>, stop: Stop) -> Result<Report, RunError> {
    Ok(drive(assignment, Job::Cases, stop).await?.0)
}

/// Fuzzes the operations of a plan, after its probes: inputs are mutated for as long as they make the target
/// behave in new ways. Begins with the documented examples and the inputs given. The corpus comes back, too.
///
/// # Errors
/// If the client cannot be set up; anything else is in the report.
pub async fn fuzz(
    assignment: &Assignment<'_>,
    limits: &FuzzLimits,
    corpus: Vec<Input>,
    stop: Stop,
) -> Result<(Report, Corpus), RunError> {
    let mut campaign = Campaign::new(limits.clone(), corpus);
    let (mut report, stops) = drive(assignment, Job::Fuzz(&mut campaign), stop).await?;
    let mut fuzzed = campaign.report();
    fuzzed.stops += stops;
    report.fuzz = Some(fuzzed);
    Ok((report, campaign.corpus))
}

/// Sends finds again, each expected to be answered as it was expected then.
///
/// # Errors
/// If the client cannot be set up; anything else is in the report.
pub async fn replay(assignment: &Assignment<'_>, finds: &[Find], stop: Stop) -> Result<Report, RunError> {
    Ok(drive(assignment, Job::Replay(finds), stop).await?.0)
}

/// Finds out what is right and wrong with endpoint, credentials and identifiers, and runs no case. What it writes is
/// deleted, or named.
///
/// # Errors
/// If the client cannot be set up; anything else is in the report.
pub async fn doctor(assignment: &Assignment<'_>, stop: Stop) -> Result<Report, RunError> {
    Ok(drive(assignment, Job::Doctor, stop).await?.0)
}

/// Does a job; besides its report, how often the target stopped answering and came back.
async fn drive(assignment: &Assignment<'_>, job: Job<'_>, stop: Stop) -> Result<(Report, u64), RunError> {
    let Assignment { suite, plan, target, settings, filters, progress, ref replay, ref transport } = *assignment;
    let started_at = SystemTime::now();
    let started = Instant::now();
    let client = client(target, settings, transport.clone())?;
    let health = Arc::clone(client.health());
    let count = match &job {
        Job::Cases => plan.cases().count(),
        Job::Fuzz(_) => plan.probes.iter().map(Vec::len).sum(),
        Job::Replay(finds) => finds.len(),
        Job::Doctor => 0,
    };
    let preflight_alone = matches!(job, Job::Doctor);
    progress.planned(count);
    health.expect_cases(count);
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
    let touched = with_other_kinds(suite, target, plan, &selected);
    let (journal, without_journal) = begin_journal(target, settings, &touched)?;
    let session = Session::new(suite, target, settings, replay, client, journal);
    without_journal.into_iter().for_each(|why| session.note(why));
    if let Job::Fuzz(campaign) = &job {
        session.limit_waste(campaign.waste(&session));
    }
    let (told, telling) = mpsc::unbounded_channel();
    health.tell_to(told);
    let whole = async {
        let work = body(&session, plan, (&selected, &touched), job, progress).await;
        confirm_the_rest(&session).await;
        progress.phase("restoring the target");
        begin_clean_up(&session, &touched).await;
        restore_all(&session, &touched, &work.preflight.leases).await;
        work
    };
    let (Work { preflight, cases }, interruption) = watched(whole, &session, stop, telling, progress).await;
    let findings = Findings {
        started_at,
        duration: started.elapsed(),
        filters: filters.to_vec(),
        target: summary(&session, &preflight.leases).await,
        interruption,
        operations: selected,
        examples: preflight.examples,
        preflight: preflight.steps,
        preflight_alone,
    };
    end_journal(&session);
    let downtimes = health.downtimes();
    if let Some(longest) = downtimes.iter().max() {
        let (times, longest) = (downtimes.len(), longest.as_secs_f64());
        session.note(format!(
            "the target stopped answering {times} time(s) during the run and came back, after {longest:.1} s at most"
        ));
    }
    Ok((conclude(&session, plan, cases, findings), downtimes.len() as u64))
}

/// The journal of this run, which takes over what earlier ones have left where it works. Where none was asked for, and none
/// can be written, the run goes on without, and says so.
fn begin_journal(
    target: &Target,
    settings: &Settings,
    touched: &[Arc<OperationSuite>],
) -> Result<(Journal, Option<String>), RunError> {
    let Some(place) = settings.journal.as_ref().filter(|_| !target.embedded) else {
        return Ok((Journal::default(), None));
    };
    let header = Header::new(&settings.run_id, target.csms.as_deref(), target.kms.as_deref(), &target.project_id);
    let held = |kind: ResourceKind, id: &str| {
        touched.iter().any(|op| op.operation.resource == kind) && target.resources(kind).iter().any(|held| held == id)
    };
    match (Journal::begin(place, header, held), place) {
        (Ok(journal), _) => Ok((journal, None)),
        (Err(why), Place::File(_)) => Err(RunError::Journal(why)),
        (Err(why), Place::Folder(_)) => {
            let told = format!("no journal is kept ({why}): what this run leaves if it is killed will not be known");
            Ok((Journal::default(), Some(told)))
        }
    }
}

/// Says where it stands what is left.
fn end_journal(session: &Session) {
    let (path, failed) = session.journal.end();
    if let Some(path) = path {
        let path = path.display();
        session.note(format!(
            "the journal {path} names what may still be there: `dewspec clean` deletes it, or the next run"
        ));
    }
    if let Some(why) = failed {
        session.note(format!("the journal could not be written to its end: {why}"));
    }
}

pub(super) fn client(
    target: &Target,
    settings: &Settings,
    transport: Option<Arc<dyn Transport>>,
) -> Result<Client, TransportError> {
    let limits = Limits { timeout: settings.timeout, rate: settings.rate, ..Limits::default() };
    let transport = match transport {
        Some(transport) => transport,
        None => Arc::new(HttpTransport::new(&target.network, &limits, target.is_encrypted())?),
    };
    Ok(Client::new(transport, limits, Arc::new(Health::new(settings.max_wait))))
}

/// Does the work, says what is waited for meanwhile, and ends it early if the user or the time says so.
async fn watched(
    body: impl Future<Output = Work>,
    session: &Session,
    mut stop: Stop,
    mut telling: mpsc::UnboundedReceiver<String>,
    progress: &dyn Observer,
) -> (Work, Option<Interruption>) {
    let mut body = pin!(body);
    let mut interruption = None;
    let time = session.settings.max_time;
    let mut time_up = pin!(async move {
        match time {
            Some(time) => tokio::time::sleep(time).await,
            None => std::future::pending().await,
        }
    });
    loop {
        tokio::select! {
            biased;
            work = &mut body => return (work, interruption),
            Some(what) = telling.recv() => progress.waiting(&what),
            () = &mut stop, if interruption.is_none() => {
                // What is under way finishes, nothing new begins, and all of it soon.
                session.stop();
                session.client.health().interrupt(LAST_MOMENTS);
                interruption = Some(Interruption::ByUser);
            }
            () = &mut time_up, if interruption.is_none() => {
                session.stop();
                interruption = Some(Interruption::TimeUp);
            }
        }
    }
}

/// Deletes what dewspec left, everywhere, and names what stays.
async fn restore_all(session: &Session, touched: &[Arc<OperationSuite>], leases: &Leases) {
    join_all(leases.values().map(async |all| {
        for lease in all {
            restore(session, touched, &mut *lease.lock().await).await;
        }
        if let Some(first) = all.first() {
            clear_foreign(session, &mut *first.lock().await).await;
        }
    }))
    .await;
    session.note_left_behind();
}

/// Where the run has ended early, the clean-up has its own time, or is not even tried.
async fn begin_clean_up(session: &Session, touched: &[Arc<OperationSuite>]) {
    let health = session.client.health();
    let Some(ended) = health.ended() else { return };
    if ended.by == EndedBy::Throttle {
        health.begin_clean_up(Some(CLEAN_UP));
        return;
    }
    health.begin_clean_up(Some(LAST_TRY));
    for op in touched {
        if session.target.endpoint(&op.operation.service).is_some() && !session.client.answers(&op.operation.id).await {
            health.seal();
            return;
        }
    }
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

/// What the work has come to.
struct Work {
    preflight: Preflight,
    cases: Vec<CaseReport>,
}

async fn body(
    session: &Session,
    plan: &Plan,
    (selected, touched): (&[Arc<OperationSuite>], &[Arc<OperationSuite>]),
    job: Job<'_>,
    progress: &dyn Observer,
) -> Work {
    progress.phase("discovering capabilities");
    let inspection = if matches!(job, Job::Doctor) { Inspection::Doctor } else { Inspection::Run };
    let preflight = inspect(session, touched, inspection).await;
    let mut cases = Vec::new();
    if preflight.failed().next().is_some() || session.is_ended() {
        return Work { preflight, cases };
    }
    let leases = &preflight.leases;
    if let Job::Replay(finds) = job {
        cases.extend(replay_finds(session, finds, leases, progress).await);
        return Work { preflight, cases };
    }
    if !matches!(job, Job::Doctor) {
        progress.phase("probing the open clauses");
        for layer in &plan.probes {
            cases.extend(run_lanes(session, layer, leases, progress).await);
        }
    }
    match job {
        Job::Doctor => {}
        Job::Fuzz(campaign) => cases.extend(campaign.go(session, selected, leases, progress).await),
        _ => cases.extend(run_cases(session, plan, leases, progress).await),
    }
    Work { preflight, cases }
}

/// Everything of a plan but its probes.
async fn run_cases(session: &Session, plan: &Plan, leases: &Leases, progress: &dyn Observer) -> Vec<CaseReport> {
    progress.phase("running the cases");
    let mut cases = run_lanes(session, &plan.main, leases, progress).await;
    cases.extend(run_pairs(session, &plan.pairs, leases, progress).await);
    progress.phase("running properties");
    cases.extend(run_properties(session, &plan.properties, leases, progress).await);
    run_throttled_again(session, plan, leases, &mut cases).await;
    cases
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
