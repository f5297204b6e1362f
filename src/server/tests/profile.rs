//! Choosing readings, and naming faults.

use std::collections::HashSet;

use crate::server::fault::{self, FaultSet};
use crate::server::reading::{Profile, ProfileError, catalogue};

#[test]
fn suffix_sets_every_position() {
    let mut profile = Profile::default();
    assert_eq!(profile.get("reserved-prefix"), Some("literal"));
    profile.set("reserved-prefix", "sdk").expect("a suffix");
    assert_eq!(profile.get("csms.create-secret-tag.key.reserved-prefix"), Some("sdk"));
    assert_eq!(profile.get("csms.batch-create-or-delete-tags.key.reserved-prefix"), Some("sdk"));
    profile.set("batch-create-or-delete-tags.key.reserved-prefix", "literal").expect("one position");
    assert_eq!(profile.get("create-secret-tag.key.reserved-prefix"), Some("sdk"));
    assert_eq!(profile.get("key.reserved-prefix"), None);
}

#[test]
fn suffix_must_start_a_segment() {
    assert!(Profile::default().set("prefix", "sdk").is_err());
    assert!(Profile::default().set("", "sdk").is_err());
    assert!(Profile::default().set(".reserved-prefix", "sdk").is_err());
}

#[test]
fn errors_list_what_exists() {
    let mut profile = Profile::default();
    let unknown = profile.set("key.reserved-prefx", "sdk").expect_err("a misspelling");
    assert!(unknown.to_string().contains("csms.create-secret-tag.key.reserved-prefix"), "{unknown}");
    let reading = profile.set("tag-limit", "11").expect_err("no such limit");
    assert!(matches!(reading, ProfileError::UnknownReading { readings: ["10", "20", "none"], .. }));
    assert!(reading.to_string().contains("10, 20, none"), "{reading}");
    assert_eq!(profile, Profile::default());
}

#[test]
fn clauses_and_faults_are_named_once() {
    let clauses: HashSet<_> = catalogue().iter().map(|set| set.clause).collect();
    assert_eq!(clauses.len(), catalogue().len());
    let faults = fault::catalogue();
    let names: HashSet<_> = faults.iter().map(|info| info.name).collect();
    assert_eq!(names.len(), faults.len());
    for info in &faults {
        assert!(info.operations.iter().any(|operation| info.clause.starts_with(operation)), "{info:?}");
        FaultSet::default().insert(info.name).expect("a known fault");
    }
}

#[test]
fn unknown_fault_is_refused_with_near_names() {
    let error = FaultSet::default().insert("csms-create-stores-nothin").expect_err("a misspelling");
    assert_eq!(error.nearest.first(), Some(&"csms-create-stores-nothing"));
}
