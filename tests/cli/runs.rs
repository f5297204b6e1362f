use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Served, dewspec, json, run, verdicts};

#[test]
fn without_arguments_the_embedded_server_is_checked_and_conforms() {
    let output = run(&[]);
    assert_eq!(output.code, 0, "{}", output.out);
    assert!(output.out.contains("the target conforms (exit code 0)"), "{}", output.out);
    assert!(output.out.contains("reserved-prefix"), "readings and verdicts are told");
    assert!(!output.out.contains('\u{1b}'), "no colour in a pipe");
    assert_eq!(output.err, "", "no progress in a pipe");
}

#[test]
fn a_server_elsewhere_gets_the_same_verdicts_as_the_embedded_one() {
    let served = Served::start(&[]);
    let there = served.check(&["--report", "json=-"]);
    let here = run(&["run", "--report", "json=-"]);
    assert_eq!((there.code, here.code), (0, 0), "{}{}", there.err, here.err);
    assert_eq!(verdicts(&json(&there.out)), verdicts(&json(&here.out)));
    assert!(!there.out.contains(&served.token), "the token is in the report");
}

/// Everything that a run with these arguments sends of the documented operations, in any order: which of several at once
/// goes first is chance. What differs from one embedded server to the next is named: its address and its identifiers.
fn sent(arguments: &[&str]) -> BTreeSet<String> {
    const OPERATIONS: [&str; 4] = ["CreateSecretTag", "BatchCreateOrDeleteTags", "CreateKmsTag", "CreateSecretEvent"];
    let dir = tempfile::tempdir().expect("a directory");
    let record = dir.path().join("run.ndjson").display().to_string();
    let output = run(&[&["run", "-q", "--record", &record], arguments].concat());
    assert_eq!(output.code, 0, "{}", output.err);
    let text = std::fs::read_to_string(&record).expect("a record");
    let mut lines = text.lines().map(json);
    let target = lines.next().expect("a first line")["target"].clone();
    let mut names: Vec<(String, &str)> = Vec::new();
    for (member, name) in [("csms", "{target}"), ("kms", "{target}"), ("project_id", "{project}")] {
        names.push((target[member].to_string(), name));
    }
    for (member, name) in [("secret_ids", "{secret}"), ("key_ids", "{key}")] {
        names.extend(target[member].as_array().into_iter().flatten().map(|id| (id.to_string(), name)));
    }
    let named = |text: String| names.iter().fold(text, |text, (id, name)| text.replace(id.trim_matches('"'), name));
    let tries = lines.filter_map(|line| line.get("try").cloned());
    let own = tries.filter(|tried| OPERATIONS.iter().any(|operation| tried["operation"] == *operation));
    own.map(|tried| named(["method", "url", "headers", "body"].map(|member| tried[member].to_string()).join(" ")))
        .collect()
}

#[test]
fn the_same_seed_and_run_id_send_the_same_requests_whatever_the_concurrency() {
    let requests = |arguments: &[&str]| {
        let mut all = vec!["--run-id", "same", "--seed", "7"];
        all.extend(["key.max-length", "name", "batch-create-or-delete-tags.example", "body"]);
        all.extend(arguments);
        sent(&all)
    };
    let one = requests(&["--concurrency", "1"]);
    assert!(one.len() > 200, "{}", one.len());
    let many = requests(&["--concurrency", "32"]);
    assert_eq!(many.symmetric_difference(&one).collect::<Vec<_>>(), Vec::<&String>::new());
    let other = sent(&["--run-id", "other", "--seed", "7", "name"]);
    assert!(!other.is_subset(&one));
}

