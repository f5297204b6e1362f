//! A process that dies of what it is sent: named if it dies of that again, forgiven if it does not, and where it stays
//! dead, the requests under way are the suspects.

use std::time::Duration;

use crate::call::{Call, Which};
use crate::fault::{BREAKS, BROKEN, FAULT};
use crate::harness::{Scene, each};
use crate::proxy::{Act, Rule};

/// What is done with such calls.
type Does = fn() -> Act;

/// Until somebody has started it again.
const GONE: Duration = Duration::from_millis(800);

/// Inputs that one case each sends, the part of its body that gives it away, and the case.
const INPUTS: [(Which, &str, &str); 3] = [
    (
        |call| call.creates_secret_tag() && call.body.contains("x or 1=1"),
        "csms.create-secret-tag.stored/looks-like",
        "csms.create-secret-tag.stored/looks-like-an-equation",
    ),
    (
        |call| call.creates_key_tag() && call.body.contains("\"NULL\""),
        "kms.create-kms-tag.stored/looks-like",
        "kms.create-kms-tag.stored/looks-like-null-in-capitals",
    ),
    (
        |call| call.creates_secret_tag() && call.body.contains("\"Tag\":"),
        "csms.create-secret-tag.tag.mandatory",
        "csms.create-secret-tag.tag.mandatory/in-other-case",
    ),
];

/// Dies of such calls, so many times, and comes back after a while.
fn dies_of(which: Which, times: usize, gone: Option<Duration>) -> impl Rule {
    let mut deaths = 0;
    move |call: &Call| {
        if !which(call) || deaths >= times {
            return Act::Pass;
        }
        deaths += 1;
        Act::Die(gone)
    }
}

#[test]
fn an_input_that_kills_every_time_is_named() {
    each(&INPUTS, |(which, cases, case)| {
        let scene = Scene::new(dies_of(*which, usize::MAX, Some(GONE)));
        let told = scene.run(&[cases]);
        told.code_is(1).took_at_most(30);
        let failed = told.failed();
        assert!(failed.iter().any(|id| id == case), "{case} is not among {failed:?}:\n{}", told.excerpt());
        assert!(failed.len() == 1, "others died with it: {failed:?}\n{}", told.excerpt());
        scene.is_clean(&told);
    });
}

#[test]
fn an_input_that_kills_every_time_is_named_beside_another_fault() {
    let (which, cases, case) = INPUTS[0];
    let scene = Scene::faulty(FAULT, dies_of(which, usize::MAX, Some(GONE)));
    let told = scene.run(&[cases, "csms.create-secret-tag.key.max-length"]);
    told.finds(BROKEN);
    assert!(told.failed().iter().any(|id| id == case), "{:?}", told.failed());
}

#[test]
fn a_target_that_dies_once_is_not_accused() {
    each(&INPUTS, |(which, cases, _)| {
        let scene = Scene::new(dies_of(*which, 1, Some(GONE)));
        let told = scene.run(&[cases]);
        told.code_is(0).accuses_nobody();
        scene.is_clean(&told);
    });
}

#[test]
fn a_target_that_is_started_anew_is_not_accused() {
    for moments in [&[40][..], &[30, 90], &[25, 26, 70]] {
        let scene =
            Scene::new(|call: &Call| if moments.contains(&call.number) { Act::Die(Some(GONE)) } else { Act::Pass });
        let told = scene.run(&["csms.create-secret-tag.key", "kms.create-kms-tag.value"]);
        told.code_is(0).accuses_nobody();
        scene.is_clean(&told);
    }
}

#[test]
fn a_target_that_stays_dead_ends_the_run_which_names_what_was_under_way() {
    each(&INPUTS, |(which, cases, case)| {
        let scene = Scene::new(dies_of(*which, 1, None));
        let told = scene.run(&[cases]);
        told.code_is(3).accuses_nobody().took_at_most(40);
        told.says(case);
    });
}

#[test]
fn a_target_that_goes_away_ends_the_run() {
    each(&[(0, None), (10, None), (60, None), (150, Some(FAULT))], |(calls, fault)| {
        let at = *calls;
        let scene = Scene::with(
            fault.as_slice(),
            &[],
            move |call: &Call| if call.number >= at { Act::Die(None) } else { Act::Pass },
        );
        let told = scene.run(&["csms.create-secret-tag.key", "kms.create-kms-tag.value"]);
        match fault {
            None => told.code_is(3).accuses_nobody(),
            Some(_) => told.finds_or_explains(BREAKS, &["reach", "refused", "connect"]).accuses_at_most(BREAKS),
        };
        told.lines_at_most(80).took_at_most(40).says_one_of(&["reach", "refused", "connect"]);
    });
}

/// Keep-alive connections that a server closes between two requests are everyday life.
#[test]
fn lost_connections_are_no_findings() {
    let variations: [(&str, Which, Does); 4] = [
        ("before a read", |call| call.reads() && call.of_method % 9 == 4, || Act::Drop),
        ("before a write", |call| call.creates() && call.of_method % 11 == 5, || Act::Drop),
        ("before a delete", |call| call.deletes() && call.number % 5 == 2, || Act::Drop),
        ("after a write", |call| call.creates() && call.of_method % 17 == 9, || Act::Lose),
    ];
    each(&variations, |(_, which, act)| {
        for fault in [None, Some(FAULT)] {
            let (which, act) = (*which, *act);
            let scene =
                Scene::with(fault.as_slice(), &[], move |call: &Call| if which(call) { act() } else { Act::Pass });
            let told = scene.run(&["csms.create-secret-tag.key", "kms.create-kms-tag.value"]);
            match fault {
                None => told.code_is(0).accuses_nobody(),
                Some(_) => told.finds(BROKEN).accuses_at_most(BREAKS),
            };
            scene.is_clean(&told);
        }
    });
}

/// What was cut off or garbled came from the target: it is not forgotten, even where the second try went well.
#[test]
fn cut_and_garbled_answers_are_told() {
    let variations: [(&str, Does, usize); 4] = [
        ("cut", || Act::Cut, 7),
        ("cut", || Act::Cut, 3),
        ("garbled", || Act::Garble, 7),
        ("garbled", || Act::Garble, 1),
    ];
    each(&variations, |(_, act, every)| {
        let (act, every) = (*act, *every);
        let scene = Scene::new(move |call: &Call| {
            let bad = call.creates_secret_tag() && call.of_method % every == every - 1;
            if bad { act() } else { Act::Pass }
        });
        let told = scene.run(&["csms.create-secret-tag.key"]);
        told.says_one_of(&["flaky", "truncated", "cut", "garbled", "not http", "incomplete", "invalid"]);
        if every == 1 {
            told.code_is_one_of(&[1, 3]);
        }
    });
}
