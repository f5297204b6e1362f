//! Gateways that let only so much through, and maintenance: a run waits, slows down, says so, and leaves nothing. Where
//! waiting would take too long it says how long.

use std::time::Duration;

use crate::answer::Answer;
use crate::call::{Call, Which};
use crate::fault::{BREAKS, BROKEN, FAULT};
use crate::harness::{Scene, each};
use crate::proxy::Act;
use crate::rules::{Again, Throttle, after, after_such, always, meanwhile, pass, such};

/// Less than a hundred requests.
const FEW: &[&str] = &["csms.create-secret-tag.key.max-length", "kms.create-kms-tag.value.max-length"];
/// Some hundred.
const MANY: &[&str] = &["csms.create-secret-tag.key", "kms.create-kms-tag.value"];

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Passes through this throttle; the fault behind it, if there is one, is found.
#[track_caller]
fn passes(throttle: Throttle, fault: Option<&str>, cases: &[&str]) {
    let scene = Scene::with(fault.as_slice(), &[], throttle.rule());
    let told = scene.run(cases);
    match fault {
        None => told.code_is(0).accuses_nobody(),
        Some(_) => told.finds(BROKEN).accuses_at_most(BREAKS),
    };
    scene.is_clean(&told);
    assert!(scene.proxy.answered(throttle.status) > 0, "nothing was throttled");
    told.says_one_of(&["thrott", "slowed down", "too many requests"]);
}

#[test]
fn a_window_with_429_is_waited_for() {
    let variations = [
        (Throttle::window(20, ms(300)), Again::Unsaid, None),
        (Throttle::window(40, ms(1000)), Again::Unsaid, None),
        (Throttle::window(40, ms(1500)), Again::Seconds, None),
        (Throttle::window(50, ms(1500)), Again::Date, None),
        (Throttle::window(50, ms(2500)), Again::Unsaid, None),
        (Throttle::window(60, ms(6000)), Again::Unsaid, None),
        (Throttle::window(40, ms(1000)), Again::Seconds, Some(FAULT)),
        (Throttle::window(40, ms(1000)), Again::Unsaid, Some(FAULT)),
    ];
    each(&variations, |(throttle, again, fault)| passes(throttle.saying(429, *again), *fault, FEW));
}

#[test]
fn a_window_with_503_is_waited_for() {
    let variations = [
        (Throttle::window(20, ms(300)), Again::Unsaid, None),
        (Throttle::window(40, ms(1000)), Again::Seconds, None),
        (Throttle::window(50, ms(1500)), Again::Date, None),
        (Throttle::window(50, ms(2500)), Again::Unsaid, None),
        (Throttle::window(60, ms(6000)), Again::Unsaid, None),
        (Throttle::window(40, ms(1000)), Again::Unsaid, Some(FAULT)),
    ];
    each(&variations, |(throttle, again, fault)| passes(throttle.saying(503, *again), *fault, FEW));
}

#[test]
fn a_bucket_that_fills_slowly_is_waited_for() {
    let variations = [
        (Throttle::bucket(30, ms(15)), Again::Unsaid, None),
        (Throttle::bucket(10, ms(20)), Again::Unsaid, None),
        (Throttle::bucket(1, ms(10)), Again::Unsaid, None),
        (Throttle::bucket(20, ms(20)), Again::Seconds, None),
        (Throttle::bucket(20, ms(20)), Again::Unsaid, Some(FAULT)),
    ];
    each(&variations, |(throttle, again, fault)| passes(throttle.saying(429, *again), *fault, FEW));
}

#[test]
fn a_throttle_of_some_calls_only_is_waited_for() {
    let variations: [(&str, Which, Option<&str>); 6] = [
        ("POST", |call| call.method == "POST", None),
        ("GET", |call| call.method == "GET", None),
        ("deletes", Call::deletes, None),
        ("secrets", |call| call.on("/csms/"), None),
        ("keys", |call| call.on("/kms/"), None),
        ("POST", |call| call.method == "POST", Some(FAULT)),
    ];
    each(&variations, |(_, which, fault)| passes(Throttle::window(10, ms(700)).holding(*which), *fault, FEW));
}

#[test]
fn a_throttle_is_waited_for_while_events_are_created() {
    let cases = &["csms.create-secret-event.name.m"];
    each(&[Again::Unsaid, Again::Seconds], |again| {
        passes(Throttle::window(20, ms(1000)).saying(429, *again), None, cases);
    });
}

