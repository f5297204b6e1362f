//! Signatures that do not fit their requests: only if asked for, last, with a good one after each, and found where they are
//! taken.

use std::collections::BTreeSet;

use crate::support::{Output, Served, dewspec, finished, json, run, verdicts};
use dewspec::server::fault;

/// Only what is about signatures, against the embedded server.
fn signature(arguments: &[&str]) -> Output {
    let mut command = dewspec(&["run", "--signature", "signature", "-q", "--report", "json=-"]);
    finished(command.args(arguments).current_dir(std::env::temp_dir()))
}

/// The verdicts on signatures, by the ends of their ids.
fn of(output: &Output) -> Vec<(String, String)> {
    let all = verdicts(&json(&output.out)).into_iter();
    all.filter(|(id, _)| id.contains(".signature.")).collect()
}

#[test]
fn a_server_that_checks_signatures_upholds_every_clause() {
    let output = signature(&[]);
    assert_eq!(output.code, 0, "{}{}", output.out, output.err);
    let verdicts = of(&output);
    assert_eq!(verdicts.len(), 16, "{verdicts:?}");
    assert!(verdicts.iter().all(|(_, verdict)| verdict == "upheld"), "{verdicts:?}");
}

#[test]
fn every_seeded_fault_is_found_and_blamed_on_its_clause() {
    let faults: Vec<_> = fault::catalogue().into_iter().filter(|fault| fault.family == fault::SIGNATURE).collect();
    assert_eq!(faults.len(), 20);
    let clauses: BTreeSet<&str> = faults.iter().map(|fault| fault.clause).collect();
    assert_eq!(clauses.len(), 16, "each clause has a fault");
    let bad: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = faults
            .chunks(10)
            .map(|part| scope.spawn(move || part.iter().filter_map(not_found).collect::<Vec<_>>()))
            .collect();
        running.into_iter().flat_map(|thread| thread.join().expect("a thread")).collect()
    });
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// What is wrong with what is found of a fault, if so.
fn not_found(fault: &fault::FaultInfo) -> Option<String> {
    let output = signature(&["--fault", fault.name]);
    let violated: Vec<String> = of(&output).into_iter().filter(|(_, v)| v == "violated").map(|(id, _)| id).collect();
    let alone = fault.name.ends_with("verifies-no-signature") || violated.len() == 1;
    // A should is a warning.
    let good = output.code == 0 && violated.iter().any(|id| id == fault.clause) && alone;
    (!good).then(|| format!("{}: code {}, violated {violated:?}\n{}", fault.name, output.code, output.err))
}

#[test]
fn it_is_no_part_of_an_ordinary_run() {
    let output = run(&["run", "-q", "csms.create-secret-tag.example", "--report", "json=-"]);
    assert!(of(&output).is_empty());
    let output = run(&["run", "signature"]);
    assert_eq!(output.code, 4, "no case is selected: {}{}", output.out, output.err);
}

#[test]
fn it_takes_an_access_key() {
    let served = Served::start(&["--listen", "127.0.0.1:0"]);
    let output = served.check(&["--signature"]);
    assert_eq!(output.code, 2);
    let told = "--signature takes an access key to sign with, and the credentials here are a token (DEWSPEC_TOKEN)";
    assert!(output.err.contains(told) && output.err.contains("DEWSPEC_ACCESS_KEY"), "{}", output.err);
    let output = run(&["run", "--signature", "--shard", "1/2"]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("not for --shard"), "{}", output.err);
}

#[test]
fn the_risk_stands_in_the_help() {
    let help = run(&["run", "--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("five of them in a row lock an access key for five minutes"), "{help}");
}

#[test]
fn clauses_on_signatures_can_be_explained() {
    let output = run(&["explain", "csms.create-secret-tag.signature.body"]);
    assert_eq!(output.code, 0, "{}", output.err);
    assert!(output.out.contains("whose body is not the one that was signed"), "{}", output.out);
}
