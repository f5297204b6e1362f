//! Every fault shows in what clients see.

use strum::IntoEnumIterator;

use super::battery::{RESOURCES, differs, transcript};
use super::bench::Bench;
use crate::server::config::ServerConfig;
use crate::server::fault::{Deviation, Fault, FaultSet, RARE, SIGNATURE};
use crate::server::operation::Operation;
use crate::server::reading::{Profile, catalogue};

fn config(faults: FaultSet) -> ServerConfig {
    ServerConfig { faults, secrets: RESOURCES, keys: RESOURCES, ..ServerConfig::default() }
}

/// Faults that only concurrent requests bring out, or only ids that must differ.
const ELSEWHERE: [Deviation; 5] = [
    Deviation::ExceedsLimitInRace,
    Deviation::LosesConcurrentUpdates,
    Deviation::DuplicatesKeysInRace,
    Deviation::RefusesConcurrentWrites,
    Deviation::ShowsOtherEventId,
];

/// Families of faults that take other paths, header fields or lives than a battery has; `tests/faults.rs` sees to them, and
/// `tests/cli/signature.rs` to signatures.
const BEYOND_BATTERIES: [&str; 11] = [
    RARE,
    SIGNATURE,
    "undocumented",
    "manner",
    "positions",
    "life",
    "selection",
    "state",
    "later",
    "absence",
    "together",
];

/// Faults of an operation that change nothing that a battery sees.
async fn silent_faults(operation: Operation, profile: &Profile) -> Vec<Fault> {
    let server = |faults| Bench::new(&ServerConfig { profile: profile.clone(), ..config(faults) });
    let sound = transcript(&server(FaultSet::default()), operation).await;
    assert!(!sound.iter().any(|line| line.contains("-> 5")), "a sound server fails");
    let mut silent = Vec::new();
    for fault in Fault::iter().filter(|fault| fault.operation() == operation) {
        if ELSEWHERE.contains(&fault.deviation()) || BEYOND_BATTERIES.contains(&fault.deviation().traits().family) {
            continue;
        }
        if !differs(&server(FaultSet::from_iter([fault])), operation, &sound).await {
            silent.push(fault);
        }
    }
    silent
}

/// Every fault must show whatever the readings are; the first and the last of each stand for all.
async fn assert_every_fault_shows(operation: Operation) {
    let mut last = Profile::default();
    for set in catalogue() {
        last.set(set.clause, set.readings[set.readings.len() - 1]).expect("a reading");
    }
    for profile in [Profile::default(), last] {
        assert_eq!(silent_faults(operation, &profile).await, []);
    }
}

#[tokio::test]
async fn every_fault_of_create_secret_tag_shows() {
    assert_every_fault_shows(Operation::CreateSecretTag).await;
}

#[tokio::test]
async fn every_fault_of_batch_create_or_delete_tags_shows() {
    assert_every_fault_shows(Operation::BatchCreateOrDeleteTags).await;
}

#[tokio::test]
async fn every_fault_of_create_kms_tag_shows() {
    assert_every_fault_shows(Operation::CreateKmsTag).await;
}

#[tokio::test]
async fn every_fault_of_create_secret_event_shows() {
    assert_every_fault_shows(Operation::CreateSecretEvent).await;
}

#[tokio::test]
async fn other_event_id_shows_in_the_list() {
    for (faults, same) in
        [(FaultSet::default(), true), (FaultSet::from_iter([Fault::EventCreateShowsOtherEventId]), false)]
    {
        let bench = Bench::new(&config(faults));
        let operation = Operation::CreateSecretEvent;
        let created = bench.post(operation, 0, super::documents::EVENT).await.json();
        let listed = bench.read_back(operation, 0).await;
        assert_eq!(created["event"]["event_id"] == listed["events"][0]["event_id"], same);
    }
}
