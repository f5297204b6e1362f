//! Conflicts of open clauses, the verdict of each clause, and the exit code.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::exit;
use crate::judge::readings::{Observation, Profile};
use crate::model::{FlakyPolicy, Level, Outcome, Verdict};
use crate::report::{CaseReport, ClauseReport, Evidence, FindingReport, Otherwise, ReadingReport};
use crate::suite::{Clause, Located, OperationSuite, Suite};

use super::Basis;

/// What a run has come to.
#[derive(Clone, Debug)]
pub struct Concluded {
    /// Every clause of the selected operations.
    pub clauses: Vec<ClauseReport>,
    /// What was found out about each open clause.
    pub readings: Vec<ReadingReport>,
    /// Process exit code.
    pub exit_code: u8,
    /// Why it is that, in one sentence.
    pub conclusion: String,
    /// What it would have been without what was found broken, if that is no good end all the same.
    pub otherwise: Option<Otherwise>,
    /// What the user should know besides.
    pub notes: Vec<String>,
}

/// Comes to verdicts and an exit code; cases that no reading explains together fail. `order` has the place of each case in the
/// plan, and `partial` says that something was selected, so that nothing can be said of the whole.
pub fn conclude(
    suite: &Suite,
    order: &BTreeMap<String, usize>,
    cases: &mut [CaseReport],
    basis: &mut Basis,
    partial: bool,
) -> Concluded {
    let mut profile = Profile::new(suite);
    for (clause, seen) in &basis.observations {
        seen.iter().for_each(|observation| profile.observe(clause, observation.clone()));
    }
    blame_conflicts(suite, &profile, cases, basis);
    let operations: Vec<&OperationSuite> =
        basis.operations.iter().filter_map(|id| suite.operation(id)).map(AsRef::as_ref).collect();
    let (left_out, checked): (Vec<_>, Vec<_>) =
        operations.into_iter().partition(|op| basis.left_out.contains_key(&op.operation.id));
    // Where nothing is left, what was asked for is what nothing is known about.
    let checked = if checked.is_empty() { left_out.clone() } else { checked };
    let clauses: Vec<ClauseReport> = checked
        .iter()
        .filter(|_| basis.began)
        .flat_map(|op| op.clauses.iter().map(|clause| verdict(basis, &profile, order, op, clause)))
        .collect();
    let readings = readings(&profile, &checked);
    let mut notes = Vec::new();
    let outcomes = Outcomes { basis, cases, clauses: &clauses, checked: &checked, left_out: &left_out, partial };
    let (exit_code, conclusion) = outcomes.conclusion(&mut notes);
    let otherwise = outcomes.otherwise();
    if exit_code == exit::CONFORMS && !left_out.is_empty() {
        let why = |op: &OperationSuite| basis.left_out.get(&op.operation.id).cloned().unwrap_or_default();
        notes.extend(left_out.iter().map(|op| format!("{} was left out: {}", op.operation.id, why(op))));
    }
    Concluded { clauses, readings, exit_code, conclusion, otherwise, notes }
}

/// Where no reading explains what was seen, the smallest set of probes that shows it fails.
fn blame_conflicts(suite: &Suite, profile: &Profile, cases: &mut [CaseReport], basis: &mut Basis) {
    if basis.ended.as_ref().is_some_and(|ended| ended.another_run) {
        return;
    }
    for clause_id in profile.open_clauses() {
        let Some(conflict) = profile.conflict(clause_id) else { continue };
        if conflict.iter().any(|observation| basis.shaken.contains(&observation.case)) {
            continue;
        }
        let Some((op, clause)) = suite.clause(clause_id) else { continue };
        let level = op.operation.gravity(Level::Open);
        let ids: Vec<&str> = conflict.iter().map(|o| o.case.as_str()).collect();
        for observation in &conflict {
            if let Some(case) = cases.iter_mut().find(|c| c.id == observation.case) {
                let together =
                    if conflict.len() > 1 { format!(" (together with {})", ids.join(", ")) } else { String::new() };
                blame(case, (clause, level), observation, &together);
            }
            let broken_by = &mut basis.clauses.entry(clause_id.clone()).or_default().broken_by;
            if !broken_by.contains(&observation.case) {
                broken_by.push(observation.case.clone());
            }
        }
    }
}

fn blame(case: &mut CaseReport, (clause, level): (&Clause, Level), observation: &Observation, together: &str) {
    let allowed = observation
        .predictions
        .iter()
        .map(|p| format!("reading {}: {}", p.reading, p.allowed))
        .collect::<Vec<_>>()
        .join(" | ");
    let seen = format!("{}{together}", observation.seen);
    // A shard may have found the same.
    if case.findings.iter().any(|known| known.clause == clause.id && known.seen == seen) {
        return;
    }
    case.findings.push(FindingReport {
        clause: clause.id.clone(),
        level,
        wording: clause.wording.clone(),
        source: clause.source_line(),
        allowed: allowed.clone(),
        seen: seen.clone(),
        exchange: observation.exchange,
    });
    let outcome = if level == Level::Should { Outcome::Warn } else { Outcome::Fail };
    if case.outcome != Outcome::Fail && case.outcome != outcome {
        case.outcome = outcome;
        case.reason = Some(format!("no permitted reading explains this: {}", clause.wording));
        case.allowed = Some(allowed);
        case.seen = Some(seen);
    }
}

