//! Secrets and keys that are made for one run: asked about, noted before, removed after, whatever becomes of the run.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::Act;
use crate::rules::{both, pass, such};
use crate::told::Told;
use crate::upstream::Upstream;

/// Few cases, one of which needs two secrets.
const CASES: &[&str] = &["csms.create-secret-tag.key.max-length", "csms.create-secret-tag.key.shared"];

/// Describes the target, but for what is made.
fn launch(subcommand: &str, setup: &Setup) -> Launch {
    let launch = Launch::bare(subcommand).args(&["--endpoint", &setup.endpoint, "--project-id", &setup.project]);
    launch.env("DEWSPEC_TOKEN", &setup.token).hides(&setup.token)
}

fn provisioned(subcommand: &str, setup: &Setup) -> Launch {
    launch(subcommand, setup).args(&["--provision", "--yes"])
}

/// Names of secrets that dewspec has made and that are there: `(name, description)`.
fn secrets(upstream: &Upstream) -> Vec<(String, String)> {
    let (status, body) = upstream.ask("GET", &format!("/v1/{}/secrets", upstream.project()), "");
    assert_eq!(status, 200);
    of_dewspec(&body["secrets"], "name", "description")
}

/// Aliases of keys that dewspec has made and that are not on their way out.
fn keys(upstream: &Upstream) -> Vec<(String, String)> {
    let path = format!("/v1.0/{}/kms/list-keys", upstream.project());
    of_dewspec(&upstream.ask("POST", &path, r#"{"key_state":"2"}"#).1["key_details"], "key_alias", "key_description")
}

fn of_dewspec(list: &Value, name: &str, description: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = list.as_array().into_iter().flatten().map(|one| (text(&one[name]), text(&one[description])));
    all.filter(|(name, _)| name.starts_with("dewspec-")).collect()
}

#[track_caller]
fn nothing_is_left(upstream: &Upstream, told: &Told) {
    assert!(secrets(upstream).is_empty() && keys(upstream).is_empty(), "something is left:\n{}", told.excerpt());
}

fn makes_secret(call: &Call) -> bool {
    call.method == "POST" && call.path.ends_with("/secrets")
}

fn makes_key(call: &Call) -> bool {
    call.path.ends_with("/create-key")
}

#[test]
fn a_run_has_what_it_needs_made_and_leaves_nothing() {
    let scene = Scene::new(pass);
    let told = provisioned("run", &scene.setup()).args(CASES).finish();
    told.code_is(0).accuses_nobody().says("made for this run: secret dewspec-").says("deleted");
    nothing_is_left(&scene.upstream, &told);
    let made = scene.proxy.seen().calls.iter().filter(|call| makes_secret(call)).count();
    let of_keys = scene.proxy.seen().calls.iter().filter(|call| makes_key(call)).count();
    assert_eq!((made, of_keys), (2, 0), "two secrets, since a case needs two, and no key, since none does");
    assert!(told.notes().iter().any(|note| note.contains("secret dewspec-") && note.ends_with("deleted")));
}

#[test]
fn a_key_is_scheduled_and_that_is_said() {
    let scene = Scene::new(pass);
    let told = provisioned("run", &scene.setup()).args(&["kms.create-kms-tag.key.max-length"]).finish();
    told.code_is(0).says("made for this run: key dewspec-").says("its deletion is scheduled, in 7 days");
    nothing_is_left(&scene.upstream, &told);
    let seen = scene.proxy.seen();
    let scheduled: Vec<&Call> = seen.calls.iter().filter(|call| call.on("/schedule-key-deletion")).collect();
    assert_eq!(scheduled.len(), 1);
    assert!(scheduled[0].body.contains(r#""pending_days":"7""#), "a text, as documented: {}", scheduled[0].body);
}

#[test]
fn what_is_named_is_not_made_and_a_flag_beats_the_file() {
    let scene = Scene::new(pass);
    let setup = scene.setup();
    let told = provisioned("doctor", &setup).args(&["--secret-id", &setup.secret]).finish();
    told.code_is(0).says("made for this run: key dewspec-");
    assert!(!scene.proxy.seen().calls.iter().any(makes_secret));
    let of_file = format!("secret-id = \"{}\"\nkey-id = \"{}\"\n", setup.secret, setup.key);
    let told = provisioned("doctor", &setup).file("dewspec.toml", &of_file).finish();
    told.code_is(0).says("made for this run: secret dewspec-").says("made for this run: key dewspec-");
    nothing_is_left(&scene.upstream, &told);
    let by_file = format!("provision = true\n{of_file}");
    let told = launch("doctor", &setup).file("dewspec.toml", &by_file).finish();
    told.code_is(0).never_says("made for this run");
}

#[test]
fn nobody_makes_anything_that_costs_money_unasked() {
    let scene = Scene::new(pass);
    for subcommand in ["run", "doctor", "fuzz"] {
        let told = launch(subcommand, &scene.setup()).args(&["--provision"]).finish();
        told.code_is(2).says("That may cost money").says("nobody can be asked here: give --yes if that is meant");
        told.says("A key cannot be deleted at once: its deletion is scheduled, in 7 days");
    }
    assert!(scene.proxy.seen().calls.is_empty(), "nothing was sent");
    let told = launch("run", &scene.setup()).finish();
    told.code_is(2).says("give --secret-id, --key-id or both, or --provision, which makes them for the run");
    let told = Launch::bare("run").args(&["--provision", "--yes"]).finish();
    told.code_is(2).says("--provision makes what a target needs: give its --endpoint, too");
}

#[test]
fn a_dry_run_says_what_would_be_made() {
    let scene = Scene::new(pass);
    let told = provisioned("run", &scene.setup()).args(&["--dry-run"]).finish();
    told.code_is(0).says("made for the run: 2 secrets and 2 keys, and removed at its end");
    told.says("the deletion of a key can only be scheduled, in 7 days");
    assert!(scene.proxy.seen().calls.is_empty(), "nothing was sent");
}

/// What refuses, and what is said then.
type Refusal = (fn(&Call) -> bool, Answer, &'static str);

#[test]
fn what_cannot_be_made_ends_with_advice_and_accuses_nobody() {
    let quota = || Answer::json(400, r#"{"error_code":"CSMS.0202","error_msg":"secret quota"}"#);
    let refusals: Vec<Refusal> = vec![
        (makes_secret, quota(), "the quota is used up"),
        (makes_secret, Answer::refusal(403, "no"), "give them the permission `csms:secret:create`"),
        (makes_secret, Answer::gateway(404, "APIGW.0101", "no API"), "does it have CreateSecret"),
        (makes_secret, Answer::gateway(401, "APIGW.0301", "who?"), "are the credentials right"),
        (makes_key, Answer::gateway(405, "APIGW.0106", "no"), "does it have CreateKey"),
        (makes_key, Answer::refusal(403, "no"), "give them the permission `kms:cmk:create`"),
        (makes_key, Answer::json(400, r#"{"error":{"error_code":"KMS.1105"}}"#), "the quota is used up"),
    ];
    each(&(0..refusals.len()).collect::<Vec<_>>(), |at| {
        let (which, answer, advice) = refusals[*at].clone();
        let scene = Scene::new(such_of(which, answer));
        let told = provisioned("run", &scene.setup()).finish();
        told.code_is(3).accuses_nobody().says("provision").says("could not be made").says(advice);
        nothing_is_left(&scene.upstream, &told);
        assert_eq!(scene.upstream.left(), Vec::<String>::new());
        assert!(told.report.is_some(), "there is a report, as of every set-up that is wrong");
    });
}

#[test]
fn what_was_never_sent_is_not_there_and_leaves_no_journal() {
    let scene = Scene::new(pass);
    let nowhere = Setup { endpoint: "http://127.0.0.1:9".to_owned(), ..scene.setup() };
    let told = provisioned("run", &nowhere).finish();
    told.code_is(3).says("could not be made").says("--wait-for SECS waits for it");
    told.never_says("could not be removed").never_says("dewspec clean");
}

fn such_of(which: fn(&Call) -> bool, answer: Answer) -> impl crate::proxy::Rule {
    such(which, move || Act::Answer(answer.clone()))
}

#[test]
fn an_interrupted_run_removes_what_was_made() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let scene = Scene::new(such(Call::creates_secret_tag, || Act::Delay(Duration::from_millis(100))));
        let mut run = provisioned("run", &scene.setup()).start();
        run.wait_until(|| scene.proxy.seen().calls.iter().filter(|call| call.creates_secret_tag()).count() >= 8);
        run.signal(signal);
        let told = run.finish();
        told.code_is(code).took_at_most(30);
        nothing_is_left(&scene.upstream, &told);
    }
}

#[test]
fn interrupted_while_things_are_made_it_removes_them_and_makes_no_more() {
    let scene = Scene::new(such(makes_secret, || Act::Delay(Duration::from_millis(700))));
    let mut run = provisioned("run", &scene.setup()).start();
    run.wait_until(|| scene.proxy.seen().calls.iter().any(makes_secret));
    run.signal(Signal::INT);
    let told = run.finish();
    told.code_is(130);
    nothing_is_left(&scene.upstream, &told);
    assert_eq!(scene.proxy.seen().calls.iter().filter(|call| makes_secret(call) || makes_key(call)).count(), 1);
}

#[test]
fn after_a_kill_clean_finds_what_was_made() {
    let dir = tempfile::tempdir().expect("a folder");
    let journal = dir.path().join("run.journal");
    let path = journal.to_str().expect("a path of plain characters");
    let slow = such(Call::creates_secret_tag, || Act::Delay(Duration::from_millis(150)));
    // The answer to the making of the second key is lost: only its name is known.
    let mut made = 0;
    let lost = such(makes_key, move || {
        made += 1;
        if made == 2 { Act::Silent } else { Act::Pass }
    });
    let scene = Scene::new(both(slow, lost));
    let mut run = provisioned("run", &scene.setup()).args(&["--journal", path]).start();
    run.wait_until(|| scene.proxy.seen().calls.iter().filter(|call| makes_key(call)).count() >= 2);
    run.signal(Signal::KILL);
    run.finish().code_is(-9);
    assert_eq!((secrets(&scene.upstream).len(), keys(&scene.upstream).len()), (2, 1));
    // Somebody has made the first secret their own.
    let (theirs, _) = secrets(&scene.upstream).remove(0);
    let at = format!("/v1/{}/secrets/{theirs}", scene.upstream.project());
    assert_eq!(scene.upstream.ask("PUT", &at, r#"{"description":"payroll"}"#).0, 200);
    let clean = |code: i32| {
        let launch = Launch::bare("clean").args(&["--journal", path]).env("DEWSPEC_TOKEN", scene.upstream.token());
        let told = launch.finish();
        told.code_is(code);
        told
    };
    let told = clean(0);
    told.says("deleted").says("its deletion is scheduled, in 7 days").says("stays, it has another description now");
    told.says("is not there").says("nothing is left");
    assert_eq!(secrets(&scene.upstream).into_iter().map(|(name, _)| name).collect::<Vec<_>>(), [theirs]);
    assert!(keys(&scene.upstream).is_empty() && !journal.exists());
}

#[test]
fn what_could_not_be_removed_is_told_and_no_good_end() {
    let scene = Scene::new(such(
        |call| call.method == "DELETE" && call.on("/secrets/"),
        || Act::Answer(Answer::refusal(403, "you may not")),
    ));
    let told = provisioned("run", &scene.setup()).args(&["csms.create-secret-tag.key.max-length"]).finish();
    told.code_is(3).accuses_nobody().says("LEFT").says("csms:secret:delete").says("dewspec clean");
    assert_eq!(secrets(&scene.upstream).len(), 1);
}

#[test]
fn the_line_that_repeats_a_case_has_it_made_again() {
    let scene = Scene::faulty("csms-create-accepts-key-one-too-long", pass);
    let told = provisioned("run", &scene.setup()).args(&["csms.create-secret-tag.key.max-length"]).finish();
    told.code_is(1).says("--provision").finds("csms.create-secret-tag.key.max-length");
    let report = told.report.as_ref().expect("a report").to_string();
    let line = report.split("dewspec run --seed").nth(1).expect("a line that repeats");
    let line = &line[..line.find('"').expect("its end")];
    assert!(line.contains(" --provision") && !line.contains("--secret-id"), "{line}");
    nothing_is_left(&scene.upstream, &told);
}
