//! What a run leaves that is killed: its journal says so, and `dewspec clean` or the next run deletes it, and nothing else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::answer::Answer;
use crate::call::Call;
use crate::harness::{Launch, Scene};
use crate::proxy::Act;
use crate::rules::{pass, such};
use crate::told::Told;

/// Writes to secrets, keys and events, long enough to be killed in its midst.
const CASES: &[&str] = &["csms.create-secret-tag.key", "kms.create-kms-tag.value", "csms.create-secret-event.name"];

/// A folder for journals that several processes share.
fn journals() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("run.journal");
    (dir, file)
}

fn path(file: &Path) -> &str {
    file.to_str().expect("a path of plain characters")
}

/// A run before a slow target, killed without warning as soon as something of it is there.
fn killed(scene: &Scene, journal: &Path) {
    let mut run = scene.launch("run").args(&["--journal", path(journal)]).args(CASES).start();
    run.wait_until(|| scene.upstream.left().iter().filter(|item| item.contains("dewspec-")).count() >= 8);
    run.signal(Signal::KILL);
    run.finish().code_is(-9);
    assert!(!scene.upstream.left().is_empty(), "it was not killed in the midst of anything");
}

/// Answers late, so that there is time for a kill.
fn slow() -> Scene {
    Scene::new(such(Call::deletes, || Act::Delay(Duration::from_millis(150))))
}

/// `dewspec clean` from a folder of its own.
fn clean(journal: &Path, token: &str) -> Told {
    let launch = Launch::bare("clean").args(&["--journal", path(journal)]);
    launch.env("DEWSPEC_TOKEN", token).env("DEWSPEC_ENDPOINT", "http://127.0.0.1:9").finish()
}

#[test]
fn what_a_killed_run_left_is_deleted_and_nothing_else() {
    let (scene, (_dir, journal)) = (slow(), journals());
    let theirs = [("Name", "web-server-7"), ("dewspec-99999999", "another team")];
    scene.upstream.store(&scene.upstream.secret_tags(), &theirs);
    killed(&scene, &journal);
    let told = clean(&journal, scene.upstream.token());
    told.code_is(0).says("nothing is left").lines_at_most(8);
    assert_eq!(scene.upstream.left(), ["secret Name=web-server-7", "secret dewspec-99999999=another team"]);
    assert!(!journal.exists(), "nothing is left to be told");
    clean_of_nothing(&scene, &journal);
}

fn clean_of_nothing(scene: &Scene, journal: &Path) {
    std::fs::write(journal, "").expect("a file");
    clean(journal, scene.upstream.token()).code_is(0).says("nothing is left");
}

#[test]
fn the_next_run_deletes_what_a_killed_one_left() {
    let (scene, (_dir, journal)) = (slow(), journals());
    killed(&scene, &journal);
    let told = scene.launch("run").args(&["--journal", path(&journal), CASES[1]]).finish();
    told.code_is(0).accuses_nobody();
    assert!(scene.upstream.left().iter().all(|item| !item.starts_with("key ")), "{:?}", scene.upstream.left());
    // It had nothing to do with secrets: their part stays in the journal until somebody has.
    let told = scene.launch("run").args(&["--journal", path(&journal)]).args(CASES).finish();
    told.code_is(0).accuses_nobody().says("earlier run");
    scene.is_clean(&told);
    assert!(!journal.exists());
}

#[test]
fn an_unmarked_key_goes_only_with_the_value_that_was_sent() {
    let (scene, (_dir, journal)) = (slow(), journals());
    let header = format!(
        "{{\"journal\":\"dewspec.journal/1\",\"run_id\":\"r\",\"csms\":\"{}\",\"kms\":null,\"project_id\":\"{}\"}}",
        scene.proxy.url(),
        scene.upstream.project()
    );
    let at = format!("{{\"kind\":\"secret\",\"id\":\"{}\"}}", scene.upstream.secret());
    let sent = format!("{{\"sent\":{{\"at\":{at},\"items\":[[\"DEV\",\"1\"],[\"Name\",\"x\"]]}}}}");
    std::fs::write(&journal, format!("{header}\n{sent}\n{{\"sent\":{{\"at\"")).expect("a file");
    scene.upstream.store(&scene.upstream.secret_tags(), &[("DEV", "1"), ("Name", "web-server-7")]);
    let told = clean(&journal, scene.upstream.token());
    told.code_is(0).says("has another value now");
    assert_eq!(scene.upstream.left(), ["secret Name=web-server-7"]);
}

#[test]
fn what_cannot_be_deleted_or_reached_stays_in_the_journal() {
    let (_dir, journal) = journals();
    let refusing = Scene::new(such(Call::deletes, || Act::Delay(Duration::from_millis(150))));
    killed(&refusing, &journal);
    clean(&journal, "wrong").code_is(3).says("401");
    assert!(!refusing.upstream.left().is_empty() && journal.exists());
    clean(&journal, refusing.upstream.token()).code_is(0);
    refusing.is_clean(&clean_told(&refusing, &journal));
}

fn clean_told(scene: &Scene, journal: &Path) -> Told {
    std::fs::write(journal, "").expect("a file");
    clean(journal, scene.upstream.token())
}

