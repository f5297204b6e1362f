//! Shards of a run and what becomes of them: together they say what one run says, and nothing less than all of them is taken
//! for the whole.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Output, Served, dewspec, finished, json, run, verdicts};

/// The shards of a run with these arguments, each in a process of its own; their reports.
fn shards(dir: &Path, of: usize, arguments: &[&str]) -> Vec<PathBuf> {
    (1..=of).map(|number| shard(dir, &format!("{number}/{of}"), arguments).1).collect()
}

fn shard(dir: &Path, which: &str, arguments: &[&str]) -> (Output, PathBuf) {
    let path = dir.join(format!("{}.json", which.replace('/', "-of-")));
    let report = format!("json={}", path.display());
    let output = run(&[&["run", "-q", "--shard", which, "--report", &report], arguments].concat());
    assert!(path.is_file(), "{}", output.err);
    (output, path)
}

fn merge(reports: &[PathBuf]) -> Output {
    let mut command = dewspec(&["merge"]);
    command.args(reports).args(["--report", "json=-"]);
    finished(&mut command)
}

fn read(path: &Path) -> Value {
    json(&std::fs::read_to_string(path).expect("a report"))
}

/// What has to be the same: exit code, verdicts, what breaks which clause, causes, readings, outcomes.
fn said(report: &Value) -> Value {
    let of = |list: &Value, members: &[&str]| -> Vec<Value> {
        let rows = list.as_array().expect("a list").iter();
        rows.map(|row| members.iter().map(|member| row[member].clone()).collect()).collect()
    };
    let mut cases = of(&report["cases"], &["id", "outcome"]);
    cases.sort_by_key(ToString::to_string);
    let passed: usize =
        report["passed"].as_object().expect("a map").values().map(|of| of.as_object().map_or(0, |m| m.len())).sum();
    serde_json::json!({
        "code": report["exit_code"],
        "conclusion": report["conclusion"],
        "clauses": of(&report["clauses"], &["id", "verdict", "broken_by"]),
        "causes": of(&report["causes"], &["id", "title", "count", "clauses", "operations", "diagnosis"]),
        "readings": of(&report["readings"], &["clause", "determined"]),
        "cases": cases,
        "passed": passed,
    })
}

#[test]
fn shards_together_say_what_one_run_says() {
    let scenes: [&[&str]; 6] = [
        &["--cases", "1"],
        &["CreateKmsTag", "--cases", "2"],
        &["--fault", "kms-create-accepts-key-one-too-long", "CreateKmsTag", "--cases", "2"],
        &["--fault", "kms-create-flattens-errors", "CreateKmsTag", "--cases", "2"],
        &["--fault", "csms-create-loses-third-write", "CreateSecretTag", "--cases", "2"],
        &["--fault", "event-create-omits-error-code", "CreateSecretEvent", "CreateKmsTag", "--cases", "1"],
    ];
    for (nth, arguments) in scenes.into_iter().enumerate() {
        let dir = tempfile::tempdir().expect("a directory");
        let whole = run(&[&["run", "--report", "json=-"], arguments].concat());
        let merged = merge(&shards(dir.path(), 2 + nth % 2, arguments));
        assert_eq!(merged.code, whole.code, "{arguments:?}: {}", merged.err);
        let (whole, merged) = (json(&whole.out), json(&merged.out));
        assert_eq!(said(&merged), said(&whole), "{arguments:?}");
        assert!(merged.get("shard").is_none() && verdicts(&merged).len() > 50);
    }
}

