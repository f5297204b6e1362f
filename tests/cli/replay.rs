use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Output, Served, dewspec, finished, json, run};

#[test]
fn failures_can_be_replayed_from_a_report() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("report.json");
    let option = format!("json={}", path.display());
    let fault = ["--fault", "kms-create-accepts-value-one-too-long"];
    assert_eq!(run(&["run", fault[0], fault[1], "--report", &option, "create-kms-tag.value"]).code, 1);
    let path = path.display().to_string();
    let again = run(&["replay", &path, fault[0], fault[1], "-q"]);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(again.out.contains("kms.create-kms-tag.value.max-length"), "{}", again.out);
    let mended = run(&["replay", &path, "-q"]);
    assert_eq!(mended.code, 0, "{}", mended.out);
    assert_eq!(run(&["replay", &path, "no.such/case"]).code, 2);
    assert_eq!(run(&["replay", "/nowhere/report.json"]).code, 2);
}

/// Runs a line as a shell does that finds this program under its name.
fn pasted(line: &str, dir: &Path, more: &[(&str, &str)]) -> Output {
    let programs = Path::new(env!("CARGO_BIN_EXE_dewspec")).parent().expect("a directory");
    let mut command = Command::new("sh");
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("DEWSPEC_")) {
        command.env_remove(name);
    }
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
    finished(command.args(["-c", line]).env("PATH", path).envs(more.iter().copied()).current_dir(dir))
}

/// Lines of cases that failed: enough to see that all kinds of lines work.
fn lines(report: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let cases = report["cases"].as_array().expect("cases").iter();
    let failed = cases.filter(|case| case["outcome"] == "fail" && case.get("replay").is_some());
    failed.map(|case| (text(&case["id"]), text(&case["replay"]))).take(3).collect()
}

#[cfg(unix)]
#[test]
fn every_replay_line_reproduces_its_failure_when_it_is_pasted() {
    let dir = tempfile::tempdir().expect("a directory");
    for (fault, filter, more) in [
        ("csms-create-accepts-key-one-too-long", "csms.create-secret-tag.key", vec![]),
        ("kms-create-accepts-value-one-too-long", "kms.create-kms-tag.value", vec!["--cases", "5", "--settle", "0.2"]),
        ("csms-create-stores-refused", "csms.create-secret-tag.value", vec!["--reading", "reserved-prefix=sdk"]),
        ("event-create-drops-last-type", "csms.create-secret-event", vec!["--concurrency", "3", "--timeout", "5"]),
    ] {
        let output = finished(
            dewspec(&["run", "--report", "json=-", "--fault", fault]).args(more).arg(filter).current_dir(dir.path()),
        );
        assert_eq!(output.code, 1, "{fault}: {}", output.err);
        let lines = lines(&json(&output.out));
        assert!(!lines.is_empty());
        for (case, line) in lines {
            let again = pasted(&format!("{line} --report json=-"), dir.path(), &[]);
            assert_eq!(again.code, 1, "{line}\n{}", again.err);
            let report = json(&again.out);
            let failed = report["cases"].as_array().expect("cases").iter().find(|c| c["id"] == *case);
            assert_eq!(failed.expect("the case")["outcome"], "fail", "{line}");
        }
    }
}

#[cfg(unix)]
#[test]
fn the_replay_line_of_a_target_needs_only_the_token_in_the_environment() {
    let served = Served::start(&["--fault", "csms-create-accepts-key-one-too-long", "--secrets", "2", "--keys", "1"]);
    let dir = tempfile::tempdir().expect("a directory");
    let option = ["--report", "json=-", "--user-agent", "it's me", "--header", "X-Trace: a $b"];
    let mut command = served.command(&served.url, &option);
    let output = finished(command.arg("csms.create-secret-tag.key.max-length"));
    assert_eq!(output.code, 1, "{}", output.err);
    for (_, line) in lines(&json(&output.out)) {
        assert!(!line.contains(&served.token), "{line}");
        let again = pasted(&format!("{line} -q"), dir.path(), &[("DEWSPEC_TOKEN", &served.token)]);
        assert_eq!(again.code, 1, "{line}\n{}{}", again.out, again.err);
    }
}

#[cfg(unix)]
#[test]
fn the_replay_line_of_a_find_reproduces_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let fault = "csms-create-accepts-key-one-too-long";
    let output = finished(
        dewspec(&["fuzz", "--fault", fault, "--time", "20", "--fail-fast", "--finds", "my finds"])
            .args(["--report", "json=-", "CreateSecretTag"])
            .current_dir(dir.path()),
    );
    assert_eq!(output.code, 1, "{}", output.err);
    let report = json(&output.out);
    let line = report["fuzz"]["finds"][0]["case"]["replay"].as_str().expect("a find").to_owned();
    assert!(line.contains("'my finds/") && line.contains(fault), "{line}");
    let again = pasted(&line, dir.path(), &[]);
    assert_eq!(again.code, 1, "{line}\n{}{}", again.out, again.err);
}
