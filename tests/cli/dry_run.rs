use crate::support::{Served, json, run};

/// The number before these words.
fn number(text: &str, words: &str) -> u64 {
    let before = text.split_once(words).unwrap_or_else(|| panic!("{words} is not in {text}")).0;
    let digits: Vec<char> = before.chars().rev().take_while(|c| c.is_ascii_digit() || *c == ' ').collect();
    digits.into_iter().rev().filter(char::is_ascii_digit).collect::<String>().parse().expect("a number")
}

#[test]
fn nothing_is_sent_and_what_would_be_is_told() {
    let output = run(&[
        "run",
        "--dry-run",
        "--endpoint",
        "http://127.0.0.1:1",
        "--project-id",
        "p",
        "--secret-id",
        "s",
        "--key-id",
        "k",
        "--token",
        "t",
        "--rate",
        "20",
        "--run-id",
        "mine",
    ]);
    assert_eq!(output.code, 0, "nothing listens there: {}{}", output.out, output.err);
    for part in ["tags of secrets", "tags of keys", "events", "POST", "GET", "DELETE", "at 20 a second"] {
        assert!(output.out.contains(part), "{part} is not in {}", output.out);
    }
    for part in ["dewspec-…", "dewspec-mine-…", "\"DEV\"", "\"key1\"", "deleted: what was written"] {
        assert!(output.out.contains(part), "{part} is not in {}", output.out);
    }
    let only_keys = run(&[
        "run",
        "--dry-run",
        "--kms-endpoint",
        "http://127.0.0.1:1",
        "--project-id",
        "p",
        "--key-id",
        "k",
        "--token",
        "t",
    ]);
    assert!(only_keys.out.contains("tags of keys") && !only_keys.out.contains("tags of secrets"), "{}", only_keys.out);
}

#[test]
fn the_estimate_is_near_what_a_run_sends() {
    let served = Served::start(&["--secrets", "1", "--keys", "1"]);
    for filter in ["", "create-kms-tag", "create-secret-event"] {
        let about = number(&served.check(&["--dry-run", filter]).out, " requests in all");
        let sent = json(&served.check(&["--report", "json=-", filter]).out)["summary"]["exchanges"].as_u64();
        let sent = sent.expect("a number");
        assert!(about * 3 > sent * 2 && about * 2 < sent * 3, "{filter:?}: about {about}, sent {sent}");
    }
}
