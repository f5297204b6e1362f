//! The shards of a run as the whole that they make up.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use indexmap::IndexMap;

use crate::causes::explain;
use crate::judge::readings::Observation;
use crate::model::Outcome;
use crate::plan::{self, Plan};
use crate::report::{CaseReport, CaseTally, Latency, PreflightStep, Report, ShardReport, Summary, TargetSummary};
use crate::suite::{SENTINEL, Suite};

use super::{Basis, ClauseTally, Concluded, Ended, conclude};

/// Ids that a message names, at most.
const NAMED: usize = 3;

/// A shard's report and the name it is told by.
pub struct Part {
    /// Such as its file's path.
    pub name: String,
    /// What it found out.
    pub report: Report,
}

/// Why reports are not the shards of one run.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// There is nothing to join.
    #[error("no report was given")]
    Nothing,
    /// It was made without `--shard`.
    #[error("{0}: this is the report of a whole run, and of no shard")]
    NoShard(String),
    /// Two are not parts of one thing.
    #[error("{other} is not of the same run as {one}: its {what} is {found} instead of {expected}")]
    Differs {
        /// The first report.
        one: String,
        /// The other.
        other: String,
        /// In what.
        what: &'static str,
        /// What the first has.
        expected: String,
        /// What the other has.
        found: String,
    },
    /// The same one twice.
    #[error("shard {number} of {of} is there twice: {one} and {other}")]
    Double {
        /// Its number.
        number: usize,
        /// Of so many.
        of: usize,
        /// One report.
        one: String,
        /// The other.
        other: String,
    },
    /// There can be no such shard.
    #[error("{0}: there is no shard {1} of {2}")]
    Unheard(String, usize, usize),
    /// Not all there.
    #[error("{} missing: run {} and merge again", told(.0, *.1), if .0.len() == 1 { "it" } else { "them" })]
    Missing(Vec<usize>, usize),
    /// The shards were cut in different ways.
    #[error("the shards do not make up one run: {0}; were all of them run with the same --durations?")]
    Cut(String),
}

/// `shard 2 of 5 is`, `shards 2 and 3 of 5 are`.
fn told(numbers: &[usize], of: usize) -> String {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match words.as_slice() {
        [one] => format!("shard {one} of {of} is"),
        [most @ .., last] => format!("shards {} and {last} of {of} are", most.join(", ")),
        [] => String::new(),
    }
}

/// One report of all shards of a run, with the verdicts, causes and exit code of a run in one piece. `plan` is the plan of that.
///
/// # Errors
/// If a shard is missing or there twice, or if they differ in what they are shards of.
pub fn join(suite: &Suite, plan: &Plan, parts: Vec<Part>) -> Result<Report, JoinError> {
    let mut shards = Vec::with_capacity(parts.len());
    for Part { name, mut report } in parts {
        match report.shard.take() {
            Some(shard) => shards.push(Shard { name, of: shard, report }),
            None => return Err(JoinError::NoShard(name)),
        }
    }
    let first = shards.first().ok_or(JoinError::Nothing)?;
    for Shard { name, of: ShardReport { number, of, .. }, .. } in &shards {
        if plan::Shard::new(*number, *of).is_none() {
            return Err(JoinError::Unheard(name.clone(), *number, *of));
        }
    }
    for other in &shards[1..] {
        same(first, other)?;
    }
    shards.sort_by_key(|shard| shard.of.number);
    complete(&shards)?;
    cover(plan, &shards)?;
    let head = Report { cases: Vec::new(), ..shards[0].report.clone() };
    Ok(joined(suite, plan, head, shards))
}

/// One of the shards.
struct Shard {
    name: String,
    of: ShardReport,
    report: Report,
}

impl Shard {
    /// `shard 2 of 5`
    fn told(&self) -> String {
        format!("shard {} of {}", self.of.number, self.of.of)
    }

    /// Whether it has come to nothing, not even to cases that were not run.
    fn is_empty(&self) -> bool {
        self.report.cases.is_empty()
    }

