//! What of a report is compared; all the rest is skipped while it is read.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use indexmap::IndexMap;

use crate::model::{Level, Verdict};
use crate::report::{Rate, ReportError, SCHEMA, Summary};

/// A report, as far as it is compared with others.
#[derive(Clone, Debug, Deserialize)]
pub struct Digest {
    schema: String,
    /// Version of dewspec that wrote it.
    pub dewspec_version: String,
    /// The suite's fingerprint; empty in reports of older versions.
    #[serde(default)]
    pub suite: String,
    /// What was tested.
    pub target: DigestTarget,
    /// Filters given on the command line.
    #[serde(default)]
    pub filters: Vec<String>,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Wall clock time of the run.
    pub duration_ms: u64,
    /// Process exit code that the run means.
    pub exit_code: u8,
    /// Why it is that.
    pub conclusion: String,
    /// Counts of cases.
    pub summary: Summary,
    /// What explains everything that went wrong.
    #[serde(default)]
    pub causes: Vec<DigestCause>,
    /// How long each case that passed took, by operation.
    #[serde(default)]
    passed: IndexMap<String, Times>,
    /// Every clause of the selected operations.
    pub clauses: Vec<DigestClause>,
    /// What was found out about each open clause.
    pub readings: Vec<DigestReading>,
    /// Whether it is of a shard.
    #[serde(default)]
    shard: Option<IgnoredAny>,
}

/// What was tested.
#[derive(Clone, Debug, Deserialize)]
pub struct DigestTarget {
    /// Whether it was the reference server.
    pub embedded: bool,
    /// Base URL by service.
    pub endpoints: IndexMap<String, String>,
    /// Project.
    pub project_id: String,
}

/// A cause.
#[derive(Clone, Debug, Deserialize)]
pub struct DigestCause {
    /// Stable id.
    pub id: String,
    /// The defect in one sentence.
    pub title: String,
    /// The gravest level of its clauses.
    pub level: Level,
    /// Whether it was not the same each time.
    #[serde(default)]
    pub flaky: bool,
    /// In how many tries of its cases that was so.
    #[serde(default)]
    pub rate: Option<Rate>,
    /// How many cases it explains.
    pub count: usize,
}

/// A clause.
#[derive(Clone, Debug, Deserialize)]
pub struct DigestClause {
    /// Stable id.
    pub id: String,
    /// Its operation.
    pub operation: String,
    /// How binding it is.
    pub level: Level,
    /// What the run says about it.
    pub verdict: Verdict,
}

/// What was found out about an open clause.
#[derive(Clone, Debug, Deserialize)]
pub struct DigestReading {
    /// The clause.
    pub clause: String,
    /// The readings that explain everything seen.
    pub remaining: Vec<String>,
}

impl DigestReading {
    /// The reading, or those that are left.
    pub fn told(&self) -> String {
        match self.remaining.as_slice() {
            [] => "none".to_owned(),
            several => several.join(" or "),
        }
    }
}

/// How long cases took, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Latency {
    /// Half of them took so long, or less.
    pub p50: u64,
    /// 95 of 100.
    pub p95: u64,
    /// The slowest.
    pub max: u64,
}

impl Latency {
    /// Of these times; `None` if there are none.
    fn of(mut times: Vec<u64>) -> Option<Self> {
        let last = times.len().checked_sub(1)?;
        times.sort_unstable();
        let quantile = |part: usize| times.get(last * part / 100).copied().unwrap_or_default();
        Some(Latency { p50: quantile(50), p95: quantile(95), max: quantile(100) })
    }
}

impl Digest {
    /// What was tested, in words.
    pub fn target(&self) -> String {
        if self.target.embedded {
            return "the embedded reference server".to_owned();
        }
        let mut urls: Vec<&str> = self.target.endpoints.values().map(String::as_str).collect();
        urls.dedup();
        format!("{}, project {}", urls.join(" and "), self.target.project_id)
    }

    /// Whether the run came to a verdict, one way or the other.
    pub fn is_judged(&self) -> bool {
        matches!(self.exit_code, crate::exit::CONFORMS | crate::exit::NONCONFORMING)
    }

    /// Whether it is of a shard, which says nothing of the whole.
    pub fn is_of_a_shard(&self) -> bool {
        self.shard.is_some()
    }

    /// How long the requests of a case took that passed, by operation, and in all under the empty name.
    pub fn latencies(&self) -> IndexMap<String, Latency> {
        let all = ("", self.passed.values().flat_map(|times| times.0.iter().copied()).collect());
        let each = self.passed.iter().map(|(operation, times)| (operation.as_str(), times.0.clone()));
        let named = [all].into_iter().chain(each);
        named.filter_map(|(operation, times)| Some((operation.to_owned(), Latency::of(times)?))).collect()
    }
}

/// Times by name, of which only the times are kept.
#[derive(Clone, Debug, Default)]
struct Times(Vec<u64>);

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap;

        impl<'de> Visitor<'de> for OfMap {
            type Value = Times;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a map of case ids to milliseconds")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Times, A::Error> {
                let mut times = Vec::new();
                while map.next_key::<IgnoredAny>()?.is_some() {
                    times.push(map.next_value()?);
                }
                Ok(Times(times))
            }
        }

        deserializer.deserialize_map(OfMap)
    }
}

/// Reads what is compared of a report.
///
/// # Errors
/// If it is none.
pub fn digest(text: &str) -> Result<Digest, ReportError> {
    #[derive(Deserialize)]
    struct Head {
        schema: Option<serde_json::Value>,
    }
    let read: Result<Digest, _> = serde_json::from_str(text);
    match read {
        Ok(digest) if digest.schema == SCHEMA => Ok(digest),
        Ok(digest) => Err(ReportError::Schema { found: format!("{:?}", digest.schema) }),
        // Of another form, the form is what is wrong, and not a member somewhere inside.
        Err(source) => match serde_json::from_str::<Head>(text) {
            Ok(Head { schema: Some(serde_json::Value::String(schema)) }) if schema == SCHEMA => {
                Err(ReportError::Malformed { source })
            }
            Ok(Head { schema }) => {
                Err(ReportError::Schema { found: schema.map_or_else(|| "none".to_owned(), |found| found.to_string()) })
            }
            Err(source) => Err(ReportError::Malformed { source }),
        },
    }
}
