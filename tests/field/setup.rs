//! What users mistype: identifiers, project, token, address. A run that cannot begin says so in a few lines, after a
//! few requests, and accuses nobody.

use std::net::TcpListener;

use crate::answer::Answer;
use crate::call::{Call, Which};
use crate::fault::FAULT;
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::{Act, Proxy};
use crate::rules::{always, both, pass, such};
use crate::told::Told;

/// Lines on both streams, where there is nothing to say but what is wrong with the set-up.
const LINES: usize = 15;
/// Requests until that is known.
const CALLS: usize = 60;

/// It ends without a verdict, quickly, in a few lines.
#[track_caller]
fn is_no_verdict(told: &Told, calls: usize) {
    told.code_is(3).accuses_nobody().lines_at_most(LINES).took_at_most(20);
    assert!(calls <= CALLS, "{calls} requests to find out:\n{}", told.excerpt());
}

/// Both ways to begin: `run`, and `fuzz` for two seconds.
fn run_and_fuzz(setup: &Setup) -> [Told; 2] {
    [Launch::new("run", setup).finish(), Launch::new("fuzz", setup).args(&["--time", "2"]).finish()]
}

/// The same identifier with another last character, as a slip of the finger makes it.
fn mistyped(id: &str) -> String {
    let last = if id.ends_with('0') { "1" } else { "0" };
    format!("{}{last}", &id[..id.len() - 1])
}

#[test]
fn a_mistyped_identifier_is_told_and_nobody_is_accused() {
    let variations = [
        ("secret", "404", None),
        ("secret", "400", None),
        ("key", "404", None),
        ("key", "400", None),
        ("both", "404", None),
        ("no uuid", "404", None),
        ("no uuid", "400", None),
        ("secret", "404", Some(FAULT)),
        ("key", "400", Some(FAULT)),
    ];
    each(&variations, |(what, status, fault)| {
        let readings = [("unknown-id", *status), ("malformed-id", *status)];
        let scene = Scene::with(fault.as_slice(), &readings, pass);
        let mut setup = scene.setup();
        let right = setup.clone();
        if matches!(*what, "secret" | "both") {
            setup.secret = mistyped(&right.secret);
        }
        if matches!(*what, "key" | "both") {
            setup.key = mistyped(&right.key);
        }
        if *what == "no uuid" {
            setup.secret = "my-database-password".to_owned();
        }
        let told = Launch::new("run", &setup).finish();
        is_no_verdict(&told, scene.proxy.calls());
        told.says(if setup.secret == right.secret { &setup.key } else { &setup.secret });
        scene.is_clean(&told);
    });
}

#[test]
fn a_mistyped_identifier_is_told_by_the_fuzzer_too() {
    each(&["404", "400"], |status| {
        let scene = Scene::with(&[], &[("unknown-id", status)], pass);
        let setup = Setup { secret: mistyped(scene.upstream.secret()), ..scene.setup() };
        let told = Launch::new("fuzz", &setup).args(&["--time", "2"]).finish();
        is_no_verdict(&told, scene.proxy.calls());
        told.says(&setup.secret);
    });
}

#[test]
fn a_server_that_refuses_everything_does_not_conform() {
    let refusal = |message: &str| always(Answer::refusal(400, message));
    let variations = [
        Proxy::alone(refusal("the request is invalid")),
        Proxy::alone(always(Answer::gateway(400, "APIG.0101", "bad request"))),
        // Nothing can be listed, either.
        Proxy::alone(both(such(Call::reads, || Act::Answer(Answer::refusal(404, "no such interface"))), refusal("no"))),
        Proxy::alone(always(Answer::refusal(404, "no such resource"))),
    ];
    for proxy in variations {
        let told = Launch::new("run", &Setup::of_nobody(&proxy.url())).finish();
        is_no_verdict(&told, proxy.calls());
    }
}

#[test]
fn a_server_that_lists_and_refuses_every_write_does_not_conform() {
    each(&[None, Some(FAULT)], |fault| {
        let refused = such(|call| !call.reads(), || Act::Answer(Answer::refusal(400, "the request is invalid")));
        let scene = Scene::with(fault.as_slice(), &[], refused);
        let told = scene.run(&[]);
        told.code_is_one_of(&[1, 3]).took_at_most(20);
        if told.code == 3 {
            is_no_verdict(&told, scene.proxy.calls());
        }
    });
}

