use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{json, run, verdicts};

/// A run of the embedded server with these arguments, recorded; its report.
fn recorded(dir: &Path, arguments: &[&str]) -> (PathBuf, Value) {
    let record = dir.join("run.ndjson");
    let path = record.display().to_string();
    let mut all = vec!["run", "--report", "json=-", "--record", &path];
    all.extend(arguments);
    let output = run(&all);
    assert!(output.code <= 1, "{}", output.err);
    (record, json(&output.out))
}

fn judged(record: &Path) -> (i32, Value, String) {
    let output = run(&["judge", &record.display().to_string(), "--report", "json=-"]);
    let report = if output.out.is_empty() { Value::Null } else { json(&output.out) };
    (output.code, report, output.err)
}

/// Everything that a report says of its target, but for how long it took.
fn said(report: &Value) -> Value {
    let mut report = report.clone();
    report["duration_ms"] = Value::Null;
    report
}

fn lines(record: &Path) -> Vec<String> {
    std::fs::read_to_string(record).expect("a record").lines().map(str::to_owned).collect()
}

#[test]
fn a_record_is_judged_as_its_run_was() {
    let scenes: [&[&str]; 15] = [
        &["key.max-length"],
        &["csms.create-secret-event"],
        &["--shard", "2/3", "--fault", "kms-create-accepts-key-one-too-long", "create-kms-tag.key"],
        &["--fault", "csms-create-accepts-key-one-too-long", "create-secret-tag.key"],
        &["--fault", "csms-create-loses-third-write", "create-secret-tag"],
        &["--fault", "kms-create-mangles-non-ascii-in-value", "create-kms-tag.value"],
        &["--fault", "csms-batch-applies-only-last-item", "batch-create-or-delete-tags.stored"],
        &["--fault", "csms-batch-keeps-both-values", "batch-create-or-delete-tags.key"],
        &["--fault", "event-create-omits-error-code", "create-secret-event.name"],
        &["--fault", "event-create-accepts-missing-state", "create-secret-event.state"],
        &["--fault", "csms-create-sends-numeric-error-code", "create-secret-tag.key"],
        &["--fault", "kms-create-sends-html-errors", "create-kms-tag.key"],
        &["--fault", "csms-batch-fails-on-deep-nesting", "batch-create-or-delete-tags.server-error"],
        &["--fault", "kms-create-accepts-unknown-project", "create-kms-tag.request"],
        &["--reading", "csms.create-secret-tag.existing-key=refuse", "create-secret-tag.stored"],
    ];
    for arguments in scenes {
        let dir = tempfile::tempdir().expect("a directory");
        let (record, report) = recorded(dir.path(), arguments);
        let (code, again, err) = judged(&record);
        assert_eq!(report["exit_code"], code, "{arguments:?}: {err}");
        assert_eq!(said(&again), said(&report), "{arguments:?}");
    }
}

#[test]
fn a_changed_status_changes_the_verdict() {
    let dir = tempfile::tempdir().expect("a directory");
    let (record, report) = recorded(dir.path(), &["create-secret-tag.key.max-length"]);
    assert_eq!(report["exit_code"], 0);
    let (accepted, refused) = ("\"status\":204", "\"status\":400");
    let creates = |line: &&mut String| line.contains("/tags\"") && line.contains("aaaaaaaaaa");
    for (from, to) in [(accepted, "\"status\":200"), (refused, accepted)] {
        let mut changed = lines(&record);
        let line = changed.iter_mut().find(|line| creates(line) && line.contains(from)).expect("such an answer");
        *line = line.replace(from, to);
        let path = dir.path().join("changed.ndjson");
        std::fs::write(&path, changed.join("\n") + "\n").expect("a file");
        let (code, again, err) = judged(&path);
        assert_eq!(code, 1, "{from} to {to}: {err}");
        assert_ne!(verdicts(&again), verdicts(&report), "{from} to {to}");
    }
}

#[test]
fn lines_in_any_order_are_judged_the_same() {
    let dir = tempfile::tempdir().expect("a directory");
    let (record, report) =
        recorded(dir.path(), &["--fault", "csms-create-accepts-key-one-too-long", "create-secret-tag.key", "events"]);
    let mut mixed = lines(&record);
    mixed[1..].reverse();
    let half = mixed.len() / 2;
    mixed[1..].rotate_left(half);
    std::fs::write(&record, mixed.join("\n") + "\n").expect("a file");
    let (code, again, err) = judged(&record);
    assert_eq!(report["exit_code"], code, "{err}");
    assert_eq!(said(&again), said(&report));
}

