use std::collections::BTreeSet;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deviations::{CauseStanding, DeviationsReport, Otherwise, StandingKind};
use super::latency::Latency;
use crate::conclusion::{Basis, counts_as_failure};
use crate::fuzz::Find;
use crate::model::{Level, Outcome, Repetition, Verdict};

/// Version of the JSON report's form.
pub const SCHEMA: &str = "dewspec.report/2";

/// Everything one run found out. The JSON report is this, and every other format is made from it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Version of dewspec that wrote it.
    pub dewspec_version: String,
    /// Tells the suite from every other: a hash of all its files.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suite: String,
    /// Seed of the run.
    pub seed: u64,
    /// Keeps names of created events apart between runs.
    pub run_id: String,
    /// What was tested; holds no credential.
    pub target: TargetSummary,
    /// Filters given on the command line.
    pub filters: Vec<String>,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Wall clock time of the run.
    pub duration_ms: u64,
    /// Process exit code that this run means.
    pub exit_code: u8,
    /// Why the exit code is what it is, in one sentence.
    pub conclusion: String,
    /// Broken shoulds and what is flaky counted as failures.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// How often cases ran, and what it means if that was not the same each time.
    #[serde(default, skip_serializing_if = "Repetition::is_usual")]
    pub repetition: Repetition,
    /// What the run would have come to without what it found broken, if it was to end otherwise than well all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Otherwise>,
    /// What was found beside the known deviations, if a file of them was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviations: Option<DeviationsReport>,
    /// What was found out before the first case, in order; the run ends at the first step that is not `ok`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preflight: Vec<PreflightStep>,
    /// Counts.
    pub summary: Summary,
    /// What explains everything that went wrong, gravest first.
    #[serde(default)]
    pub causes: Vec<Cause>,
    /// Every selected case, in plan order; where the report is stored, those that did not pass.
    pub cases: Vec<CaseReport>,
    /// Where the report is stored, the cases that passed, by operation, with the milliseconds that they took.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub passed: IndexMap<String, IndexMap<String, u64>>,
    /// Every clause of the selected operations.
    pub clauses: Vec<ClauseReport>,
    /// What was found out about each open clause.
    pub readings: Vec<ReadingReport>,
    /// How long answers took, by operation.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub latency: IndexMap<String, Latency>,
    /// What fuzzing came to, if the run did that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fuzz: Option<FuzzReport>,
    /// What this shard says for `dewspec merge`, if the run was one of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardReport>,
    /// Things the user should know: capabilities missing, things left behind.
    pub notes: Vec<String>,
}

impl Report {
    /// Whether a cause is told as a failure: it breaks a must each time, or is flaky where that is not allowed.
    pub fn is_failure(&self, cause: &Cause) -> bool {
        cause.is_failure() || (cause.flaky && self.counts(cause))
    }

    /// How often cases ran, where that may be more than once.
    pub(crate) fn tries_told(&self) -> Option<String> {
        let Repetition { repeat, retries, .. } = self.repetition;
        match (repeat, retries) {
            (0 | 1, 0) => None,
            (0 | 1, retries) => Some(format!("what did not pass, up to {retries} more")),
            (repeat, _) => Some(format!("{repeat} of each case")),
        }
    }

    /// Whether a flaky case is told as a failure.
    pub(crate) fn is_flaky_failure(&self, case: &CaseReport) -> bool {
        let id = case.flaky.as_ref().map(|flaky| flaky.clause.as_str());
        let clause = self.clauses.iter().find(|clause| Some(clause.id.as_str()) == id);
        let is_should = clause.is_some_and(|clause| clause.level == Level::Should);
        case.outcome == Outcome::Flaky && counts_as_failure(self.repetition.flaky, self.strict, is_should)
    }

    /// Whether a cause makes the exit code what it is, known deviations left aside.
    pub fn counts(&self, cause: &Cause) -> bool {
        let is_should = cause.level == Level::Should;
        match cause.flaky {
            true => counts_as_failure(self.repetition.flaky, self.strict, is_should),
            false => cause.is_failure() || self.strict,
        }
    }
}

/// One step of the preflight.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreflightStep {
    /// What was looked at, such as `reach csms`, `credentials` or `secret 0d04…`.
    pub step: String,
    /// Whether a run can build on it.
    pub ok: bool,
    /// What came of it, in one sentence.
    pub detail: String,
    /// What to do about it, where it is not `ok`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// What fuzzing came to. The finds are among the cases, too.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct FuzzReport {
    /// Inputs that were sent and judged.
    pub inputs: u64,
    /// The ways in which single requests were answered, in words.
    pub behaviours: Vec<String>,
    /// Inputs worth keeping.
    pub corpus: u64,
    /// How often the target stopped answering.
    pub stops: u64,
    /// Whether inputs that showed something new were mutated further.
    pub feedback: bool,
    /// Everything needed to send each find again.
    pub finds: Vec<Find>,
}

