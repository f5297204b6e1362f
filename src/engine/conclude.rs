use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::causes::causes;
use crate::exit;
use crate::judge::readings::Observation;
use crate::model::{Level, Outcome, Verdict};
use crate::plan::Plan;
use crate::report::{
    CaseReport, CaseTally, ClauseReport, Evidence, FindingReport, PreflightStep, ReadingReport, Report, SCHEMA,
    TargetSummary,
};
use crate::suite::{Clause, Located, OperationSuite};

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

/// Makes the report: conflicts of open clauses, verdicts, counts, exit code.
pub(super) fn conclude(session: &Session, plan: &Plan, mut cases: Vec<CaseReport>, mut findings: Findings) -> Report {
    let places = order(plan);
    cases.sort_by_key(|c| places.get(&c.id).copied().unwrap_or(usize::MAX));
    let shaken = retract(session, &mut cases);
    let examples = std::mem::take(&mut findings.examples);
    if session.another_run().is_none() && !findings.preflight_alone {
        judge_examples(session, plan, examples, &mut cases);
    }
    blame_conflicts(session, &mut cases, &shaken);
    let (left_out, checked): (Vec<_>, Vec<_>) =
        findings.operations.iter().partition(|op| is_left_out(session, &op.operation));
    // Where nothing is left, what was asked for is what nothing is known about.
    let checked = if checked.is_empty() { left_out.clone() } else { checked };
    let began = findings.preflight.iter().all(|step| step.ok);
    let clauses: Vec<ClauseReport> = checked
        .iter()
        .filter(|_| began)
        .flat_map(|op| op.clauses.iter().map(|clause| verdict(session, &places, op, clause)))
        .collect();
    let readings = readings(session, &checked);
    let summary = CaseTally::of(&cases).summary(session.client.sent());
    let outcome = Outcomes { session, cases: &cases, clauses: &clauses, findings: &findings, checked: &checked };
    let (exit_code, conclusion) = outcome.conclusion();
    name_suspects(session);
    if exit_code == exit::CONFORMS && !left_out.is_empty() {
        left_out.iter().for_each(|op| {
            session.note(format!("{} was left out: {}", op.operation.id, why_left_out(session, &op.operation)));
        });
    }
    Report {
        schema: SCHEMA.to_owned(),
        dewspec_version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: session.settings.seed,
        run_id: session.settings.run_id.clone(),
        target: findings.target,
        filters: findings.filters,
        started_at: rfc3339(findings.started_at),
        duration_ms: u64::try_from(findings.duration.as_millis()).unwrap_or(u64::MAX),
        exit_code,
        conclusion,
        preflight: findings.preflight,
        summary,
        passed: Default::default(),
        causes: causes(&session.suite, &cases),
        cases,
        clauses,
        readings,
        fuzz: None,
        notes: session.notes(),
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
        (case.allowed, case.seen) = (None, None);
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

/// Where no reading explains what was seen, the smallest set of probes that shows it fails.
fn blame_conflicts(session: &Session, cases: &mut [CaseReport], shaken: &BTreeSet<String>) {
    if session.another_run().is_some() {
        return;
    }
    let profile = session.profile();
    for clause_id in profile.open_clauses() {
        let Some(conflict) = profile.conflict(clause_id) else { continue };
        if conflict.iter().any(|observation| shaken.contains(&observation.case)) {
            continue;
        }
        let Some((_, clause)) = session.suite.clause(clause_id) else { continue };
        let ids: Vec<&str> = conflict.iter().map(|o| o.case.as_str()).collect();
        for observation in &conflict {
            if let Some(case) = cases.iter_mut().find(|c| c.id == observation.case) {
                let together =
                    if conflict.len() > 1 { format!(" (together with {})", ids.join(", ")) } else { String::new() };
                blame(session, case, clause, observation, &together);
            }
            let mut tally = session.tally();
            let broken_by = &mut tally.clause(clause_id).broken_by;
            if !broken_by.contains(&observation.case) {
                broken_by.push(observation.case.clone());
            }
        }
    }
}

fn blame(session: &Session, case: &mut CaseReport, clause: &Clause, observation: &Observation, together: &str) {
    let allowed = observation
        .predictions
        .iter()
        .map(|p| format!("reading {}: {}", p.reading, p.allowed))
        .collect::<Vec<_>>()
        .join(" | ");
    let seen = format!("{}{together}", observation.seen);
    case.findings.push(FindingReport {
        clause: clause.id.clone(),
        level: Level::Open,
        wording: clause.wording.clone(),
        source: clause.source_line(),
        allowed: session.redactor.clean(&allowed),
        seen: session.redactor.clean(&seen),
        exchange: observation.exchange,
    });
    if case.outcome != Outcome::Fail {
        case.outcome = Outcome::Fail;
        case.reason = Some(format!("no permitted reading explains this: {}", clause.wording));
        case.allowed = Some(allowed);
        case.seen = Some(seen);
    }
}

fn verdict(
    session: &Session,
    order: &BTreeMap<String, usize>,
    op: &OperationSuite,
    clause: &Located<Clause>,
) -> ClauseReport {
    let mut tally = session.tally().get(&clause.id);
    // In the order of the plan, whichever came to its end first.
    tally.broken_by.sort_by_key(|case| (order.get(case).copied().unwrap_or(usize::MAX), case.clone()));
    let profile = session.profile();
    let (verdict, reason) = if !tally.broken_by.is_empty() {
        let what = if clause.level == Level::Open { "no reading explains what was seen" } else { "found broken" };
        (Verdict::Violated, Some(format!("{what} by {} case(s)", tally.broken_by.len())))
    } else if clause.level == Level::Open && !profile.observations(&clause.id).is_empty() {
        match profile.remaining(&clause.id).as_slice() {
            [one] => (Verdict::Determined, Some(one.clone())),
            several => (Verdict::Undetermined, Some(several.join(" or "))),
        }
    } else if clause.level != Level::Open && tally.checks > 0 {
        (Verdict::Upheld, None)
    } else if let Some(reason) = tally.skipped.first() {
        (Verdict::Unobservable, Some(reason.clone()))
    } else if let Some(reason) = tally.unmet.first() {
        (Verdict::Vacuous, Some(reason.clone()))
    } else {
        (Verdict::Vacuous, Some(never(clause)))
    };
    ClauseReport {
        id: clause.id.clone(),
        operation: op.operation.id.clone(),
        level: clause.level,
        verdict,
        source: clause.source_line(),
        wording: clause.wording.clone(),
        defined: clause.origin.to_string(),
        reason,
        checks: tally.checks + profile.observations(&clause.id).len() as u64,
        evidence: Evidence {
            held: tally.checks
                + if tally.broken_by.is_empty() { profile.observations(&clause.id).len() as u64 } else { 0 },
            broken: tally.broken_by.len() as u64,
            inconclusive: tally.inconclusive,
        },
        broken_by: tally.broken_by,
    }
}

/// Why a clause was never put to the test.
fn never(clause: &Clause) -> String {
    if clause.monitored || clause.judge.is_some() {
        "no answer of this run came to it".to_owned()
    } else {
        "no selected case came to it".to_owned()
    }
}

fn readings(session: &Session, operations: &[&Arc<OperationSuite>]) -> Vec<ReadingReport> {
    let profile = session.profile();
    operations
        .iter()
        .flat_map(|op| op.clauses.iter())
        .filter(|c| c.level == Level::Open && !profile.observations(&c.id).is_empty())
        .map(|clause| {
            let remaining = profile.remaining(&clause.id);
            let determined = match remaining.as_slice() {
                [one] => Some(one.clone()),
                _ => None,
            };
            let meaning = clause
                .readings
                .iter()
                .filter(|(name, _)| remaining.contains(name))
                .map(|(n, m)| (n.clone(), m.clone()))
                .collect();
            ReadingReport { clause: clause.id.clone(), determined, remaining, meaning }
        })
        .collect()
}

/// What the exit code is made of.
struct Outcomes<'a> {
    session: &'a Session,
    cases: &'a [CaseReport],
    clauses: &'a [ClauseReport],
    findings: &'a Findings,
    /// The operations that the target was given with all they need.
    checked: &'a [&'a Arc<OperationSuite>],
}

