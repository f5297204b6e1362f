//! Neighbours of the documented operations: only if asked for, and no more than a should.

use std::collections::BTreeMap;

use crate::support::{Output, dewspec, finished, json, run, verdicts};

/// What is about neighbours, against the embedded server.
fn neighbours(arguments: &[&str]) -> Output {
    let mut command = dewspec(&["run", "--neighbours", "-q", "--report", "json=-"]);
    finished(command.args(arguments).current_dir(std::env::temp_dir()))
}

#[test]
fn nothing_is_known_of_neighbours_unless_asked_for() {
    let listed = |arguments: &[&str]| run(&[&["list", "clauses"], arguments].concat()).out;
    assert!(!listed(&[]).contains("delete-secret-tag"));
    let lines = listed(&["--neighbours"]);
    let names = ["csms.delete-secret-tag.", "csms.update-secret-event."];
    let own: Vec<&str> = lines.lines().filter(|line| names.iter().any(|name| line.contains(name))).collect();
    assert!(own.len() > 150, "{own:?}");
    assert!(own.iter().all(|line| !line.contains(" must ")), "what no document says is no must: {own:?}");
    let output = run(&["run", "delete-secret-tag"]);
    assert_eq!(output.code, 4, "{}{}", output.out, output.err);
}

#[test]
fn the_reference_server_upholds_what_is_known_of_neighbours() {
    let output = neighbours(&["delete-secret-tag", "update-secret-event"]);
    assert_eq!(output.code, 0, "{}{}", output.out, output.err);
    let verdicts: BTreeMap<String, String> = verdicts(&json(&output.out)).into_iter().collect();
    let of = |name: &str| verdicts.get(&format!("csms.delete-secret-tag.{name}")).cloned().unwrap_or_default();
    for clause in ["stored", "success.status", "success.no-body", "refused-unchanged", "request.secret_id", "apart"] {
        assert_eq!(of(clause), "upheld", "{clause}");
    }
    assert_eq!(of("absent-tag"), "determined");
    let of = |name: &str| verdicts.get(&format!("csms.update-secret-event.{name}")).cloned().unwrap_or_default();
    for clause in
        ["stored", "name.kept", "response.create_time.kept", "response.update_time.moved", "request.event_name"]
    {
        assert_eq!(of(clause), "upheld", "{clause}");
    }
    assert_eq!(of("unknown-name"), "determined");
}

#[test]
fn what_a_neighbour_does_wrong_is_a_warning() {
    for (fault, strict, code) in
        [("csms-delete-removes-by-prefix", false, 0), ("event-update-resets-state-on-update", true, 1)]
    {
        let more: &[&str] = if strict { &["--strict"] } else { &[] };
        let output = neighbours(&[&["stored", "--fault", fault], more].concat());
        assert_eq!(output.code, code, "{fault}: {}{}", output.out, output.err);
        let report = json(&output.out);
        assert_eq!(report["summary"]["fail"], 0, "{fault}");
        assert!(report["summary"]["warn"].as_u64() > Some(0), "{fault}");
        let causes = report["causes"].as_array().expect("causes");
        assert!(causes.iter().all(|cause| cause["level"] == "should"), "{causes:?}");
    }
}

#[test]
fn sequences_and_replays_know_neighbours() {
    let arguments = ["generated-sequence", "--fault", "csms-delete-removes-by-prefix", "--cases", "40"];
    let output = neighbours(&[&["delete-secret-tag.stored"], &arguments[1..]].concat());
    let report = json(&output.out);
    let case =
        report["cases"].as_array().expect("cases").iter().find(|case| case["outcome"] == "warn").expect("a warning");
    let replay = case["replay"].as_str().expect("a line");
    assert!(replay.contains(" --neighbours "), "{replay}");
    let listed = run(&["list", "cases", "--neighbours"]).out;
    assert!(listed.contains("csms.delete-secret-tag.stored/generated-sequence-on-two"), "{listed}");
}

#[test]
fn the_fuzzer_says_that_it_has_no_items_to_name() {
    let output = run(&["fuzz", "--neighbours", "--time", "1"]);
    assert_eq!(output.code, 2, "{}", output.err);
    assert!(output.err.contains("--neighbours is for `dewspec run`"), "{}", output.err);
}

#[test]
fn a_case_of_a_neighbour_is_explained() {
    let output = run(&["explain", "csms.delete-secret-tag.stored/one-of-three"]);
    assert_eq!(output.code, 0, "{}", output.err);
    assert!(output.out.contains("DeleteSecretTag"), "{}", output.out);
}
