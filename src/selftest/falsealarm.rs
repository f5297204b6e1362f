use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use super::carry_out::carry_out;
use super::kill::violated;
use super::{LabError, Laboratory};
use crate::model::Verdict;
use crate::server::reading::catalogue;
use crate::server::{Profile, ServerConfig};

/// Which conforming servers the suite is run against.
#[derive(Clone, Copy, Debug)]
pub struct AlarmPlan {
    /// Every reading that is not the default, each alone.
    pub each: bool,
    /// Random combinations of readings.
    pub combinations: usize,
    /// Seeds for the default readings.
    pub seeds: usize,
}

/// One conforming server to run the suite against.
#[derive(Clone, Debug)]
pub struct Conforming {
    /// What is special about it.
    pub name: String,
    /// Readings it follows, as clause and name; all others are the default.
    pub readings: Vec<(String, String)>,
    /// Seed of the run.
    pub seed: u64,
}

/// One conforming server, and what the suite said of it.
#[derive(Clone, Debug, Serialize)]
pub struct Alarm {
    /// What was special about it.
    pub server: String,
    /// The readings set, as `clause=reading`.
    pub readings: Vec<String>,
    /// The settings of the run: `default`, those for any target, or `embedded`, those of `dewspec run` by itself.
    pub settings: String,
    /// Seed of the run.
    pub seed: u64,
    /// Exit code; only 0 is good.
    pub exit_code: u8,
    /// Clauses that were wrongly found broken.
    pub findings: Vec<String>,
    /// Readings set whose clause was determined otherwise.
    pub misread: Vec<String>,
    /// Readings set whose clause the run had no occasion to look at, such as that of a refusal that another reading rules
    /// out. It is no mistake.
    pub unread: Vec<String>,
    /// Clauses that could not be observed, although the server has everything that observing takes.
    pub unobserved: Vec<String>,
}

impl Alarm {
    /// Whether the suite was right about the server.
    pub fn is_silent(&self) -> bool {
        self.exit_code == 0 && self.findings.is_empty() && self.misread.is_empty() && self.unobserved.is_empty()
    }
}

/// Open clauses whose readings are meant together, by their ends: who counts seconds in one time stamp does so in the other.
/// A server that does otherwise is told about it, which is no false alarm; conforming servers do not.
const TOGETHER: [(&str, &str); 2] =
    [("response.create_time.unit", "response.update_time.unit"), ("key.character-unit", "value.character-unit")];

/// The readings with those that are meant together made the same: the first one given counts.
fn together(mut readings: Vec<(String, String)>) -> Vec<(String, String)> {
    for (one, other) in TOGETHER.into_iter().flat_map(|(one, other)| [(one, other), (other, one)]) {
        let companion = |(clause, reading): &(String, String)| {
            clause.strip_suffix(one).map(|prefix| (format!("{prefix}{other}"), reading.clone()))
        };
        for (clause, reading) in readings.iter().filter_map(companion).collect::<Vec<_>>() {
            match readings.iter_mut().find(|(known, _)| *known == clause) {
                Some(known) => known.1 = reading,
                None => readings.push((clause, reading)),
            }
        }
    }
    readings
}

/// A name, readings and a seed for every server of the plan.
pub fn profiles(plan: AlarmPlan, seed: u64) -> Vec<Conforming> {
    let mut all = Vec::new();
    if plan.each {
        for set in catalogue() {
            for reading in set.readings {
                let name = format!("{}={reading}", set.clause);
                let readings = together(vec![(set.clause.to_owned(), (*reading).to_owned())]);
                all.push(Conforming { name, readings, seed });
            }
        }
    }
    let mut random = StdRng::seed_from_u64(seed);
    for i in 0..plan.combinations {
        let readings: Vec<_> = catalogue()
            .iter()
            .map(|set| {
                let pick = random.random_range(0..set.readings.len());
                (set.clause.to_owned(), set.readings[pick].to_owned())
            })
            .collect();
        let readings = together(readings);
        all.push(Conforming { name: format!("combination {}", i + 1), readings, seed });
    }
    for i in 0..plan.seeds {
        let name = format!("default readings, seed {}", i + 1);
        all.push(Conforming { name, readings: Vec::new(), seed: i as u64 + 1 });
    }
    all
}

/// Runs the suite against each of these servers.
///
/// # Errors
/// If an experiment cannot be made.
pub fn alarms(
    laboratory: &Laboratory,
    servers: Vec<Conforming>,
    at_once: usize,
    told: impl Fn(&Alarm),
) -> Result<Vec<Alarm>, LabError> {
    carry_out(servers, at_once, async |server| one(laboratory, server).await, told)
}

async fn one(laboratory: &Laboratory, server: Conforming) -> Result<Alarm, LabError> {
    let laboratory = laboratory.for_conforming(&server);
    let Conforming { name, readings, seed } = server;
    let mut profile = Profile::default();
    for (clause, reading) in &readings {
        profile.set(clause, reading).map_err(|e| LabError::Name(e.to_string()))?;
    }
    let report = laboratory.with_seed(seed).run(ServerConfig { profile, ..ServerConfig::default() }).await?;
    let name_of = |clause: &String, reading: &String| format!("{clause}={reading}");
    let (mut misread, mut unread) = (Vec::new(), Vec::new());
    for (clause, reading) in &readings {
        match report.readings.iter().find(|found| found.clause == *clause) {
            None => unread.push(name_of(clause, reading)),
            Some(found) if !found.remaining.contains(reading) => misread.push(name_of(clause, reading)),
            Some(_) => {}
        }
    }
    let unobserved = report.clauses.iter().filter(|c| c.verdict == Verdict::Unobservable).map(|c| c.id.clone());
    Ok(Alarm {
        unobserved: unobserved.collect(),
        server: name,
        settings: laboratory.settings_name().to_owned(),
        readings: readings.into_iter().map(|(c, r)| format!("{c}={r}")).collect(),
        seed,
        exit_code: report.exit_code,
        findings: violated(&report).into_iter().map(|(_, clause)| clause).collect(),
        misread,
        unread,
    })
}
