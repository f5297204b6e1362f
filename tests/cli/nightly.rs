//! A fortnight of nights: what is new, what is known, what has run out or holds again, and what a dead target comes to.

use std::path::Path;

use serde_json::Value;

use crate::shards::night_with_a_killed_shard;
use crate::support::{Output, Served, dewspec, finished, json, run_in};

const FAULT: &str = "csms-create-accepts-key-one-too-long";
const CAUSE: &str = "csms.create-secret-tag.accepts.key";

/// A night: a whole run of the embedded server, its report kept under this name.
fn night(dir: &Path, name: &str, more: &[&str]) -> Output {
    let report = format!("json={name}.json");
    let mut arguments = vec!["run", "-q", "--cases", "1", "--report", &report];
    arguments.extend(more);
    run_in(dir, &arguments)
}

/// A stored report as if it were of another day.
fn on(dir: &Path, name: &str, day: &str) -> String {
    let mut report = stored(dir, name);
    report["started_at"] = format!("{day}T02:00:00Z").into();
    let path = format!("{name}-{day}.json");
    std::fs::write(dir.join(&path), report.to_string()).expect("a report");
    path
}

fn stored(dir: &Path, name: &str) -> Value {
    json(&std::fs::read_to_string(dir.join(format!("{name}.json"))).expect("a report"))
}

fn text(dir: &Path, file: &str) -> String {
    std::fs::read_to_string(dir.join(file)).expect("a file")
}