/// One of several runs that make up a whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ShardReport {
    /// Its number, from 1.
    pub number: usize,
    /// Of so many.
    pub of: usize,
    /// Generated inputs per property.
    pub inputs: u64,
    /// Probes that it has run for the readings they determine, and that are other shards' cases.
    pub borrowed: BTreeSet<String>,
    /// How long each answer took in microseconds, by operation: of quantiles alone, those of the whole cannot be made.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub times: IndexMap<String, Vec<u64>>,
    /// What its verdicts are made of.
    pub basis: Basis,
}

/// What was tested.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct TargetSummary {
    /// True when it was dewspec's own reference server, in this process.
    pub embedded: bool,
    /// True when certificates were not checked (`--insecure`).
    #[serde(default)]
    pub insecure: bool,
    /// Base URL by service.
    pub endpoints: IndexMap<String, String>,
    /// Project.
    pub project_id: String,
    /// Secrets used.
    pub secret_ids: Vec<String>,
    /// KMS keys used.
    pub key_ids: Vec<String>,
    /// Observers that answered, by resource kind.
    pub capabilities: IndexMap<String, Vec<String>>,
    /// Longest time a write took to show in a read-back, by resource kind.
    pub read_back_lag_ms: IndexMap<String, u64>,
}

/// Counts of cases by outcome, and of requests sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Cases that passed.
    pub pass: usize,
    /// Cases in which a must is broken.
    pub fail: usize,
    /// Cases in which a should is broken.
    pub warn: usize,
    /// Cases that were not the same each time.
    #[serde(default)]
    pub flaky: usize,
    /// Cases that could not be judged.
    pub skip: usize,
    /// Cases in which dewspec or the network broke.
    pub error: usize,
    /// Generated inputs among what was judged.
    #[serde(default)]
    pub inputs: u64,
    /// Requests sent, those of set-up, read-back and clean-up included.
    pub exchanges: u64,
}

/// One explanation of many failures: what a person reads, triages and compares.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// Stable: made of what the target does wrong and where, never of the cases concerned.
    pub id: String,
    /// The defect in one sentence.
    pub title: String,
    /// The gravest level of the clauses concerned.
    pub level: Level,
    /// Nothing but what was not the same each time.
    #[serde(default)]
    pub flaky: bool,
    /// In how many tries of its cases that was so, if nothing but that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// The operations concerned.
    pub operations: Vec<String>,
    /// The clauses concerned, the most frequent first.
    pub clauses: Vec<String>,
    /// How many cases it explains.
    pub count: usize,
    /// The first of those.
    pub cases: Vec<String>,
    /// What the documents allow, in the example.
    pub expected: String,
    /// What came instead.
    pub observed: String,
    /// What all requests that show it have in common, if that is something special.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<String>,
    /// What was observed, in a form that is the same every night.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observation>,
    /// Whether it is known, if a file of known deviations was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<CauseStanding>,
    /// The smallest case that shows it.
    pub example: CauseExample,
    /// Known faults whose failures look alike, the most alike first. It is a hint where to look, and no verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnosis: Vec<Likeness>,
}

impl Cause {
    /// Whether it breaks a must, or something that no reading explains, each time: all others are warnings.
    pub fn is_failure(&self) -> bool {
        !self.flaky && self.level != Level::Should
    }

    /// That it is flaky, with the rate if that is known; nothing, if it is not.
    pub(crate) fn flaky_told(&self) -> Option<String> {
        self.flaky.then(|| self.rate.map_or_else(|| "flaky".to_owned(), |rate| format!("flaky, {rate}")))
    }

    /// Whether it is a known deviation: told, and no failure of this run.
    pub fn is_known(&self) -> bool {
        self.standing.as_ref().is_some_and(|standing| standing.kind == StandingKind::Known)
    }
}

/// How often something went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// In so many tries.
    pub failed: u64,
    /// Of so many.
    pub tries: u64,
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} tries", self.failed, self.tries)
    }
}

/// Something that was observed of a clause, again and again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Observation {
    /// The clause.
    pub clause: String,
    /// What came, without what is another each time: values, identifiers, times.
    pub observed: String,
}

/// A known fault whose failures look like those of a cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Likeness {
    /// Its name, as `dewspec list faults` has it.
    pub fault: String,
    /// What it does.
    pub summary: String,
    /// How much alike: 1 is the same.
    pub score: f64,
}

/// Where a cause shows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CauseExample {
    /// The case.
    pub case: String,
    /// Index of the telling one of the case's exchanges.
    pub exchange: Option<usize>,
    /// A command line that sends the request again; the token is left out.
    pub curl: Option<String>,
    /// A command line that runs the case again.
    pub replay: String,
}