    /// Why it ended before its end, if it did.
    fn ended(&self) -> Option<Ended> {
        let failed = self.report.preflight.iter().find(|step| !step.ok);
        let why = failed.map(|step| {
            let short = step.detail.split(": status ").next().unwrap_or(&step.detail);
            format!("{}: {short}", step.step)
        });
        let of_preflight = why.map(|why| Ended { why, time_up: false, another_run: false });
        let ended = of_preflight.or_else(|| self.of.basis.ended.clone())?;
        // What was found out beside another run accuses nobody; that one shard met one says nothing of the others.
        Some(Ended { why: format!("{}: {}", self.told(), ended.why), another_run: false, ..ended })
    }

    /// Its observations that may be relied on.
    fn observations(&self) -> impl Iterator<Item = (&String, &Observation)> {
        let disturbed = self.of.basis.ended.as_ref().is_some_and(|ended| ended.another_run);
        let all = self.of.basis.observations.iter().filter(move |_| !disturbed);
        let each = all.flat_map(|(clause, seen)| seen.iter().map(move |observation| (clause, observation)));
        each.filter(|(_, observation)| !self.of.basis.shaken.contains(&observation.case))
    }
}

/// Whether two shards are of one run, as far as what they were told says.
fn same(one: &Shard, other: &Shard) -> Result<(), JoinError> {
    let differs = |what, expected: &dyn Debug, found: &dyn Debug| {
        let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
        match expected == found {
            true => Ok(()),
            false => {
                Err(JoinError::Differs { one: one.name.clone(), other: other.name.clone(), what, expected, found })
            }
        }
    };
    let (a, b) = (&one.report, &other.report);
    differs("number of shards", &one.of.of, &other.of.of)?;
    differs("suite", &a.suite, &b.suite)?;
    differs("version of dewspec", &a.dewspec_version, &b.dewspec_version)?;
    differs("seed", &a.seed, &b.seed)?;
    differs("choice of cases", &a.filters, &b.filters)?;
    differs("number of generated inputs", &one.of.inputs, &other.of.inputs)?;
    differs("strictness", &one.of.basis.strict, &other.of.basis.strict)?;
    differs("repetition", &a.repetition.to_string(), &b.repetition.to_string())?;
    let target = |report: &Report| {
        let TargetSummary { embedded, endpoints, project_id, .. } = &report.target;
        // An embedded server listens and is named anew in each process.
        let known: Vec<String> = endpoints.iter().map(|(service, url)| format!("{service} {url}")).collect();
        match embedded {
            true => "the embedded server".to_owned(),
            false => format!("{}, project {project_id}", known.join(", ")),
        }
    };
    differs("target", &target(a), &target(b))
}

/// Whether each of them is there once.
fn complete(shards: &[Shard]) -> Result<(), JoinError> {
    let mut there: BTreeMap<usize, &Shard> = BTreeMap::new();
    for shard in shards {
        if let Some(known) = there.insert(shard.of.number, shard) {
            let (number, of) = (shard.of.number, shard.of.of);
            return Err(JoinError::Double { number, of, one: known.name.clone(), other: shard.name.clone() });
        }
    }
    let of = shards.first().map_or(0, |shard| shard.of.of);
    let missing: Vec<usize> = (1..=of).filter(|number| !there.contains_key(number)).collect();
    if missing.is_empty() { Ok(()) } else { Err(JoinError::Missing(missing, of)) }
}

