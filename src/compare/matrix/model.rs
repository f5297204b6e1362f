//! What a matrix says, whatever the form.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{Digest, Latency};
use crate::exit;
use crate::model::{Level, Verdict};
use crate::report::Summary;
use crate::suite::Revision;

/// Version of the JSON form.
pub const SCHEMA: &str = "dewspec.matrix/1";

/// A report and what its implementation is called.
pub struct Entry {
    /// Such as `vault-bridge`.
    pub name: String,
    /// What was found out about it.
    pub digest: Digest,
}

/// Implementations side by side.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Matrix {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The frozen list of clauses by which all are scored, if one was asked for.
    pub revision: Option<String>,
    /// One for each report, in the order given.
    pub implementations: Vec<Implementation>,
    /// Every clause that a report knows, with what each says.
    pub clauses: Vec<ClauseRow>,
    /// Every cause that a report has.
    pub causes: Vec<CauseRow>,
    /// Every open clause of which a report found out something.
    pub readings: Vec<ReadingRow>,
    /// What has to be known to compare them.
    pub notes: Vec<String>,
}

/// One implementation.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Implementation {
    /// Its name.
    pub name: String,
    /// What was tested.
    pub target: String,
    /// When, as RFC 3339.
    pub started_at: String,
    /// The suite's fingerprint; empty if the report does not say.
    pub suite: String,
    /// Version of dewspec.
    pub dewspec_version: String,
    /// Process exit code that the run meant.
    pub exit_code: u8,
    /// Whether cases were selected, so that the run says nothing of the whole.
    pub partial: bool,
    /// Why the exit code is that.
    pub conclusion: String,
    /// Clauses that count for all, by what this run says of them.
    pub verdicts: IndexMap<String, usize>,
    /// Counts of cases.
    pub cases: Summary,
    /// Wall clock time of the run.
    pub duration_ms: u64,
    /// Milliseconds that the cases took that passed, by operation, and in all under the empty name.
    pub latencies: IndexMap<String, Latency>,
}

impl Implementation {
    /// What the run came to, in two words or so.
    pub fn told(&self) -> &'static str {
        match (self.exit_code, self.violated(), self.partial) {
            (exit::CONFORMS, 0, false) => "conforms",
            (exit::CONFORMS, 0, true) => "conforms in part",
            (exit::CONFORMS, _, _) => "known deviations",
            // Nothing is broken: an entry of known deviations holds again, a snapshot differs, or something is flaky.
            (exit::NONCONFORMING, 0, _) => "not as expected",
            (exit::NONCONFORMING, _, _) => "does not conform",
            (exit::VACUOUS, _, _) => "nothing proven",
            _ => "no verdict",
        }
    }

    /// Clauses found broken.
    pub fn violated(&self) -> usize {
        self.verdicts.get(&Verdict::Violated.to_string()).copied().unwrap_or_default()
    }
}

/// What a report says of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The report's suite does not have it, or it came after the frozen list.
    NotScored,
    /// Its operation was not checked.
    LeftOut,
    /// It has a verdict.
    #[serde(untagged)]
    Verdict(Verdict),
}

impl Standing {
    /// As it is shown.
    pub fn told(self) -> String {
        match self {
            Standing::Verdict(verdict) => verdict.to_string(),
            Standing::NotScored => "not scored".to_owned(),
            Standing::LeftOut => "left out".to_owned(),
        }
    }
}

/// One clause.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ClauseRow {
    /// Its id.
    pub clause: String,
    /// Its operation.
    pub operation: String,
    /// How binding it is.
    pub level: Level,
    /// Whether it counts: every report knows it, and so does the frozen list.
    pub counts: bool,
    /// What each implementation's report says.
    pub standings: Vec<Standing>,
}

/// One cause.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CauseRow {
    /// Its id.
    pub cause: String,
    /// The defect.
    pub title: String,
    /// The gravest level of its clauses.
    pub level: Level,
    /// How many cases show it at each implementation.
    pub cases: Vec<usize>,
}

/// One open clause.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReadingRow {
    /// The clause.
    pub clause: String,
    /// The reading of each implementation, or those that are left, or nothing.
    pub readings: Vec<Option<String>>,
}

/// Makes the matrix of some reports; `revision` is the list of clauses to score by.
pub fn matrix(entries: Vec<Entry>, revision: Option<&Revision>) -> Matrix {
    let clauses = clause_rows(&entries, revision);
    let notes = notes(&entries, &clauses, revision);
    let implementations = entries.iter().enumerate().map(|(at, entry)| implementation(at, entry, &clauses)).collect();
    Matrix {
        schema: SCHEMA,
        revision: revision.map(|revision| revision.name.clone()),
        implementations,
        causes: cause_rows(&entries),
        readings: reading_rows(&entries),
        clauses,
        notes,
    }
}