/// One case.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CaseReport {
    /// Stable id.
    pub id: String,
    /// The operation it belongs to.
    pub operation: String,
    /// The clauses it is about, and those that its exchanges were found to break besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<String>,
    /// The causes that explain what it found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, for everything but a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the documents allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
    /// What came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// What was not the same each time, if the outcome is `flaky`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaky: Option<Flakiness>,
    /// How often it was tried and judged, if that was more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<u64>,
    /// Every single deviation found in this case; if it is flaky, in the try that is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingReport>,
    /// What was sent and what came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<ExchangeReport>,
    /// A command line that sends the deciding request again; the token is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curl: Option<String>,
    /// A command line that runs this case again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub replay: String,
    /// What became of its generated inputs, if it has such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<GeneratedReport>,
}

impl CaseReport {
    /// The clauses found broken.
    pub(crate) fn broken(&self) -> Vec<&str> {
        self.findings.iter().map(|finding| finding.clause.as_str()).collect()
    }

    /// One that passed, as far as a stored report knows it.
    pub(crate) fn passed(operation: &str, id: &str) -> Self {
        CaseReport {
            id: id.to_owned(),
            operation: operation.to_owned(),
            clauses: Vec::new(),
            causes: Vec::new(),
            outcome: Outcome::Pass,
            reason: None,
            allowed: None,
            seen: None,
            flaky: None,
            tries: None,
            findings: Vec::new(),
            exchanges: Vec::new(),
            curl: None,
            replay: String::new(),
            generated: None,
        }
    }

    /// How long its requests took in all.
    pub(crate) fn milliseconds(&self) -> u64 {
        self.exchanges.iter().map(|exchange| exchange.duration_us).sum::<u64>() / 1000
    }
}

/// Something that was not the same each time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Flakiness {
    /// The clause that would be broken.
    pub clause: String,
    /// In so many tries.
    pub failed: u64,
    /// Of so many.
    pub tries: u64,
}

/// The generated inputs of a property.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GeneratedReport {
    /// Inputs that were sent and judged.
    pub inputs: u64,
    /// Inputs that could not be judged.
    pub skipped: u64,
    /// How many of those were lost to an error.
    #[serde(default)]
    pub lost: u64,
    /// The first input that failed, if one did.
    pub failure: Option<GeneratedFailure>,
}

/// How a failing input was made simpler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GeneratedFailure {
    /// Its number, from 0.
    pub input: u64,
    /// Simpler forms that were tried.
    pub tried: u64,
    /// Simpler forms that failed as well; the last of them is shown.
    pub simplified: u64,
    /// Sent once more in the end, it failed again; otherwise it is flaky.
    pub confirmed: bool,
}

/// One deviation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingReport {
    /// The clause broken.
    pub clause: String,
    /// Its level.
    pub level: Level,
    /// The clause in words; where the report is stored, the clause itself has them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wording: String,
    /// Where it stands; likewise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// What the documents allow; where many cases are alike, one of them has it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub allowed: String,
    /// What came; likewise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seen: String,
    /// Index into the case's exchanges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<usize>,
}

/// One request and what came of it, ready to be shown: no credentials, long bodies cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeReport {
    /// Operation or observer.
    pub operation: String,
    /// HTTP method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Request headers, credentials left out.
    pub request_headers: Vec<(String, String)>,
    /// Request body as text; bytes that are not UTF-8 are written `\xNN`.
    pub request_body: Option<String>,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Headers of the answer.
    pub response_headers: Vec<(String, String)>,
    /// Body of the answer, as above.
    pub response_body: Option<String>,
    /// Why there is no answer.
    pub failure: Option<String>,
    /// Time from sending to the last byte.
    pub duration_us: u64,
}

/// One clause.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClauseReport {
    /// Stable id.
    pub id: String,
    /// The operation it belongs to.
    pub operation: String,
    /// How binding it is.
    pub level: Level,
    /// What this run says about it.
    pub verdict: Verdict,
    /// Where it stands; where the report is stored, only if it is not upheld.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The clause in words; likewise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wording: String,
    /// The file and line of the suite that state it, such as `suites/kms/create-kms-tag/clauses.toml:12`; likewise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub defined: String,
    /// Why, for everything but `upheld`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many checks of this run bear on it.
    pub checks: u64,
    /// What cases and exchanges of this run said of it.
    #[serde(default)]
    pub evidence: Evidence,
    /// Cases that found it broken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken_by: Vec<String>,
}

/// What was said of a clause, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Checks that could have failed and did not; of an open clause, observations that a reading explains.
    pub held: u64,
    /// Cases that found it broken.
    pub broken: u64,
    /// Cases that bear on it and came to nothing.
    pub inconclusive: u64,
}

/// What was found out about an open clause.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReadingReport {
    /// The open clause.
    pub clause: String,
    /// The one reading left, if it is one.
    pub determined: Option<String>,
    /// The readings that explain everything seen.
    pub remaining: Vec<String>,
    /// What those mean, by name.
    pub meaning: IndexMap<String, String>,
}
