//! What a history says, whatever the form.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{Digest, Latency};
use crate::model::{Level, Verdict};
use crate::report::{Rate, Summary};

/// Version of the JSON form.
pub const SCHEMA: &str = "dewspec.history/1";

/// A verdict that goes from upheld to violated or back so often within so many nights flaps: what breaks and is mended does not.
const FLAPS: usize = 3;
const WITHIN: usize = 14;

/// A report and the name of its file.
pub struct Stored {
    /// Relative to the folder.
    pub file: String,
    /// What is compared of it.
    pub digest: Digest,
}

/// What a folder of reports tells.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct History {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// One for each target, by name.
    pub series: Vec<Series>,
    /// Files that are no reports, or none that can be compared.
    pub unreadable: Vec<Unreadable>,
}

/// A file that tells nothing.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Unreadable {
    /// Relative to the folder.
    pub file: String,
    /// Why.
    pub why: String,
}

/// One target night after night.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Series {
    /// What is tested.
    pub target: String,
    /// Its runs, the oldest first.
    pub nights: Vec<Night>,
    /// Every cause that was ever there: those of the last night first, the newest of them first.
    pub causes: Vec<CauseRow>,
    /// Clauses whose verdicts went from upheld to violated or back three times or more within 14 nights.
    pub flapping: Vec<FlappingClause>,
    /// Open clauses whose readings changed.
    pub readings: Vec<ReadingChange>,
}

/// One run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Night {
    /// Relative to the folder.
    pub file: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Wall clock time of the run.
    pub duration_ms: u64,
    /// Process exit code that the run meant.
    pub exit_code: u8,
    /// Why it is that.
    pub conclusion: String,
    /// Whether it came to a verdict.
    pub judged: bool,
    /// The suite's fingerprint; empty if the report does not say.
    pub suite: String,
    /// Whether the suite is another than the night before.
    pub suite_changed: bool,
    /// Causes that were there.
    pub causes: usize,
    /// Counts of cases.
    pub cases: Summary,
    /// Milliseconds that the cases took that passed.
    pub latency: Option<Latency>,
}

/// One cause.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CauseRow {
    /// Its id.
    pub id: String,
    /// The defect, as the last report that has it says it.
    pub title: String,
    /// The gravest level of its clauses.
    pub level: Level,
    /// Whether it was not the same each time when it was there last.
    pub flaky: bool,
    /// In how many tries it showed, night by night; nothing where it showed each time, or not at all.
    pub rates: Vec<Option<Rate>>,
    /// Whether it was there when the target was judged last.
    pub present: bool,
    /// When it came, for the last time: it has been there each judged night from then to `last`.
    pub since: String,
    /// When it was there first.
    pub first: String,
    /// When it was there last.
    pub last: String,
    /// How many cases show it, night by night; nothing where there was no verdict.
    pub nights: Vec<Option<usize>>,
}

/// A clause that is upheld in one night and violated in another.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FlappingClause {
    /// Its id.
    pub clause: String,
    /// How often its verdict went from upheld to violated or back.
    pub changes: usize,
    /// Whether it was violated, night by night; nothing where it was neither that nor upheld.
    pub violated: Vec<Option<bool>>,
}

/// An open clause whose reading was another one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReadingChange {
    /// The clause.
    pub clause: String,
    /// When it changed, as the run says when it began.
    pub at: String,
    /// The reading before.
    pub before: String,
    /// The reading since.
    pub after: String,
}

impl CauseRow {
    /// That it was flaky when it was there last, with the rate if that is known; nothing, if it was not.
    pub fn flaky_told(&self) -> Option<String> {
        let rate = self.rates.iter().rev().find_map(|rate| *rate);
        self.flaky.then(|| rate.map_or_else(|| "flaky".to_owned(), |rate| format!("flaky, {rate}")))
    }
}

/// Makes the history of some reports, in any order.
pub fn history(stored: Vec<Stored>, mut unreadable: Vec<Unreadable>) -> History {
    let mut targets: BTreeMap<String, Vec<Stored>> = BTreeMap::new();
    for report in stored {
        if report.digest.is_of_a_shard() {
            let why = "it is of one shard alone: merge the shards first".to_owned();
            unreadable.push(Unreadable { file: report.file, why });
        } else {
            targets.entry(report.digest.target()).or_default().push(report);
        }
    }
    unreadable.sort_by(|one, other| one.file.cmp(&other.file));
    let series = targets.into_iter().map(|(target, reports)| one_series(target, reports)).collect();
    History { schema: SCHEMA, series, unreadable }
}