#[test]
fn a_shard_alone_speaks_for_itself_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let arguments = ["CreateKmsTag", "--cases", "1"];
    let (output, path) = shard(dir.path(), "2/2", &arguments);
    assert_eq!(output.code, 0, "{}", output.out);
    assert!(output.out.contains("the target conforms in what was selected"), "{}", output.out);
    // By the times of an earlier run, all is there, too.
    let times = path.display().to_string();
    let balanced = [&arguments[..], &["--durations", &times]].concat();
    let reports = shards(dir.path(), 3, &balanced);
    assert_eq!(merge(&reports).code, 0);
    // But not if the parts were cut in different ways.
    let mixed = [reports[0].clone(), shard(dir.path(), "2/3", &arguments).1, reports[2].clone()];
    let refused = merge(&mixed);
    assert_eq!(refused.code, 2);
    assert!(refused.err.starts_with("error: the shards do not make up one run: "), "{}", refused.err);
    assert_eq!(refused.err.lines().count(), 1, "{}", refused.err);
}

#[test]
fn what_is_not_the_whole_of_one_run_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let arguments = ["key.max-length", "--cases", "1"];
    let reports = shards(dir.path(), 3, &arguments);
    let copy = dir.path().join("copy.json");
    std::fs::copy(&reports[1], &copy).expect("a copy");
    let other = |change: &dyn Fn(&mut Value)| {
        let mut report = read(&reports[2]);
        change(&mut report);
        let path = dir.path().join("other.json");
        std::fs::write(&path, report.to_string()).expect("a file");
        merge(&[reports[0].clone(), reports[1].clone(), path])
    };
    let whole = dir.path().join("whole.json");
    let report = format!("json={}", whole.display());
    assert_eq!(run(&["run", "key.max-length", "--cases", "1", "--report", &report]).code, 0);
    for (refused, why) in [
        (merge(&reports[..2]), "shard 3 of 3 is missing: run it and merge again"),
        (merge(&reports[1..2]), "shards 1 and 3 of 3 are missing: run them and merge again"),
        (merge(&[reports.clone(), vec![copy]].concat()), "shard 2 of 3 is there twice: "),
        (merge(&[reports[..2].to_vec(), vec![whole]].concat()), "this is the report of a whole run, and of no shard"),
        (other(&|report| report["seed"] = 7.into()), "its seed is 7 instead of "),
        (other(&|report| report["shard"]["of"] = 4.into()), "its number of shards is 4 instead of 3"),
        (other(&|report| report["shard"]["number"] = 4.into()), "there is no shard 4 of 3"),
        (other(&|report| report["shard"]["of"] = u64::MAX.into()), "there is no shard 3 of 18446744073709551615"),
        (other(&|report| report["suite"] = "0".into()), "it was made with another suite (0 instead of "),
        (other(&|report| report["target"]["embedded"] = false.into()), "its target is "),
        (
            other(&|report| report["filters"] = serde_json::json!(["key"])),
            "its choice of cases is [\"key\"] instead of ",
        ),
    ] {
        assert!(refused.code == 2 && refused.out.is_empty(), "{why}: {} {}", refused.code, refused.err);
        assert!(refused.err.contains(why) && refused.err.lines().count() == 1, "{why} is not in {}", refused.err);
    }
    for wrong in ["0/3", "4/3", "x", "1"] {
        let refused = run(&["run", "--shard", wrong]);
        assert!(refused.code == 2 && refused.err.contains("give K/N"), "{wrong}: {}", refused.err);
    }
}

#[test]
fn a_contradiction_between_shards_is_a_finding() {
    const CLAUSE: &str = "kms.create-kms-tag.existing-key";
    let dir = tempfile::tempdir().expect("a directory");
    let open = json(&run(&["list", "readings", "--format", "json"]).out);
    let clause = open.as_array().expect("clauses").iter().find(|row| row["clause"] == CLAUSE).expect("an open clause");
    let reading = |nth: usize| clause["readings"][nth].as_str().expect("a reading").to_owned();
    let (one, other) = (reading(0), reading(1));
    let part = |which: &str, reading: &str| {
        let reading = format!("{CLAUSE}={reading}");
        shard(dir.path(), which, &["CreateKmsTag", "--cases", "1", "--reading", &reading])
    };
    let ((first, a), (second, b)) = (part("1/2", &one), part("2/2", &other));
    assert_eq!((first.code, second.code), (0, 0), "each alone is well\n{}{}", first.out, second.out);
    let merged = merge(&[a, b]);
    assert_eq!(merged.code, 1, "{}", merged.err);
    let report = json(&merged.out);
    let clause = verdicts(&report).into_iter().find(|(id, _)| id == CLAUSE).expect("the clause");
    assert_eq!(clause.1, "violated");
    assert!(report["notes"].to_string().contains("shards found different readings of kms.create-kms-tag.existing-key"));
    let told = report["cases"].to_string();
    assert!(told.contains("(in shard 1 of 2)") && told.contains("(in shard 2 of 2)"), "{told}");
}

