//! Every target notices something wrong: over the committed seeds, with one thing planted.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::path::Path;

use super::arena::Arenas;
use super::generator::Generators;
use super::operation_sequence::Sequences;
use super::rendering::Renderers;
use super::{
    TARGETS, generator, operation_sequence, response_oracle, server_request, suite_load, validator_difference,
};
use dewspec::report::Report;
use dewspec::report::terminal::TerminalStyle;
use dewspec::server::fault::FaultSet;
use dewspec::suite::{DataError, DataSource, Suite};

/// The errors over all seeds of a target.
fn errors(target: &str, run: impl Fn(&[u8]) -> Result<(), String>) -> Vec<String> {
    // This folder is part of two packages.
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fuzz = if package.ends_with("fuzz") { package.to_owned() } else { package.join("fuzz") };
    let folder = fuzz.join("corpus").join(target);
    let seeds = std::fs::read_dir(folder).expect("a corpus");
    let seeds = seeds.map(|seed| std::fs::read(seed.expect("an entry").path()).expect("a seed"));
    seeds.filter_map(|seed| run(&seed).err()).collect()
}

fn fault(name: &str) -> FaultSet {
    let mut faults = FaultSet::default();
    faults.insert(name).expect("a fault");
    faults
}

/// A page that shows what came as it came.
fn unescaped(report: &Report, _: &TerminalStyle) -> String {
    report.cases.iter().flat_map(|case| &case.exchanges).filter_map(|e| e.response_body.clone()).collect()
}

fn silent(source: &DataSource) -> Result<Suite, Vec<DataError>> {
    Suite::load(source).map_err(|_| Vec::new())
}

/// Loses something of what was printed.
fn forgetful(source: &DataSource) -> Result<Suite, Vec<DataError>> {
    let mut suite = Suite::load(source)?;
    if source.suites.iter().any(|file| file.path == "suites/observers/observers.toml") {
        suite.observers.pop();
    }
    Ok(suite)
}

/// What each target says with something wrong planted, one list of errors for every such thing.
fn planted(target: &str) -> Vec<Vec<String>> {
    match target {
        "server_request" => {
            ["csms-create-answers-success-with-ok", "csms-batch-stores-nothing", "kms-create-flattens-errors"]
                .map(|name| Arenas::new(fault(name)))
                .map(|arenas| errors(target, |seed| server_request::check(&arenas, seed)))
                .to_vec()
        }
        "validator_difference" => ["csms-create-accepts-slash-in-key", "kms-create-refuses-delete-in-key"]
            .map(|name| validator_difference::pairs(fault(name)).expect("rules"))
            .map(|pairs| errors(target, |seed| validator_difference::check(&pairs, seed)))
            .to_vec(),
        "operation_sequence" => {
            ["csms-batch-stores-nothing", "csms-batch-drops-last-item", "kms-create-keeps-old-value"]
                .map(|name| Sequences::new(fault(name)))
                .map(|sequences| errors(target, |seed| operation_sequence::check(&sequences, seed)))
                .to_vec()
        }
        "generator" => ["csms-create-answers-success-with-ok", "csms-create-accepts-any-character-in-key"]
            .map(|name| Generators::new(fault(name)))
            .map(|generators| errors(target, |seed| generator::check(&generators, seed)))
            .to_vec(),
        "response_oracle" => {
            let raw = Renderers { terminal: unescaped, ..Renderers::REAL };
            let mute = Renderers { junit: |_| Ok("<testsuites/>".to_owned()), ..Renderers::REAL };
            let plain = Renderers { junit: |report| Ok(format!("<a>{:?}</a>", report.cases)), ..Renderers::REAL };
            let broken = [raw, mute, plain];
            broken.map(|broken| errors(target, |seed| response_oracle::check(&broken, seed))).to_vec()
        }
        "suite_load" => {
            let loads: [suite_load::Load; 2] = [silent, forgetful];
            loads.map(|load| errors(target, |seed| suite_load::check(load, seed))).to_vec()
        }
        other => panic!("nothing wrong is planted for {other}"),
    }
}

#[test]
fn every_target_can_fail() {
    for target in TARGETS {
        for (place, errors) in planted(target.name).into_iter().enumerate() {
            assert!(!errors.is_empty(), "{} does not notice what is wrong in {place}", target.name);
        }
    }
}