/// Whether every case of the plan belongs to exactly one of them.
fn cover(plan: &Plan, shards: &[Shard]) -> Result<(), JoinError> {
    let mut owners: BTreeMap<&str, Vec<usize>> = plan.cases().map(|case| (case.spec.id.as_str(), vec![])).collect();
    for shard in shards {
        for case in shard.report.cases.iter().filter(|case| !shard.of.borrowed.contains(&case.id)) {
            match owners.get_mut(case.id.as_str()) {
                Some(owners) => owners.push(shard.of.number),
                // What tells of losses is in no plan: each shard has it that lost something.
                None if case.id.ends_with(SENTINEL) => {}
                None => {
                    return Err(JoinError::Cut(format!(
                        "{} has the case {}, which is none of it",
                        shard.name, case.id
                    )));
                }
            }
        }
    }
    // A shard that came to nothing does not say which cases were its own.
    let may_lack = shards.iter().any(Shard::is_empty);
    let wrong: Vec<String> = owners
        .iter()
        .filter_map(|(case, owners)| match owners.as_slice() {
            [_] => None,
            [] if may_lack => None,
            [] => Some(format!("{case} is in none of them")),
            several => {
                let numbers: Vec<String> = several.iter().map(ToString::to_string).collect();
                Some(format!("{case} is in {}", numbers.join(" and ")))
            }
        })
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let more = wrong.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Err(JoinError::Cut(format!("{}{more}", wrong[..wrong.len().min(NAMED)].join(", "))))
}

fn joined(suite: &Suite, plan: &Plan, head: Report, shards: Vec<Shard>) -> Report {
    let order: BTreeMap<String, usize> =
        plan.cases().enumerate().map(|(at, case)| (case.spec.id.clone(), at)).collect();
    let mut notes = joined_notes(&shards);
    let mut basis = joined_basis(suite, plan, &shards);
    notes.extend(disagreements(&shards));
    let target = joined_target(&shards);
    let preflight = shards.iter().flat_map(|shard| &shard.report.preflight).filter(|step| step.ok);
    let steps: IndexMap<&String, &PreflightStep> = preflight.rev().map(|step| (&step.step, step)).collect();
    let steps: Vec<PreflightStep> = steps.into_values().rev().cloned().collect();
    let sums =
        |of: fn(&Summary) -> u64| shards.iter().map(|shard| of(&shard.report.summary)).fold(0, u64::saturating_add);
    let (inputs, exchanges) = (sums(|summary| summary.inputs), sums(|summary| summary.exchanges));
    let latency = joined_latency(&shards);
    let run_ids: BTreeSet<&str> = shards.iter().map(|shard| shard.report.run_id.as_str()).collect();
    let run_id = run_ids.into_iter().collect::<Vec<_>>().join(",");
    let started_at = shards.iter().map(|shard| shard.report.started_at.clone()).min().unwrap_or_default();
    let duration_ms = shards.iter().map(|shard| shard.report.duration_ms).max().unwrap_or_default();
    let mut times: BTreeMap<String, u64> = BTreeMap::new();
    shards.iter().flat_map(|shard| shard.report.passed.values().flatten()).for_each(|(id, time)| {
        times.insert(id.clone(), *time);
    });
    let (mut cases, told) = joined_cases(shards, &order);
    notes.extend(told);
    let partial = !head.filters.is_empty();
    let Concluded { clauses, readings, exit_code, conclusion, otherwise, notes: more } =
        conclude(suite, &order, &mut cases, &mut basis, partial);
    notes.extend(more);
    let mut passed: IndexMap<String, IndexMap<String, u64>> = IndexMap::new();
    for case in cases.iter().filter(|case| case.outcome == Outcome::Pass) {
        let time = times.get(&case.id).copied().unwrap_or_default();
        passed.entry(case.operation.clone()).or_default().insert(case.id.clone(), time);
    }
    let summary = Summary { inputs, ..CaseTally::of(&cases).summary(exchanges) };
    let causes = explain(suite, &mut cases);
    Report {
        run_id,
        target,
        started_at,
        duration_ms,
        exit_code,
        conclusion,
        preflight: steps,
        summary,
        otherwise,
        deviations: None,
        causes,
        cases,
        passed,
        clauses,
        readings,
        latency,
        shard: None,
        notes,
        ..head
    }
}

/// What a shard says of a case: whether it only borrowed it, the shard's number, and what became of it.
type Said = (bool, usize, CaseReport);

/// The quantiles of all answers that shards got, whichever of them.
fn joined_latency(shards: &[Shard]) -> IndexMap<String, Latency> {
    let mut times: IndexMap<String, Vec<u64>> = IndexMap::new();
    for (operation, of_shard) in shards.iter().flat_map(|shard| &shard.of.times) {
        times.entry(operation.clone()).or_default().extend(of_shard);
    }
    Latency::of(times)
}

