//! The tester, tested: every seeded fault is found and blamed on a clause of its operation, and no conforming
//! server is accused, whatever readings it follows.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use dewspec::model::Level;
use dewspec::report::Report;
use dewspec::selftest::{Alarm, AlarmPlan, Conforming, Kill, Laboratory, alarms, kills, profiles};
use dewspec::server::ServerConfig;
use dewspec::server::fault::{self, FaultInfo};
use dewspec::server::reading::{self, ReadingSet};
use dewspec::suite::{DataSource, Suite};
use dewspec::target::Settings;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, SemaphorePermit};

fn suite() -> Suite {
    Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes")
}

/// Of as many faults as this, each commit tries one at the settings of the command line.
const PARTS: u64 = 7;

/// Faults for which a run may end without a verdict, each with the reason. So far there is none.
const WITHOUT_VERDICT: &[(&str, &str)] = &[];

/// The whole suite with the settings for any target.
fn laboratory() -> Laboratory {
    Laboratory::new(suite(), Settings::default())
}

/// Every fault that the cases have to find by themselves; those of signatures and neighbours are found by what is sent for
/// their sake.
fn faults() -> Vec<FaultInfo> {
    let elsewhere = [fault::NEIGHBOUR, fault::RARE, fault::SIGNATURE];
    fault::catalogue().into_iter().filter(|fault| !elsewhere.contains(&fault.family)).collect()
}

/// These tests compute all the time: more of them at once than there are processors would only make servers slow to answer,
/// which is a condition of its own.
static TURNS: Semaphore = Semaphore::const_new(2);

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Waits for a turn; it is over when what comes back is dropped.
fn turn() -> SemaphorePermit<'static> {
    runtime().block_on(TURNS.acquire()).expect("it is never closed")
}

/// Runs the suite once for each fault: each has to be found, by an exit code that says so.
fn assert_found(laboratory: &Laboratory, faults: Vec<FaultInfo>) -> Vec<Kill> {
    let _turn = turn();
    let count = faults.len();
    let kills = kills(laboratory, faults, 2, |_| {}).expect("experiments");
    assert_eq!(kills.len(), count);
    let suite = suite();
    let is_should = |id: &String| suite.clause(id).is_some_and(|(_, clause)| clause.level == Level::Should);
    let fine = |kill: &&Kill| match kill.exit_code {
        1 => kill.killed,
        // What breaks no more than a should is a warning, and the exit code says so.
        0 => kill.killed && kill.found.iter().all(is_should),
        3 => WITHOUT_VERDICT.iter().any(|(name, _)| *name == kill.fault),
        _ => false,
    };
    let survivors: Vec<_> = kills.iter().filter(|kill| !fine(kill)).collect();
    assert!(survivors.is_empty(), "survived: {survivors:#?}");
    let excused = |kill: &Kill| WITHOUT_VERDICT.iter().any(|(name, _)| *name == kill.fault);
    let idle: Vec<_> = kills.iter().filter(|kill| excused(kill) && kill.exit_code != 3).collect();
    assert!(idle.is_empty(), "needs no excuse any more: {idle:#?}");
    kills
}

/// Each fault on its own operation's cases and a few others, without sockets unless it takes them to see it. That it is
/// found shows that the catalogue is right about which faults need them.
#[test]
fn every_seeded_fault_is_found() {
    let faults = faults();
    assert!(faults.len() >= 500, "only {} faults", faults.len());
    let over_sockets = faults.iter().filter(|fault| fault.needs_sockets).count();
    assert!((5..50).contains(&over_sockets), "{over_sockets} faults need sockets");
    let mut requests: Vec<u64> =
        assert_found(&laboratory().in_short(), faults).iter().map(|kill| kill.requests).collect();
    requests.sort_unstable();
    let (median, most) = (requests[requests.len() / 2], requests[requests.len() - 1]);
    assert!(median < 1_400, "half of the faults take more than {median} requests, the worst {most}");
}

/// The same with what is known of neighbours of the documented operations.
fn with_neighbours() -> Laboratory {
    Laboratory::new(suite().with_neighbours(), Settings::default())
}

