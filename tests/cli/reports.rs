use std::path::{Path, PathBuf};
use std::process::Stdio;

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

/// A full disk behind standard output is told, and nothing that was lost counts as said.
#[cfg(target_os = "linux")]
#[test]
fn output_that_is_lost_is_told() {
    let case = "csms.create-secret-tag.key.max-length";
    for arguments in [&["run", "-q", case, "--report", "json=-"][..], &["run", "-q", case], &["list", "cases"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
        let output = dewspec(arguments).stdout(full).stderr(Stdio::piped()).output().expect("the program starts");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {err}");
        assert!(err.contains("standard output cannot be written: "), "{arguments:?}: {err}");
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
        (vec!["--report", "pdf=x"], "give json=PATH, junit=PATH"),
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

/// A stored report of a target with a fault.
fn stored(dir: &Path) -> std::path::PathBuf {
    let path = dir.join("night.json");
    let (code, err) = written(true, &["--report", &format!("json={}", path.display())]);
    assert_eq!(code, 1, "{err}");
    path
}

#[test]
fn a_stored_report_is_shown_in_every_form_as_the_run_showed_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = stored(dir.path());
    let night = path.display().to_string();
    let forms = ["html", "markdown", "sarif", "junit", "json"];
    let options = forms.map(|form| format!("{form}={}", dir.path().join(form).display()));
    let mut all = vec!["report", &night];
    all.extend(options.iter().flat_map(|option| ["--report", option]));
    let shown = run(&all);
    assert_eq!(shown.code, 1, "{}{}", shown.out, shown.err);
    let report = json(&std::fs::read_to_string(&path).expect("a report"));
    let cause = &report["causes"][0];
    let title = cause["title"].as_str().expect("a title");
    // Longer ones are wrapped.
    let begins: String = title.chars().take(40).collect();
    assert!(shown.out.contains(&begins) && shown.out.contains("exit code 1"), "{}", shown.out);
    for form in forms {
        let text = std::fs::read_to_string(dir.path().join(form)).expect("a report");
        let told = if form == "junit" {
            "csms.create-secret-tag.key.max-length"
        } else {
            cause["id"].as_str().expect("an id")
        };
        assert!(text.contains(told), "{form} tells {told}");
    }
    let again = json(&std::fs::read_to_string(dir.path().join("json")).expect("a report"));
    assert_eq!(again, report, "stored once more it is the same");
    let sarif = json(&std::fs::read_to_string(dir.path().join("sarif")).expect("a report"));
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    let file = place["artifactLocation"]["uri"].as_str().expect("a file");
    let line = place["region"]["startLine"].as_u64().expect("a line") as usize;
    let suite = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("that file");
    assert!(
        suite.lines().nth(line - 1).is_some_and(|text| text.starts_with("max-length = ")),
        "{file}:{line} is where the row of the table states it"
    );
}

#[test]
fn what_is_no_report_gets_one_clear_error() {
    let dir = tempfile::tempdir().expect("a directory");
    let whole = std::fs::read_to_string(stored(dir.path())).expect("a report");
    let path = dir.path().join("bad.json");
    let of = |text: &str| {
        std::fs::write(&path, text).expect("a file");
        run(&["report", &path.display().to_string()])
    };
    for (text, told) in [
        (String::new(), "bad.json"),
        ("<html>no</html>".to_owned(), "bad.json"),
        (whole[..whole.len() / 2].to_owned(), "bad.json"),
        (whole.replacen("dewspec.report/2", "dewspec.report/1", 1), "dewspec.report/1"),
        ("{}".to_owned(), "dewspec.report/2"),
        ("[1]".to_owned(), "bad.json"),
        ("[".repeat(100_000), "bad.json"),
    ] {
        let output = of(&text);
        let begins: String = text.chars().take(40).collect();
        assert_eq!(output.code, 2, "{begins}: {}", output.err);
        assert!(output.err.starts_with("error: ") && output.err.contains(told), "{begins}: {}", output.err);
        assert!(output.err.lines().count() <= 2 && output.out.is_empty(), "{begins}: {}{}", output.err, output.out);
    }
    let missing = run(&["report", &dir.path().join("none.json").display().to_string()]);
    assert!(missing.code == 2 && missing.err.contains("none.json"), "{}", missing.err);
    let file = std::fs::File::create(&path).expect("a file");
    file.set_len(100 << 20).expect("a long file");
    let long = run(&["report", &path.display().to_string()]);
    assert!(long.code == 2 && long.err.contains("104857600 bytes"), "{}", long.err);
}

#[test]
fn workflows_are_told_the_causes_and_get_a_summary() {
    let dir = tempfile::tempdir().expect("a directory");
    let summary = dir.path().join("summary.md");
    let arguments =
        ["run", "-q", "--fault", "csms-create-accepts-key-one-too-long", "csms.create-secret-tag.key.max-length"];
    let told = |name: &str, value: &str, more: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(more);
        finished(dewspec(&all).env(name, value).env("GITHUB_STEP_SUMMARY", &summary))
    };
    let silent = [told("GITHUB_ACTIONS", "false", &[]), told("GITHUB_ACTIONS", "true", &["--github", "never"])];
    assert!(silent.iter().all(|output| output.code == 1 && !output.err.contains("::error")), "{}", silent[0].err);
    assert!(!summary.exists());
    for (name, value, more) in [("GITHUB_ACTIONS", "true", &[][..]), ("DEWSPEC_GITHUB", "always", &[])] {
        std::fs::write(&summary, "before\n").expect("a file");
        let output = told(name, value, more);
        assert_eq!(output.code, 1);
        assert_eq!(output.err.matches("::error title=").count(), 1, "{}", output.err);
        let text = std::fs::read_to_string(&summary).expect("a summary");
        assert!(text.starts_with("before\n# dewspec: "), "{text}");
    }
    let lost = finished(
        dewspec(&arguments).env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", dir.path().join("no/such/place")),
    );
    assert!(lost.code == 1 && lost.err.contains("GITHUB_STEP_SUMMARY"), "{}", lost.err);
}
