use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use crate::exit;
use crate::plan::Plan;
use crate::readings::Observation;
use crate::report::{CaseReport, CaseTally, ClauseReport, FindingReport, ReadingReport, Report, SCHEMA, TargetSummary};
use crate::suite::{Clause, OperationSuite};
use crate::vocabulary::{Level, Outcome, Verdict};

use super::runner::order;
use super::session::Session;

/// What the runner knows beside the cases.
pub(super) struct Findings {
    pub(super) started_at: SystemTime,
    pub(super) duration: Duration,
    pub(super) filters: Vec<String>,
    pub(super) target: TargetSummary,
    pub(super) interrupted: bool,
    pub(super) operations: Vec<String>,
}

/// Makes the report: conflicts of open clauses, verdicts, counts, exit code.
pub(super) fn conclude(session: &Session, plan: &Plan, mut cases: Vec<CaseReport>, findings: Findings) -> Report {
    let places = order(plan);
    cases.sort_by_key(|c| places.get(&c.id).copied().unwrap_or(usize::MAX));
    blame_conflicts(session, &mut cases);
    let clauses: Vec<ClauseReport> = session
        .suite
        .operations
        .iter()
        .filter(|op| findings.operations.contains(&op.operation.id))
        .flat_map(|op| op.clauses.iter().map(|clause| verdict(session, op, clause)))
        .collect();
    let readings = readings(session, &findings.operations);
    let summary = CaseTally::of(&cases).summary(session.client.sent());
    let (exit_code, conclusion) = exit_code(session, &cases, &clauses, &findings);
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
        preflight: Vec::new(),
        summary,
        cases,
        clauses,
        readings,
        fuzz: None,
        notes: session.notes(),
    }
}

/// Where no reading explains what was seen, the smallest set of probes that shows it fails.
fn blame_conflicts(session: &Session, cases: &mut [CaseReport]) {
    let profile = session.profile();
    for clause_id in profile.open_clauses() {
        let Some(conflict) = profile.conflict(clause_id) else { continue };
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

fn verdict(session: &Session, op: &OperationSuite, clause: &Clause) -> ClauseReport {
    let tally = session.tally().get(&clause.id);
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
        reason,
        checks: tally.checks + profile.observations(&clause.id).len() as u64,
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

fn readings(session: &Session, operations: &[String]) -> Vec<ReadingReport> {
    let profile = session.profile();
    session
        .suite
        .operations
        .iter()
        .filter(|op| operations.contains(&op.operation.id))
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

fn exit_code(session: &Session, cases: &[CaseReport], clauses: &[ClauseReport], findings: &Findings) -> (u8, String) {
    let count = |outcome| cases.iter().filter(|c| c.outcome == outcome).count();
    let broken = |open: bool| {
        clauses.iter().filter(|c| c.verdict == Verdict::Violated && (c.level == Level::Should) == open).count()
    };
    let (fails, warns, errors) = (count(Outcome::Fail), count(Outcome::Warn), count(Outcome::Error));
    if fails > 0 {
        return (exit::NONCONFORMING, format!("the target does not conform: {} clause(s) broken", broken(false)));
    }
    if warns > 0 && session.settings.strict {
        return (
            exit::NONCONFORMING,
            format!("the target does not conform: {} should clause(s) broken, and --strict is on", broken(true)),
        );
    }
    if findings.interrupted {
        let end = if session.silence.lasts() {
            "the target did not answer when it was to be restored"
        } else {
            "the target was restored as far as the notes say"
        };
        return (exit::BROKEN, format!("the run was interrupted; {end}"));
    }
    if errors > 0 {
        return (exit::BROKEN, format!("{errors} case(s) could not be run: the target or the network broke"));
    }
    if cases.is_empty() {
        return (exit::VACUOUS, "no case was selected".to_owned());
    }
    if fails + warns + count(Outcome::Pass) == 0 {
        return (exit::VACUOUS, "no selected case could be judged".to_owned());
    }
    let mut proven: BTreeMap<&str, bool> = findings.operations.iter().map(|op| (op.as_str(), false)).collect();
    for clause in clauses {
        if matches!(clause.verdict, Verdict::Upheld | Verdict::Violated | Verdict::Determined) {
            proven.insert(clause.operation.as_str(), true);
        }
    }
    let vacuous: Vec<&str> = proven.into_iter().filter(|(_, p)| !p).map(|(op, _)| op).collect();
    if !vacuous.is_empty() {
        return (exit::VACUOUS, format!("nothing was proven about {}", vacuous.join(", ")));
    }
    let notice = if warns > 0 { format!(", but {} should clause(s) are broken", broken(true)) } else { String::new() };
    (exit::CONFORMS, format!("the target conforms{notice}"))
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
