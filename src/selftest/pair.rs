use std::collections::BTreeMap;

use rand::seq::IndexedRandom;
use rand::{SeedableRng, rngs::StdRng};
use serde::Serialize;

use super::carry_out::carry_out;
use super::kill::Kill;
use super::{LabError, Laboratory};
use crate::server::ServerConfig;

/// What became of two faults at once: each should keep a cause of its own.
#[derive(Clone, Debug, Serialize)]
pub struct Pair {
    /// The two faults.
    pub faults: [String; 2],
    /// The cause that each of them has when it is alone.
    pub alone: [String; 2],
    /// The causes of both together.
    pub together: Vec<String>,
    /// Each cause of one alone is there, and they are two.
    pub apart: bool,
}

/// Runs the suite against so many random pairs of faults that were found alone.
///
/// # Errors
/// If an experiment cannot be made.
pub fn pairs(
    laboratory: &Laboratory,
    kills: &[Kill],
    count: usize,
    seed: u64,
    at_once: usize,
) -> Result<Vec<Pair>, LabError> {
    let alone: BTreeMap<&str, &str> =
        kills.iter().filter_map(|kill| Some((kill.fault.as_str(), kill.causes.first()?.as_str()))).collect();
    let names: Vec<(&str, &str)> = alone.into_iter().collect();
    if names.len() < 2 {
        return Ok(Vec::new());
    }
    let mut random = StdRng::seed_from_u64(seed);
    let chosen: Vec<Vec<(String, String)>> = (0..count)
        .map(|_| {
            names.sample(&mut random, 2).map(|(fault, cause)| ((*fault).to_owned(), (*cause).to_owned())).collect()
        })
        .collect();
    carry_out(chosen, at_once, async |pair| one(laboratory, pair).await, |_| {})
}

async fn one(laboratory: &Laboratory, pair: Vec<(String, String)>) -> Result<Pair, LabError> {
    let mut config = ServerConfig::default();
    for (fault, _) in &pair {
        config.faults.insert(fault).map_err(|e| LabError::Name(e.to_string()))?;
    }
    let report = laboratory.run(config).await?;
    let together: Vec<String> = report.causes.iter().map(|cause| cause.id.clone()).collect();
    let mut both = pair.into_iter();
    let (first, second) = (both.next().unwrap_or_default(), both.next().unwrap_or_default());
    let apart = first.1 != second.1 && together.contains(&first.1) && together.contains(&second.1);
    Ok(Pair { faults: [first.0, second.0], alone: [first.1, second.1], together, apart })
}
