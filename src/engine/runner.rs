use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use futures_util::future::join_all;
use indexmap::IndexMap;
use tokio::sync::mpsc;

use crate::exit;
use crate::fuzz::{Corpus, Find, Input};
use crate::ledger::journal::{self, Journal, Place};
use crate::plan::{Plan, PlannedCase};
use crate::record::{Ending, Header, Recorded, Recorder};
use crate::report::{CaseReport, PreflightStep, Report, TargetSummary};
use crate::suite::{Need, OperationSuite, ResourceKind, Suite};
use crate::target::{ReplayLine, Settings, Target};
use crate::transport::{self, Client, EndedBy, Health, Limits, Transport, TransportError};

use crate::model::Clock;

use super::canary::confirm_the_rest;
use super::conclude::{Findings, Interruption, conclude};
use super::fuzz::{Campaign, FuzzLimits, replay_finds};
use super::isolation::clear_foreign;
use super::lock::{Busy, Locks};
use super::preflight::{Inspection, Preflight, inspect};
use super::progress::{Observer, Silent};
use super::repeat::{Way, run_tries};
use super::rerun_throttled::run_throttled_again;
use super::resource_queues::Leases;
use super::restore::restore;
use super::sentinel::last_look;
use super::session::{Session, Time};

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
    /// The record that was asked for cannot be written.
    #[error("the record cannot be written: {0}")]
    Record(String),
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
    /// The journal, where one is kept already; begun by the run itself, and ended by it, where there is none.
    pub journal: Option<Arc<Journal>>,
    /// Why the run cannot begin, as somebody has found out already: then nothing is sent.
    pub obstacle: Option<PreflightStep>,
    /// The record to judge, in place of a target. It has its own time, so that the runtime's must be its alone: one thread,
    /// started with its clock paused.
    pub recorded: Option<&'a Recorded>,
}