/// Those of neighbours with the neighbours' cases, and by warnings alone: what no document says is no more than a should.
#[test]
fn every_fault_of_a_neighbour_is_found() {
    let _turn = turn();
    let mut faults = fault::catalogue();
    faults.retain(|fault| fault.family == fault::NEIGHBOUR);
    assert!(faults.len() > 30, "only {} faults", faults.len());
    let kills = kills(&with_neighbours().in_short(), faults, 2, |_| {}).expect("experiments");
    // Of what is always accepted in another way than known, nothing is proven.
    let warned =
        |kill: &Kill| matches!((kill.exit_code, kill.fault.contains("-answers-success-")), (0, false) | (4, true));
    let survivors: Vec<_> = kills.iter().filter(|kill| !kill.killed || !warned(kill)).collect();
    assert!(survivors.is_empty(), "survived: {survivors:#?}");
    let elsewhere: Vec<_> =
        kills.iter().filter(|kill| !kill.found.iter().any(|clause| clause.starts_with(kill.clause.as_str()))).collect();
    assert!(elsewhere.is_empty(), "found, but not what they break: {elsewhere:#?}");
}

/// Each reading of a neighbour on the cases that have to do with it.
#[test]
fn no_reading_of_a_neighbour_is_accused() {
    let seed = Settings::default().seed;
    let one = |set: &ReadingSet, reading: &str| Conforming {
        name: format!("{}={reading}", set.clause),
        readings: vec![(set.clause.to_owned(), reading.to_owned())],
        seed,
    };
    let servers: Vec<Conforming> =
        reading::neighbours().iter().flat_map(|set| set.readings.iter().map(|reading| one(set, reading))).collect();
    assert!(servers.len() > 80, "only {} servers", servers.len());
    assert_silent(&with_neighbours().in_short(), servers);
}

/// The settings of `dewspec run` differ in threads, width and generated inputs: another part of the faults is tried at
/// them with each commit.
#[test]
fn faults_are_found_at_the_settings_of_the_command_line() {
    let part = part();
    let chosen = |(place, fault): (usize, FaultInfo)| (place as u64 % PARTS == part).then_some(fault);
    let faults: Vec<FaultInfo> = faults().into_iter().enumerate().filter_map(chosen).collect();
    assert!(faults.len() >= 70, "only {} faults in part {part}", faults.len());
    assert_found(&laboratory().as_on_the_command_line().in_short(), faults);
}

/// Which part is this commit's: `DEWSPEC_SEVENTH` if it is there, a number that grows with commits; or else what the
/// suite's text comes to.
fn part() -> u64 {
    if let Ok(number) = std::env::var("DEWSPEC_SEVENTH") {
        return number.trim().parse::<u64>().expect("DEWSPEC_SEVENTH is a number") % PARTS;
    }
    let source = DataSource::embedded().expect("embedded data");
    let texts = source.suites.iter().chain(&source.fixtures).flat_map(|file| file.text.bytes());
    // FNV-1a.
    texts.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)) % PARTS
}

/// Each reading on the cases that have to do with it.
#[test]
fn no_reading_is_accused() {
    let plan = AlarmPlan { each: true, combinations: 0, seeds: 0 };
    let servers = profiles(plan, Settings::default().seed);
    assert!(servers.len() > 250, "only {} servers", servers.len());
    let alarms = assert_silent(&laboratory().in_short(), servers);
    let unread: Vec<_> = alarms.iter().flat_map(|alarm| &alarm.unread).collect();
    assert!(unread.len() * 10 < alarms.len(), "in short, there is no occasion to look at {unread:#?}");
}

/// Readings go together, and nothing hangs on the seed: every case that does without sockets.
#[test]
fn no_combination_of_readings_is_accused() {
    let plan = AlarmPlan { each: false, combinations: 20, seeds: 5 };
    assert_silent(&laboratory().in_short(), profiles(plan, Settings::default().seed));
}

fn assert_silent(laboratory: &Laboratory, servers: Vec<Conforming>) -> Vec<Alarm> {
    let _turn = turn();
    let count = servers.len();
    let alarms = alarms(laboratory, servers, 2, |_| {}).expect("experiments");
    assert_eq!(alarms.len(), count);
    let accused: Vec<_> = alarms.iter().filter(|a| !a.is_silent()).collect();
    assert!(accused.is_empty(), "accused: {accused:#?}");
    alarms
}

/// Bodies that are no JSON to dewspec, answers that are no success: what they store goes again.
#[test]
fn what_is_stored_against_expectation_is_deleted_all_the_same() {
    let kinds = ["-accepts-trailing-comma", "-replaces-invalid-unicode", "-answers-success-with-ok"];
    let chosen = |name: &str| kinds.iter().any(|kind| name.ends_with(kind));
    let faults: Vec<_> = faults().into_iter().filter(|fault| chosen(fault.name)).collect();
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
    let _turn = turn();
    let mut server = ServerConfig::default();
    server.faults.insert(fault).expect("a fault of the catalogue");
    runtime().block_on(laboratory().run(server)).expect("a report")
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
    let plan = AlarmPlan { each: false, combinations: 2, seeds: 1 };
    assert_silent(&laboratory(), profiles(plan, Settings::default().seed));
}