#[test]
fn the_report_has_the_documented_members_and_counts_agree() {
    let report = json(&run(&["run", "--report", "json=-", "--seed", "42", "--run-id", "abc", "key"]).out);
    assert_eq!(report["schema"], "dewspec.report/2");
    assert_eq!((report["seed"].clone(), report["run_id"].clone()), (42.into(), "abc".into()));
    let cases = report["cases"].as_array().expect("cases");
    let count = |outcome: &str| cases.iter().filter(|c| c["outcome"] == outcome).count();
    for outcome in ["fail", "warn", "flaky", "skip", "error"] {
        assert_eq!(report["summary"][outcome], count(outcome), "{outcome}");
    }
    let passed: usize =
        report["passed"].as_object().expect("operations").values().filter_map(|all| Some(all.as_object()?.len())).sum();
    assert_eq!((&report["summary"]["pass"], count("pass")), (&Value::from(passed), 0));
    let skipped = cases.iter().find(|case| case["outcome"] == "skip").expect("a case that is skipped");
    for member in ["id", "operation", "outcome", "reason"] {
        assert!(skipped.get(member).is_some(), "a case has no {member}");
    }
    for member in ["id", "level", "verdict", "evidence"] {
        assert!(report["clauses"][0].get(member).is_some(), "a clause has no {member}");
    }
    assert!(report["readings"].as_array().expect("readings").iter().any(|r| r["determined"] == "literal"));
}

#[test]
fn a_fault_fails_the_run_and_names_the_clause() {
    let output = run(&["run", "--fault", "csms-create-accepts-key-one-too-long", "-q", "key.max-length"]);
    assert_eq!(output.code, 1);
    for part in [
        "csms.create-secret-tag.key.max-length",
        "DOC-000 table 4 row key",
        "curl -sS",
        "$DEWSPEC_TOKEN",
        "dewspec run --seed",
    ] {
        assert!(output.out.contains(part), "{part} is not in\n{}", output.out);
    }
    assert!(!output.out.contains("MIID"), "a token is in the output");
}

#[test]
fn a_reading_is_followed_and_found() {
    let report = json(&run(&["run", "--reading", "reserved-prefix=sdk", "--report", "json=-", "reserved-prefix"]).out);
    let found: Vec<&Value> =
        report["readings"].as_array().expect("readings").iter().map(|r| &r["determined"]).collect();
    assert_eq!(found, ["sdk", "sdk"]);
    assert_eq!(report["exit_code"], 0);
}

#[test]
fn what_a_refused_request_stores_is_found_among_cases_that_share_a_read_back() {
    let fault = "csms-create-stores-refused";
    let report =
        json(&run(&["run", "--fault", fault, "--report", "json=-", "csms.create-secret-tag.value.max-length"]).out);
    let clauses = report["clauses"].as_array().expect("clauses");
    let broken: Vec<&Value> = clauses.iter().filter(|c| c["verdict"] == "violated").map(|c| &c["id"]).collect();
    assert_eq!(broken, ["csms.create-secret-tag.refused-unchanged"]);
}

#[test]
fn nothing_proven_is_an_exit_code_of_its_own() {
    let nothing = run(&["run", "no-such-case-anywhere", "-q"]);
    assert_eq!(nothing.code, 4, "{}", nothing.out);
    let served = Served::start(&[]);
    let key = served.options.iter().position(|option| option == "--key-id").expect("a key");
    let output = dewspec(&[
        "run",
        "--endpoint",
        &served.url,
        "--project-id",
        &served.options[1],
        "--key-id",
        &served.options[key + 1],
        "-q",
        "CreateSecretTag",
    ])
    .env("DEWSPEC_TOKEN", &served.token)
    .output()
    .expect("the program starts");
    assert_eq!(output.status.code(), Some(4), "no secret was given, so nothing can be proven about its operations");
}

#[test]
fn the_id_of_a_case_selects_that_case_alone() {
    let id = "csms.create-secret-tag.key.max-length/ascii-128";
    let report = json(&run(&["run", "--report", "json=-", id]).out);
    let passed = report["passed"]["CreateSecretTag"].as_object().expect("cases");
    let own: Vec<&String> = passed.keys().filter(|id| id.contains("max-length")).collect();
    assert_eq!(own, [id]);
}