/// A wrong base path, or a gateway that knows nothing: nothing was deleted, and nothing is forgotten.
#[test]
fn a_target_that_does_not_know_the_secret_is_told_and_the_journal_kept() {
    let (scene, (_dir, journal)) = (slow(), journals());
    killed(&scene, &journal);
    let launch = Launch::bare("clean").args(&["--journal", path(&journal), "--endpoint"]);
    let wrong = format!("{}/wrong", scene.proxy.url());
    launch.args(&[&wrong]).env("DEWSPEC_TOKEN", scene.upstream.token()).finish().code_is(3).says("base path");
    assert!(!scene.upstream.left().is_empty() && journal.exists());
    clean(&journal, scene.upstream.token()).code_is(0);
}

/// What was put back is its owner's.
#[test]
fn what_is_put_back_is_not_noted_as_ours() {
    let (_dir, journal) = journals();
    let scene = slow();
    let tags = scene.upstream.secret_tags();
    scene.upstream.store(&tags, &[("owner", "alice")]);
    let mut run = scene.launch("run").args(&["--journal", path(&journal)]).args(CASES).start();
    run.wait_until(|| scene.proxy.seen().calls.len() >= 60);
    scene.upstream.ask("DELETE", &format!("{tags}/owner"), "");
    run.wait_until(|| scene.upstream.left().iter().any(|item| item == "secret owner=alice"));
    run.signal(Signal::KILL);
    run.finish().code_is(-9);
    clean(&journal, scene.upstream.token()).code_is(0);
    assert_eq!(scene.upstream.left(), ["secret owner=alice"]);
}

#[test]
fn what_a_target_does_not_delete_is_named_and_kept() {
    let (_dir, journal) = journals();
    let scene = Scene::new(such(Call::deletes, || Act::Answer(Answer::refusal(403, "no"))));
    let told =
        scene.launch("run").args(&["--journal", path(&journal), "csms.create-secret-tag.key.max-length"]).finish();
    told.code_is_one_of(&[0, 3, 4]).accuses_nobody();
    assert!(!scene.upstream.left().is_empty() && journal.exists());
    let told = clean(&journal, scene.upstream.token());
    told.code_is(1).says("LEFT").says("keeps what is left");
    assert!(journal.exists());
}

#[test]
fn the_journal_of_a_living_run_is_left_alone() {
    let (scene, (_dir, journal)) = (slow(), journals());
    let mut run = scene.launch("run").args(&["--journal", path(&journal)]).args(CASES).start();
    run.wait_until(|| !scene.upstream.left().is_empty());
    clean(&journal, scene.upstream.token()).code_is(0).says("nothing is left");
    let second = scene.launch("run").args(&["--journal", path(&journal), "--max-wait", "0.2", CASES[0]]).finish();
    second.code_is_one_of(&[2, 3]);
    let told = run.finish();
    told.code_is(0).accuses_nobody();
    scene.is_clean(&told);
    assert!(!journal.exists());
}

#[test]
fn a_journal_that_cannot_be_read_or_written_is_told() {
    let (scene, (dir, journal)) = (Scene::new(pass), journals());
    std::fs::write(&journal, "what is this?\n").expect("a file");
    clean(&journal, "t").code_is(2).says("line 1");
    scene.launch("run").args(&["--journal", path(&journal), CASES[0]]).finish().code_is(2).says("line 1");
    clean(&dir.path().join("none.journal"), "t").code_is(2).says("no such journal");
    let folder = dir.path().join("run.journal").join("x");
    scene.launch("run").args(&["--journal", path(&folder), CASES[0]]).finish().code_is(2);
    let link = dir.path().join("link.journal");
    std::os::unix::fs::symlink("/dev/null", &link).expect("a link");
    scene.launch("run").args(&["--journal", path(&link), CASES[0]]).finish().code_is(2).says("no file");
    assert_eq!(scene.proxy.seen().connections, 0, "something was sent");
}

/// Where no state folder can be had, a run does without, and says so.
#[test]
fn a_run_without_a_state_folder_goes_on_and_says_so() {
    let scene = Scene::new(pass);
    let told = scene.launch("run").env("XDG_STATE_HOME", "/proc/no/such/folder").args(&[CASES[1]]).finish();
    told.code_is(0).says("no journal is kept");
}

/// Firewalls refuse what they take for an attack: percent signs in paths, and deleting by list at all.
#[test]
fn what_a_firewall_keeps_from_being_deleted_does_not_pile_up() {
    let (_dir, journal) = journals();
    let scene = Scene::new(such(
        |call| (call.method == "DELETE" && call.path.contains('%')) || (call.deletes() && call.method == "POST"),
        || Act::Answer(Answer::html(403, "Request blocked")),
    ));
    let mut before = None;
    for night in 0..3 {
        let told = scene.launch("run").args(&["--journal", path(&journal)]).args(&CASES[..2]).finish();
        told.code_is_one_of(&[0, 3, 4]).accuses_nobody();
        let left = scene.upstream.left();
        assert!((1..=8).contains(&left.len()), "night {night}: {left:#?}\n{}", told.excerpt());
        assert_eq!(*before.get_or_insert(left.clone()), left, "night {night}:\n{}", told.excerpt());
    }
}
