//! What is not the same each time: found by trying again, told with its rate, and never hidden.

use std::path::Path;

use serde_json::Value;

use crate::support::{Output, dewspec, finished, json, run, run_in, verdicts};

const FAULT: &str = "csms-create-refuses-now-and-then";
const KEY: &str = "csms.create-secret-tag.key.characters";

fn flaky_run(dir: &Path, name: &str, more: &[&str]) -> (Output, Value) {
    let report = format!("json={name}.json");
    // One after the other, so that it is the same requests each time that are refused.
    let own = ["run", "-q", "--cases", "1", "--concurrency", "1", "--fault", FAULT, "--report", &report, KEY];
    let arguments = [&own[..], more].concat();
    let output = run_in(dir, &arguments);
    let stored = std::fs::read_to_string(dir.join(format!("{name}.json"))).unwrap_or_default();
    assert!(!stored.is_empty(), "{}", output.err);
    (output, json(&stored))
}

fn rates(report: &Value) -> Vec<(String, u64, u64)> {
    let cases = report["cases"].as_array().expect("cases").iter().filter(|case| case["outcome"] == "flaky");
    let number = |value: &Value| value.as_u64().expect("a number");
    cases
        .map(|case| {
            let flaky = &case["flaky"];
            (case["id"].as_str().expect("an id").to_owned(), number(&flaky["failed"]), number(&flaky["tries"]))
        })
        .collect()
}

#[test]
fn what_passes_when_it_is_tried_again_is_flaky_and_upholds_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let (once, report) = flaky_run(dir.path(), "once", &[]);
    assert_eq!(once.code, 1, "without tries it is a failure: {}", once.out);
    assert!(report.get("repetition").is_none(), "nothing was said of tries");

    let (retried, report) = flaky_run(dir.path(), "retried", &["--retries", "3"]);
    assert_eq!(retried.code, 0, "{}", retried.out);
    let words = retried.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("case(s) are flaky") && words.contains("flaky, "), "{}", retried.out);
    assert_eq!(report["summary"]["fail"], 0);
    let rates = rates(&report);
    assert!(!rates.is_empty() && rates.iter().all(|(_, failed, tries)| 0 < *failed && failed < tries), "{rates:?}");
    for case in report["cases"].as_array().expect("cases").iter().filter(|case| case["outcome"] == "flaky") {
        let upheld = case["flaky"]["clause"].as_str().expect("a clause");
        assert!(case["reason"].as_str().is_some_and(|reason| reason.starts_with("flaky, ")), "{case}");
        assert!(!upheld.is_empty());
    }
    let cause = &report["causes"][0];
    assert!(cause["flaky"] == true && cause["rate"]["failed"].as_u64() > Some(0), "{cause}");
    assert!(cause["example"]["replay"].as_str().is_some_and(|line| line.contains("--repeat 10")), "{cause}");

    let (_, again) = flaky_run(dir.path(), "again", &["--retries", "3"]);
    assert_eq!(again["causes"][0]["id"], cause["id"], "the same cause each night");
    let (failing, first) = (once, json(&std::fs::read_to_string(dir.path().join("once.json")).expect("a report")));
    assert_eq!((failing.code, &first["causes"][0]["id"]), (1, &cause["id"]), "and the one that it is without tries");
}

/// A probe of an open clause passes whatever it sees; what it saw by chance is seen when the clause has no reading left.
#[test]
fn a_probe_that_contradicts_all_others_is_tried_again() {
    let probes = ["csms.create-secret-tag.value.character-unit", "csms.create-secret-tag.key.whitespace"];
    let dir = tempfile::tempdir().expect("a directory");
    let of = |name: &str, more: &[&str]| {
        let unit = "csms.create-secret-tag.key.character-unit";
        let (output, report) = flaky_run(dir.path(), name, &[&probes[..], &[unit], more].concat());
        let clauses = report["clauses"].as_array().expect("clauses").clone();
        let violated = |clause: &&Value| clause["level"] == "open" && clause["verdict"] == "violated";
        (output, clauses.iter().filter(violated).count(), rates(&report).len())
    };
    let (once, violated, _) = of("once", &[]);
    assert!(once.code == 1 && violated > 0, "one of the probes is refused by chance: {}", once.out);
    let (retried, violated, flaky) = of("retried", &["--retries", "3"]);
    assert!(retried.code == 0 && violated == 0 && flaky > 0, "{}", retried.out);
}

#[test]
fn each_case_runs_so_often() {
    let dir = tempfile::tempdir().expect("a directory");
    let (output, report) = flaky_run(dir.path(), "repeated", &["--repeat", "4"]);
    assert_eq!(output.code, 0, "{}", output.out);
    // What the engine has tried once more by itself has a try more.
    let usual = rates(&report).iter().filter(|(_, _, tries)| *tries == 4).count();
    assert!(usual > 5 && rates(&report).iter().all(|(_, _, tries)| *tries >= 4), "{:?}", rates(&report));
    assert!(output.out.contains("4 of each case"), "{}", output.out);
    let good = json(&run(&["run", "--cases", "1", "--repeat", "3", "--report", "json=-", KEY]).out);
    let usual = json(&run(&["run", "--cases", "1", "--report", "json=-", KEY]).out);
    assert_eq!((&good["exit_code"], verdicts(&good)), (&usual["exit_code"], verdicts(&usual)));
    let checks = |report: &Value| -> u64 {
        let clauses = report["clauses"].as_array().expect("clauses").iter();
        clauses.filter(|clause| clause["level"] != "open").filter_map(|clause| clause["checks"].as_u64()).sum()
    };
    assert!(checks(&good) > 2 * checks(&usual), "{} and {}", checks(&good), checks(&usual));
    let fault = [
        "run",
        "-q",
        "--cases",
        "1",
        "--fault",
        "csms-create-accepts-key-one-too-long",
        "csms.create-secret-tag.key",
        "--report",
        "json=-",
    ];
    let steady = json(&run(&[fault.as_slice(), &["--repeat", "2"]].concat()).out);
    assert_eq!(
        (&steady["exit_code"], &steady["summary"]["flaky"]),
        (&1.into(), &0.into()),
        "broken each time is broken"
    );
    let failed = steady["cases"].as_array().expect("cases").iter().find(|case| case["outcome"] == "fail");
    assert_eq!(failed.expect("a case")["tries"], 2);
}

