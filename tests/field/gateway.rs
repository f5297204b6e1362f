//! Gateways and reverse proxies before a conforming server: what they answer by themselves is not the operation's
//! doing, and what they want of a client every request gives them, raw connections included.

use crate::answer::Answer;
use crate::call::{Call, Which};
use crate::fault::{BREAKS, BROKEN, FAULT};
use crate::harness::{Scene, each};
use crate::proxy::Act;
use crate::rules::{pass, such};
use crate::told::Told;

/// Refusals of many kinds, raw connections, identifiers that only look alike, observers.
const CASES: &[&str] = &[
    "csms.create-secret-tag.example",
    "csms.create-secret-tag.key.max-length",
    "csms.create-secret-tag.request",
    "csms.create-secret-tag.success",
    "csms.create-secret-tag.body.json",
    "csms.create-secret-tag.server-error/another-kind",
    "csms.create-secret-tag.path",
    "csms.create-secret-tag.unknown-id",
    "csms.create-secret-tag.malformed-id",
    "kms.create-kms-tag.success",
    "kms.create-kms-tag.status",
    "csms.create-secret-event.body",
];

/// Conforms behind it; and the fault of a faulty server is found there.
///
/// `met`: the calls that the gateway is there for; at least one must have come.
#[track_caller]
fn does_not_show(rule: impl Fn() -> Box<dyn FnMut(&Call) -> Act + Send>, met: Which) {
    let scene = Scene::new(rule());
    let told = scene.run(CASES);
    told.code_is(0).accuses_nobody();
    warns_of_nothing(&told);
    scene.is_clean(&told);
    assert!(scene.proxy.count(met) > 0, "no call is one that the gateway is there for");
    let scene = Scene::faulty(FAULT, rule());
    let told = scene.run(CASES);
    told.finds(BROKEN).accuses_at_most(BREAKS);
}

fn any(_: &Call) -> bool {
    true
}

#[track_caller]
fn warns_of_nothing(told: &Told) {
    let summary = told.report.as_ref().map(|report| report["summary"].clone()).unwrap_or_default();
    assert_eq!(summary["warn"], 0, "warnings:\n{}", told.excerpt());
}

#[test]
fn without_a_gateway_these_cases_pass() {
    does_not_show(|| Box::new(pass), any);
}

/// Whether a client says that it takes nothing but plain bodies.
fn asks_for_plain(call: &Call) -> bool {
    call.field("accept-encoding").is_some_and(|value| value.trim() == "identity")
}

fn compressed_error(answer: Answer) -> Answer {
    if answer.status >= 400 { answer.gzipped() } else { answer }
}

fn compressed(answer: Answer) -> Answer {
    if answer.body.is_empty() { answer } else { answer.gzipped() }
}

#[test]
fn a_gateway_that_compresses_unless_it_is_asked_not_to_does_not_show() {
    does_not_show(
        || Box::new(|call: &Call| if asks_for_plain(call) { Act::Pass } else { Act::Change(compressed_error) }),
        any,
    );
}

#[test]
fn a_gateway_that_compresses_whatever_it_is_asked_does_not_show() {
    does_not_show(|| Box::new(|_: &Call| Act::Change(compressed_error)), any);
    does_not_show(|| Box::new(|_: &Call| Act::Change(compressed)), any);
}

/// Identity has no name of its own in an answer; some gateways give it one all the same.
#[test]
fn a_gateway_that_names_the_identity_encoding_does_not_show() {
    does_not_show(|| Box::new(|_: &Call| Act::Change(|answer| answer.with("Content-Encoding", "identity"))), any);
}

#[test]
fn every_request_asks_for_plain_bodies() {
    let scene = Scene::new(pass);
    scene.run(CASES).code_is(0);
    let others = scene.proxy.count(|call| !asks_for_plain(call));
    assert_eq!(others, 0, "{others} of {} requests do not", scene.proxy.calls());
}

#[test]
fn every_request_says_who_sends_it() {
    let scene = Scene::new(pass);
    scene.run(CASES).code_is(0);
    let others = scene.proxy.count(|call| !call.field("user-agent").is_some_and(|name| name.contains("dewspec")));
    assert_eq!(others, 0, "{others} of {} requests do not", scene.proxy.calls());
}

#[test]
fn a_gateway_that_wants_a_user_agent_does_not_show() {
    let refusals = [Answer::html(403, "403 Forbidden"), Answer::gateway(400, "APIG.0101", "no user agent")];
    each(&refusals, |refusal| {
        let rule = || {
            let refusal = refusal.clone();
            let anonymous = |call: &Call| call.field("user-agent").is_none_or(str::is_empty);
            Box::new(such(anonymous, move || Act::Answer(refusal.clone()))) as Box<dyn FnMut(&Call) -> Act + Send>
        };
        does_not_show(rule, any);
    });
}

