//! What a package for a distribution has beside the program: completions and manual pages.

use crate::support::{run, run_in};

#[test]
fn completions_know_every_subcommand() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.code, 0, "{}", script.err);
        for word in ["run", "doctor", "completions", "secret-id"] {
            assert!(script.out.contains(word), "{shell}: no {word}");
        }
    }
    let unknown = run(&["completions", "tcsh"]);
    assert!(unknown.code == 2 && unknown.err.contains("bash"), "{}", unknown.err);
}

#[test]
fn manual_pages_are_the_help_texts() {
    let page = run(&["man"]);
    assert!(page.code == 0 && page.out.contains(".TH dewspec 1"), "{}", page.out);
    assert!(page.out.contains("the target conforms"), "the exit codes are there");
    let dir = tempfile::tempdir().expect("a directory");
    let written = run_in(dir.path(), &["man", "--dir", "."]);
    assert!(written.code == 0 && written.out.is_empty(), "{}", written.err);
    let of_run = std::fs::read_to_string(dir.path().join("dewspec-run.1")).expect("a page of `dewspec run`");
    assert!(of_run.contains("secret\\-id") && of_run.contains("DEWSPEC_TOKEN"));
    let nowhere = run_in(dir.path(), &["man", "--dir", "gone"]);
    assert_eq!((nowhere.code, nowhere.err.as_str()), (2, "error: there is no directory gone\n"));
}