#[test]
fn a_record_without_some_of_its_lines_accuses_nobody_for_them() {
    let dir = tempfile::tempdir().expect("a directory");
    let (record, _) = recorded(dir.path(), &["create-secret-tag.key"]);
    let all = lines(&record);
    for kept in [all.len() / 2, all.len() - 2] {
        // The last line is cut in its middle, as by a kill.
        let mut cut = format!("{}\n", all[..kept].join("\n")).into_bytes();
        cut.extend_from_slice(&all[kept].as_bytes()[..all[kept].len() / 2]);
        std::fs::write(&record, cut).expect("a file");
        let (code, again, err) = judged(&record);
        assert!(code == 0 || code == 3, "{kept} lines: {code} {err}");
        let failed = again["cases"].as_array().into_iter().flatten().filter(|case| case["outcome"] == "fail").count();
        assert_eq!(failed, 0, "{kept} lines");
        assert!(again["notes"].to_string().contains("the record does not hold"), "{}", again["notes"]);
    }
}

/// Whatever is missing at the end may have held a finding.
#[test]
fn a_record_that_was_cut_proves_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let (record, report) = recorded(dir.path(), &["csms.create-secret-tag.key"]);
    assert_eq!(report["exit_code"], 0);
    let all = lines(&record);
    for kept in [all.len() - 1, all.len() - 5] {
        std::fs::write(&record, all[..kept].join("\n") + "\n").expect("a record");
        let (code, report, err) = judged(&record);
        let told = report["conclusion"].as_str().unwrap_or_default();
        assert!(code == 3 && told.contains("no verdict"), "{code}: {told} {err}");
    }
    let (record, _) =
        recorded(dir.path(), &["--fault", "csms-create-accepts-key-one-too-long", "csms.create-secret-tag.key"]);
    let all = lines(&record);
    std::fs::write(&record, all[..all.len() - 1].join("\n") + "\n").expect("a record");
    assert_eq!(judged(&record).0, 1, "what was found was found");
}

#[test]
fn no_token_is_in_a_record() {
    let dir = tempfile::tempdir().expect("a directory");
    let (record, report) = recorded(dir.path(), &["create-secret-tag.token", "create-kms-tag.token"]);
    let text = std::fs::read_to_string(&record).expect("a record");
    assert!(text.contains("the-token-of-the-target") && text.contains("the-token-of-another-tenant"));
    let (code, again, _) = judged(&record);
    assert_eq!((code, said(&again)), (0, said(&report)));
}

#[test]
fn what_is_no_record_of_this_suite_is_told() {
    let dir = tempfile::tempdir().expect("a directory");
    let (record, _) = recorded(dir.path(), &["create-secret-tag.key.max-length/ascii-128"]);
    let whole = lines(&record);
    let other_suite = whole[0].replacen("\"suite\":\"", "\"suite\":\"f", 1);
    let other_form = whole[0].replacen("dewspec.record/1", "dewspec.record/9", 1);
    let cases: [(&str, String, &str); 6] = [
        ("empty", String::new(), "empty:1: it is no record of `dewspec run --record`"),
        ("report", "{\"schema\":\"dewspec.report/2\"}\n".to_owned(), "it is no record"),
        ("binary", "\u{0}\u{1}\n".repeat(9), "it is no record"),
        ("suite", format!("{other_suite}\n"), "it was made with another suite"),
        ("form", format!("{other_form}\n"), "it is \"dewspec.record/9\", and this dewspec reads \"dewspec.record/1\""),
        ("line", format!("{}\n{{\"tried\":1}}\n{}\n", whole[0], whole[1]), "line:2: it is no line of a record"),
    ];
    for (name, text, told) in cases {
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("a file");
        let output = run(&["judge", &path.display().to_string()]);
        assert_eq!((output.code, output.out.as_str()), (2, ""), "{name}: {}", output.err);
        assert!(output.err.contains(told), "{name}: {}", output.err);
    }
    for path in [dir.path().join("nowhere"), dir.path().to_owned()] {
        let output = run(&["judge", &path.display().to_string()]);
        assert_eq!(output.code, 2, "{}", output.err);
        assert!(output.err.contains("cannot be read"), "{}", output.err);
    }
    let nowhere = dir.path().join("no-folder/run.ndjson").display().to_string();
    let output = run(&["run", "--record", &nowhere, "create-secret-tag.example"]);
    assert_eq!(output.code, 2, "{}{}", output.out, output.err);
    assert!(output.err.contains("the record cannot be written"), "{}", output.err);
}
