//! Concurrent requests keep every rule, and race faults break them.

use super::bench::Bench;
use crate::server::config::ServerConfig;
use crate::server::fault::{Fault, FaultSet};
use crate::server::operation::Operation::{self, BatchCreateOrDeleteTags, CreateKmsTag, CreateSecretTag};

async fn tags_after(faults: FaultSet, operation: Operation, requests: usize, distinct: bool) -> (usize, usize) {
    let bench = Bench::new(&ServerConfig { faults, ..ServerConfig::default() });
    let tasks: Vec<_> = (0..requests)
        .map(|index| {
            let bench = bench.clone();
            let key = if distinct { index } else { 0 };
            let tag = format!(r#"{{"key":"k{key}","value":"{index}"}}"#);
            let body = match operation {
                BatchCreateOrDeleteTags => format!(r#"{{"action":"create","tags":[{tag}]}}"#),
                _ => format!(r#"{{"tag":{tag}}}"#),
            };
            tokio::spawn(async move { bench.post(operation, 0, body).await.status })
        })
        .collect();
    let mut accepted = 0;
    for task in tasks {
        accepted += usize::from(task.await.expect("an answer") == 204);
    }
    let stored = bench.read_back(operation, 0).await["tags"].as_array().map_or(0, Vec::len);
    (accepted, stored)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn limit_holds_under_concurrency() {
    for operation in [CreateSecretTag, BatchCreateOrDeleteTags] {
        assert_eq!(tags_after(FaultSet::default(), operation, 60, true).await, (20, 20));
        assert_eq!(tags_after(FaultSet::default(), operation, 60, false).await, (60, 1));
    }
    assert_eq!(tags_after(FaultSet::default(), CreateKmsTag, 60, true).await, (10, 10));
    assert_eq!(tags_after(FaultSet::default(), CreateKmsTag, 60, false).await, (1, 1));
}

/// Whether requests get in each other's way; a busy machine may need more than one attempt.
async fn assert_shows(fault: Fault, (requests, distinct): (usize, bool), shows: impl Fn((usize, usize)) -> bool) {
    for _ in 0..20 {
        let faults = FaultSet::from_iter([fault]);
        if shows(tags_after(faults, fault.operation(), requests, distinct).await) {
            return;
        }
    }
    panic!("{fault:?} never showed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn race_faults_show() {
    for fault in [Fault::CsmsCreateExceedsLimitInRace, Fault::CsmsBatchExceedsLimitInRace] {
        assert_shows(fault, (60, true), |(_, stored)| stored > 20).await;
    }
    for fault in [
        Fault::CsmsCreateLosesConcurrentUpdates,
        Fault::CsmsBatchLosesConcurrentUpdates,
        Fault::KmsCreateLosesConcurrentUpdates,
    ] {
        assert_shows(fault, (10, true), |(accepted, stored)| stored < accepted).await;
    }
    for fault in [
        Fault::CsmsCreateRefusesConcurrentWrites,
        Fault::CsmsBatchRefusesConcurrentWrites,
        Fault::KmsCreateRefusesConcurrentWrites,
    ] {
        assert_shows(fault, (10, true), |(accepted, stored)| accepted < 10 && stored == accepted).await;
    }
    for fault in [
        Fault::CsmsCreateDuplicatesKeysInRace,
        Fault::CsmsBatchDuplicatesKeysInRace,
        Fault::KmsCreateDuplicatesKeysInRace,
    ] {
        assert_shows(fault, (10, false), |(_, stored)| stored > 1).await;
    }
}