#[test]
fn a_fortnight() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    let known = ["--deviations", "known.toml"];

    // A good night, then a new fault.
    assert_eq!(night(dir, "good", &[]).code, 0);
    assert_eq!(night(dir, "fault", &["--fault", FAULT]).code, 1);
    let diff =
        run_in(dir, &["diff", "good.json", "fault.json", "--report", "html=diff.html", "--report", "json=diff.json"]);
    assert_eq!(diff.code, 1, "{}{}", diff.out, diff.err);
    assert!(diff.out.contains("New causes  1") && diff.out.contains(CAUSE), "{}", diff.out);
    assert!(text(dir, "diff.html").contains("Something is new") && json(&text(dir, "diff.json"))["exit_code"] == 1);
    let back = run_in(dir, &["diff", "fault.json", "good.json"]);
    assert!(back.code == 0 && back.out.contains("Gone  1") && back.out.contains("nothing is new"), "{}", back.out);
    assert_eq!(run_in(dir, &["diff", "good.json", "good.json"]).code, 0);

    // It is recorded; without a reason, nobody takes the file.
    let record = run_in(dir, &["deviations", "record", "known.toml", "fault.json"]);
    assert!(record.code == 0 && record.out.contains(&format!("added    {CAUSE}")), "{}{}", record.out, record.err);
    assert!(record.out.contains("`reason` is \"<why this is accepted for now>\""), "{}", record.out);
    for command in [vec!["deviations", "check", "known.toml"], [["run"].as_slice(), &known].concat()] {
        let refused = run_in(dir, &command);
        assert!(refused.code == 2 && refused.err.contains("known.toml:6:10: `reason` is"), "{}", refused.err);
    }
    std::fs::remove_file(dir.join("known.toml")).expect("it was there");
    let filled =
        ["--reason", "the gateway cuts keys", "--owner", "kms-team", "--link", "KMS-42", "--until", "2999-12-31"];
    let record = run_in(dir, &[["deviations", "record", "known.toml", "fault.json"].as_slice(), &filled].concat());
    assert_eq!((record.code, record.out.as_str()), (0, format!("added    {CAUSE}\n").as_str()), "{}", record.err);
    assert_eq!(run_in(dir, &["deviations", "check", "known.toml"]).code, 0);
    assert_eq!(run_in(dir, &["deviations", "check", "known.toml", "--today", "3000-01-01"]).code, 1);

    // From then on it is known, and never "conforms"; with another seed, too.
    let night_after = night(dir, "known", &[["--fault", FAULT, "--seed", "7"].as_slice(), &known].concat());
    assert_eq!(night_after.code, 0, "{}{}", night_after.out, night_after.err);
    assert!(night_after.out.contains("no new deviations (1 known)"), "{}", night_after.out);
    assert!(!night_after.out.contains("conforms"), "{}", night_after.out);
    assert_eq!(stored(dir, "known")["deviations"]["conclusion"], "known-deviations");
    let again = run_in(dir, &["deviations", "record", "known.toml", "known.json"]);
    assert!(again.code == 0 && again.out.contains("nothing to record"), "{}", again.out);

    // A second fault is new beside it.
    let second = night(
        dir,
        "second",
        &[["--fault", FAULT, "--fault", "csms-create-stores-key-lower-cased"].as_slice(), &known].concat(),
    );
    assert!(second.code == 1 && second.out.contains("(1 known"), "{}", second.out);

    // The same clause, and another observation.
    let entry = text(dir, "known.toml");
    std::fs::write(dir.join("changed.toml"), entry.replace("status 204", "status 418")).expect("a file");
    let changed = run_in(dir, &["report", "-q", "fault.json", "--deviations", "changed.toml"]);
    assert!(changed.code == 1 && changed.out.contains("1 changed"), "{}", changed.out);
    assert!(changed.out.contains("observed: status 204; recorded: status 418"), "{}", changed.out);

    // A fortnight before its end it is told, and after that it counts again.
    std::fs::write(dir.join("ends.toml"), entry.replace("2999-12-31", "2027-01-31")).expect("a file");
    let with = ["--deviations", "ends.toml"];
    for (day, code, told) in [
        ("2027-01-16", 0, "no new deviations (1 known)"),
        ("2027-01-17", 0, "it ends on 2027-01-31, in 14 day(s)"),
        ("2027-01-31", 0, "in 0 day(s)"),
        ("2027-02-01", 1, "1 expired"),
    ] {
        let path = on(dir, "fault", day);
        let shown = run_in(dir, &[["report", "-q", path.as_str()].as_slice(), &with].concat());
        assert_eq!(shown.code, code, "{day}: {}{}", shown.out, shown.err);
        assert!(shown.out.contains(told), "{day}: {told} is not in {}", shown.out);
    }

    // A night with a dead target: no verdict, nothing stale, nothing recorded, and nothing gone.
    let dead = finished(
        dewspec(&["run", "-q", "--endpoint", "http://127.0.0.1:9", "--project-id", "p", "--secret-id", "s"])
            .args(["--report", "json=dead.json", "--deviations", "known.toml"])
            .env("DEWSPEC_TOKEN", "t")
            .current_dir(dir),
    );
    assert_eq!(dead.code, 3, "{}{}", dead.out, dead.err);
    for command in ["record", "prune"] {
        let refused = run_in(dir, &["deviations", command, "known.toml", "dead.json"]);
        assert!(refused.code == 2 && refused.err.contains("no verdict"), "{}", refused.err);
    }
    assert_eq!(run_in(dir, &["diff", "good.json", "dead.json"]).code, 1);
    assert_eq!(run_in(dir, &["diff", "dead.json", "good.json"]).code, 2);

    // A part of the cases: nothing is stale, and nothing is recorded.
    let part = night(dir, "part", &[["csms.create-secret-tag.value"].as_slice(), &known].concat());
    assert_eq!(part.code, 0, "{}", part.out);
    let refused = run_in(dir, &["deviations", "prune", "known.toml", "part.json"]);
    assert!(refused.code == 2 && refused.err.contains("the run was filtered"), "{}", refused.err);

    // The fault is mended: the entry is stale, and pruned.
    let stale = run_in(dir, &["report", "-q", "good.json", "--deviations", "known.toml"]);
    assert_eq!(stale.code, 1, "{}", stale.out);
    let told = format!("to be removed from known.toml: cause {CAUSE}");
    let line = stale.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(line.contains(&told) && line.contains("remove the entry in line 4"), "{}", stale.out);
    let prune = run_in(dir, &["deviations", "prune", "known.toml", "good.json"]);
    assert_eq!((prune.code, prune.out.as_str()), (0, format!("removed  cause {CAUSE}\n").as_str()));
    assert!(text(dir, "known.toml").starts_with("# What is known to fail"), "{}", text(dir, "known.toml"));
    let clean = run_in(dir, &["report", "-q", "good.json", "--deviations", "known.toml"]);
    assert!(clean.code == 0 && clean.out.contains("the target conforms"), "{}", clean.out);
}