#[test]
fn a_refused_token_is_told_and_nobody_is_accused() {
    let variations = [
        ("401", "wrapped", None),
        ("401", "gateway", None),
        ("403", "wrapped", None),
        ("403", "gateway", None),
        ("400", "wrapped", None),
        ("401", "wrapped", Some(FAULT)),
        ("400", "gateway", Some(FAULT)),
    ];
    each(&variations, |(status, envelope, fault)| {
        let readings = [("token.wrong", *status), ("token.wrong.envelope", *envelope)];
        let scene = Scene::with(fault.as_slice(), &readings, pass);
        let setup = Setup { token: "MIIDthis-token-has-long-expired==".to_owned(), ..scene.setup() };
        for told in run_and_fuzz(&setup) {
            is_no_verdict(&told, scene.proxy.calls() / 2);
            told.says_one_of(&["token", "credential"]).never_says(&setup.token);
        }
    });
}

#[test]
fn another_projects_token_and_another_project_are_told() {
    let variations = [
        ("project", "403", None),
        ("project", "404", None),
        ("project", "400", None),
        ("token", "403", None),
        ("token", "401", None),
        ("token", "404", None),
        ("project", "403", Some(FAULT)),
    ];
    each(&variations, |(what, status, fault)| {
        let readings = [("unknown-project", *status), ("token.foreign", *status)];
        let scene = Scene::with(fault.as_slice(), &readings, pass);
        let mut setup = scene.setup();
        if *what == "project" {
            setup.project = mistyped(&setup.project);
        } else {
            setup.token = scene.upstream.foreign_token().to_owned();
        }
        for told in run_and_fuzz(&setup) {
            is_no_verdict(&told, scene.proxy.calls() / 2);
            told.says_one_of(&["project", "token", "credential"]).never_says(&setup.token);
        }
    });
}

#[test]
fn a_wrong_base_path_is_told() {
    let variations = [("/api", None), ("/v1", None), ("/v1.0", None), ("/dew/kms-csms", None), ("/api", Some(FAULT))];
    each(&variations, |(path, fault)| {
        let scene = Scene::with(fault.as_slice(), &[], pass);
        let mut setup = scene.setup();
        setup.endpoint.push_str(path);
        for told in run_and_fuzz(&setup) {
            is_no_verdict(&told, scene.proxy.calls() / 2);
        }
    });
}