#[test]
fn the_policy_says_what_it_means() {
    let dir = tempfile::tempdir().expect("a directory");
    for (more, code) in [
        (&["--flaky", "pass"][..], 0),
        (&["--flaky", "pass", "--strict"], 0),
        (&["--flaky", "warn"], 0),
        (&["--flaky", "warn", "--strict"], 1),
        (&["--flaky", "fail"], 1),
    ] {
        let (output, report) = flaky_run(dir.path(), "policy", &[more, &["--retries", "3"]].concat());
        assert_eq!(output.code, code, "{more:?}: {}", output.out);
        assert!(!rates(&report).is_empty(), "{more:?}: it is told whatever it means");
        assert!(output.out.contains("flaky"), "{more:?}: {}", output.out);
    }
    for (wrong, told) in [
        (&["--repeat", "0"][..], "invalid --repeat 0"),
        (&["--repeat", "2", "--retries", "1"], "give one of them"),
        (&["--retries", "1", "--fail-fast"], "--fail-fast ends the run at the first failure"),
        (&["--flaky", "maybe"], "possible values: pass, warn, fail"),
    ] {
        let refused = run(&[&["run"], wrong].concat());
        assert!(refused.code == 2 && refused.err.contains(told), "{wrong:?}: {}", refused.err);
    }
}

/// An entry of the known deviations has the last word, for what it names.
#[test]
fn an_entry_says_what_its_own_means() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    let (first, report) = flaky_run(dir, "first", &["--retries", "3", "--flaky", "fail"]);
    assert_eq!(first.code, 1, "{}", first.out);
    let entries = |policy: &str| -> String {
        let causes = report["causes"].as_array().expect("causes").iter();
        let entry = |cause: &Value| {
            format!(
                "[[deviation]]\ncause = {}\nreason = \"one replica is old\"\nowner = \"csms\"\nlink = \"CSMS-7\"\n\
                 until = 2999-12-31\nflaky = \"{policy}\"\n",
                cause["id"]
            )
        };
        causes.map(entry).collect()
    };
    for (policy, of_run, code, told) in [
        ("warn", "fail", 0, "no new deviations"),
        ("pass", "fail", 0, "no new deviations"),
        ("fail", "warn", 1, "not the same each time"),
        ("fail", "pass", 1, "not the same each time"),
    ] {
        std::fs::write(dir.join("known.toml"), entries(policy)).expect("a file");
        let more = ["--retries", "3", "--flaky", of_run, "--deviations", "known.toml"];
        let (output, report) = flaky_run(dir, "known", &more);
        let words = output.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(output.code == code && words.contains(told), "{policy} and {of_run}: {}", output.out);
        assert!(words.contains("flaky") && !rates(&report).is_empty(), "told all the same: {}", output.out);
    }
}

#[test]
fn newly_flaky_is_new_and_the_history_has_the_rate() {
    let dir = tempfile::tempdir().expect("a directory");
    let nights = dir.path().join("nights");
    std::fs::create_dir(&nights).expect("a directory");
    let good = run_in(&nights, &["run", "-q", "--cases", "1", KEY, "--report", "json=1.json"]);
    assert_eq!(good.code, 0, "{}", good.out);
    let (_, report) = flaky_run(&nights, "2", &["--retries", "3"]);
    let diff = run_in(&nights, &["diff", "1.json", "2.json", "--report", "json=-"]);
    assert_eq!(diff.code, 1);
    let told = json(&diff.out);
    let newly: Vec<&Value> = told["flaky"].as_array().expect("a list").iter().collect();
    assert_eq!(newly.len(), rates(&report).len());
    assert!(newly.iter().all(|one| one["failed"].as_u64() < one["tries"].as_u64()), "{newly:?}");
    let history = run_in(dir.path(), &["history", "nights", "--report", "html=history.html"]);
    let rate = &report["causes"][0]["rate"];
    let rate = format!("flaky, {} of {} tries", rate["failed"], rate["tries"]);
    assert!(history.out.contains(&rate), "{rate} is not in {}", history.out);
    assert!(std::fs::read_to_string(dir.path().join("history.html")).expect("a page").contains(&rate));
}

/// Law 9, with tries.
#[test]
fn a_record_of_tries_is_judged_as_the_run_was() {
    let dir = tempfile::tempdir().expect("a directory");
    for (name, more) in [("retries", ["--retries", "3"]), ("repeat", ["--repeat", "3"])] {
        let record = format!("{name}.ndjson");
        let (output, mut of_run) =
            flaky_run(dir.path(), name, &[&more[..], &["--flaky", "fail", "--record", &record]].concat());
        let judged = finished(dewspec(&["judge", &record, "--report", "json=-"]).current_dir(dir.path()));
        assert_eq!(judged.code, output.code, "{name}: {}", judged.err);
        let mut of_judge = json(&judged.out);
        for report in [&mut of_run, &mut of_judge] {
            let report = report.as_object_mut().expect("a report");
            report.remove("duration_ms");
        }
        assert_eq!(rates(&of_judge), rates(&of_run), "{name}");
        assert_eq!(of_judge, of_run, "{name}");
    }
}
