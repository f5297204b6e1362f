//! What verdicts and exit code are made of, besides the cases.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::judge::readings::Observation;
use crate::model::FlakyPolicy;

/// Everything that a run knows of clauses and operations once nothing is sent any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Basis {
    /// What was found out about each clause.
    pub clauses: BTreeMap<String, ClauseTally>,
    /// What probes showed of each open clause.
    pub observations: BTreeMap<String, Vec<Observation>>,
    /// Cases whose observations may be due to what ended the run: they accuse nobody.
    pub shaken: BTreeSet<String>,
    /// The operations of which cases were selected, in the order of the plan.
    pub operations: Vec<String>,
    /// Those of them that the target was given without what they need, and what that is.
    pub left_out: BTreeMap<String, String>,
    /// Those of which a valid request was accepted.
    pub accepted: BTreeSet<String>,
    /// Whether everything needed for the first case was there.
    pub began: bool,
    /// Why the run ended before its end, if it did.
    pub ended: Option<Ended>,
    /// Whether a broken should, or anything flaky, is a failure.
    pub strict: bool,
    /// What it means that a case is not the same each time.
    #[serde(default)]
    pub flaky: FlakyPolicy,
}

/// Why a run ended before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    /// In one sentence.
    pub why: String,
    /// Whether its time was up.
    pub time_up: bool,
    /// Whether another run was at work on the same resources, so that nobody knows who did what.
    pub another_run: bool,
}

/// What a run has found out about one clause.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClauseTally {
    /// Checks that held.
    pub checks: u64,
    /// Cases that found it broken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken_by: Vec<String>,
    /// Why cases that bear on it were skipped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// Cases that bear on it and could not be run to their end.
    pub lost: usize,
    /// Cases that bear on it and came to nothing.
    pub inconclusive: u64,
    /// Conditions of cases that bear on it, and that never held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<String>,
}

impl ClauseTally {
    /// What was found out of it elsewhere, too.
    pub(crate) fn add(&mut self, other: ClauseTally) {
        let ClauseTally { checks, broken_by, skipped, lost, inconclusive, unmet } = other;
        self.checks = self.checks.saturating_add(checks);
        self.lost = self.lost.saturating_add(lost);
        self.inconclusive = self.inconclusive.saturating_add(inconclusive);
        for (all, more) in [(&mut self.broken_by, broken_by), (&mut self.skipped, skipped), (&mut self.unmet, unmet)] {
            for text in more {
                if !all.contains(&text) {
                    all.push(text);
                }
            }
        }
    }

    /// A case that bears on it was not judged, for this reason.
    pub(crate) fn came_to_nothing(&mut self, reason: &str) {
        self.inconclusive += 1;
        if !self.skipped.iter().any(|known| known == reason) {
            self.skipped.push(reason.to_owned());
        }
    }
}
