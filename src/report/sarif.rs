//! The causes as SARIF 2.1.0 (OASIS, `sarif-schema-2.1.0.json`), for code scanning and IDEs: a rule is a clause, a result is a
//! cause, and its place is the line of `suites/` in which the clause stands.

use serde::Serialize;

use super::deviations::EntryState;
use super::error::ReportError;
use super::model::{Cause, ClauseReport, Rate, Report};
use super::text::visible;
use crate::exit;
use crate::model::{FlakyPolicy, Level};

const VERSION: &str = "2.1.0";
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name under which a cause's id is a fingerprint.
const FINGERPRINT: &str = "dewspecCause/v1";

/// The report as SARIF.
///
/// # Errors
/// [`ReportError::Json`], if it cannot be written as JSON.
pub fn render(report: &Report) -> Result<String, ReportError> {
    let log = Log { schema: SCHEMA, version: VERSION, runs: [run(report)] };
    let mut text = serde_json::to_string(&log).map_err(|source| ReportError::Json { source })?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool<'r>,
    invocations: [Invocation<'r>; 1],
    column_kind: &'static str,
    results: Vec<SarifResult<'r>>,
}

#[derive(Serialize)]
struct Tool<'r> {
    driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'r> {
    name: &'static str,
    semantic_version: &'r str,
    rules: Vec<Rule<'r>>,
}

/// A clause. All of them are told, so that one that holds again is known to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'r> {
    id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Text>,
    default_configuration: Configuration,
    properties: Tags,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Tags {
    tags: [String; 2],
}

#[derive(Serialize)]
struct Text {
    text: String,
}

/// A cause.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'r> {
    rule_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    partial_fingerprints: std::collections::BTreeMap<&'static str, &'r str>,
    occurrence_count: usize,
    /// Not there where no file of known deviations was given; empty if the cause is in none of its entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression>>,
    properties: Properties<'r>,
}

/// A known deviation.
#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct Properties<'r> {
    clauses: &'r [String],
    operations: &'r [String],
    case: &'r str,
    replay: &'r str,
    flaky: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Rate>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'r> {
    execution_successful: bool,
    exit_code: u8,
    exit_code_description: String,
    start_time_utc: &'r str,
    /// What kept the run from a verdict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

fn run(report: &Report) -> Run<'_> {
    Run {
        tool: Tool {
            driver: Driver {
                name: "dewspec",
                semantic_version: &report.dewspec_version,
                rules: report.clauses.iter().map(rule).collect(),
            },
        },
        invocations: [invocation(report)],
        column_kind: "unicodeCodePoints",
        results: report.causes.iter().map(|cause| result(report, cause)).collect(),
    }
}

fn rule(clause: &ClauseReport) -> Rule<'_> {
    let told = |text: &str| (!text.is_empty()).then(|| Text { text: visible(text) });
    Rule {
        id: &clause.id,
        short_description: told(&clause.wording),
        help: told(&clause.source),
        default_configuration: Configuration { level: level(clause.level) },
        properties: Tags { tags: [clause.operation.clone(), clause.level.to_string()] },
    }
}

fn result<'r>(report: &'r Report, cause: &'r Cause) -> SarifResult<'r> {
    // A cause without a clause is one all the same.
    let rule_id = cause.clauses.first().unwrap_or(&cause.id);
    let rule_index = report.clauses.iter().position(|clause| clause.id == *rule_id);
    let flaky = cause.flaky_told().map(|told| format!(" ({told})")).unwrap_or_default();
    let text = format!("{}{flaky}. Expected: {}. Observed: {}.", cause.title, cause.expected, cause.observed);
    SarifResult {
        rule_id,
        rule_index,
        level: match report.is_failure(cause) {
            true => "error",
            false if cause.flaky && report.repetition.flaky == FlakyPolicy::Pass => "note",
            false => "warning",
        },
        message: Text { text: visible(&text) },
        locations: rule_index.and_then(|at| location(&report.clauses[at].defined)).into_iter().collect(),
        partial_fingerprints: [(FINGERPRINT, cause.id.as_str())].into(),
        occurrence_count: cause.count.max(1),
        suppressions: report.deviations.as_ref().map(|_| suppression(cause).into_iter().collect()),
        properties: Properties {
            clauses: &cause.clauses,
            operations: &cause.operations,
            case: &cause.example.case,
            replay: &cause.example.replay,
            flaky: cause.flaky,
            rate: cause.rate,
        },
    }
}

fn suppression(cause: &Cause) -> Option<Suppression> {
    let standing = cause.standing.as_ref().filter(|_| cause.is_known())?;
    Some(Suppression { kind: "external", status: "accepted", justification: visible(&standing.told()) })
}

/// `FILE:LINE` as a place.
fn location(defined: &str) -> Option<Location> {
    let (file, line) = defined.rsplit_once(':')?;
    let start_line = line.parse().ok().filter(|line| *line > 0)?;
    let artifact_location = ArtifactLocation { uri: file.replace('\\', "/").replace(' ', "%20") };
    Some(Location { physical_location: PhysicalLocation { artifact_location, region: Region { start_line } } })
}

fn invocation(report: &Report) -> Invocation<'_> {
    let failed = report.preflight.iter().filter(|step| !step.ok);
    let failed = failed.map(|step| ("error", format!("{}: {}", step.step, step.detail)));
    let entries = report.deviations.iter().flat_map(|applied| applied.told()).map(|entry| {
        let level = match entry.state {
            EntryState::Stale => "error",
            _ if entry.days_left.is_some() => "warning",
            _ => "note",
        };
        (level, format!("known deviation {} ({}): {}", entry.names, entry.state, entry.told()))
    });
    let came_to_one = matches!(report.exit_code, exit::CONFORMS | exit::NONCONFORMING);
    Invocation {
        execution_successful: came_to_one,
        exit_code: report.exit_code,
        exit_code_description: visible(&report.conclusion),
        start_time_utc: &report.started_at,
        tool_execution_notifications: failed
            .chain(entries)
            .map(|(level, text)| Notification { level, message: Text { text: visible(&text) } })
            .collect(),
    }
}

/// A broken `open` clause is one that no reading explains: as grave as a `must`.
fn level(level: Level) -> &'static str {
    match level {
        Level::Must | Level::Open => "error",
        Level::Should => "warning",
    }
}