fn one_series(target: String, mut reports: Vec<Stored>) -> Series {
    reports.sort_by(|one, other| (&one.digest.started_at, &one.file).cmp(&(&other.digest.started_at, &other.file)));
    let causes = causes(&reports);
    let (flapping, readings) = (flapping(&reports), readings(&reports));
    let mut suite_before: Option<String> = None;
    let nights = reports
        .into_iter()
        .map(|Stored { file, digest }| {
            let before = suite_before.replace(digest.suite.clone());
            Night {
                file,
                judged: digest.is_judged(),
                latency: digest.latencies().get("").copied(),
                started_at: digest.started_at,
                duration_ms: digest.duration_ms,
                exit_code: digest.exit_code,
                conclusion: digest.conclusion,
                suite_changed: before.is_some_and(|before| before != digest.suite),
                suite: digest.suite,
                causes: digest.causes.len(),
                cases: digest.summary,
            }
        })
        .collect();
    Series { target, nights, causes, flapping, readings }
}

fn causes(reports: &[Stored]) -> Vec<CauseRow> {
    let mut rows: IndexMap<&str, CauseRow> = IndexMap::new();
    // What was found in a night is there, whatever the night came to; only a verdict says that something is gone.
    let known: Vec<bool> = reports.iter().map(|report| report.digest.is_judged()).collect();
    for (at, Stored { digest, .. }) in reports.iter().enumerate() {
        for cause in &digest.causes {
            let nothing = || known.iter().map(|judged| judged.then_some(0)).collect();
            let row = rows.entry(&cause.id).or_insert_with(|| CauseRow {
                id: cause.id.clone(),
                title: String::new(),
                level: cause.level,
                flaky: false,
                rates: vec![None; reports.len()],
                present: false,
                since: String::new(),
                first: digest.started_at.clone(),
                last: String::new(),
                nights: nothing(),
            });
            row.title.clone_from(&cause.title);
            (row.level, row.flaky) = (cause.level, cause.flaky);
            row.rates[at] = cause.rate;
            row.last.clone_from(&digest.started_at);
            row.nights[at] = Some(row.nights[at].unwrap_or_default().saturating_add(cause.count));
        }
    }
    let mut rows: Vec<CauseRow> = rows.into_values().collect();
    for row in &mut rows {
        let mut since = 0;
        let (mut last, mut there) = (0, false);
        for (at, count) in row.nights.iter().enumerate() {
            match count {
                Some(0) => there = false,
                Some(_) => {
                    since = if there { since } else { at };
                    (there, last) = (true, at);
                }
                None => {}
            }
        }
        row.present = there;
        row.since.clone_from(&reports[since.min(last)].digest.started_at);
    }
    rows.sort_by(|one, other| {
        let key = |row: &CauseRow| (!row.present, std::cmp::Reverse(row.since.clone()), row.id.clone());
        key(one).cmp(&key(other))
    });
    rows
}

fn flapping(reports: &[Stored]) -> Vec<FlappingClause> {
    let mut clauses: BTreeMap<&str, Vec<Option<bool>>> = BTreeMap::new();
    for (at, Stored { digest, .. }) in reports.iter().enumerate() {
        for clause in &digest.clauses {
            let violated = match clause.verdict {
                Verdict::Violated => true,
                Verdict::Upheld | Verdict::Determined => false,
                Verdict::Undetermined | Verdict::Unobservable | Verdict::Vacuous => continue,
            };
            clauses.entry(&clause.id).or_insert_with(|| vec![None; reports.len()])[at] = Some(violated);
        }
    }
    let flaps = |(clause, violated): (&str, Vec<Option<bool>>)| {
        let known: Vec<bool> = violated.iter().copied().flatten().collect();
        let changed: Vec<bool> = known.windows(2).map(|pair| pair[0] != pair[1]).collect();
        let count = |nights: &[bool]| nights.iter().filter(|changed| **changed).count();
        let changes = count(&changed);
        let flaps = changed.windows(WITHIN.min(changed.len().max(1))).any(|nights| count(nights) >= FLAPS);
        flaps.then(|| FlappingClause { clause: clause.to_owned(), changes, violated })
    };
    let mut all: Vec<FlappingClause> = clauses.into_iter().filter_map(flaps).collect();
    all.sort_by(|one, other| other.changes.cmp(&one.changes).then_with(|| one.clause.cmp(&other.clause)));
    all
}

fn readings(reports: &[Stored]) -> Vec<ReadingChange> {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    let mut changes = Vec::new();
    for Stored { digest, .. } in reports.iter().filter(|report| report.digest.is_judged()) {
        for reading in &digest.readings {
            let after = reading.told();
            match known.insert(&reading.clause, after.clone()) {
                Some(before) if before != after => changes.push(ReadingChange {
                    clause: reading.clause.clone(),
                    at: digest.started_at.clone(),
                    before,
                    after,
                }),
                _ => {}
            }
        }
    }
    changes.reverse();
    changes
}