/// A night in two shards, as on machines that are thrown away: the second is killed while it writes, and is run again with the
/// journal that was kept.
pub(crate) fn night_with_a_killed_shard(served: &Served, dir: &Path) -> [PathBuf; 2] {
    let at = |name: &str| dir.join(name);
    let start = |number: usize, more: &[&str]| {
        let report = format!("json={}", at(&format!("{number}.json")).display());
        let journal = at(&format!("{number}.journal")).display().to_string();
        let shard = format!("{number}/2");
        let own = ["-q", "--shard", &shard, "--report", &report, "--journal", &journal, "CreateKmsTag", "--cases", "1"];
        let mut command = served.command(&served.url, &[&own[..], more].concat());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shard")
    };
    let mut first = start(1, &[]);
    // Slow enough to be killed while it writes.
    let mut second = start(2, &["--rate", "40"]);
    let began = Instant::now();
    while !std::fs::read_to_string(at("2.journal")).is_ok_and(|journal| journal.lines().count() > 4) {
        assert!(began.elapsed() < Duration::from_secs(60), "the second shard writes nothing");
        std::thread::sleep(Duration::from_millis(20));
    }
    second.kill().expect("it runs");
    second.wait().expect("it has ended");
    first.wait().expect("it has ended");
    let reports = [at("1.json"), at("2.json")];
    let early = merge(&reports);
    assert!(early.code == 2 && early.err.contains("2.json: cannot be read"), "{}", early.err);
    let early = merge(&reports[..1]);
    assert!(early.code == 2 && early.err.contains("shard 2 of 2 is missing"), "{}", early.err);
    // On another machine.
    start(2, &[]).wait().expect("it has ended");
    reports
}

#[test]
fn a_shard_that_was_killed_is_run_again() {
    let served = Served::start(&["--fault", "kms-create-accepts-key-one-too-long", "--secrets", "4", "--keys", "4"]);
    let dir = tempfile::tempdir().expect("a directory");
    let merged = merge(&night_with_a_killed_shard(&served, dir.path()));
    assert_eq!(merged.code, 1, "{}", merged.err);
    let whole = served.check(&["CreateKmsTag", "--cases", "1", "--report", "json=-"]);
    assert_eq!(said(&json(&merged.out)), said(&json(&whole.out)));
    let notes = json(&merged.out)["notes"].to_string();
    assert!(!notes.contains("may still be there"), "{notes}");
}