#[test]
fn a_throttle_is_no_find_of_the_fuzzer() {
    each(&[429, 503], |status| {
        let scene = Scene::new(Throttle::window(100, ms(500)).saying(*status, Again::Unsaid).rule());
        let told = scene.launch("fuzz").args(&["CreateSecretTag", "--time", "2"]).finish();
        told.code_is(0).accuses_nobody();
        scene.is_clean(&told);
    });
}

#[test]
fn a_throttle_that_would_take_too_long_ends_the_run_which_says_how_long() {
    let variations = [
        (Throttle::window(30, ms(4000)), Again::Unsaid, None),
        (Throttle::window(40, ms(3000)), Again::Seconds, None),
        (Throttle::bucket(20, ms(400)), Again::Unsaid, None),
        (Throttle::window(40, ms(3000)), Again::Date, Some(FAULT)),
    ];
    each(&variations, |(throttle, again, fault)| {
        let throttle = throttle.saying(429, *again);
        let scene = Scene::with(fault.as_slice(), &[], throttle.rule());
        let told = scene.run(&["--max-wait", "1", MANY[0], MANY[1]]);
        match fault {
            None => told.code_is(3).accuses_nobody(),
            Some(_) => told.finds_or_explains(BREAKS, &["thrott", "max-wait"]).accuses_at_most(BREAKS),
        };
        told.says_one_of(&["thrott", "too many requests"]).took_at_most(25);
        let words = told.text().replace('\n', " ");
        let length = words.split("thrott").skip(1).any(|rest| rest.contains(|c: char| c.is_ascii_digit()));
        assert!(length, "it does not say how long:\n{}", told.excerpt());
        scene.is_clean(&told);
    });
}

/// An hour is more than anybody waits for; nothing can be asked or removed any more, either.
#[test]
fn a_throttle_of_an_hour_ends_the_run_at_once() {
    each(&[(0, 429), (5, 429), (80, 429), (80, 503)], |(calls, status)| {
        let hour = Answer::gateway(*status, "APIG.0308", "The throttling threshold has been reached");
        let scene = Scene::new(after(*calls, always(hour.with("Retry-After", "3600"))));
        let told = scene.run(MANY);
        told.code_is(3).accuses_nobody().lines_at_most(40).took_at_most(20).says_one_of(&[
            "thrott",
            "retry-after",
            "unavailable",
        ]);
    });
}

#[test]
fn maintenance_is_waited_for() {
    let page = || Answer::html(503, "503 Service Temporarily Unavailable");
    let variations = [
        (20, ms(2000), page(), None),
        (60, ms(1000), page(), None),
        (90, ms(2000), page(), None),
        (90, ms(1500), Answer::gateway(503, "APIG.0503", "The service is under maintenance"), None),
        (70, ms(1500), page().with("Retry-After", "2"), None),
        (80, ms(1000), Answer::html(502, "502 Bad Gateway"), None),
        (80, ms(2000), page(), Some(FAULT)),
    ];
    each(&variations, |(calls, time, answer, fault)| {
        let scene = Scene::with(fault.as_slice(), &[], meanwhile(*calls, *time, always(answer.clone())));
        let told = scene.run(MANY);
        match fault {
            None => told.code_is(0).accuses_nobody(),
            Some(_) => told.finds(BROKEN).accuses_at_most(BREAKS),
        };
        scene.is_clean(&told);
        assert!(scene.proxy.answered(answer.status) > 0, "there was no maintenance");
    });
}

#[test]
fn maintenance_that_does_not_end_ends_the_run() {
    each(&[(20, 503), (90, 503), (90, 502)], |(calls, status)| {
        let page = Answer::html(*status, "The service is not available");
        let scene = Scene::new(after(*calls, always(page)));
        let told = scene.run(&["--max-wait", "2", MANY[0], MANY[1]]);
        told.code_is(3).accuses_nobody().lines_at_most(40).took_at_most(30);
    });
}

