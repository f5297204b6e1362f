//! The tester, tested: every seeded fault is found and blamed on a clause of its operation, and no conforming
//! server is accused, whatever readings it follows.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use dewspec::mutants::{AlarmPlan, Laboratory, alarms, kills, profiles};
use dewspec::report::Report;
use dewspec::server::{ServerConfig, fault};
use dewspec::suite::{DataSource, Suite};
use dewspec::target::Settings;
use dewspec::vocabulary::Level;

fn suite() -> Suite {
    Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes")
}

fn laboratory() -> Laboratory {
    Laboratory::new(suite(), Settings::default())
}

#[test]
fn every_seeded_fault_is_found() {
    let faults = fault::catalogue().into_iter().filter(|fault| fault.family != fault::RARE).collect();
    let kills = kills(&laboratory(), faults, 2, |_| {}).expect("experiments");
    assert!(kills.len() >= 150, "only {} faults", kills.len());
    let survivors: Vec<_> = kills.iter().filter(|k| !k.killed).map(|k| (&k.fault, &k.clause)).collect();
    assert!(survivors.is_empty(), "survived: {survivors:#?}");
    let suite = suite();
    for kill in kills.iter().filter(|k| k.exit_code != 1) {
        // What breaks no more than a should is a warning, and the exit code says so.
        let levels: Vec<_> = kill.found.iter().map(|id| suite.clause(id).map(|(_, clause)| clause.level)).collect();
        assert!(
            kill.exit_code == 0 && levels.iter().all(|level| *level == Some(Level::Should)),
            "{kill:?}: {levels:?}"
        );
    }
}

#[test]
fn no_conforming_server_is_accused() {
    let plan = AlarmPlan { each: true, combinations: 20, seeds: 5 };
    let servers = profiles(plan, Settings::default().seed);
    assert!(servers.len() > 250, "only {} servers", servers.len());
    let alarms = alarms(&laboratory(), servers, 2, |_| {}).expect("experiments");
    let accused: Vec<_> = alarms.iter().filter(|a| !a.is_silent()).collect();
    assert!(accused.is_empty(), "accused: {accused:#?}");
}

/// Bodies that are no JSON to dewspec, answers that are no success: what they store goes again.
#[test]
fn what_is_stored_against_expectation_is_deleted_all_the_same() {
    let kinds = ["-accepts-trailing-comma", "-replaces-invalid-unicode", "-answers-success-with-ok"];
    let chosen = |name: &str| kinds.iter().any(|kind| name.ends_with(kind));
    let faults: Vec<_> = fault::catalogue().into_iter().filter(|fault| chosen(fault.name)).collect();
    assert!(faults.len() >= 10, "{faults:?}");
    for fault in faults {
        let report = report_of(fault.name);
        // What is no UTF-8 is a matter of a should alone.
        let only_should = fault.name.ends_with("invalid-unicode");
        assert_eq!(report.exit_code, u8::from(!only_should), "{}: {}", fault.name, report.conclusion);
        assert!(report.summary.fail + report.summary.warn > 0, "{}: {}", fault.name, report.conclusion);
        let left: Vec<_> = report.notes.iter().filter(|note| note.contains("\"dewspec-")).collect();
        assert!(left.is_empty(), "{}: {left:?}", fault.name);
    }
}

/// What comes of a server with one fault of the catalogue.
fn report_of(fault: &str) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut server = ServerConfig::default();
    server.faults.insert(fault).expect("a fault of the catalogue");
    runtime.block_on(laboratory().run(server)).expect("a report")
}

/// What turns up on another resource than it was meant for is known by the words in its key.
#[test]
fn what_is_stored_elsewhere_is_deleted_there() {
    let report = report_of("csms-create-stores-on-neighbour");
    assert_eq!(report.exit_code, 1, "{}", report.conclusion);
    let ours: Vec<_> = report.notes.iter().filter(|note| note.contains("\"dewspec-")).collect();
    assert!(ours.is_empty(), "{ours:#?}");
}

/// Nobody can look for it there, or delete it.
#[test]
fn what_another_tenant_was_given_is_named() {
    let report = report_of("csms-create-writes-foreign-resource");
    let named = |note: &&String| note.contains("another tenant's identifiers") && note.contains("\"dewspec-");
    assert!(report.notes.iter().any(|note| named(&note)), "{:?}", report.notes);
}

/// What `cargo mutants` runs: a change to the reference server that this does not notice has to be explained.
#[test]
fn a_few_conforming_servers_in_short() {
    let plan = AlarmPlan { each: false, combinations: 4, seeds: 1 };
    let servers = profiles(plan, Settings::default().seed);
    let alarms = alarms(&laboratory(), servers, 2, |_| {}).expect("experiments");
    let accused: Vec<_> = alarms.iter().filter(|a| !a.is_silent()).collect();
    assert!(accused.is_empty(), "accused: {accused:#?}");
}
