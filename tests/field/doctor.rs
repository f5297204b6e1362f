//! `dewspec doctor`: what is right and wrong with a set-up, a line a step, and nothing left behind.

use std::time::Duration;

use crate::answer::Answer;
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::{Act, Proxy};
use crate::raw::{ALERT, Raw, noise};
use crate::rules::{after, always, meanwhile, pass, such};

/// One for each step and each thing to tag, and what to do about it.
const LINES: usize = 30;

#[test]
fn a_set_up_without_mistakes_is_told_step_by_step() {
    let variations: [&[(&str, &str)]; 3] = [
        &[],
        &[("existing-key", "refuse"), ("path.encoding", "literal")],
        &[("token.wrong", "400"), ("unknown-id", "400")],
    ];
    each(&variations, |readings| {
        let scene = Scene::with(&[], readings, pass);
        let told = scene.launch("doctor").finish();
        told.code_is(0).lines_at_most(LINES).took_at_most(15).never_says(scene.upstream.token());
        assert!(told.out.lines().count() >= 5, "a line a step:\n{}", told.excerpt());
        told.says(scene.upstream.secret()).says(scene.upstream.key());
        scene.is_clean(&told);
        assert!(scene.proxy.calls() <= 80, "{} requests", scene.proxy.calls());
    });
}

#[test]
fn without_an_endpoint_the_embedded_server_is_looked_at() {
    Launch::bare("doctor").finish().code_is(0).lines_at_most(LINES);
}

#[test]
fn what_others_have_there_stays() {
    let scene = Scene::new(pass);
    let theirs = [("DEV", "theirs"), ("key1", "theirs"), ("production", "yes")];
    scene.upstream.store(&scene.upstream.secret_tags(), &theirs);
    scene.upstream.store(&scene.upstream.key_tags(), &theirs);
    let before = scene.upstream.left();
    let told = scene.launch("doctor").finish();
    told.code_is(0);
    assert_eq!(scene.upstream.left(), before, "{}", told.excerpt());
}

#[test]
fn each_mistake_is_told() {
    let scene = Scene::new(pass);
    let right = scene.setup();
    let other = |id: &str| format!("00000000{}", &id[8..]);
    let mistakes = [
        (Setup { secret: other(&right.secret), ..right.clone() }, other(&right.secret)),
        (Setup { key: other(&right.key), ..right.clone() }, other(&right.key)),
        (Setup { project: other(&right.project), ..right.clone() }, other(&right.project)),
        (Setup { token: "MIIDof-another-day==".to_owned(), ..right.clone() }, "token".to_owned()),
        (Setup { token: scene.upstream.read_only_token().to_owned(), ..right.clone() }, "write".to_owned()),
        (Setup { endpoint: format!("{}/api", right.endpoint), ..right.clone() }, "/api".to_owned()),
        (Setup { endpoint: "http://127.0.0.1:9".to_owned(), ..right.clone() }, "127.0.0.1:9".to_owned()),
        (Setup { endpoint: right.endpoint.replace("http:", "https:"), ..right.clone() }, "tls".to_owned()),
    ];
    for (setup, part) in &mistakes {
        let told = Launch::new("doctor", setup).finish();
        told.code_is(3).says(part).lines_at_most(LINES).took_at_most(20).never_says(scene.upstream.token());
        scene.is_clean(&told);
    }
}

