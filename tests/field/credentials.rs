//! Credentials that may not write, or that end in the middle of a run: the run stops, says so once, and accuses nobody
//! from then on.

use crate::answer::Answer;
use crate::call::Which;
use crate::fault::{BREAKS, FAULT};
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::Act;
use crate::rules::{after, after_such, always, pass, such};
use crate::told::Told;

/// Some hundred requests, on every kind of resource.
const CASES: &[&str] = &["csms.create-secret-tag.key", "kms.create-kms-tag.value", "csms.create-secret-event.name"];
/// Requests that may be under way or tried again when a token ends, and what is sent to find out, for as long as it may pass, and to
/// clean up.
const AFTERWARDS: usize = 150;

/// What remains is said once, and not tag by tag.
#[track_caller]
fn says_once_what_stays(scene: &Scene, told: &Told) {
    let left = scene.upstream.left();
    // In quotes, and long ones cut.
    let named = |item: &String| format!("\"{}", key_of(item).chars().take(20).collect::<String>());
    let about = |note: &&String| left.iter().any(|item| note.contains(&named(item)));
    let notes = told.notes();
    let naming = notes.iter().filter(about).count();
    assert!(naming <= 1, "{naming} notes about {left:?}: {notes:?}\n{}", told.excerpt());
    if !left.is_empty() {
        told.says_one_of(&["left behind", "could not be removed", "could not be deleted", "stays", "remain"]);
    }
}

/// `secret DEV=1` is about DEV, `event x` about x.
fn key_of(item: &str) -> &str {
    let name = item.split_once(' ').map_or(item, |(_, name)| name);
    name.split_once('=').map_or(name, |(key, _)| key)
}

#[test]
fn a_token_that_may_only_read_is_told() {
    let variations = [
        ("403", None, "run"),
        ("401", None, "run"),
        ("403", Some(FAULT), "run"),
        ("403", None, "fuzz"),
        ("401", None, "fuzz"),
    ];
    each(&variations, |(status, fault, subcommand)| {
        let scene = Scene::with(fault.as_slice(), &[("token.read-only", status)], pass);
        let setup = Setup { token: scene.upstream.read_only_token().to_owned(), ..scene.setup() };
        let time: &[&str] = if *subcommand == "fuzz" { &["--time", "2"] } else { &[] };
        let told = Launch::new(subcommand, &setup).args(time).finish();
        told.code_is(3).accuses_nobody().lines_at_most(15).took_at_most(20);
        told.says_one_of(&["write", "read-only", "only read"]).never_says(&setup.token);
        assert!(scene.proxy.calls() <= 60, "{} requests to find out", scene.proxy.calls());
    });
}

/// How a gateway says that a token has ended.
fn expired(manner: &str) -> Answer {
    match manner {
        "401" => Answer::gateway(401, "APIG.0301", "Incorrect IAM authentication information: token expires"),
        "401 wrapped" => Answer::refusal(401, "the token has expired"),
        "401 page" => Answer::html(401, "401 Authorization Required").with("WWW-Authenticate", "Bearer"),
        "403" => Answer::refusal(403, "the token has expired"),
        other => panic!("no manner is called {other}"),
    }
}

#[test]
fn a_token_that_ends_in_the_middle_ends_the_run_and_accuses_nobody() {
    let variations = [
        (3, "401"),
        (30, "401 wrapped"),
        (60, "403"),
        (90, "401"),
        (120, "401 page"),
        (121, "403"),
        (150, "401 wrapped"),
        (180, "401"),
    ];
    each(&variations, |(calls, manner)| {
        let scene = Scene::new(after(*calls, always(expired(manner))));
        let told = scene.run(CASES);
        told.code_is(3).accuses_nobody().lines_at_most(40).took_at_most(20);
        told.says_one_of(&["token", "credential", "unauthori"]);
        let more = scene.proxy.calls() - calls;
        assert!(more <= AFTERWARDS, "{more} requests after the token had ended:\n{}", told.excerpt());
        says_once_what_stays(&scene, &told);
    });
}

#[test]
fn what_was_found_before_the_token_ended_is_kept() {
    each(&[(40, "401"), (90, "403"), (150, "401 page"), (200, "401 wrapped")], |(calls, manner)| {
        let scene = Scene::faulty(FAULT, after(*calls, always(expired(manner))));
        let told = scene.run(CASES);
        told.finds_or_explains(BREAKS, &["token", "credential", "unauthori"]).accuses_at_most(BREAKS);
        told.lines_at_most(80).took_at_most(20);
        says_once_what_stays(&scene, &told);
    });
}

#[test]
fn a_token_that_ends_while_it_is_fuzzed_is_no_find() {
    each(&[(30, "401"), (150, "403"), (400, "401 page")], |(calls, manner)| {
        let scene = Scene::new(after(*calls, always(expired(manner))));
        let told = scene.launch("fuzz").args(&["--time", "2"]).finish();
        told.code_is(3).accuses_nobody().lines_at_most(40).took_at_most(20);
    });
}

#[test]
fn a_permission_to_write_that_ends_in_the_middle_ends_the_run() {
    let denied = || always(Answer::refusal(403, "the policy of the caller permits reading only"));
    each(&[(4, None), (25, None), (60, None), (40, Some(FAULT))], |(writes, fault)| {
        let scene = Scene::with(fault.as_slice(), &[], after_such(*writes, |call| !call.reads(), denied()));
        let told = scene.run(CASES);
        match fault {
            None => told.code_is(3).accuses_nobody(),
            Some(_) => told.finds_or_explains(BREAKS, &["write", "permission"]).accuses_at_most(BREAKS),
        };
        told.lines_at_most(60).took_at_most(20);
        says_once_what_stays(&scene, &told);
    });
}

/// One service's token may end, or never have been good, while the other goes on.
#[test]
fn a_token_that_one_service_refuses_accuses_nobody() {
    let variations: [(&str, Which); 2] = [("kms", |call| call.on("/kms/")), ("csms", |call| call.on("/csms/"))];
    each(&variations, |(_, which)| {
        let scene = Scene::new(such(*which, || Act::Answer(expired("401"))));
        scene.run(CASES).code_is(3).accuses_nobody();
    });
}

/// A clause about tokens is not to be confounded with an expired one.
#[test]
fn a_fault_about_tokens_is_found() {
    for (fault, clause) in [
        ("csms-create-accepts-missing-token", "csms.create-secret-tag.request.x-auth-token"),
        ("csms-create-accepts-any-token", "csms.create-secret-tag.request.x-auth-token"),
        ("csms-create-fails-on-missing-token", "csms.create-secret-tag.server-error"),
    ] {
        let scene = Scene::faulty(fault, pass);
        scene.run(&["csms.create-secret-tag.request", "csms.create-secret-tag.token"]).finds(clause);
    }
}
