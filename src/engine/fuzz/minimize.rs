use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use indexmap::IndexMap;

use crate::fuzz::{Find, Input, SCHEMA, Simplifier};
use crate::model::Outcome;
use crate::report::{CaseReport, GeneratedFailure, GeneratedReport};
use crate::suite::OperationSuite;

use super::super::alone::run_case;
use super::super::resource::Resource;
use super::super::session::Session;
use super::super::shrink::Shown;
use super::build_case::{Prepared, places, prepare};
use super::input_result::{Failure, InputResult};

/// Requests that making one input simpler may cost, and time: a target that dies of it needs some to come back.
const EXCHANGES: usize = 300;
const TIME: Duration = Duration::from_secs(20);

/// Makes a failing input as simple as it goes, sends it once more, and makes a find of it.
pub(super) async fn settle(
    session: &Session,
    tried: &InputResult,
    failure: &Failure,
    resource: &mut Resource,
) -> Option<Find> {
    let requests = session.client.sent();
    resource.suspicions.suspect(&failure.clause);
    // What comes after the request that failed is of no account; the failing operation is then the last one.
    let mut input = tried.input.clone();
    input.requests.truncate(failure.request + 1);
    let mut name = format!("fuzz#{}.", tried.number);
    let (mut best, _) = attempt(session, &name, &input, resource).await?;
    if best.failure.is_none() {
        input = tried.input.clone();
        name.push('.');
        best = attempt(session, &name, &input, resource).await?.0;
    }
    let wanted = best.failure.as_ref().unwrap_or(failure).clone();
    let mut progress = GeneratedFailure { input: tried.number, ..GeneratedFailure::default() };
    if best.failure.is_some() {
        let mut simplifier = Simplifier::new(input);
        let mut spent = 0;
        let started = Instant::now();
        while spent < EXCHANGES && started.elapsed() < TIME && !session.is_ended() && !session.is_stopped() {
            let Some(form) = simplifier.next_form() else { break };
            progress.tried += 1;
            let name = format!("fuzz#{}.{}", tried.number, progress.tried);
            let Some((attempt, cost)) = attempt(session, &name, &form, resource).await else { continue };
            spent += cost;
            if attempt.failure.as_ref().is_some_and(|f| f.clause == wanted.clause) {
                progress.simplified += 1;
                simplifier.failed(form);
            }
        }
        input = simplifier.simplest().clone();
    }
    let id = format!("{}/fuzz-{}", wanted.clause, wanted.fingerprint);
    let (again, _) = attempt(session, &id, &input, resource).await?;
    progress.confirmed = again.failure.as_ref().is_some_and(|f| f.clause == wanted.clause);
    let shown = if progress.confirmed || best.failure.is_none() { again } else { best };
    let find = find(session, shown, &wanted, &input, progress, requests, id);
    if find.confirmed {
        find.case.findings.iter().for_each(|finding| resource.suspicions.broken(&finding.clause));
    }
    Some(find)
}

/// One form of an input, sent and judged.
struct Attempt {
    shown: Shown,
    prepared: Prepared,
    failure: Option<Failure>,
}

async fn attempt(session: &Session, name: &str, input: &Input, resource: &mut Resource) -> Option<(Attempt, usize)> {
    let prepared = prepare(session, name, input, resource)?;
    let finished = run_case(session, &prepared.case, resource, None).await;
    let cost = finished.evidence().len();
    let failure = Failure::of(session, &finished, &prepared);
    let shown = Shown::of(session, &finished);
    Some((Attempt { shown, prepared, failure }, cost))
}

fn find(
    session: &Session,
    attempt: Attempt,
    wanted: &Failure,
    input: &Input,
    progress: GeneratedFailure,
    requests: u64,
    id: String,
) -> Find {
    let Attempt { shown, prepared, .. } = attempt;
    let mut case = shown.report;
    let op = &prepared.case.op;
    case.id.clone_from(&id);
    case.replay = session.replay_find(&format!("{}.json", id.replace('/', "-")));
    let proven = progress.confirmed || shown.proven;
    if proven {
        session.enter(&prepared.case, (case.outcome, false), &case.broken(), std::iter::empty(), None);
        blame(session, &case);
    } else if case.outcome == Outcome::Fail {
        // It did not happen again, so no clause is called broken on its account.
        case.outcome = Outcome::Flaky;
    }
    case.generated = Some(GeneratedReport { inputs: 1, skipped: 0, lost: 0, failure: Some(progress.clone()) });
    Find {
        schema: SCHEMA.to_owned(),
        operation: op.operation.id.clone(),
        clause: wanted.clause.clone(),
        fingerprint: wanted.fingerprint.clone(),
        seed: session.settings.seed,
        run_id: session.settings.run_id.clone(),
        number: progress.input,
        requests,
        times: 1,
        tried: progress.tried,
        simplified: progress.simplified,
        confirmed: progress.confirmed,
        input: input.shown(&places(session, &id)),
        readings: rests_on(session, input),
        expected: prepared.expected,
        id,
        case,
    }
}

/// The find's own name stands in the verdicts, not that of the input.
fn blame(session: &Session, case: &CaseReport) {
    let mut tally = session.tally();
    for finding in &case.findings {
        let broken_by = &mut tally.clause(&finding.clause).broken_by;
        broken_by.retain(|id| id == &case.id || !id.starts_with("fuzz#"));
        if !broken_by.contains(&case.id) {
            broken_by.push(case.id.clone());
        }
    }
}

/// The readings found that decide what becomes of several writes to one resource.
fn rests_on(session: &Session, input: &Input) -> IndexMap<String, String> {
    if input.requests.len() < 2 {
        return IndexMap::new();
    }
    let topics = ["existing-key", "existing-pair", "delete.absent-tag", "tag-limit"];
    let sent_to = |op: &&Arc<OperationSuite>| input.requests.iter().any(|r| r.operation == op.operation.id);
    let ops = session.known.suite.operations.iter().filter(sent_to);
    let clauses = ops.flat_map(|op| topics.map(|topic| op.id(topic)));
    let profile = session.known.profile();
    clauses
        .filter(|clause| !profile.observations(clause).is_empty())
        .filter_map(|clause| match profile.remaining(&clause).as_slice() {
            [only] => Some((clause, only.clone())),
            _ => None,
        })
        .collect()
}