/// Each case once, in the order of the plan: the gravest of what shards say of it, and in doubt what its own shard says. Also
/// returns what they do not agree on.
fn joined_cases(shards: Vec<Shard>, order: &BTreeMap<String, usize>) -> (Vec<CaseReport>, Vec<String>) {
    let of = shards.first().map_or(0, |shard| shard.of.of);
    let mut all: BTreeMap<(usize, String), Vec<Said>> = BTreeMap::new();
    for shard in shards {
        for case in shard.report.cases {
            let borrowed = shard.of.borrowed.contains(&case.id);
            let place = order.get(&case.id).copied().unwrap_or(usize::MAX);
            all.entry((place, case.id.clone())).or_default().push((borrowed, shard.of.number, case));
        }
    }
    let mut cases = Vec::with_capacity(all.len());
    let mut notes = Vec::new();
    for (_, mut said) in all {
        said.sort_by_key(|(borrowed, number, case)| (gravity(case.outcome), *borrowed, *number));
        let judged = said.iter().filter(|(_, _, case)| !matches!(case.outcome, Outcome::Skip | Outcome::Error));
        let outcomes: BTreeSet<String> = judged.map(|(_, _, case)| case.outcome.to_string()).collect();
        if outcomes.len() > 1 {
            let words = said.iter().map(|(_, number, case)| format!("{} in shard {number}", case.outcome));
            let id = &said[0].2.id;
            notes.push(format!("shards of {of} disagree on {id}: {}", words.collect::<Vec<_>>().join(", ")));
        }
        cases.extend(said.into_iter().next().map(|(_, _, case)| case));
    }
    (cases, notes)
}

/// What was seen once is never lost, and what one shard could not judge another may have.
fn gravity(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Fail => 0,
        Outcome::Flaky => 1,
        Outcome::Warn => 2,
        Outcome::Pass => 3,
        Outcome::Error => 4,
        Outcome::Skip => 5,
    }
}

fn joined_basis(suite: &Suite, plan: &Plan, shards: &[Shard]) -> Basis {
    let mut clauses: BTreeMap<String, ClauseTally> = BTreeMap::new();
    for (id, tally) in shards.iter().flat_map(|shard| &shard.of.basis.clauses) {
        clauses.entry(id.clone()).or_default().add(tally.clone());
    }
    let mut operations: Vec<String> = Vec::new();
    for case in plan.cases() {
        if !operations.contains(&case.op.operation.id) {
            operations.push(case.op.operation.id.clone());
        }
    }
    let bases = || shards.iter().map(|shard| &shard.of.basis);
    // What one of them was given is checked.
    let is_left_out = |id: &String| {
        bases().filter(|basis| basis.operations.contains(id)).all(|basis| basis.left_out.contains_key(id))
    };
    let left_out = bases().flat_map(|basis| basis.left_out.clone()).filter(|(id, _)| is_left_out(id)).collect();
    let ended: Vec<Ended> = shards.iter().filter_map(Shard::ended).collect();
    Basis {
        clauses,
        observations: joined_observations(suite, shards),
        shaken: BTreeSet::new(),
        operations,
        left_out,
        accepted: bases().flat_map(|basis| basis.accepted.clone()).collect(),
        began: bases().any(|basis| basis.began),
        ended: ended.iter().find(|ended| !ended.time_up).or(ended.first()).cloned(),
        strict: bases().any(|basis| basis.strict),
        flaky: bases().map(|basis| basis.flaky).max().unwrap_or_default(),
    }
}

/// A clause, a probe, and which of its observations.
type Place<'a> = (&'a String, &'a String, usize);

