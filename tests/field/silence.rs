//! Targets that take connections and never answer any more, and people who have had enough of waiting.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::answer::Answer;
use crate::call::{Call, Which};
use crate::fault::{BREAKS, FAULT};
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::Act;
use crate::raw::Raw;
use crate::rules::{Throttle, after, after_such, always, such};
use crate::told::Told;

const CASES: &[&str] = &["--timeout", "1", "csms.create-secret-tag.key", "kms.create-kms-tag.value"];
/// From a signal to the end, with a little for a busy machine.
const GRACE: Duration = Duration::from_secs(11);

fn silent(_: &Call) -> Act {
    Act::Silent
}

#[test]
fn a_target_that_falls_silent_ends_the_run() {
    let variations = [(0, "run"), (1, "run"), (9, "run"), (40, "run"), (120, "run"), (0, "fuzz"), (150, "fuzz")];
    each(&variations, |(calls, subcommand)| {
        let scene = Scene::new(after(*calls, silent));
        let launch = scene.launch(subcommand);
        let told = match *subcommand {
            "fuzz" => launch.args(&["--timeout", "1", "--time", "2"]).finish(),
            _ => launch.args(CASES).finish(),
        };
        told.code_is(3).accuses_nobody().lines_at_most(48).took_at_most(25);
        told.says_one_of(&["answer", "silent", "timed out", "time-out"]);
    });
}

/// The default of ten seconds for each answer must not be multiplied by the number of cases.
#[test]
fn a_silent_target_ends_the_run_within_a_minute_at_default_settings() {
    each(&[0, 60], |calls| {
        let scene = Scene::new(after(*calls, silent));
        let told = scene.launch("run").limit(70).finish();
        told.code_is(3).accuses_nobody().lines_at_most(48).took_at_most(60);
    });
}

#[test]
fn what_was_found_before_a_target_fell_silent_is_kept() {
    each(&[60, 120, 200], |calls| {
        let scene = Scene::faulty(FAULT, after(*calls, silent));
        let told = scene.run(CASES);
        told.finds_or_explains(BREAKS, &["answer", "silent", "timed out"]).accuses_at_most(BREAKS).took_at_most(25);
    });
}

#[test]
fn a_target_of_which_a_part_falls_silent_ends_the_run() {
    let variations: [(&str, Which, usize); 5] = [
        ("writes", |call| !call.reads(), 0),
        ("writes", |call| !call.reads(), 30),
        ("reads", Call::reads, 10),
        ("keys", |call| call.on("/kms/"), 5),
        ("deletes", Call::deletes, 5),
    ];
    each(&variations, |(_, which, calls)| {
        let scene = Scene::new(after_such(*calls, *which, silent));
        let told = scene.run(CASES);
        told.code_is(3).accuses_nobody().took_at_most(35);
    });
}

/// A pause is no end: what is answered late, or at the second try, was answered.
#[test]
fn a_target_that_is_silent_now_and_then_is_not_accused() {
    each(&[40, 90], |calls| {
        let (began, mut count) = (*calls, 0);
        let scene = Scene::new(move |call: &Call| {
            let pauses = call.number >= began && call.reads() && count < 3;
            count += usize::from(pauses);
            if pauses { Act::Silent } else { Act::Pass }
        });
        let told = scene.run(&["--timeout", "0.5", "csms.create-secret-tag.key"]);
        told.code_is(0).accuses_nobody();
        scene.is_clean(&told);
    });
}

#[test]
fn a_server_that_never_says_anything_ends_the_run() {
    let raw = Raw::silent();
    for subcommand in ["run", "fuzz"] {
        let told = Launch::new(subcommand, &Setup::of_nobody(&raw.url())).args(&["--timeout", "1"]).finish();
        told.code_is(3).accuses_nobody().lines_at_most(15).took_at_most(20);
        told.says_one_of(&["answer", "silent", "timed out", "time-out"]);
    }
    assert!(raw.connections() > 0, "nobody came");
}

/// What ends a run from outside, and the exit code that shells know for it.
const SIGNALS: [(Signal, i32); 3] = [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)];

/// Sends it after so many calls, and waits for the end.
fn ended(scene: &Scene, subcommand: &str, signal: Signal, calls: usize) -> Told {
    let mut underway = scene.launch(subcommand).start();
    underway.wait_until(|| scene.proxy.calls() >= calls);
    let then = Instant::now();
    underway.signal(signal);
    let told = underway.finish();
    assert!(then.elapsed() < GRACE, "it took {:?} to end:\n{}", then.elapsed(), told.excerpt());
    told
}

#[test]
fn a_signal_ends_a_run_that_leaves_nothing() {
    each(&SIGNALS, |(signal, code)| {
        let scene = Scene::new(|_: &Call| Act::Delay(Duration::from_millis(20)));
        let told = ended(&scene, "run", *signal, 150);
        told.code_is(*code).accuses_nobody();
        scene.is_clean(&told);
    });
}

#[test]
fn a_signal_ends_the_fuzzer_which_leaves_nothing() {
    each(&SIGNALS, |(signal, code)| {
        let scene = Scene::new(|_: &Call| Act::Delay(Duration::from_millis(5)));
        let told = ended(&scene, "fuzz", *signal, 200);
        told.code_is(*code).accuses_nobody();
        scene.is_clean(&told);
    });
}

#[test]
fn a_signal_ends_a_run_that_waits_for_an_answer() {
    for calls in [1, 60] {
        each(&SIGNALS, |(signal, code)| {
            let scene = Scene::new(after(calls - 1, silent));
            ended(&scene, "run", *signal, calls).code_is(*code).accuses_nobody();
        });
    }
}

#[test]
fn a_signal_ends_a_run_that_waits_for_a_throttle_or_for_the_end_of_maintenance() {
    each(&SIGNALS, |(signal, code)| {
        let scene = Scene::new(Throttle::window(60, Duration::from_secs(30)).rule());
        ended(&scene, "run", *signal, 62).code_is(*code).accuses_nobody();
    });
    each(&SIGNALS[..2], |(signal, code)| {
        let scene = Scene::new(after(60, always(Answer::html(503, "503 Service Temporarily Unavailable"))));
        ended(&scene, "run", *signal, 62).code_is(*code).accuses_nobody();
    });
}

/// The first asks to clean up; who sends the second does not want to wait for that.
#[test]
fn a_second_signal_ends_it_at_once() {
    let scene = Scene::new(after(60, silent));
    let mut underway = scene.launch("run").start();
    underway.wait_until(|| scene.proxy.calls() > 60);
    underway.signal(Signal::INT);
    std::thread::sleep(Duration::from_millis(300));
    underway.signal(Signal::INT);
    let told = underway.finish();
    told.code_is_one_of(&[130, -2]).took_at_most(20);
}

/// Signals do not turn a proven violation into something else, nor the other way round.
#[test]
fn a_signal_keeps_its_exit_code_whatever_was_found() {
    let scene = Scene::faulty(
        "csms-create-answers-success-with-created",
        such(|_| true, || Act::Delay(Duration::from_millis(10))),
    );
    ended(&scene, "run", Signal::TERM, 200).code_is(143);
}