fn clause_rows(entries: &[Entry], revision: Option<&Revision>) -> Vec<ClauseRow> {
    let mut known: IndexMap<&str, (&str, Level)> = IndexMap::new();
    let mut said: Vec<BTreeMap<&str, Verdict>> = Vec::with_capacity(entries.len());
    let mut checked: Vec<BTreeSet<&str>> = Vec::with_capacity(entries.len());
    for entry in entries {
        for clause in &entry.digest.clauses {
            known.entry(&clause.id).or_insert((&clause.operation, clause.level));
        }
        said.push(entry.digest.clauses.iter().map(|clause| (clause.id.as_str(), clause.verdict)).collect());
        checked.push(entry.digest.clauses.iter().map(|clause| clause.operation.as_str()).collect());
    }
    // By operation, in the order in which the first report has them.
    let operations: IndexMap<&str, ()> = known.values().map(|(operation, _)| (*operation, ())).collect();
    let mut rows: Vec<ClauseRow> = known
        .into_iter()
        .map(|(id, (operation, level))| {
            let frozen = revision.is_none_or(|revision| revision.clauses.contains(id));
            let standing = |at: usize| match said[at].get(id) {
                Some(verdict) if frozen => Standing::Verdict(*verdict),
                None if !checked[at].contains(operation) => Standing::LeftOut,
                Some(_) | None => Standing::NotScored,
            };
            let standings: Vec<Standing> = (0..entries.len()).map(standing).collect();
            let counts = !standings.contains(&Standing::NotScored);
            ClauseRow { clause: id.to_owned(), operation: operation.to_owned(), level, counts, standings }
        })
        .collect();
    rows.sort_by_key(|row| operations.get_index_of(row.operation.as_str()));
    rows
}

fn cause_rows(entries: &[Entry]) -> Vec<CauseRow> {
    let mut rows: IndexMap<String, CauseRow> = IndexMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for cause in &entry.digest.causes {
            let row = rows.entry(cause.id.clone()).or_insert_with(|| CauseRow {
                cause: cause.id.clone(),
                title: cause.title.clone(),
                level: cause.level,
                cases: vec![0; entries.len()],
            });
            row.cases[at] = row.cases[at].saturating_add(cause.count);
        }
    }
    rows.into_values().collect()
}

fn reading_rows(entries: &[Entry]) -> Vec<ReadingRow> {
    let mut rows: IndexMap<&str, ReadingRow> = IndexMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for reading in &entry.digest.readings {
            let none = || ReadingRow { clause: reading.clause.clone(), readings: vec![None; entries.len()] };
            rows.entry(&reading.clause).or_insert_with(none).readings[at] = Some(reading.told());
        }
    }
    rows.into_values().collect()
}

fn implementation(at: usize, entry: &Entry, clauses: &[ClauseRow]) -> Implementation {
    let Entry { name, digest } = entry;
    let mut verdicts = IndexMap::new();
    for row in clauses.iter().filter(|row| row.counts) {
        *verdicts.entry(row.standings[at].told()).or_default() += 1;
    }
    Implementation {
        name: name.clone(),
        target: digest.target(),
        started_at: digest.started_at.clone(),
        suite: digest.suite.clone(),
        dewspec_version: digest.dewspec_version.clone(),
        exit_code: digest.exit_code,
        partial: !digest.filters.is_empty() || digest.is_of_a_shard(),
        conclusion: digest.conclusion.clone(),
        verdicts,
        cases: digest.summary.clone(),
        duration_ms: digest.duration_ms,
        latencies: digest.latencies(),
    }
}

fn notes(entries: &[Entry], clauses: &[ClauseRow], revision: Option<&Revision>) -> Vec<String> {
    let mut notes = Vec::new();
    let suites: BTreeSet<&str> = entries.iter().map(|entry| entry.digest.suite.as_str()).collect();
    let unscored = clauses.iter().filter(|row| !row.counts).count();
    if suites.len() > 1 {
        notes.push(format!(
            "The reports were made with {} different suites; clauses are compared that all of them have.",
            suites.len()
        ));
    }
    if let Some(revision) = revision {
        notes.push(format!("Scored by revision {}: {}.", revision.name, revision.summary));
    }
    if unscored > 0 {
        notes.push(format!("{unscored} of {} clauses are not scored and count for nobody.", clauses.len()));
    }
    for entry in entries.iter().filter(|entry| entry.digest.is_of_a_shard()) {
        notes.push(format!("The report of {} is of one shard alone: merge the shards first.", entry.name));
    }
    for entry in entries.iter().filter(|entry| !entry.digest.is_judged()) {
        notes.push(format!("{}: {}", entry.name, entry.digest.conclusion));
    }
    notes
}