#[test]
fn another_server_is_told_from_this_api() {
    let variations = [
        ("a site with a page for everything", always(Answer::html(200, "Welcome"))),
        ("a site without that page", always(Answer::html(404, "404 Not Found"))),
        ("a site that takes no writes", always(Answer::html(405, "405 Not Allowed"))),
        ("a gateway without a server", always(Answer::html(502, "502 Bad Gateway"))),
        ("another API", always(Answer::json(200, r#"{"status":"ok"}"#))),
        ("another API's 404", always(Answer::json(404, r#"{"message":"Not Found"}"#))),
        ("a server that fails", always(Answer::json(500, r#"{"message":"oops"}"#))),
    ];
    for (what, rule) in variations {
        let proxy = Proxy::alone(rule);
        for told in run_and_fuzz(&Setup::of_nobody(&proxy.url())) {
            is_no_verdict(&told, proxy.calls() / 2);
            assert!(!told.text().contains("conforms ("), "{what}: {}", told.excerpt());
        }
    }
}

#[test]
fn a_site_that_answers_reads_and_takes_no_writes_is_told_from_this_api() {
    let page = such(Call::reads, || Act::Answer(Answer::html(200, "Welcome")));
    let proxy = Proxy::alone(both(page, always(Answer::html(405, "405 Not Allowed"))));
    for told in run_and_fuzz(&Setup::of_nobody(&proxy.url())) {
        is_no_verdict(&told, proxy.calls() / 2);
    }
}

/// Whether it is a bad mock or something else, nobody can tell: what it takes without a look, it does not conform to.
#[test]
fn a_server_that_says_yes_to_everything_does_not_conform() {
    for answer in [Answer::empty(200), Answer::empty(204), Answer::json(200, "{}"), Answer::json(200, "[]")] {
        let proxy = Proxy::alone(always(answer));
        let told = Launch::new("run", &Setup::of_nobody(&proxy.url())).args(&["CreateSecretTag"]).finish();
        told.code_is_one_of(&[1, 3]);
    }
}

#[test]
fn a_redirect_is_told_and_not_followed() {
    each(&[301, 302, 307, 308], |status| {
        let trap = TcpListener::bind("127.0.0.1:0").expect("a port");
        trap.set_nonblocking(true).expect("a trap");
        let place = format!("http://{}/login", trap.local_addr().expect("an address"));
        let proxy = Proxy::alone(always(Answer::html(*status, "Moved").with("Location", &place)));
        for told in run_and_fuzz(&Setup::of_nobody(&proxy.url())) {
            is_no_verdict(&told, proxy.calls() / 2);
            told.says_one_of(&["redirect", &place]);
        }
        assert!(trap.accept().is_err(), "it was followed");
    });
}

/// Preflight must not swallow what it is there to make room for.
#[test]
fn an_answer_of_201_where_204_is_documented_is_found() {
    let variations: [(&str, Which); 3] = [
        ("csms.create-secret-tag", Call::creates_secret_tag),
        ("csms.batch-create-or-delete-tags", Call::creates_batch),
        ("kms.create-kms-tag", Call::creates_key_tag),
    ];
    each(&variations, |(operation, which)| {
        let created = |answer: Answer| if answer.status == 204 { answer.with_status(201) } else { answer };
        let scene = Scene::new(such(*which, move || Act::Change(created)));
        let told = scene.run(&[&format!("{operation}.example"), &format!("{operation}.success")]);
        told.finds(&format!("{operation}.success.status"));
        scene.is_clean(&told);
    });
    let scene = Scene::faulty(FAULT, |call: &Call| {
        let created = |answer: Answer| if answer.status == 204 { answer.with_status(201) } else { answer };
        if call.reads() { Act::Pass } else { Act::Change(created) }
    });
    let told = scene.run(&["csms.create-secret-tag.success", "csms.create-secret-tag.key.max-length"]);
    told.finds("csms.create-secret-tag.success.status").finds("csms.create-secret-tag.key.max-length");
}

#[test]
fn a_documented_example_that_one_operation_refuses_is_found() {
    let variations: [(&str, Which, Option<&str>); 5] = [
        ("csms.create-secret-tag", |call| call.creates_secret_tag() && call.is_example(), None),
        ("csms.batch-create-or-delete-tags", |call| call.creates_batch() && call.is_example(), None),
        ("kms.create-kms-tag", |call| call.creates_key_tag() && call.is_example(), None),
        ("csms.create-secret-event", |call| call.creates_event() && call.is_example(), None),
        ("csms.create-secret-tag", |call| call.creates_secret_tag() && call.is_example(), Some(FAULT)),
    ];
    each(&variations, |(operation, which, fault)| {
        let refused = such(*which, || Act::Answer(Answer::refusal(400, "the request is invalid")));
        let scene = Scene::with(fault.as_slice(), &[], refused);
        let told = scene.run(&[&format!("{operation}.example"), "csms.create-secret-tag.key.max-length"]);
        told.finds(&format!("{operation}.example"));
        if fault.is_some() {
            told.finds("csms.create-secret-tag.key.max-length");
        }
        scene.is_clean(&told);
    });
}

#[test]
fn an_operation_that_refuses_everything_is_found_beside_others_that_work() {
    let variations: [(&str, Which); 3] = [
        ("csms.create-secret-tag", Call::creates_secret_tag),
        ("kms.create-kms-tag", Call::creates_key_tag),
        ("csms.create-secret-event", Call::creates_event),
    ];
    each(&variations, |(operation, which)| {
        let scene = Scene::new(such(*which, || Act::Answer(Answer::refusal(400, "the request is invalid"))));
        let told = scene.run(&["example", &format!("{operation}.body")]);
        told.finds(&format!("{operation}.example"));
    });
}

/// Whoever reads reports by machine wants to know of it, too.
#[test]
fn a_run_that_cannot_begin_writes_its_report_all_the_same() {
    let scene = Scene::new(pass);
    let setup = Setup { secret: mistyped(scene.upstream.secret()), ..scene.setup() };
    let told = Launch::new("run", &setup).finish();
    told.code_is(3);
    let report = told.report.as_ref().expect("a report");
    assert_eq!(report["exit_code"], 3, "{report}");
    let steps = report["preflight"].as_array().expect("the steps of the preflight");
    assert!(
        steps.iter().any(|step| step["ok"] == false && step["detail"].to_string().contains(&setup.secret)),
        "{steps:?}"
    );
}
