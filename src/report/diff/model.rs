use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Level, Verdict};

use super::super::latency::Latency;

/// Version of the form of differences.
pub const SCHEMA: &str = "dewspec.diff/1";

/// What is otherwise in a new report than in an old one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The earlier run.
    pub old: Side,
    /// The later one.
    pub new: Side,
    /// 0 if nothing is new, 1 if something is.
    pub exit_code: u8,
    /// What is new, in one sentence.
    pub conclusion: String,
    /// Causes that were not there.
    pub new_causes: Vec<CauseChange>,
    /// Causes that are there with another observation, or were warnings and fail.
    pub changed_causes: Vec<CauseChange>,
    /// Causes that are not there any more.
    pub gone_causes: Vec<CauseChange>,
    /// Clauses that are violated and were not.
    pub broken: Vec<ClauseChange>,
    /// Clauses that were violated and hold.
    pub mended: Vec<ClauseChange>,
    /// Clauses about which something was known, and is not.
    pub unobservable: Vec<ClauseChange>,
    /// Clauses about which nothing was known, and is.
    pub observable: Vec<ClauseChange>,
    /// Cases that are not the same each time, and were.
    pub flaky: Vec<FlakyChange>,
    /// Open clauses of which the target follows another reading.
    pub readings: Vec<ReadingChange>,
    /// How long the target took, by operation; never a reason to fail.
    pub performance: Vec<PerformanceChange>,
    /// What differs because the suite, the selection or the seed does.
    pub suite: SuiteChange,
    /// What keeps the two from being compared in full.
    pub notes: Vec<String>,
}

/// One of the two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// Its run id.
    pub run_id: String,
    /// When it began: RFC 3339, UTC.
    pub started_at: String,
    /// Version of dewspec.
    pub dewspec_version: String,
    /// Its exit code.
    pub exit_code: u8,
    /// Why it was that.
    pub conclusion: String,
    /// What was tested.
    pub target: String,
}

/// A cause that is otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CauseChange {
    /// Its id.
    pub id: String,
    /// The defect in one sentence.
    pub title: String,
    /// The gravest level concerned.
    pub level: Level,
    /// How many cases it explained.
    pub old_cases: usize,
    /// How many it explains.
    pub new_cases: usize,
    /// What the documents allow, in its example.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// What came instead.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub observed: String,
    /// That it is flaky, and how often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaky: Option<String>,
    /// What was observed, and what is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// A command line that shows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub replay: String,
}

/// A clause of which something else is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClauseChange {
    /// Its id.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// What was said.
    pub old: Verdict,
    /// What is said.
    pub new: Verdict,
    /// Why, for everything but `upheld`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A case that is not the same each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FlakyChange {
    /// Its id.
    pub case: String,
    /// It failed in so many tries.
    pub failed: u64,
    /// Of so many.
    pub tries: u64,
}

/// An open clause of which the target follows another reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadingChange {
    /// The clause.
    pub clause: String,
    /// The readings that were left.
    pub old: Vec<String>,
    /// Those that are.
    pub new: Vec<String>,
}

/// How long answers of an operation took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PerformanceChange {
    /// The operation.
    pub operation: String,
    /// What they took.
    pub old: Latency,
    /// What they take.
    pub new: Latency,
}

/// What differs between the suites, or between what was selected of them or was due with the seed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuiteChange {
    /// Clauses that only the new run has.
    pub clauses_added: Vec<String>,
    /// Clauses that only the old one had.
    pub clauses_removed: Vec<String>,
    /// How many cases only the new run has.
    pub cases_added: usize,
    /// How many only the old one had.
    pub cases_removed: usize,
    /// Causes that only added cases show.
    pub causes_added: Vec<CauseChange>,
    /// Causes that only removed cases showed.
    pub causes_removed: Vec<CauseChange>,
}

impl SuiteChange {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == SuiteChange::default()
    }
}

impl Diff {
    /// How much of each thing is new, in words.
    pub(super) fn counted(&self) -> Vec<String> {
        let counts = [
            (self.new_causes.len(), "new cause", "new causes"),
            (self.changed_causes.len(), "changed cause", "changed causes"),
            (self.broken.len(), "clause newly broken", "clauses newly broken"),
            (self.unobservable.len(), "clause newly unobservable", "clauses newly unobservable"),
            (self.flaky.len(), "case newly flaky", "cases newly flaky"),
            (self.readings.len(), "reading that changed", "readings that changed"),
        ];
        let told =
            |(count, one, several): (usize, &str, &str)| format!("{count} {}", if count == 1 { one } else { several });
        counts.into_iter().filter(|(count, ..)| *count > 0).map(told).collect()
    }
}
