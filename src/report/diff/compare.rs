use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::exit;
use crate::model::{Outcome, Verdict};

use super::super::model::{CaseReport, Cause, ClauseReport, Report};
use super::model::{
    CauseChange, ClauseChange, Diff, FlakyChange, PerformanceChange, ReadingChange, SCHEMA, Side, SuiteChange,
};

/// Compares two reports.
pub fn compare(old: &Report, new: &Report) -> Diff {
    let both = Both { old: &View::of(old), new: &View::of(new) };
    let mut diff = Diff {
        schema: SCHEMA.to_owned(),
        old: side(old),
        new: side(new),
        exit_code: exit::CONFORMS,
        conclusion: String::new(),
        new_causes: Vec::new(),
        changed_causes: both.changed_causes(),
        gone_causes: Vec::new(),
        broken: both.clauses(|old, new| old != Verdict::Violated && new == Verdict::Violated),
        mended: both.clauses(|old, new| old == Verdict::Violated && is_known(new) && new != Verdict::Violated),
        unobservable: both.clauses(|old, new| is_known(old) && !is_known(new)),
        observable: both.clauses(|old, new| !is_known(old) && is_known(new) && new != Verdict::Violated),
        flaky: both.flaky(),
        readings: both.readings(),
        performance: performance(old, new),
        suite: both.suite(),
        notes: notes(old, new),
    };
    for cause in new.causes.iter().filter(|cause| !both.old.causes.contains_key(cause.id.as_str())) {
        let change = change(cause, 0, cause.count, String::new());
        match both.is_of_added_cases(cause) {
            true => diff.suite.causes_added.push(change),
            false => diff.new_causes.push(change),
        }
    }
    for cause in old.causes.iter().filter(|cause| !both.new.causes.contains_key(cause.id.as_str())) {
        let change = change(cause, cause.count, 0, String::new());
        match both.is_of_removed_cases(cause) {
            true => diff.suite.causes_removed.push(change),
            false => diff.gone_causes.push(change),
        }
    }
    if new.exit_code > exit::NONCONFORMING {
        // What was not looked at is neither gone nor out of the suite.
        (diff.gone_causes, diff.suite) = (Vec::new(), SuiteChange::default());
        diff.exit_code = exit::NONCONFORMING;
        diff.conclusion = format!("the new run came to no verdict: {}", new.conclusion);
        return diff;
    }
    let counted = diff.counted();
    (diff.exit_code, diff.conclusion) = match counted.is_empty() {
        true => (exit::CONFORMS, nothing_new(&diff)),
        false => (exit::NONCONFORMING, counted.join(", ")),
    };
    diff
}

fn nothing_new(diff: &Diff) -> String {
    match diff.gone_causes.len() {
        0 => "nothing is new".to_owned(),
        1 => "nothing is new, and 1 cause is gone".to_owned(),
        several => format!("nothing is new, and {several} causes are gone"),
    }
}

/// Whether a verdict says something of the target.
fn is_known(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Unobservable | Verdict::Vacuous)
}

fn side(report: &Report) -> Side {
    let endpoints: BTreeSet<&String> = report.target.endpoints.values().collect();
    Side {
        run_id: report.run_id.clone(),
        started_at: report.started_at.clone(),
        dewspec_version: report.dewspec_version.clone(),
        exit_code: report.exit_code,
        conclusion: report.conclusion.clone(),
        target: match report.target.embedded {
            true => "the embedded reference server".to_owned(),
            false => endpoints.into_iter().cloned().collect::<Vec<_>>().join(", "),
        },
    }
}

/// A report by ids.
struct View<'r> {
    report: &'r Report,
    cases: IndexMap<&'r str, &'r CaseReport>,
    clauses: IndexMap<&'r str, &'r ClauseReport>,
    causes: IndexMap<&'r str, &'r Cause>,
}

impl<'r> View<'r> {
    fn of(report: &'r Report) -> Self {
        View {
            report,
            cases: report.cases.iter().map(|case| (case.id.as_str(), case)).collect(),
            clauses: report.clauses.iter().map(|clause| (clause.id.as_str(), clause)).collect(),
            causes: report.causes.iter().map(|cause| (cause.id.as_str(), cause)).collect(),
        }
    }

    fn cases_of(&self, cause: &'r Cause) -> BTreeSet<&'r str> {
        let told = self.cases.values().filter(|case| case.causes.contains(&cause.id)).map(|case| case.id.as_str());
        told.chain(cause.cases.iter().map(String::as_str)).collect()
    }
}

struct Both<'r> {
    old: &'r View<'r>,
    new: &'r View<'r>,
}

impl<'r> Both<'r> {
    /// Whether no case of a new cause was there before: the suite is another, and not the target. What the fuzzer finds has
    /// names of its own, and is no part of a suite.
    fn is_of_added_cases(&self, cause: &'r Cause) -> bool {
        self.adds_cases() && self.new.cases_of(cause).iter().all(|id| !self.old.cases.contains_key(id))
    }

    /// Whether cases of the new run can be news of the suite or the selection. If only the seed is another, values were sent
    /// whose turn it was not before: what they show is news of the target.
    fn adds_cases(&self) -> bool {
        let (old, new) = (self.old.report, self.new.report);
        let only_the_seed = old.suite == new.suite && old.filters == new.filters && old.seed != new.seed;
        new.fuzz.is_none() && !only_the_seed
    }

    fn is_of_removed_cases(&self, cause: &'r Cause) -> bool {
        self.old.report.fuzz.is_none() && self.old.cases_of(cause).iter().all(|id| !self.new.cases.contains_key(id))
    }