impl<'a> Assignment<'a> {
    /// A whole plan against a target over the network; nobody is told how it goes on.
    pub fn new(suite: &'a Suite, plan: &'a Plan, target: &'a Target, settings: &'a Settings) -> Self {
        let replay = ReplayLine::default();
        Assignment {
            suite,
            plan,
            target,
            settings,
            filters: &[],
            progress: &Silent,
            replay,
            transport: None,
            journal: None,
            obstacle: None,
            recorded: None,
        }
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
    let Assignment { suite, plan, target, settings, progress, ref replay, recorded, .. } = *assignment;
    let (time, clock) = match recorded {
        Some(recorded) => {
            let clock = Clock::of(recorded.header.began(), recorded.began());
            (Time::Recorded(clock), clock)
        }
        None => {
            let clock = Clock::starting();
            (Time::Present(clock), clock)
        }
    };
    let count = match &job {
        Job::Cases => plan.cases().count(),
        Job::Fuzz(_) => plan.probes.iter().map(Vec::len).sum(),
        Job::Replay(finds) => finds.len(),
        Job::Doctor => 0,
    };
    let preflight_alone = matches!(job, Job::Doctor);
    progress.planned(count);
    let mut stop = stop;
    let acts_on_events = |case: &PlannedCase| case.op.operation.resource == ResourceKind::Events;
    let whole_project = plan.part.is_none() || plan.cases().any(acts_on_events);
    let _locks = match recorded {
        Some(_) => Locks::default(),
        None => tokio::select! {
            biased;
            () = &mut stop => return Err(RunError::Ended),
            locks = Locks::acquire(target, whole_project, settings.max_wait, |what| progress.waiting(what)) => locks?,
        },
    };
    let mut selected = operations(plan);
    if let Job::Replay(finds) = &job {
        selected.retain(|op| finds.iter().any(|find| find.operation == op.operation.id));
    }
    let touched = with_other_kinds(suite, target, plan, &selected);
    let (journal, without_journal) = match recorded {
        Some(recorded) => (Arc::new(Journal::recorded(recorded.header.left.clone())), None),
        None => begin_journal(assignment, &touched)?,
    };
    let recorder = begin_record(assignment, &journal)?;
    let transport = transport(assignment, recorder.as_ref())?;
    let client = client(settings, transport, clock);
    let health = Arc::clone(client.health());
    health.expect_cases(count.saturating_mul(usize::try_from(settings.repetition.repeat).unwrap_or(usize::MAX)));
    let session = Session::new(suite, target, settings, replay, client, (journal, time, recorder.clone()));
    without_journal.into_iter().for_each(|why| session.note(why));
    if let (Job::Cases, Some(left_out)) = (&job, plan.left_out_in_words()) {
        session.note(left_out);
    }
    if let Job::Fuzz(campaign) = &job {
        session.known.limit_waste(campaign.waste(&session));
    }
    let (told, telling) = mpsc::unbounded_channel();
    health.tell_to(told);
    let whole = async {
        let work = match &assignment.obstacle {
            Some(step) => Work { preflight: Preflight::failing(step.clone()), cases: Vec::new() },
            None => body(&session, plan, (&selected, &touched), job, progress).await,
        };
        confirm_the_rest(&session).await;
        progress.phase("restoring the target");
        begin_clean_up(&session, &touched).await;
        restore_all(&session, &touched, &work.preflight.leases).await;
        work
    };
    let watch = Watch { stop, telling, recorded };
    let (Work { preflight, cases }, interruption) = watched(whole, &session, watch, progress).await;
    let findings = Findings {
        started_at: clock.began(),
        duration: clock.elapsed(),
        filters: assignment.filters.to_vec(),
        target: summary(&session, &preflight.leases).await,
        interruption,
        operations: selected,
        examples: preflight.examples,
        preflight: preflight.steps,
        preflight_alone,
    };
    end_journal(&session, assignment.journal.is_some());
    session.client.notes().into_iter().for_each(|note| session.note(note));
    let downtimes = health.downtimes();
    if let Some(longest) = downtimes.iter().max() {
        let (times, longest) = (downtimes.len(), longest.as_secs_f64());
        session.note(format!(
            "the target stopped answering {times} time(s) during the run and came back, after {longest:.1} s at most"
        ));
    }
    if let Some(missing) = recorded.map(Recorded::missing).filter(|missing| *missing > 0) {
        session.note(format!(
            "the record does not hold {missing} of the requests that judging it asks for: it was changed, or made otherwise"
        ));
    }
    let mut report = conclude(&session, plan, cases, findings);
    if let Some(Err(why)) = recorder.map(|recorder| recorder.finish()) {
        report.notes.push(format!("the record could not be written to its end: {why}"));
        report.exit_code = if report.exit_code == exit::CONFORMS { exit::BROKEN } else { report.exit_code };
    }
    Ok((report, downtimes.len() as u64))
}

/// Begins to write down everything, if that is asked for.
fn begin_record(assignment: &Assignment<'_>, journal: &Journal) -> Result<Option<Recorder>, RunError> {
    let Assignment { suite, plan, target, settings, filters, ref replay, .. } = *assignment;
    let shard = plan.part.as_ref().map(|part| &part.shard);
    // Of what was not even begun there is nothing to judge.
    let Some(path) = settings.record.as_ref().filter(|_| assignment.obstacle.is_none()) else { return Ok(None) };
    let header = Header::new(suite, settings, (filters, shard), target, replay, journal.left());
    Recorder::begin(path, &header, target).map(Some).map_err(RunError::Record)
}

/// What sends the requests: the network, what the assignment has, or a record; with a recorder before it, if there is one.
fn transport(assignment: &Assignment<'_>, recorder: Option<&Recorder>) -> Result<Arc<dyn Transport>, TransportError> {
    let transport = match (assignment.recorded, &assignment.transport) {
        (Some(recorded), _) => recorded.transport(),
        (None, Some(transport)) => Arc::clone(transport),
        (None, None) => over_the_network(assignment.target, assignment.settings)?,
    };
    Ok(recorder.map_or_else(|| Arc::clone(&transport), |recorder| recorder.around(Arc::clone(&transport))))
}

/// The journal of this run, which takes over what earlier ones have left where it works. Where none was asked for, and none
/// can be written, the run goes on without, and says so.
fn begin_journal(
    assignment: &Assignment<'_>,
    touched: &[Arc<OperationSuite>],
) -> Result<(Arc<Journal>, Option<String>), RunError> {
    let Assignment { target, settings, .. } = *assignment;
    let Some(place) = settings.journal.as_ref().filter(|_| !target.embedded) else {
        return Ok((assignment.journal.clone().unwrap_or_default(), None));
    };
    let held = |kind: ResourceKind, id: &str| {
        touched.iter().any(|op| op.operation.resource == kind) && target.resources(kind).iter().any(|held| held == id)
    };
    let begun = match &assignment.journal {
        Some(journal) => journal.take_over(place, held, false).map(|()| Arc::clone(journal)),
        None => Journal::begin(place, header(target, settings), held).map(Arc::new),
    };
    match (begun, place) {
        (Ok(journal), _) => Ok((journal, None)),
        (Err(why), Place::File(_)) => Err(RunError::Journal(why)),
        (Err(why), Place::Folder(_)) => {
            let told = format!("no journal is kept ({why}): what this run leaves if it is killed will not be known");
            Ok((Arc::default(), Some(told)))
        }
    }
}

/// Whose journal it is.
fn header(target: &Target, settings: &Settings) -> journal::Header {
    journal::Header::new(&settings.run_id, target.csms.as_deref(), target.kms.as_deref(), &target.project_id)
}

/// Begins the journal of a run before the run, with what earlier ones have made for themselves on this target and left.
///
/// # Errors
/// If it cannot be written, or another process holds it.
pub fn early_journal(target: &Target, settings: &Settings) -> Result<Arc<Journal>, String> {
    let place = settings.journal.as_ref().ok_or("this user has no state folder: give --journal FILE")?;
    let journal = Journal::begin(place, header(target, settings), |_, _| false)?;
    journal.take_over(place, |_, _| false, true)?;
    Ok(Arc::new(journal))
}

/// Says where it stands what is left. One that was there before the run is ended by whoever began it.
fn end_journal(session: &Session, is_of_others: bool) {
    let (path, failed) = match is_of_others {
        true => (session.journal.path().filter(|_| session.journal.left().has_items()), None),
        false => session.journal.end(),
    };
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

fn limits(settings: &Settings) -> Limits {
    Limits { timeout: settings.timeout, rate: settings.rate, ..Limits::default() }
}

/// HTTP, as the target's network wants it.
pub(super) fn over_the_network(target: &Target, settings: &Settings) -> Result<Arc<dyn Transport>, TransportError> {
    transport::over_the_network(target, &limits(settings))
}

/// What sends over a transport, with care.
pub(super) fn client(settings: &Settings, transport: Arc<dyn Transport>, clock: Clock) -> Client {
    Client::new(transport, limits(settings), Arc::new(Health::new(settings.max_wait))).with_clock(clock)
}

/// What may end a run early, and what is told of it.
struct Watch<'a> {
    stop: Stop,
    telling: mpsc::UnboundedReceiver<String>,
    /// The run when it was recorded: what ended it then ends it now.
    recorded: Option<&'a Recorded>,
}

/// What, besides the target, has ended a recorded run.
async fn recorded_ending(recorded: Option<&Recorded>) -> Ending {
    match recorded {
        Some(recorded) => recorded.until_ended().await,
        None => std::future::pending().await,
    }
}

/// Does the work, says what is waited for meanwhile, and ends it early if the user or the time says so.
async fn watched(
    body: impl Future<Output = Work>,
    session: &Session,
    watch: Watch<'_>,
    progress: &dyn Observer,
) -> (Work, Option<Interruption>) {
    let Watch { mut stop, mut telling, recorded } = watch;
    let mut body = pin!(body);
    let mut interruption = None;
    let mut ending = pin!(recorded_ending(recorded));
    let time = session.settings.max_time.filter(|_| !session.is_recorded());
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
            () = &mut stop, if interruption.is_none() => interruption = interrupt(session, Ending::User),
            () = &mut time_up, if interruption.is_none() => interruption = interrupt(session, Ending::Time),
            by = &mut ending, if interruption.is_none() => {
                interruption = interrupt(session, by);
                ending.set(recorded_ending(None));
            }
        }
    }
}

