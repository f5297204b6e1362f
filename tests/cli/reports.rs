use std::path::{Path, PathBuf};

use crate::support::{Served, dewspec, finished, json, run};

#[test]
fn junit_agrees_with_the_summary() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("junit.xml");
    let output = run(&[
        "run",
        "--fault",
        "event-create-drops-last-type",
        "--report",
        &format!("junit={}", path.display()),
        "create-secret-event",
    ]);
    assert_eq!(output.code, 1);
    let text = std::fs::read_to_string(path).expect("a JUnit file");
    assert!(text.contains("<failure") && text.contains("response.event_types"), "{text}");
    assert!(text.contains("<skipped"), "skips are told");
}

#[test]
fn snapshots_are_written_compared_and_accepted() {
    let dir = tempfile::tempdir().expect("a directory");
    let snapshots = dir.path().join("snaps").display().to_string();
    let with = |more: &[&str]| {
        let mut all = vec!["run", "-q", "--snapshots", &snapshots, "token", "csms.create-secret-tag.key"];
        all.extend(more);
        run(&all)
    };
    assert_eq!(with(&[]).code, 0);
    let same = with(&[]);
    assert!(same.code == 0 && same.out.contains("no difference"), "{}", same.out);
    let differs = with(&["--reading", "token.missing=403"]);
    assert_eq!(differs.code, 1, "{}", differs.out);
    assert!(differs.out.contains("-") && differs.out.contains("403"), "{}", differs.out);
    assert_eq!(with(&["--reading", "token.missing=403", "--update-snapshots"]).code, 0);
    assert_eq!(with(&["--reading", "token.missing=403"]).code, 0);
    assert_eq!(
        with(&["--reading", "token.missing=403", "csms.create-secret-tag.key"]).code,
        0,
        "a filtered run compares its own rows"
    );
}

/// A run of a few cases with these reports and snapshots; what it says on standard error.
fn written(fault: bool, arguments: &[&str]) -> (i32, String) {
    let mut all = vec!["run", "-q", "csms.create-secret-tag.key.max-length"];
    if fault {
        all.extend(["--fault", "csms-create-accepts-key-one-too-long"]);
    }
    all.extend(arguments);
    let output = run(&all);
    assert!(output.out.contains("exit code") || arguments.contains(&"json=-"), "{}", output.out);
    (output.code, output.err)
}

fn is_json(path: &Path) -> bool {
    json(&std::fs::read_to_string(path).expect("a report"))["schema"] == "dewspec.report/2"
}

#[test]
fn snapshots_that_cannot_be_used_lose_no_report_and_no_verdict() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("a-file");
    std::fs::write(&file, "in the way").expect("a file");
    let (report, snapshots) = (dir.path().join("report.json"), file.display().to_string());
    let option = format!("json={}", report.display());
    for (fault, expected) in [(true, 1), (false, 3)] {
        let _ = std::fs::remove_file(&report);
        let (code, err) = written(fault, &["--report", &option, "--snapshots", &snapshots]);
        assert_eq!(code, expected, "{err}");
        assert!(err.contains("error: snapshots: ") && err.contains("a-file"), "{err}");
        assert!(is_json(&report));
    }
}

#[cfg(unix)]
#[test]
fn a_report_that_cannot_be_written_loses_no_other() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = |name: &str| dir.path().join(name);
    // A link that leads nowhere: its folder is there, and it can be seen only by writing that it leads on to none.
    for name in ["lost-1", "lost-2"] {
        std::os::unix::fs::symlink("/nowhere/at/all", path(name)).expect("a link");
    }
    let options = [("json", "lost-1"), ("json", "there.json"), ("junit", "lost-2"), ("junit", "there.xml")]
        .map(|(format, name)| format!("{format}={}", path(name).display()));
    let arguments: Vec<&str> = options.iter().flat_map(|option| ["--report", option]).collect();
    for (fault, expected) in [(true, 1), (false, 3)] {
        let (code, err) = written(fault, &arguments);
        assert_eq!(code, expected, "{err}");
        assert!(err.contains("lost-1: cannot be written") && err.contains("lost-2: cannot be written"), "{err}");
        assert!(is_json(&path("there.json")) && path("there.xml").exists());
        std::fs::remove_file(path("there.json")).expect("it was there");
        std::fs::remove_file(path("there.xml")).expect("it was there");
    }
}

#[cfg(unix)]
#[test]
fn finds_and_corpus_that_cannot_be_written_lose_no_report() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("a-file"), "in the way").expect("a file");
    let fault = ["--fault", "csms-create-accepts-key-one-too-long", "CreateSecretTag"];
    let output = finished(
        dewspec(&["fuzz", "--time", "3", "--requests", "3000", "--finds", "a-file", "--report", "json=report.json"])
            .args(fault)
            .current_dir(dir.path()),
    );
    assert_eq!(output.code, 1, "{}{}", output.out, output.err);
    assert!(output.err.contains("error: find csms."), "{}", output.err);
    assert!(is_json(&dir.path().join("report.json")));
}

#[test]
fn a_path_that_no_report_can_have_is_told_before_anything_is_sent() {
    let dir = tempfile::tempdir().expect("a directory");
    let folder = format!("json={}", dir.path().display());
    for (arguments, part) in [
        (vec!["--report", "pdf=x"], "give json=PATH or junit=PATH"),
        (vec!["--report", "json="], "PATH after the ="),
        (vec!["--report", "json=/nowhere/at/all/report.json"], "no directory /nowhere/at/all"),
        (vec!["--report", &folder], "is a directory"),
        (vec!["--report", "json=-", "--report", "junit=-"], "standard output"),
    ] {
        let output = finished(dewspec(&["run", "example"]).args(&arguments));
        assert_eq!(output.code, 2, "{arguments:?}");
        assert!(output.err.contains(part) && output.out.is_empty(), "{arguments:?}: {}", output.err);
    }
}

#[test]
fn that_certificates_are_not_checked_stands_in_every_report() {
    let served = Served::start(&[]);
    let dir = tempfile::tempdir().expect("a directory");
    let junit = dir.path().join("junit.xml");
    let option = format!("junit={}", junit.display());
    let output = served.check(&["--insecure", "--report", &option, "-q", "csms.create-secret-tag.example"]);
    assert_eq!(output.code, 0, "{}{}", output.out, output.err);
    assert!(output.out.contains("--insecure"), "{}", output.out);
    let text = std::fs::read_to_string(&junit).expect("a JUnit file");
    assert!(text.contains(r#"name="dewspec.insecure" value="true""#), "{text}");
    let report = json(&served.check(&["--insecure", "--report", "json=-", "csms.create-secret-tag.example"]).out);
    assert_eq!(report["target"]["insecure"], true);
    let usual = json(&served.check(&["--report", "json=-", "csms.create-secret-tag.example"]).out);
    assert_eq!(usual["target"]["insecure"], false);
}

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let now = ::dewspec::report::schema_text();
    if std::env::var_os("DEWSPEC_UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &now).expect("the schema is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == now, "docs/report.schema.json is not up to date: run the test with DEWSPEC_UPDATE_SCHEMA=1");
}