/// What is merged is told in every form, with examples and times, and can be held against what is known.
#[test]
fn a_merge_is_a_report_like_any_other() {
    let dir = tempfile::tempdir().expect("a directory");
    let arguments = ["--fault", "kms-create-accepts-key-one-too-long", "CreateKmsTag", "--cases", "1"];
    let reports: Vec<String> =
        shards(dir.path(), 2, &arguments).iter().map(|path| path.display().to_string()).collect();
    let [one, other] = [&reports[0], &reports[1]];
    let merge = |more: &[&str]| {
        finished(dewspec(&[&["merge", "-q", one.as_str(), other.as_str()], more].concat()).current_dir(dir.path()))
    };
    let at = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("a file");
    let written = ["json=all.json", "html=all.html", "markdown=all.md", "junit=all.xml", "sarif=all.sarif"];
    let output = merge(&written.map(|file| ["--report", file]).concat());
    assert_eq!(output.code, 1, "{}", output.err);
    let report = json(&at("all.json"));
    let cause = &report["causes"][0];
    let replay = cause["example"]["replay"].as_str().expect("a line");
    assert!(cause["expected"] != "" && cause["observed"] != "" && cause["example"]["curl"].is_string(), "{cause}");
    let (page, text) = (at("all.html"), at("all.md"));
    assert!(
        page.contains("<h4>request</h4>") && page.contains("<h4>answer</h4>") && page.contains("section id=\"timing\"")
    );
    assert!(text.contains("```http\nPOST ") && text.contains(replay), "{text}");
    assert!(at("all.xml").contains("<failure ") && at("all.sarif").contains(cause["id"].as_str().expect("an id")));
    // Quantiles are those of all answers, whichever shard got them.
    let answers = |report: &Value| report["latency"]["CreateKmsTag"]["answers"].as_u64().expect("a count");
    let longest = |report: &Value| report["latency"]["CreateKmsTag"]["max_us"].as_u64().expect("a time");
    let parts: Vec<Value> = reports.iter().map(|path| read(Path::new(path))).collect();
    assert_eq!(answers(&report), parts.iter().map(answers).sum::<u64>());
    assert_eq!(Some(longest(&report)), parts.iter().map(longest).max());
    assert!(report["latency"]["CreateKmsTag"]["p50_us"].as_u64() > Some(0));
    // The fault is known.
    std::fs::write(
        dir.path().join("known.toml"),
        format!(
            "[[deviation]]\ncause = {}\nreason = \"the gateway cuts keys\"\nowner = \"kms\"\nlink = \"KMS-42\"\nuntil = 2999-12-31\n",
            cause["id"]
        ),
    )
    .expect("a file");
    let known = merge(&["--deviations", "known.toml", "--report", "json=known.json"]);
    assert!(known.code == 0 && known.out.contains("no new deviations (1 known)"), "{}{}", known.out, known.err);
    assert_eq!(json(&at("known.json"))["deviations"]["conclusion"], "known-deviations");
    let missing = merge(&["--deviations", "none.toml"]);
    assert!(missing.code == 2 && missing.err.contains("none.toml"), "{}", missing.err);
}

/// Side by side on machines of their own, with secrets and keys of their own: none of them notices the others.
#[test]
fn shards_side_by_side_do_not_disturb_each_other() {
    let served = Served::start(&["--secrets", "4", "--keys", "4"]);
    let dir = tempfile::tempdir().expect("a directory");
    let running: Vec<_> = (1..=2)
        .map(|number| {
            // Machines of their own have locks of their own.
            let machine = dir.path().join(format!("machine-{number}"));
            std::fs::create_dir(&machine).expect("a directory");
            let report = dir.path().join(format!("{number}.json"));
            let own = [
                "-q",
                "--cases",
                "1",
                "--shard",
                &format!("{number}/2"),
                "--report",
                &format!("json={}", report.display()),
            ];
            let mut command = served.command(&served.url, &own);
            command.env("TMPDIR", &machine).env("XDG_STATE_HOME", &machine).stdout(Stdio::null()).stderr(Stdio::null());
            (command.spawn().expect("a shard"), report)
        })
        .collect();
    let mut reports = Vec::new();
    for (mut process, report) in running {
        assert_eq!(process.wait().expect("it ends").code(), Some(0), "{}", read(&report)["conclusion"]);
        assert_eq!(read(&report)["conclusion"], "the target conforms in what was selected");
        reports.push(report);
    }
    let used = |report: &Path| read(report)["target"]["secret_ids"].to_string();
    assert_ne!(used(&reports[0]), used(&reports[1]));
    let merged = merge(&reports);
    assert_eq!(merged.code, 0, "{}", merged.err);
    assert!(
        json(&merged.out)["conclusion"].as_str().expect("a text").starts_with("the target conforms"),
        "{}",
        merged.out
    );
}