/// One operation may have a limit of its own, which is used up: nothing can be said of it, and all of the others.
#[test]
fn an_operation_that_is_throttled_all_the_time_is_left_out() {
    let variations: [(&str, usize, Which, Option<&str>); 5] = [
        ("batches, from the beginning", 0, Call::creates_batch, None),
        ("batches, later", 10, Call::creates_batch, None),
        ("keys", 0, Call::creates_key_tag, None),
        ("keys", 0, Call::creates_key_tag, Some(FAULT)),
        ("batches, later", 10, Call::creates_batch, Some(FAULT)),
    ];
    each(&variations, |(_, calls, which, fault)| {
        let limit = Answer::gateway(429, "APIG.0308", "The throttling threshold has been reached");
        let scene = Scene::with(fault.as_slice(), &[], after_such(*calls, *which, always(limit)));
        let batches = "csms.batch-create-or-delete-tags.key";
        let told = scene.launch("run").args(&[FEW[0], FEW[1], batches]).limit(70).finish();
        match fault {
            None => told.code_is(3).accuses_nobody(),
            Some(_) => told.finds(BROKEN).accuses_at_most(BREAKS),
        };
        told.says_one_of(&["thrott"]).took_at_most(60).lines_at_most(80);
        scene.is_clean(&told);
    });
}

/// 503 of one operation alone is its own answer, and no condition: that is found soon, and not case by case.
#[test]
fn an_operation_that_is_unavailable_all_the_time_is_found_and_left_out() {
    let broken = Answer::refusal(503, "the service is unavailable");
    let scene = Scene::new(such(Call::creates_key_tag, move || Act::Answer(broken.clone())));
    let told = scene.launch("run").args(&["kms.create-kms-tag", FEW[0]]).limit(90).finish();
    told.code_is(1).says("503").took_at_most(60);
    assert!(told.failed().len() <= 40, "{:?}", told.failed());
    scene.is_clean(&told);
}

/// What is seen of a valid request before the first case is not lost with the cases.
#[test]
fn what_a_valid_request_shows_is_told_although_the_run_ends_before_its_cases() {
    let fault = "csms-create-answers-success-with-ok";
    each(&[(Some(fault), 3), (Some(fault), 4), (None, 4)], |(fault, calls)| {
        let hour = Answer::gateway(429, "APIG.0308", "The throttling threshold has been reached");
        let hour = always(hour.with("Retry-After", "3600"));
        let scene = Scene::with(fault.as_slice(), &[], after_such(*calls, Call::creates_secret_tag, hour));
        let told = scene.run(&["csms.create-secret-tag"]);
        match fault {
            None => told.code_is(3).accuses_nobody(),
            Some(_) => {
                told.finds("csms.create-secret-tag.success.status");
                told.accuses_at_most(&["csms.create-secret-tag.success.status"])
            }
        };
        told.took_at_most(20);
    });
}

/// What comes for one input only is the target's.
#[test]
fn a_server_error_for_one_input_only_is_found() {
    /// Sent by one case, and again by whatever repeats that.
    fn picky(call: &Call) -> bool {
        call.creates_secret_tag() && call.body.contains("x or 1=1")
    }
    let answers = [
        Answer::refusal(503, "too busy for this"),
        Answer::refusal(503, "too busy for this").with("Retry-After", "1"),
        Answer::refusal(500, "oops"),
        Answer::html(502, "502 Bad Gateway"),
        Answer::html(504, "504 Gateway Time-out"),
    ];
    each(&answers, |answer| {
        let answer = answer.clone();
        let scene = Scene::new(such(picky, move || Act::Answer(answer.clone())));
        let told = scene.run(&["csms.create-secret-tag.stored/looks-like", "csms.create-secret-tag.server-error"]);
        told.code_is(1).took_at_most(30);
        let blamed = told.failed();
        assert!(blamed.iter().any(|id| id.contains("looks-like-an-equation")), "{blamed:?}:\n{}", told.excerpt());
        scene.is_clean(&told);
    });
}

/// The documents name no 429: where it answers the twenty-first tag, it is no throttle.
#[test]
fn a_limit_that_is_answered_like_a_throttle_is_found() {
    for (fault, operation) in [
        ("csms-create-answers-limit-with-too-many-requests", "csms.create-secret-tag"),
        ("csms-batch-answers-limit-with-too-many-requests", "csms.batch-create-or-delete-tags"),
    ] {
        let scene = Scene::faulty(fault, pass);
        let told = scene.run(&[&format!("{operation}.tag-limit")]);
        told.code_is(1).took_at_most(30);
        assert!(told.violated().iter().all(|id| id.starts_with(operation)), "{:?}", told.violated());
        scene.is_clean(&told);
    }
}
