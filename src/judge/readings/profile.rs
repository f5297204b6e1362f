use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Level;
use crate::suite::{StatusRule, Suite};

/// What one probe showed about one open clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Observation {
    /// The probe.
    pub case: String,
    /// Which of the exchanges in the probe's report.
    pub exchange: Option<usize>,
    /// What came.
    pub seen: String,
    /// What each reading predicted.
    pub predictions: Vec<Prediction>,
}

/// What one reading predicted of a probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Prediction {
    /// The reading.
    pub reading: String,
    /// What it predicted.
    pub allowed: String,
    /// Whether that is what came.
    pub holds: bool,
}

impl Observation {
    fn explained_by(&self, reading: &str) -> bool {
        self.predictions.iter().any(|p| p.reading == reading && p.holds)
    }
}

/// The open clauses of a suite with what was seen about each.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    clauses: BTreeMap<String, Vec<String>>,
    observations: BTreeMap<String, Vec<Observation>>,
}

impl Profile {
    /// Nothing seen yet: every reading remains.
    pub fn new(suite: &Suite) -> Self {
        let clauses = suite
            .operations
            .iter()
            .flat_map(|op| op.clauses.iter())
            .filter(|c| c.level == Level::Open)
            .map(|c| (c.id.clone(), c.readings.keys().cloned().collect()))
            .collect();
        Profile { clauses, observations: BTreeMap::new() }
    }

    /// Takes note of what a probe showed.
    pub fn observe(&mut self, clause: &str, observation: Observation) {
        self.observations.entry(clause.to_owned()).or_default().push(observation);
    }

    /// What was seen about a clause.
    pub fn observations(&self, clause: &str) -> &[Observation] {
        self.observations.get(clause).map_or(&[], Vec::as_slice)
    }

    /// The readings that explain every observation; empty if none does.
    pub fn remaining(&self, clause: &str) -> Vec<String> {
        self.explaining(clause).cloned().collect()
    }

    /// The same, one after the other.
    pub fn explaining(&self, clause: &str) -> impl Iterator<Item = &String> {
        let seen = self.observations(clause);
        let all = self.clauses.get(clause).into_iter().flatten();
        all.filter(move |reading| seen.iter().all(|observation| observation.explained_by(reading)))
    }

    /// Whether a clause is known to have one of these readings. Where no reading is left, all are possible:
    /// the clause itself is reported then, and nothing else shall be accused on its account.
    pub fn is_among(&self, clause: &str, readings: &[String]) -> bool {
        self.possible(clause).all(|reading| readings.contains(reading))
    }

    fn possible(&self, clause: &str) -> impl Iterator<Item = &String> {
        let any = self.explaining(clause).next().is_none();
        let all = self.clauses.get(clause).into_iter().flatten().filter(move |_| any);
        self.explaining(clause).chain(all)
    }

    /// The statuses that a rule permits, given what is known.
    pub fn statuses(&self, rule: &StatusRule) -> Vec<u16> {
        match rule {
            StatusRule::Fixed(statuses) => statuses.clone(),
            StatusRule::ByClause(reference) => {
                self.possible(reference.trim_start_matches('@')).filter_map(|name| name.parse().ok()).collect()
            }
        }
    }

    /// The smallest set of observations that no reading explains together, if there is one.
    pub fn conflict(&self, clause: &str) -> Option<Vec<&Observation>> {
        let readings = self.clauses.get(clause)?;
        let seen = self.observations(clause);
        if seen.is_empty() || !self.remaining(clause).is_empty() {
            return None;
        }
        let unexplained = |set: &[&Observation]| !readings.iter().any(|r| set.iter().all(|o| o.explained_by(r)));
        // With n readings, at most n observations are needed: one against each.
        let mut sets: Vec<Vec<&Observation>> = seen.iter().map(|o| vec![o]).collect();
        for _ in 0..readings.len() {
            if let Some(found) = sets.iter().find(|set| unexplained(set)) {
                return Some(found.clone());
            }
            sets = sets
                .iter()
                .flat_map(|set| {
                    let start = seen.iter().position(|o| set.last().is_some_and(|l| std::ptr::eq(*l, o))).unwrap_or(0);
                    seen[start + 1..].iter().map(move |o| set.iter().copied().chain([o]).collect())
                })
                .collect();
        }
        Some(against_each(readings, seen))
    }

    /// Every open clause.
    pub fn open_clauses(&self) -> impl Iterator<Item = &String> {
        self.clauses.keys()
    }
}

/// Observations of which at least one contradicts each reading.
fn against_each<'a>(readings: &[String], seen: &'a [Observation]) -> Vec<&'a Observation> {
    let indices: BTreeSet<usize> =
        readings.iter().filter_map(|r| seen.iter().position(|o| !o.explained_by(r))).collect();
    indices.into_iter().map(|i| &seen[i]).collect()
}