fn verdict(
    basis: &Basis,
    profile: &Profile,
    order: &BTreeMap<String, usize>,
    op: &OperationSuite,
    clause: &Located<Clause>,
) -> ClauseReport {
    let mut tally = basis.clauses.get(&clause.id).cloned().unwrap_or_default();
    // In the order of the plan, whichever came to its end first.
    tally.broken_by.sort_by_key(|case| (order.get(case).copied().unwrap_or(usize::MAX), case.clone()));
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

fn readings(profile: &Profile, operations: &[&OperationSuite]) -> Vec<ReadingReport> {
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

/// Whether something that is not the same each time is a failure of the run.
pub(crate) fn counts_as_failure(policy: FlakyPolicy, strict: bool, is_should: bool) -> bool {
    match policy {
        FlakyPolicy::Pass => false,
        FlakyPolicy::Warn => strict,
        FlakyPolicy::Fail => strict || !is_should,
    }
}

/// What the exit code is made of.
struct Outcomes<'a> {
    basis: &'a Basis,
    cases: &'a [CaseReport],
    clauses: &'a [ClauseReport],
    /// The operations that the target was given with all they need.
    checked: &'a [&'a OperationSuite],
    left_out: &'a [&'a OperationSuite],
    partial: bool,
}

impl Outcomes<'_> {
    fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|c| c.outcome == outcome).count()
    }

    /// Clauses found broken: shoulds, or all others.
    fn broken(&self, shoulds: bool) -> usize {
        let gravity = |c: &ClauseReport| {
            let op = self.checked.iter().find(|op| op.operation.id == c.operation);
            op.map_or(c.level, |op| op.operation.gravity(c.level))
        };
        let is_broken = |c: &&ClauseReport| c.verdict == Verdict::Violated && (gravity(c) == Level::Should) == shoulds;
        self.clauses.iter().filter(is_broken).count()
    }

    /// The exit code, and why it is that. What was proven before a disturbance beats it, and that beats that nothing was
    /// proven.
    fn conclusion(&self, notes: &mut Vec<String>) -> (u8, String) {
        let (fails, warns, flaky) = (self.count(Outcome::Fail), self.count(Outcome::Warn), self.count(Outcome::Flaky));
        let ended = self.basis.ended.as_ref();
        if fails > 0 {
            let early = ended.map(|ended| format!("; the run ended early: {}", ended.why)).unwrap_or_default();
            let broken = self.broken(false);
            return (exit::NONCONFORMING, format!("the target does not conform: {broken} clause(s) broken{early}"));
        }
        if warns > 0 && self.basis.strict {
            let broken = self.broken(true);
            return (
                exit::NONCONFORMING,
                format!("the target does not conform: {broken} should clause(s) broken, and --strict is on"),
            );
        }
        let counted = self.cases.iter().filter(|case| self.counts_as_flaky(case)).count();
        if counted > 0 {
            let why = if self.basis.flaky == FlakyPolicy::Fail { "--flaky is fail" } else { "--strict is on" };
            let told = format!("the target does not conform: {counted} case(s) are flaky, and {why}");
            return (exit::NONCONFORMING, told);
        }
        self.unproven(notes).unwrap_or_else(|| self.conforms(warns, flaky))
    }

    /// Whether a case is a failure by not being the same each time.
    fn counts_as_flaky(&self, case: &CaseReport) -> bool {
        let id = case.flaky.as_ref().map(|flaky| flaky.clause.as_str());
        let clause = self.clauses.iter().find(|clause| Some(clause.id.as_str()) == id);
        let is_should = clause.is_some_and(|clause| clause.level == Level::Should);
        case.outcome == Outcome::Flaky && counts_as_failure(self.basis.flaky, self.basis.strict, is_should)
    }

    /// What the run would have come to without what it found broken, which may all be known.
    fn otherwise(&self) -> Option<Otherwise> {
        let counts = |case: &CaseReport| match case.outcome {
            Outcome::Fail => true,
            Outcome::Warn => self.basis.strict,
            Outcome::Flaky => self.counts_as_flaky(case),
            Outcome::Pass | Outcome::Skip | Outcome::Error => false,
        };
        if !self.basis.began || !self.cases.iter().any(counts) {
            return None;
        }
        let (exit_code, conclusion) = self.unproven(&mut Vec::new())?;
        Some(Otherwise { exit_code, conclusion })
    }

    /// Why the run proves nothing, whatever it found broken.
    fn unproven(&self, notes: &mut Vec<String>) -> Option<(u8, String)> {
        if let Some(ended) = &self.basis.ended {
            let code = if ended.time_up { exit::VACUOUS } else { exit::BROKEN };
            return Some((code, format!("no verdict: {}", ended.why)));
        }
        self.lost(notes).or_else(|| self.nothing_proven())
    }

    /// Clauses of which nothing is known but that requests about them came to nothing.
    fn lost(&self, notes: &mut Vec<String>) -> Option<(u8, String)> {
        let errors = self.count(Outcome::Error);
        if errors == 0 {
            return None;
        }
        let is_lost = |c: &&ClauseReport| {
            self.basis.clauses.get(&c.id).is_some_and(|tally| tally.lost > 0)
                && matches!(c.verdict, Verdict::Unobservable | Verdict::Vacuous)
        };
        let lost = self.clauses.iter().filter(is_lost).count();
        if lost > 0 {
            let why = self.cases.iter().find(|c| c.outcome == Outcome::Error).and_then(|c| c.reason.clone());
            let why = why.unwrap_or_else(|| "the target or the network broke".to_owned());
            let told = format!("no verdict: {errors} case(s) could not be run, and {lost} clause(s) judged: {why}");
            return Some((exit::BROKEN, told));
        }
        notes.push(format!("{errors} case(s) could not be run to their end; others judged their clauses"));
        None
    }

    fn nothing_proven(&self) -> Option<(u8, String)> {
        let nothing = |why: String| Some((exit::VACUOUS, why));
        if self.cases.is_empty() {
            return nothing("no case was selected".to_owned());
        }
        if self.cases.iter().all(|case| matches!(case.outcome, Outcome::Skip | Outcome::Error)) {
            return nothing("no selected case could be judged".to_owned());
        }
        let proven = |op: &OperationSuite| {
            let is_proven = |c: &&ClauseReport| {
                c.operation == op.operation.id
                    && matches!(c.verdict, Verdict::Upheld | Verdict::Violated | Verdict::Determined)
            };
            self.basis.accepted.contains(&op.operation.id) && self.clauses.iter().any(|c| is_proven(&c))
        };
        // What is broken is proven to be.
        let is_broken = |op: &OperationSuite| {
            self.cases.iter().any(|case| case.operation == op.operation.id && case.outcome == Outcome::Fail)
        };
        let vacuous: Vec<&str> =
            self.checked.iter().filter(|op| !proven(op) && !is_broken(op)).map(|op| op.operation.id.as_str()).collect();
        if vacuous.is_empty() {
            return None;
        }
        let names = vacuous.join(", ");
        nothing(format!("nothing was proven about {names}: no valid request was accepted, or none judged"))
    }

    fn conforms(&self, warns: usize, flaky: usize) -> (u8, String) {
        let scope = if self.partial { " in what was selected" } else { "" };
        let is_checked = |op: &&&OperationSuite| self.checked.iter().any(|c| c.operation.id == op.operation.id);
        let left_out: Vec<&str> =
            self.left_out.iter().filter(|op| !is_checked(op)).map(|op| op.operation.id.as_str()).collect();
        let left_out = if left_out.is_empty() { String::new() } else { format!("; left out: {}", left_out.join(", ")) };
        let notice =
            if warns > 0 { format!(", but {} should clause(s) are broken", self.broken(true)) } else { String::new() };
        let unsteady = match (flaky, warns) {
            (0, _) => String::new(),
            (_, 0) => format!(", but {flaky} case(s) are flaky"),
            _ => format!(", and {flaky} case(s) are flaky"),
        };
        let unobserved = self.unobserved();
        (exit::CONFORMS, format!("the target conforms{scope}{notice}{unsteady}{left_out}{unobserved}"))
    }

    /// What could not be observed on this target: of that, nothing is said.
    fn unobserved(&self) -> String {
        const REASONS: usize = 2;
        let unobservable = || self.clauses.iter().filter(|clause| clause.verdict == Verdict::Unobservable);
        let mut reasons: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for clause in unobservable() {
            // What would help stands behind the colon, and beside the clause.
            let reason = clause.reason.as_deref().unwrap_or_default().split(':').next().unwrap_or_default();
            let (musts, all) = reasons.entry(reason).or_default();
            *musts += usize::from(clause.level == Level::Must);
            *all += 1;
        }
        if reasons.is_empty() {
            return String::new();
        }
        let mut reasons: Vec<(&str, (usize, usize))> = reasons.into_iter().collect();
        reasons.sort_by_key(|(reason, counts)| (Reverse(*counts), *reason));
        let told: Vec<&str> = reasons.iter().take(REASONS).map(|(reason, _)| *reason).collect();
        let more = reasons.len() - told.len();
        let more = if more > 0 { format!("; and for {more} more reason(s)") } else { String::new() };
        format!("; {} clause(s) could not be observed: {}{more}", unobservable().count(), told.join("; "))
    }
}