    fn changed_causes(&self) -> Vec<CauseChange> {
        let mut changes = Vec::new();
        for (id, new) in &self.new.causes {
            let Some(old) = self.old.causes.get(id) else { continue };
            let texts = |cause: &Cause| -> BTreeSet<String> {
                cause.observations.iter().map(|one| one.observed.clone()).collect()
            };
            let (before, now) = (texts(old), texts(new));
            let is_other = !before.is_empty() && now.iter().any(|text| !before.contains(text));
            let fails_now = new.is_failure() && !old.is_failure();
            if is_other || fails_now {
                let list = |texts: &BTreeSet<String>| texts.iter().cloned().collect::<Vec<_>>().join(" or ");
                let observed = is_other.then(|| format!("observed: {}; before: {}", list(&now), list(&before)));
                let graver = fails_now.then(|| "it was a warning, and is a failure".to_owned());
                let detail = observed.into_iter().chain(graver).collect::<Vec<_>>().join("; ");
                changes.push(change(new, old.count, new.count, detail));
            }
        }
        changes
    }

    fn clauses(&self, is_such: impl Fn(Verdict, Verdict) -> bool) -> Vec<ClauseChange> {
        let shared = self.new.clauses.iter().filter_map(|(id, new)| Some((*self.old.clauses.get(id)?, *new)));
        shared
            .filter(|(old, new)| is_such(old.verdict, new.verdict) && !self.is_only_by_added_cases(new))
            .map(|(old, new)| ClauseChange {
                id: new.id.clone(),
                level: new.level,
                old: old.verdict,
                new: new.verdict,
                reason: new.reason.clone(),
            })
            .collect()
    }

    /// Whether a clause is violated by nothing but cases that were not there before.
    fn is_only_by_added_cases(&self, clause: &ClauseReport) -> bool {
        self.adds_cases()
            && clause.verdict == Verdict::Violated
            && !clause.broken_by.is_empty()
            && clause.broken_by.iter().all(|id| !self.old.cases.contains_key(id.as_str()))
    }

    fn flaky(&self) -> Vec<FlakyChange> {
        let was_steady = |id: &str| {
            self.old
                .cases
                .get(id)
                .is_some_and(|case| !matches!(case.outcome, Outcome::Flaky | Outcome::Fail | Outcome::Warn))
        };
        let now = self.new.cases.values().filter(|case| case.outcome == Outcome::Flaky && was_steady(&case.id));
        now.map(|case| {
            let told = case.flaky.clone().unwrap_or_default();
            FlakyChange { case: case.id.clone(), failed: told.failed, tries: told.tries }
        })
        .collect()
    }

    fn readings(&self) -> Vec<ReadingChange> {
        let old: IndexMap<&str, &Vec<String>> =
            self.old.report.readings.iter().map(|reading| (reading.clause.as_str(), &reading.remaining)).collect();
        let of = |reading: &super::super::model::ReadingReport| {
            let before = old.get(reading.clause.as_str())?;
            // Fewer readings left is more that is known, and no change.
            let agree = reading.remaining.iter().any(|name| before.contains(name)) || reading.remaining.is_empty();
            let change = || ReadingChange {
                clause: reading.clause.clone(),
                old: (*before).clone(),
                new: reading.remaining.clone(),
            };
            (!agree && !before.is_empty()).then(change)
        };
        self.new.report.readings.iter().filter_map(of).collect()
    }

    fn suite(&self) -> SuiteChange {
        let only = |these: &View<'_>, those: &View<'_>| {
            let names = these.clauses.keys().filter(|id| !those.clauses.contains_key(**id));
            names.map(|id| (*id).to_owned()).collect::<Vec<String>>()
        };
        let cases = |these: &View<'_>, those: &View<'_>| {
            if these.report.fuzz.is_some() {
                0
            } else {
                these.cases.keys().filter(|id| !those.cases.contains_key(**id)).count()
            }
        };
        SuiteChange {
            clauses_added: only(self.new, self.old),
            clauses_removed: only(self.old, self.new),
            cases_added: cases(self.new, self.old),
            cases_removed: cases(self.old, self.new),
            causes_added: Vec::new(),
            causes_removed: Vec::new(),
        }
    }
}

fn change(cause: &Cause, old_cases: usize, new_cases: usize, detail: String) -> CauseChange {
    CauseChange {
        id: cause.id.clone(),
        title: cause.title.clone(),
        level: cause.level,
        old_cases,
        new_cases,
        expected: cause.expected.clone(),
        observed: cause.observed.clone(),
        flaky: cause.flaky_told(),
        detail,
        replay: cause.example.replay.clone(),
    }
}

fn performance(old: &Report, new: &Report) -> Vec<PerformanceChange> {
    let both = new.latency.iter().filter_map(|(operation, now)| {
        let old = old.latency.get(operation)?.clone();
        Some(PerformanceChange { operation: operation.clone(), old, new: now.clone() })
    });
    both.collect()
}

/// What keeps the two from being compared in full.
fn notes(old: &Report, new: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, report) in [("old", old), ("new", new)] {
        if !report.filters.is_empty() {
            notes.push(format!("the {name} run was filtered: {}", report.filters.join(" ")));
        }
    }
    if old.seed != new.seed {
        notes.push(format!("the seeds differ ({} and {}): generated input is not the same", old.seed, new.seed));
    }
    if old.fuzz.is_some() != new.fuzz.is_some() {
        notes.push("one of the two has fuzzed, and the other has not".to_owned());
    }
    if old.target.endpoints != new.target.endpoints && !(old.target.embedded && new.target.embedded) {
        notes.push("the two are of different targets".to_owned());
    }
    notes
}