/// What all shards saw of the open clauses: what they saw alike counts once, and what they saw otherwise each time.
fn joined_observations(suite: &Suite, shards: &[Shard]) -> BTreeMap<String, Vec<Observation>> {
    let mut all: IndexMap<Place<'_>, Vec<(&Shard, &Observation)>> = IndexMap::new();
    for shard in shards {
        let mut seen: BTreeMap<(&String, &String), usize> = BTreeMap::new();
        for (clause, observation) in shard.observations().filter(|(clause, _)| suite.clause(clause).is_some()) {
            let nth = seen.entry((clause, &observation.case)).or_default();
            all.entry((clause, &observation.case, *nth)).or_default().push((shard, observation));
            *nth += 1;
        }
    }
    let explained = |observation: &Observation| -> Vec<(String, bool)> {
        observation.predictions.iter().map(|p| (p.reading.clone(), p.holds)).collect()
    };
    let mut joined: BTreeMap<String, Vec<Observation>> = BTreeMap::new();
    for ((clause, _, _), seen) in all {
        let mut distinct: Vec<(&Shard, &Observation)> = Vec::new();
        for (shard, observation) in seen {
            if !distinct.iter().any(|(_, known)| explained(known) == explained(observation)) {
                distinct.push((shard, observation));
            }
        }
        let alone = distinct.len() == 1;
        let of_clause = joined.entry(clause.clone()).or_default();
        of_clause.extend(distinct.into_iter().map(|(shard, observation)| match alone {
            true => observation.clone(),
            // It may be another shard's exchanges that are shown.
            false => Observation {
                seen: format!("{} (in {})", observation.seen, shard.told()),
                exchange: None,
                ..observation.clone()
            },
        }));
    }
    joined
}

/// Open clauses for which shards found different readings: as no reading explains both, they are found broken, too.
fn disagreements(shards: &[Shard]) -> Vec<String> {
    let mut found: BTreeMap<&str, Vec<(String, usize)>> = BTreeMap::new();
    for shard in shards {
        for reading in &shard.report.readings {
            if let Some(one) = &reading.determined {
                found.entry(&reading.clause).or_default().push((one.clone(), shard.of.number));
            }
        }
    }
    found.retain(|_, found| found.iter().any(|(reading, _)| *reading != found[0].0));
    let told = |(clause, found): (&str, Vec<(String, usize)>)| {
        let words: Vec<String> = found.iter().map(|(reading, number)| format!("{reading} in shard {number}")).collect();
        format!(
            "shards found different readings of {clause}: {}; did all of them meet the same target?",
            words.join(", ")
        )
    };
    found.into_iter().map(told).collect()
}

/// What the shards note: what is not said by all, with the one that says it.
fn joined_notes(shards: &[Shard]) -> Vec<String> {
    let mut said: IndexMap<&String, Vec<&Shard>> = IndexMap::new();
    for shard in shards {
        shard.report.notes.iter().for_each(|note| said.entry(note).or_default().push(shard));
    }
    let told = |(note, by): (&String, Vec<&Shard>)| match by.as_slice() {
        [one] if shards.len() > 1 => format!("{}: {note}", one.told()),
        _ => note.clone(),
    };
    let failed = shards.iter().filter_map(Shard::ended).map(|ended| format!("ended early: {}", ended.why));
    said.into_iter().map(told).chain(failed).collect()
}

fn joined_target(shards: &[Shard]) -> TargetSummary {
    let mut joined = TargetSummary::default();
    for (nth, shard) in shards.iter().enumerate() {
        let target = &shard.report.target;
        if nth == 0 {
            joined.clone_from(target);
        }
        joined.insecure |= target.insecure;
        for (all, more) in [(&mut joined.secret_ids, &target.secret_ids), (&mut joined.key_ids, &target.key_ids)] {
            let new: Vec<String> = more.iter().filter(|id| !all.contains(id)).cloned().collect();
            all.extend(new);
        }
        for (kind, observers) in &target.capabilities {
            joined.capabilities.entry(kind.clone()).or_insert_with(|| observers.clone());
        }
        for (kind, lag) in &target.read_back_lag_ms {
            let longest = joined.read_back_lag_ms.entry(kind.clone()).or_default();
            *longest = (*longest).max(*lag);
        }
    }
    joined
}