impl Outcomes<'_> {
    fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|c| c.outcome == outcome).count()
    }

    /// Clauses found broken: shoulds, or all others.
    fn broken(&self, shoulds: bool) -> usize {
        let is_broken = |c: &&ClauseReport| c.verdict == Verdict::Violated && (c.level == Level::Should) == shoulds;
        self.clauses.iter().filter(is_broken).count()
    }

    /// The exit code, and why it is that. What was proven before a disturbance beats it, and that beats that nothing was
    /// proven.
    fn conclusion(&self) -> (u8, String) {
        if let Some(step) = self.findings.preflight.iter().find(|step| !step.ok) {
            // The answer itself stands beside the step.
            let short = step.detail.split(": status ").next().unwrap_or(&step.detail);
            return (exit::BROKEN, format!("no verdict: {}: {short}", step.step));
        }
        if self.findings.preflight_alone && self.ended().is_none() {
            return (exit::CONFORMS, "a run can begin: everything that it needs is there".to_owned());
        }
        let (fails, warns, flaky) = (self.count(Outcome::Fail), self.count(Outcome::Warn), self.count(Outcome::Flaky));
        if fails > 0 {
            let early = self.ended().map(|why| format!("; the run ended early: {why}")).unwrap_or_default();
            let broken = self.broken(false);
            return (exit::NONCONFORMING, format!("the target does not conform: {broken} clause(s) broken{early}"));
        }
        if warns > 0 && self.session.settings.strict {
            let broken = self.broken(true);
            return (
                exit::NONCONFORMING,
                format!("the target does not conform: {broken} should clause(s) broken, and --strict is on"),
            );
        }
        if flaky > 0 && self.session.settings.strict {
            let told = format!("the target does not conform: {flaky} case(s) are flaky, and --strict is on");
            return (exit::NONCONFORMING, told);
        }
        if let Some(why) = self.ended() {
            let code =
                if self.findings.interruption == Some(Interruption::TimeUp) { exit::VACUOUS } else { exit::BROKEN };
            return (code, format!("no verdict: {why}"));
        }
        self.lost().or_else(|| self.nothing_proven()).unwrap_or_else(|| self.conforms(warns, flaky))
    }

    /// Why the run ended before its end, if it did.
    fn ended(&self) -> Option<String> {
        let health = self.session.client.health();
        if let Some(another) = self.session.another_run() {
            return Some(another);
        }
        match (health.ended(), self.findings.interruption) {
            (Some(ended), _) => Some(ended.why),
            (None, Some(Interruption::ByUser)) => {
                Some("the run was interrupted; the target was restored as far as the notes say".to_owned())
            }
            (None, Some(Interruption::TimeUp)) => Some("--max-time was reached, and nothing found by then".to_owned()),
            (None, None) => None,
        }
    }

    /// Clauses of which nothing is known but that requests about them came to nothing.
    fn lost(&self) -> Option<(u8, String)> {
        let errors = self.count(Outcome::Error);
        if errors == 0 {
            return None;
        }
        let tally = self.session.tally();
        let is_lost = |c: &&ClauseReport| {
            tally.get(&c.id).lost > 0 && matches!(c.verdict, Verdict::Unobservable | Verdict::Vacuous)
        };
        let lost = self.clauses.iter().filter(is_lost).count();
        if lost > 0 {
            let why = self.cases.iter().find(|c| c.outcome == Outcome::Error).and_then(|c| c.reason.clone());
            let why = why.unwrap_or_else(|| "the target or the network broke".to_owned());
            let told = format!("no verdict: {errors} case(s) could not be run, and {lost} clause(s) judged: {why}");
            return Some((exit::BROKEN, told));
        }
        self.session.note(format!("{errors} case(s) could not be run to their end; others judged their clauses"));
        None
    }

    fn nothing_proven(&self) -> Option<(u8, String)> {
        let nothing = |why: String| Some((exit::VACUOUS, why));
        if self.cases.is_empty() {
            return nothing("no case was selected".to_owned());
        }
        if self.count(Outcome::Warn) + self.count(Outcome::Flaky) + self.count(Outcome::Pass) == 0 {
            return nothing("no selected case could be judged".to_owned());
        }
        let proven = |op: &OperationSuite| {
            let is_proven = |c: &&ClauseReport| {
                c.operation == op.operation.id
                    && matches!(c.verdict, Verdict::Upheld | Verdict::Violated | Verdict::Determined)
            };
            self.session.last_accepted(&op.operation.id).is_some() && self.clauses.iter().any(|c| is_proven(&c))
        };
        let vacuous: Vec<&str> =
            self.checked.iter().filter(|op| !proven(op)).map(|op| op.operation.id.as_str()).collect();
        if vacuous.is_empty() {
            return None;
        }
        let names = vacuous.join(", ");
        nothing(format!("nothing was proven about {names}: no valid request was accepted, or none judged"))
    }

    fn conforms(&self, warns: usize, flaky: usize) -> (u8, String) {
        let scope = if self.findings.filters.is_empty() { "" } else { " in what was selected" };
        let left_out: Vec<&str> = self
            .findings
            .operations
            .iter()
            .filter(|op| !self.checked.iter().any(|checked| checked.operation.id == op.operation.id))
            .map(|op| op.operation.id.as_str())
            .collect();
        let left_out = if left_out.is_empty() { String::new() } else { format!("; left out: {}", left_out.join(", ")) };
        let notice =
            if warns > 0 { format!(", but {} should clause(s) are broken", self.broken(true)) } else { String::new() };
        let unsteady = match (flaky, warns) {
            (0, _) => String::new(),
            (_, 0) => format!(", but {flaky} case(s) are flaky"),
            _ => format!(", and {flaky} case(s) are flaky"),
        };
        (exit::CONFORMS, format!("the target conforms{scope}{notice}{unsteady}{left_out}"))
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