/// The second week: a target that is not the same each time, a suite that has learned something, a night in shards, and all of
/// it as a history.
#[test]
fn the_second_week() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    assert_eq!(night(dir, "good", &[]).code, 0);

    // Flaky: a warning, told as new, and a failure only where that is wanted.
    let part = "csms.create-secret-tag.key.characters";
    assert_eq!(night(dir, "part", &[part]).code, 0);
    let flaky = [part, "--fault", "csms-create-refuses-now-and-then", "--concurrency", "1", "--retries", "3"];
    let output = night(dir, "flaky", &flaky);
    assert_eq!(output.code, 0, "{}", output.out);
    assert!(output.out.contains("flaky"), "{}", output.out);
    let diff = run_in(dir, &["diff", "part.json", "flaky.json", "--report", "markdown=diff.md"]);
    assert!(diff.code == 1 && diff.out.contains("Newly flaky"), "{}", diff.out);
    assert!(text(dir, "diff.md").contains("flaky"), "{}", text(dir, "diff.md"));
    assert_eq!(night(dir, "intolerant", &[&flaky[..], &["--flaky", "fail"]].concat()).code, 1);

    // The suite has learned a case that the target does not pass: no regression of the target.
    let suites = dir.join("suites");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("suites"), &suites);
    let file = suites.join("kms/create-kms-tag/cases.toml");
    let learned = "\n[[case]]\nid = \"key.min-length/learned-later\"\ntitle = \"what nobody asked before\"\n\
                   steps = [{ body = '{\"tag\":{\"key\":\"${a}\",\"value\":\"1\"}}', expect = \"refused\" }]\n";
    let whole = std::fs::read_to_string(&file).expect("a suite") + learned;
    std::fs::write(&file, whole).expect("a file");
    let output = night(dir, "learned", &["--suites", "suites"]);
    assert_eq!(output.code, 1, "{}{}", output.out, output.err);
    let diff = run_in(dir, &["diff", "good.json", "learned.json", "--report", "json=diff.json"]);
    assert_eq!(diff.code, 0, "{}", diff.out);
    let told = json(&text(dir, "diff.json"));
    assert_eq!((&told["suite"]["cases_added"], &told["new_causes"]), (&1.into(), &serde_json::json!([])), "{told}");

    // A night in shards, of which one is killed and run again; what it finds is known.
    let served = Served::start(&["--fault", "kms-create-accepts-key-one-too-long", "--secrets", "4", "--keys", "4"]);
    let shards = night_with_a_killed_shard(&served, dir);
    let shards = shards.each_ref().map(|path| path.display().to_string());
    let merge = |more: &[&str]| {
        let merge = ["merge", "-q", shards[0].as_str(), shards[1].as_str(), "--report", "json=sharded.json"];
        run_in(dir, &[&merge[..], more].concat())
    };
    assert_eq!(merge(&[]).code, 1);
    let filled = ["--reason", "keys are cut", "--owner", "kms", "--link", "KMS-42", "--until", "2999-12-31"];
    let refused = run_in(dir, &["deviations", "record", "known.toml", "sharded.json"]);
    assert!(refused.code == 2 && refused.err.contains("filtered"), "{}", refused.err);
    assert_eq!(night(dir, "fault", &["--fault", "kms-create-accepts-key-one-too-long"]).code, 1);
    let record = run_in(dir, &[&["deviations", "record", "known.toml", "fault.json"][..], &filled].concat());
    assert_eq!(record.code, 0, "{}", record.err);
    let known = merge(&["--deviations", "known.toml"]);
    assert!(known.code == 0 && known.out.contains("no new deviations (1 known)"), "{}", known.out);

    // What a person opens afterwards.
    let nights = dir.join("nights");
    std::fs::create_dir(&nights).expect("a directory");
    for (name, day) in
        [("good", "2026-12-01"), ("flaky", "2026-12-02"), ("fault", "2026-12-03"), ("good", "2026-12-04")]
    {
        let file = on(dir, name, day);
        std::fs::rename(dir.join(&file), nights.join(&file)).expect("a file");
    }
    let history = run_in(dir, &["history", "nights", "--report", "html=history.html", "--report", "json=history.json"]);
    assert_eq!(history.code, 0, "{}", history.err);
    let told = json(&text(dir, "history.json"));
    let causes = told["series"][0]["causes"].as_array().expect("causes").clone();
    let is_flaky = |cause: &&Value| cause["flaky"] == true && cause["rates"][1]["failed"].as_u64() > Some(0);
    assert!(
        causes.iter().any(|cause| is_flaky(&cause)) && causes.iter().all(|cause| cause["present"] == false),
        "{causes:?}"
    );
    assert!(text(dir, "history.html").contains("gone, flaky, "), "the page tells it");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).expect("a copy")),
        }
    }
}

#[test]
fn a_find_of_the_fuzzer_can_be_known() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    let fuzz = ["fuzz", "--time", "20", "--requests", "3000", "--fault", FAULT, "--report", "json=fuzz.json"];
    assert_eq!(run_in(dir, &fuzz).code, 1);
    let filled =
        ["--reason", "the gateway cuts keys", "--owner", "kms-team", "--link", "KMS-42", "--until", "2999-12-31"];
    let record = run_in(dir, &[["deviations", "record", "known.toml", "fuzz.json"].as_slice(), &filled].concat());
    assert_eq!(record.code, 0, "{}{}", record.out, record.err);
    let again = run_in(dir, &[fuzz.as_slice(), &["--deviations", "known.toml"]].concat());
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
    assert!(again.out.contains("no new deviations ("), "{}", again.out);
}

#[test]
fn what_the_files_look_like_is_kept_as_schemas() {
    for (name, now) in [
        ("deviations.schema.json", ::dewspec::deviations::schema_text()),
        ("diff.schema.json", ::dewspec::report::diff::schema_text()),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
        if std::env::var_os("DEWSPEC_UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, &now).expect("the schema is written");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == now, "docs/{name} is not up to date: run the test with DEWSPEC_UPDATE_SCHEMA=1");
    }
}
