//! What somebody at a terminal is asked, and what comes of the answers.

use crate::call::Call;
use crate::harness::Scene;
use crate::pseudo_terminal::{Terminal, plain};
use crate::rules::pass;

/// Few cases.
const CASES: &[&str] = &["csms.create-secret-tag.key.max-length", "kms.create-kms-tag.key.max-length"];
const ENTER: &str = "\r";
const CTRL_C: &str = "\u{3}";

fn started(scene: &Scene, subcommand: &str, arguments: &[&str]) -> Terminal {
    let setup = scene.setup();
    let mut all = vec![subcommand, "--endpoint", &setup.endpoint, "--project-id", &setup.project];
    all.extend(arguments);
    Terminal::start(&all, &[("DEWSPEC_TOKEN", &setup.token)])
}

fn creates(call: &Call) -> bool {
    call.method == "POST" && (call.path.ends_with("/secrets") || call.path.ends_with("/create-key"))
}

#[test]
fn whoever_names_nothing_is_shown_what_there_is_and_what_is_allowed_first() {
    let scene = Scene::new(pass);
    let project = scene.upstream.project().to_owned();
    // One that comes later by its name, and may be used.
    let (_, made) =
        scene.upstream.ask("POST", &format!("/v1/{project}/secrets"), r#"{"name":"zz-for-tests","secret_string":"x"}"#);
    let id = made["secret"]["id"].as_str().expect("an id").to_owned();
    scene.upstream.store(&format!("/v1/{project}/csms/{id}/tags"), &[("dewspec", "allowed")]);
    let mut terminal = started(&scene, "run", &[&["-q"], CASES].concat());
    terminal.shows("Which secrets may dewspec write tags to");
    let text = terminal.shows("[dewspec=allowed]");
    let _ = text;
    // It is chosen already.
    terminal.press(ENTER);
    terminal.shows("Which keys may dewspec write tags to");
    terminal.press(" ").shows("Which keys");
    terminal.press(ENTER);
    let (code, shown) = terminal.end();
    let text = plain(&shown);
    assert_eq!(code, 0, "{text}");
    let (allowed, other) = (text.find("zz-for-tests"), text.find(scene.upstream.secret()));
    assert!(allowed < other, "what is allowed comes first: {text}");
    let expected = format!("the same without being asked: --secret-id {id} --key-id {}", scene.upstream.key());
    assert!(text.contains(&expected), "{text}");
    assert!(!text.contains("csms/default"), "a key that takes no tags is not offered: {text}");
    let written = |id: &str| scene.proxy.count(|call| call.creates_secret_tag() && call.on(id));
    assert!(written(&id) > 0 && written(scene.upstream.secret()) == 0);
    let tags = scene.upstream.ask("GET", &format!("/v1/{project}/csms/{id}/tags"), "").1;
    assert_eq!(tags["tags"].as_array().map(Vec::len), Some(1), "only what was there is there: {tags}");
}

#[test]
fn nothing_chosen_is_nothing_done() {
    let scene = Scene::new(pass);
    let mut terminal = started(&scene, "run", &[]);
    terminal.shows("Which secrets");
    terminal.press(ENTER);
    terminal.shows("Which keys");
    terminal.press(ENTER);
    let (code, shown) = terminal.end();
    assert_eq!(code, 2);
    assert!(
        plain(&shown).contains("nothing was chosen: give --secret-id, --key-id or both, or --provision"),
        "{shown}"
    );
}

#[test]
fn ctrl_c_ends_a_question_and_leaves_the_terminal_as_it_was() {
    let scene = Scene::new(pass);
    let mut terminal = started(&scene, "run", &[]);
    terminal.shows("Which secrets");
    terminal.press(CTRL_C);
    let (code, shown) = terminal.end();
    assert_eq!(code, 130, "{shown}");
    assert!(shown.rfind("\u{1b}[?25h") > shown.rfind("\u{1b}[?25l"), "the cursor is shown again: {shown:?}");
}

#[test]
fn making_something_is_asked_for_and_no_is_no() {
    let scene = Scene::new(pass);
    for (key, code, made) in [("n", 2, 0), (ENTER, 2, 0), ("y", 0, 1)] {
        let before = scene.proxy.count(creates);
        let mut terminal = started(&scene, "run", &["-q", "--provision", CASES[0]]);
        terminal.shows("That may cost money.").shows("Go on? [y/N]");
        terminal.press(key);
        let (ended, shown) = terminal.end();
        assert_eq!((ended, scene.proxy.count(creates) - before), (code, made), "{key:?}: {shown}");
        let said = if made == 0 { "nothing was made, and nothing sent" } else { "made for this run: secret dewspec-" };
        assert!(plain(&shown).contains(said), "{shown}");
    }
}

#[test]
fn init_asks_for_what_is_missing_and_ends_with_the_doctor() {
    let scene = Scene::new(pass);
    let setup = scene.setup();
    let mut terminal = Terminal::start(&["init"], &[("DEWSPEC_TOKEN", &setup.token)]);
    terminal.shows("Where is the target?");
    terminal.press(&format!("{}{ENTER}", setup.endpoint));
    terminal.shows("The id of the project");
    terminal.press(&format!("{}{ENTER}", setup.project));
    terminal.shows("Shall each run make a secret and a key for itself");
    terminal.press("n");
    terminal.shows("Which secrets");
    terminal.press(" ").shows("Which secrets");
    terminal.press(ENTER);
    terminal.shows("Which keys");
    terminal.press(" ").shows("Which keys");
    terminal.press(ENTER);
    let (code, shown) = terminal.end();
    let text = plain(&shown);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("dewspec.toml is written") && text.contains("ok secret"), "{text}");
    let file = terminal.file("dewspec.toml");
    assert!(file.contains(&format!("\nendpoint = \"{}\"\n", setup.endpoint)), "{file}");
    assert!(file.contains(&format!("\nsecret-id = [\"{}\"]\n", setup.secret)), "{file}");
    assert!(file.contains(&format!("\nkey-id = [\"{}\"]\n", setup.key)), "{file}");
    assert!(!file.contains(&setup.token));
}