#[test]
fn each_other_server_is_told_from_this_api() {
    let proxies = [
        Proxy::alone(always(Answer::html(200, "Welcome"))),
        Proxy::alone(always(Answer::html(404, "404 Not Found"))),
        Proxy::alone(always(Answer::html(302, "Moved").with("Location", "https://dew.invalid/"))),
        Proxy::alone(always(Answer::json(200, r#"{"status":"ok"}"#))),
        Proxy::alone(always(Answer::refusal(400, "no"))),
    ];
    let raws = [Raw::saying(&noise(300)), Raw::saying(ALERT), Raw::silent()];
    for url in proxies.iter().map(Proxy::url).chain(raws.iter().map(Raw::url)) {
        let told = Launch::new("doctor", &Setup::of_nobody(&url)).args(&["--timeout", "1"]).finish();
        told.code_is(3).lines_at_most(LINES).took_at_most(20);
    }
}

#[test]
fn a_write_that_is_refused_is_told() {
    each(&[400, 403, 409, 503], |status| {
        let answer = Answer::refusal(*status, "no");
        let scene = Scene::new(such(|call| !call.reads(), move || Act::Answer(answer.clone())));
        let told = scene.launch("doctor").args(&["--max-wait", "1"]).finish();
        told.code_is(3).lines_at_most(LINES).took_at_most(20);
    });
}

#[test]
fn a_throttle_is_told_and_waited_for() {
    let busy = Answer::gateway(429, "APIG.0308", "The throttling threshold has been reached");
    let scene = Scene::new(meanwhile(4, Duration::from_millis(800), always(busy)));
    let told = scene.launch("doctor").finish();
    told.code_is(0).says_one_of(&["thrott", "429"]);
    scene.is_clean(&told);
}

/// Where the credentials end between a write and its deletion, what is left is named.
#[test]
fn what_it_cannot_delete_it_names() {
    let mut wrote = false;
    let scene = Scene::new(move |call: &crate::call::Call| {
        let act = if wrote { Act::Answer(Answer::refusal(401, "the token has expired")) } else { Act::Pass };
        wrote |= call.creates_secret_tag() || call.creates_batch();
        act
    });
    let told = scene.launch("doctor").finish();
    told.code_is(3);
    for item in scene.upstream.left() {
        let (_, named) = item.split_once(' ').expect("a tag or an event");
        let key = named.split('=').next().unwrap_or(named);
        // Long ones are cut.
        told.says(&key.chars().take(24).collect::<String>());
    }
}

/// An emulator that is still starting refuses connections, or has a gateway that is up already.
#[test]
fn a_target_that_is_still_starting_is_waited_for() {
    each(&["doctor", "run"], |subcommand| {
        let scene = Scene::new(pass);
        let late = Proxy::late(scene.upstream.address, Duration::from_secs(1), pass);
        let setup = Setup { endpoint: late.url(), ..scene.setup() };
        let cases: &[&str] = if *subcommand == "run" { &["csms.create-secret-tag.key.max-length"] } else { &[] };
        let told = Launch::new(subcommand, &setup).args(&["--wait-for", "10"]).args(cases).finish();
        told.code_is(0).took_at_most(15);
        assert!(told.took >= Duration::from_secs(1), "it cannot have waited");
        scene.is_clean(&told);
    });
    let starting = Answer::html(503, "503 Service Temporarily Unavailable");
    let scene = Scene::new(meanwhile(0, Duration::from_secs(1), always(starting)));
    scene.launch("doctor").args(&["--wait-for", "10"]).finish().code_is(0).took_at_most(15);
}

#[test]
fn a_target_that_never_comes_up_is_waited_for_so_long_and_no_longer() {
    let proxy = Proxy::late(([127, 0, 0, 1], 9).into(), Duration::from_secs(3600), pass);
    let setup = Setup::of_nobody(&proxy.url());
    let told = Launch::new("doctor", &setup).args(&["--wait-for", "1"]).finish();
    told.code_is(3).says(&proxy.url()).took_at_most(10);
    let told = Launch::new("doctor", &setup).finish();
    told.code_is(3).says(&proxy.url()).took_at_most(10);
}

#[test]
fn a_target_that_falls_silent_is_told() {
    each(&[1, 4, 8], |calls| {
        let scene = Scene::new(after(*calls, |_: &crate::call::Call| Act::Silent));
        let told = scene.launch("doctor").args(&["--timeout", "1"]).finish();
        told.code_is(3).lines_at_most(LINES).took_at_most(20).says_one_of(&["answer", "silent", "timed out"]);
    });
}

#[test]
fn wrong_usage_is_told_and_nothing_is_sent() {
    Launch::bare("doctor").args(&["--help"]).finish().code_is(0).says("Exit codes");
    let scene = Scene::new(pass);
    let setup = scene.setup();
    let url = setup.endpoint.as_str();
    for arguments in [
        &["--endpoint", url][..],
        &["--endpoint", url, "--project-id", "p"],
        &["--endpoint", url, "--project-id", "p", "--secret-id", "s"],
        &["--endpoint", "nonsense", "--project-id", "p", "--secret-id", "s", "--token", "t"],
        &["--wait-for", "soon"],
    ] {
        Launch::bare("doctor").args(arguments).finish().code_is(2);
    }
    assert_eq!(scene.proxy.seen().connections, 0, "somebody came");
}
