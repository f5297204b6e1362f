use std::time::Instant;

use serde::Serialize;

use super::carry_out::carry_out;
use super::{LabError, Laboratory};
use crate::causes::{Dictionary, Looks, Seen, looks_of};
use crate::model::{Outcome, Verdict};
use crate::report::{Cause, Report};
use crate::server::ServerConfig;
use crate::server::fault::FaultInfo;

/// What became of one seeded fault.
#[derive(Clone, Debug, Serialize)]
pub struct Kill {
    /// The fault.
    pub fault: String,
    /// Its family.
    pub family: String,
    /// The settings of the run: `default`, those for any target, or `embedded`, those of `dewspec run` by itself.
    pub settings: String,
    /// The operations it is in.
    pub operations: Vec<String>,
    /// The clause its author says it breaks.
    pub clause: String,
    /// What it does.
    pub summary: String,
    /// A clause of one of its operations was found broken.
    pub killed: bool,
    /// The exit code of the run.
    pub exit_code: u8,
    /// Clauses of its operations that were found broken.
    pub found: Vec<String>,
    /// Clauses of other operations that were found broken.
    pub elsewhere: Vec<String>,
    /// The causes that the run told, the widest first.
    pub causes: Vec<String>,
    /// What its widest cause was said to look like, as names of faults, the most alike first.
    pub diagnosed: Vec<String>,
    /// What the failures of its widest cause look like.
    #[serde(skip)]
    pub(crate) looks: Looks,
    /// Requests the run took.
    pub requests: u64,
    /// Time the run took.
    pub milliseconds: u64,
}

impl Kill {
    /// Whether it was found, and its fault is among the first so many that the run's diagnosis names.
    pub fn is_diagnosed_within(&self, most: usize) -> bool {
        self.killed && self.diagnosed.iter().take(most).any(|fault| *fault == self.fault)
    }
}

/// Runs the suite once for each fault, a few at a time.
///
/// # Errors
/// If an experiment cannot be made.
pub fn kills(
    laboratory: &Laboratory,
    faults: Vec<FaultInfo>,
    at_once: usize,
    told: impl Fn(&Kill),
) -> Result<Vec<Kill>, LabError> {
    carry_out(faults, at_once, async |fault| one(laboratory, fault).await, told)
}

async fn one(laboratory: &Laboratory, fault: FaultInfo) -> Result<Kill, LabError> {
    let mut config = ServerConfig::default();
    config.faults.insert(fault.name).map_err(|e| LabError::Name(e.to_string()))?;
    let started = Instant::now();
    let report = laboratory.for_fault(&fault).run(config).await?;
    let operations: Vec<String> = fault.operations.iter().map(|o| (*o).to_owned()).collect();
    let own =
        |clause: &str| operations.iter().any(|o| clause.strip_prefix(o).is_some_and(|rest| rest.starts_with('.')));
    let (found, elsewhere): (Vec<_>, Vec<_>) = violated(&report).into_iter().partition(|(_, clause)| own(clause));
    let ids = |list: Vec<(String, String)>| list.into_iter().map(|(_, clause)| clause).collect::<Vec<_>>();
    let widest = widest_first(&report);
    let accused = report.cases.iter().any(|c| matches!(c.outcome, Outcome::Fail | Outcome::Warn | Outcome::Flaky));
    Ok(Kill {
        fault: fault.name.to_owned(),
        family: fault.family.to_string(),
        settings: laboratory.settings_name().to_owned(),
        clause: fault.clause.to_owned(),
        summary: fault.summary.to_owned(),
        killed: accused && !found.is_empty(),
        exit_code: report.exit_code,
        found: ids(found),
        elsewhere: ids(elsewhere),
        operations,
        diagnosed: widest
            .first()
            .into_iter()
            .flat_map(|cause| &cause.diagnosis)
            .map(|like| like.fault.clone())
            .collect(),
        looks: widest
            .first()
            .and_then(|cause| looks_of(laboratory.suite(), &report.cases).remove(&cause.id))
            .unwrap_or_default(),
        causes: widest.iter().map(|cause| cause.id.clone()).collect(),
        requests: report.summary.exchanges,
        milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

fn widest_first(report: &Report) -> Vec<&Cause> {
    let mut causes: Vec<&Cause> = report.causes.iter().collect();
    causes.sort_by_key(|cause| (std::cmp::Reverse(cause.count), cause.id.as_str()));
    causes
}

fn seen(kill: &Kill) -> Seen<'_> {
    let Kill { fault, summary, causes, looks, .. } = kill;
    Seen { fault, summary, cause: causes.first().map_or("", String::as_str), looks }
}

/// The dictionary of what faults look like, as JSON.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn dictionary(kills: &[Kill]) -> Result<String, serde_json::Error> {
    Dictionary::of(kills.iter().map(seen)).render()
}

/// Operation and id of every broken clause.
pub(super) fn violated(report: &Report) -> Vec<(String, String)> {
    report
        .clauses
        .iter()
        .filter(|c| c.verdict == Verdict::Violated)
        .map(|c| (c.operation.clone(), c.id.clone()))
        .collect()
}
