//! What somebody else does to the target while it is tested: a resource is deleted, or a page answers in the service's place for
//! a few requests, while everything that is read says that all is well.

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::FAULT;
use crate::harness::{Scene, each};
use crate::proxy::Act;
use crate::rules::{after, after_such, always, such};

const CASES: &[&str] = &["csms.create-secret-tag.key", "csms.create-secret-tag.value"];

#[test]
fn a_resource_that_is_deleted_in_mid_run_accuses_nobody() {
    each(&[40, 90, 150], |calls| {
        let gone = Answer::refusal(404, "the secret does not exist");
        let scene = Scene::new(after(
            *calls,
            such(|call| call.on("/csms/") && call.on("/tags"), move || Act::Answer(gone.clone())),
        ));
        let told = scene.run(CASES);
        told.code_is(3).accuses_nobody().lines_at_most(60);
        told.says_one_of(&["not there any more", "answered with 404 now"]);
    });
}

/// The end of an outage: the canary is well already when somebody asks it.
#[test]
fn pages_that_come_for_a_few_requests_accuse_nobody() {
    each(&[(404, 3), (404, 25), (302, 10), (200, 10)], |(status, count)| {
        let mut left = *count;
        let page = Answer::html(*status, "somebody else's page");
        let scene = Scene::new(after_such(30, Call::creates_secret_tag, move |_: &Call| {
            left = usize::saturating_sub(left, 1);
            if left > 0 { Act::Answer(page.clone()) } else { Act::Pass }
        }));
        scene.run(CASES).code_is(0).accuses_nobody();
    });
}

#[test]
fn pages_that_come_each_time_are_told() {
    let scene = Scene::new(after_such(30, Call::creates_secret_tag, always(Answer::html(404, "404 Not Found"))));
    scene.run(CASES).code_is(1);
}

/// A token that is over is refused whatever it asks: that it may not write says nothing.
#[test]
fn a_read_only_token_that_does_not_read_proves_nothing() {
    let fault = "csms-create-writes-with-read-only-token";
    let cases = ["csms.create-secret-tag.token", "csms.create-secret-tag.example"];
    let scene = Scene::faulty(fault, |_: &Call| Act::Pass);
    let garbage =
        scene.launch("run").env("DEWSPEC_READ_ONLY_TOKEN", "a-token-that-was-over-long-ago").args(&cases).finish();
    garbage.code_is(0).says("does not read the secret").says("could not be observed");
    let found = Scene::faulty(FAULT, |_: &Call| Act::Pass);
    found.launch("run").args(&["csms.create-secret-tag.key.max-length"]).finish().code_is(1);
}