/// What nginx and its like refuse before any server sees it: a zero byte in a path, and some a slash as well.
#[test]
fn a_reverse_proxys_own_refusal_of_a_path_does_not_show() {
    let variations: [(&str, Which); 3] = [
        ("a zero byte", |call| call.path.contains("%00")),
        ("a zero byte or a line break", |call| {
            ["%00", "%0A", "%0a", "%0D", "%0d"].iter().any(|part| call.path.contains(part))
        }),
        ("anything encoded that is not text", |call| {
            ["%00", "%FF", "%ff", "%01"].iter().any(|part| call.path.contains(part))
        }),
    ];
    each(&variations, |(_, which)| {
        let page = || Act::Answer(Answer::html(400, "400 Bad Request"));
        does_not_show(|| Box::new(such(*which, page)), *which);
    });
}

#[test]
fn a_gateway_that_knows_only_json_and_everything_in_accept_does_not_show() {
    fn odd(call: &Call) -> bool {
        let known = |value: &str| value.trim() == "*/*" || value.trim().starts_with("application/json");
        call.field("accept").is_some_and(|value| !known(value))
    }
    let refusals = [Answer::html(406, "406 Not Acceptable"), Answer::gateway(406, "APIG.0106", "not acceptable")];
    each(&refusals, |refusal| {
        let rule = || {
            let refusal = refusal.clone();
            Box::new(such(odd, move || Act::Answer(refusal.clone()))) as Box<dyn FnMut(&Call) -> Act + Send>
        };
        does_not_show(rule, odd);
    });
    // All of an operation, so that whichever case sends an odd one does so.
    let refused = || Act::Answer(Answer::html(406, "406 Not Acceptable"));
    let scene = Scene::new(such(odd, refused));
    scene.run(&["CreateSecretEvent"]).code_is(0).accuses_nobody();
}

/// Fields that every gateway adds say nothing about the operation.
#[test]
fn fields_that_a_gateway_adds_do_not_show() {
    fn adorned(answer: Answer) -> Answer {
        let answer = answer.with("Via", "1.1 gateway").with("Server", "api-gateway").with("X-Request-Id", "7d0c7c1f");
        answer.with("Strict-Transport-Security", "max-age=31536000; includeSubdomains;")
    }
    does_not_show(|| Box::new(|_: &Call| Act::Change(adorned)), any);
}

/// What a firewall takes for an attack: markup, a path that leads upwards, a query, a script, a control character.
fn looks_like_an_attack(call: &Call) -> bool {
    let sent = format!("{} {}", call.path, call.body).to_ascii_lowercase();
    ["<", "%3c", "..", "%00", "' or", "script", "${", "\\u0000", "select ", "jndi"]
        .iter()
        .any(|part| sent.contains(part))
}

/// Such firewalls answer with a page of their own, with whatever status they like.
#[test]
fn a_firewalls_page_for_what_looks_like_an_attack_does_not_show() {
    let pages = [
        (Answer::html(403, "Request blocked"), "CreateSecretTag"),
        (Answer::html(418, "Your request was intercepted"), "CreateSecretEvent"),
        (Answer::html(406, "Not Acceptable!"), "CreateKmsTag"),
        (Answer::html(405, "blocked"), "BatchCreateOrDeleteTags"),
    ];
    each(&pages, |(page, operation)| {
        let rule = || {
            let page = page.clone();
            such(looks_like_an_attack, move || Act::Answer(page.clone()))
        };
        // All of an operation, since nobody knows beforehand which cases send what looks so.
        let scene = Scene::new(rule());
        let told = scene.run(&[operation]);
        told.code_is(0).accuses_nobody();
        warns_of_nothing(&told);
        scene.is_clean(&told);
        assert!(scene.proxy.count(looks_like_an_attack) > 5, "the firewall had little to do");
        Scene::faulty(FAULT, rule()).run(CASES).finds(BROKEN).accuses_at_most(BREAKS);
    });
}

/// A service that gives such a page to a wrong token is not excused: its errors have a documented form.
#[test]
fn a_page_for_a_wrong_token_is_the_services_own() {
    let stranger: Which = |call| call.field("x-auth-token").is_none();
    let page = || Act::Answer(Answer::html(403, "403 Forbidden"));
    let scene = Scene::new(such(stranger, page));
    let told = scene.run(&["CreateSecretTag"]);
    assert!(scene.proxy.count(stranger) > 0, "every request had a token");
    told.code_is(1);
}
