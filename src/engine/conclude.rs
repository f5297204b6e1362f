use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::causes::explain;
use crate::conclusion::{self, Basis, Concluded, Ended};
use crate::exit;
use crate::judge::readings::Observation;
use crate::model::Outcome;
use crate::plan::Plan;
use crate::report::{
    CaseReport, CaseTally, Latency, Otherwise, PreflightStep, Report, SCHEMA, ShardReport, TargetSummary,
};
use crate::suite::OperationSuite;

use super::canary::may_be_due_to_the_end;
use super::preflight::{Example, judge_examples};
use super::resource_queues::{is_left_out, why_left_out};
use super::runner::order;
use super::session::Session;

/// What the runner knows beside the cases.
pub(super) struct Findings {
    pub(super) started_at: SystemTime,
    pub(super) duration: Duration,
    pub(super) filters: Vec<String>,
    pub(super) target: TargetSummary,
    pub(super) interruption: Option<Interruption>,
    /// The operations of which cases were selected.
    pub(super) operations: Vec<Arc<OperationSuite>>,
    pub(super) preflight: Vec<PreflightStep>,
    /// What became of valid requests before the first case.
    pub(super) examples: Vec<Example>,
    /// Nothing but the preflight was asked for.
    pub(super) preflight_alone: bool,
}

/// Who ended a run before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interruption {
    /// A signal.
    ByUser,
    /// `--max-time`.
    TimeUp,
}

/// Makes the report: verdicts, causes, counts, exit code.
pub(super) fn conclude(session: &Session, plan: &Plan, mut cases: Vec<CaseReport>, mut findings: Findings) -> Report {
    let places = order(plan);
    cases.sort_by_key(|c| places.get(&c.id).copied().unwrap_or(usize::MAX));
    let shaken = retract(session, &mut cases);
    let examples = std::mem::take(&mut findings.examples);
    if session.another_run().is_none() && !findings.preflight_alone {
        judge_examples(session, plan, examples, &mut cases);
    }
    let mut basis = basis(session, &findings, shaken);
    let unconcluded = plan.part.as_ref().map(|_| basis.clone());
    let partial = !findings.filters.is_empty() || plan.part.is_some();
    let concluded = conclusion::conclude(&session.known.suite, &places, &mut cases, &mut basis, partial);
    let Concluded { clauses, readings, exit_code, conclusion, otherwise, notes } = concluded;
    // The first failure ended the run: what would have come after it, nobody knows.
    let cut = session.settings.fail_fast && cases.iter().any(|case| case.outcome == Outcome::Fail);
    let otherwise = if cut { Some(Otherwise::cut_short()) } else { otherwise };
    let (exit_code, conclusion) = match before_the_first_case(&findings, &basis) {
        Some(early) => early,
        None => {
            notes.iter().for_each(|note| session.note(note));
            (exit_code, conclusion)
        }
    };
    name_suspects(session);
    for case in cases.iter_mut().filter(|case| case.outcome == Outcome::Flaky && case.generated.is_none()) {
        if plan.cases().any(|planned| planned.spec.id == case.id) {
            case.replay = session.replay_often(&case.id);
        }
    }
    let causes = explain(&session.known.suite, &mut cases);
    let times = Latency::times(&cases);
    Report {
        schema: SCHEMA.to_owned(),
        dewspec_version: env!("CARGO_PKG_VERSION").to_owned(),
        suite: session.known.suite.fingerprint.clone(),
        seed: session.settings.seed,
        run_id: session.settings.run_id.clone(),
        target: findings.target,
        filters: findings.filters,
        started_at: rfc3339(findings.started_at),
        duration_ms: u64::try_from(findings.duration.as_millis()).unwrap_or(u64::MAX),
        exit_code,
        conclusion,
        preflight: findings.preflight,
        summary: CaseTally::of(&cases).summary(session.client.sent()),
        passed: Default::default(),
        strict: session.settings.strict,
        repetition: session.settings.repetition,
        otherwise,
        deviations: None,
        causes,
        cases,
        clauses,
        readings,
        latency: Latency::of(times.clone()),
        fuzz: None,
        shard: plan.part.as_ref().zip(unconcluded).map(|(part, basis)| ShardReport {
            times,
            number: part.shard.number,
            of: part.shard.of,
            inputs: session.settings.cases,
            borrowed: part.borrowed.clone(),
            basis,
        }),
        notes: session.notes(),
    }
}

/// Exit code and conclusion where no case was run: something was missing, or nothing else was asked for.
fn before_the_first_case(findings: &Findings, basis: &Basis) -> Option<(u8, String)> {
    if let Some(step) = findings.preflight.iter().find(|step| !step.ok) {
        // The answer itself stands beside the step.
        let short = step.detail.split(": status ").next().unwrap_or(&step.detail);
        return Some((exit::BROKEN, format!("no verdict: {}: {short}", step.step)));
    }
    let ready = findings.preflight_alone && basis.ended.is_none();
    ready.then(|| (exit::CONFORMS, "a run can begin: everything that it needs is there".to_owned()))
}