/// Sees to it that nothing new begins.
fn interrupt(session: &Session, by: Ending) -> Option<Interruption> {
    session.record_ending(by.clone());
    match by {
        Ending::User => {
            // What is under way finishes, and all of it soon.
            session.stop("the run was interrupted before it");
            session.client.health().interrupt(LAST_MOMENTS);
            Some(Interruption::ByUser)
        }
        Ending::Time => {
            session.stop("--max-time was reached before it");
            Some(Interruption::TimeUp)
        }
        Ending::Journal(why) => {
            session.client.health().end(EndedBy::Journal, why, Instant::now());
            None
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

/// The selected operations, one that stores what they act on, and one that acts on the other kind where a case needs a secret
/// and a key.
fn with_other_kinds(
    suite: &Suite,
    target: &Target,
    plan: &Plan,
    selected: &[Arc<OperationSuite>],
) -> Vec<Arc<OperationSuite>> {
    let mut all = selected.to_vec();
    let is_there = |op: &Arc<OperationSuite>| target.endpoint(&op.operation.service).is_some();
    // What only changes or deletes needs something to act on.
    for op in selected.iter().filter(|op| !op.operation.effect.stores()) {
        let kind = op.operation.resource;
        if !all.iter().any(|other| other.operation.resource == kind && other.operation.effect.stores()) {
            all.extend(suite.storing_on(kind).into_iter().find(is_there));
        }
    }
    if plan.cases().any(|case| case.spec.needs.contains(&Need::OtherKind)) {
        for kind in [ResourceKind::Secret, ResourceKind::Key] {
            if !all.iter().any(|op| op.operation.resource == kind) {
                all.extend(suite.storing_on(kind).into_iter().find(is_there));
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
    session.settle_width();
    let mut cases = Vec::new();
    if preflight.failed().next().is_some() || session.is_ended() {
        return Work { preflight, cases };
    }
    let leases = &preflight.leases;
    if let Job::Replay(finds) = job {
        cases.extend(replay_finds(session, finds, leases, progress).await);
        return Work { preflight, cases };
    }
    if matches!(job, Job::Cases) && !plan.early.is_empty() {
        progress.phase("looking whether everything is where it seems");
        let is_pair = |case: &&PlannedCase| needs_two(case);
        let (pairs, single): (Vec<&PlannedCase>, Vec<&PlannedCase>) = plan.early.iter().partition(is_pair);
        let owned = |cases: Vec<&PlannedCase>| cases.into_iter().cloned().collect::<Vec<_>>();
        cases.extend(run_tries(session, Way::Queues, &owned(single), leases, progress).await);
        cases.extend(run_tries(session, Way::Pairs, &owned(pairs), leases, progress).await);
    }
    if !matches!(job, Job::Doctor) {
        progress.phase("probing the open clauses");
        for layer in &plan.probes {
            cases.extend(run_tries(session, Way::Queues, layer, leases, progress).await);
            session.known.learn();
        }
    }
    match job {
        Job::Doctor => {}
        Job::Fuzz(campaign) => cases.extend(campaign.go(session, selected, leases, progress).await),
        _ => cases.extend(run_cases(session, plan, leases, progress).await),
    }
    Work { preflight, cases }
}

fn needs_two(case: &PlannedCase) -> bool {
    case.spec.needs.iter().any(|need| matches!(need, Need::SecondResource | Need::OtherKind))
}

/// Everything of a plan but its probes.
async fn run_cases(session: &Session, plan: &Plan, leases: &Leases, progress: &dyn Observer) -> Vec<CaseReport> {
    progress.phase("running the cases");
    let mut cases = run_tries(session, Way::Queues, &plan.main, leases, progress).await;
    cases.extend(run_tries(session, Way::Pairs, &plan.pairs, leases, progress).await);
    progress.phase("running properties");
    cases.extend(run_tries(session, Way::Properties, &plan.properties, leases, progress).await);
    run_throttled_again(session, plan, leases, &mut cases).await;
    if !plan.signatures.is_empty() {
        progress.phase("sending wrong signatures");
        cases.extend(run_tries(session, Way::OneByOne, &plan.signatures, leases, progress).await);
    }
    cases.extend(last_look(session, leases).await);
    session.known.learn();
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