/// What verdicts are made of, fit to be stored.
fn basis(session: &Session, findings: &Findings, shaken: BTreeSet<String>) -> Basis {
    let ids = |op: &Arc<OperationSuite>| op.operation.id.clone();
    let operations = &findings.operations;
    let left_out = operations.iter().filter(|op| is_left_out(session, &op.operation));
    let accepted = operations.iter().filter(|op| session.known.last_accepted(&op.operation.id).is_some());
    let profile = session.known.profile();
    let observations = profile.open_clauses().filter_map(|clause| {
        let seen = profile.observations(clause);
        let clean = |observation: &Observation| {
            let mut observation = observation.clone();
            observation.seen = session.redactor.clean(&observation.seen);
            for prediction in &mut observation.predictions {
                prediction.allowed = session.redactor.clean(&prediction.allowed);
            }
            observation
        };
        (!seen.is_empty()).then(|| (clause.clone(), seen.iter().map(clean).collect()))
    });
    Basis {
        observations: observations.collect(),
        clauses: session.tally().all().clone(),
        shaken,
        operations: operations.iter().map(ids).collect(),
        left_out: left_out.map(|op| (ids(op), why_left_out(session, &op.operation))).collect(),
        accepted: accepted.map(ids).collect(),
        began: findings.preflight.iter().all(|step| step.ok),
        ended: ended(session, findings.interruption),
        strict: session.settings.strict,
        flaky: session.settings.repetition.flaky,
    }
}

/// Why the run ended before its end, if it did.
fn ended(session: &Session, interruption: Option<Interruption>) -> Option<Ended> {
    let time_up = interruption == Some(Interruption::TimeUp);
    let another_run = session.another_run();
    let ended = |why| Ended { why, time_up, another_run: another_run.is_some() };
    if let Some(another) = &another_run {
        return Some(ended(another.clone()));
    }
    match (session.client.health().ended(), interruption) {
        (Some(by_target), _) => Some(ended(by_target.why)),
        (None, Some(Interruption::ByUser)) => {
            Some(ended("the run was interrupted; the target was restored as far as the notes say".to_owned()))
        }
        (None, Some(Interruption::TimeUp)) => {
            Some(ended("--max-time was reached, and nothing found by then".to_owned()))
        }
        (None, None) => None,
    }
}

/// What was found after the last time that the target was seen to be well may be due to what ended the run: it accuses
/// nobody. Returns the cases concerned.
fn retract(session: &Session, cases: &mut [CaseReport]) -> BTreeSet<String> {
    let found = session.found().into_iter();
    let (shaken, why): (BTreeSet<String>, String) = match (session.another_run(), session.client.health().ended()) {
        // Nobody knows which of the two did what, and since when.
        (Some(why), _) => (found.map(|(case, _)| case).collect(), why),
        (None, Some(ended)) => {
            let shaken = found.filter(|(_, found)| may_be_due_to_the_end(session, &ended, found));
            (shaken.map(|(case, _)| case).collect(), ended.why)
        }
        (None, None) => return BTreeSet::new(),
    };
    for case in cases.iter_mut().filter(|case| shaken.contains(&case.id)) {
        case.outcome = Outcome::Error;
        case.reason = Some(why.clone());
        case.findings.clear();
        (case.allowed, case.seen, case.flaky) = (None, None, None);
    }
    shaken.iter().for_each(|case| session.tally().retract(case));
    shaken
}

/// The requests that may have stopped the target.
fn name_suspects(session: &Session) {
    const NAMED: usize = 8;
    let Some(ended) = session.client.health().ended() else { return };
    let cases = session.under_way();
    let mut suspects = if cases.is_empty() { ended.suspects } else { cases };
    if suspects.len() > NAMED {
        let more = suspects.len() - NAMED;
        suspects.truncate(NAMED);
        suspects.push(format!("{more} more"));
    }
    if !suspects.is_empty() {
        session.note(format!("under way when the target stopped answering: {}", suspects.join("; ")));
    }
}

/// Seconds since 1970 as a UTC time stamp.
fn rfc3339(at: SystemTime) -> String {
    let text = httpdate::fmt_http_date(at);
    let parts: Vec<&str> = text.split(' ').collect();
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    match parts.as_slice() {
        [_, day, month, year, time, _] => {
            let month = months.iter().position(|m| m == month).map_or(0, |i| i + 1);
            format!("{year}-{month:02}-{day}T{time}Z")
        }
        _ => text,
    }
}
