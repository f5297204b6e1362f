//! Whether it pays that the fuzzer listens to the target: requests until each rare fault is found, with and without
//! feedback, over several seeds. `cargo bench --bench feedback` prints the table that stands in `docs/fuzzing.md`.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a benchmark talks to its user")]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use dewspec::engine::{Assignment, FuzzLimits, fuzz};
use dewspec::plan::{Filter, plan};
use dewspec::server::fault::{self, FaultInfo};
use dewspec::server::{ServerConfig, host};
use dewspec::suite::{DataSource, Suite};
use dewspec::target::{Settings, embedded_target};

/// Requests after which a search is given up.
const REQUESTS: u64 = 60_000;
/// Searches for each fault, each with a seed of its own.
const SEEDS: std::ops::Range<u64> = 1..6;

fn main() {
    // `cargo test --benches` and the like ask for a list only.
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let suite = Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes");
    println!("| fault | with feedback: median | found | without: median | found |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for fault in fault::catalogue().into_iter().filter(|fault| fault.family == fault::RARE) {
        let search = |feedback| SEEDS.map(|seed| requests_to_find(&suite, fault, seed, feedback)).collect::<Vec<_>>();
        let (with, without) = (search(true), search(false));
        println!("| {} | {} | {} |", fault.name, cells(with), cells(without));
    }
}

/// The median and how many searches found it; a search that did not counts as endless.
fn cells(mut searches: Vec<Option<u64>>) -> String {
    let found = searches.iter().flatten().count();
    searches.sort_by_key(|requests| requests.unwrap_or(u64::MAX));
    let median = searches[searches.len() / 2].map_or(format!("> {REQUESTS}"), |requests| requests.to_string());
    format!("{median} | {found} of {}", searches.len())
}

/// Requests of the fuzzer, those of the probes left aside, until a fault is found.
fn requests_to_find(suite: &Suite, fault: FaultInfo, seed: u64, feedback: bool) -> Option<u64> {
    let mut config = ServerConfig::default();
    config.faults.insert(fault.name).expect("a fault of the catalogue");
    let server = host(config, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a server");
    let target = embedded_target(server.url(), server.identities());
    let op = suite.operations.iter().find(|op| fault.operations.contains(&op.operation.prefix.as_str()))?;
    let words: Vec<String> = suite.acting_on(op.operation.resource).iter().map(|op| op.operation.id.clone()).collect();
    let plan = plan(suite, &Filter::words(&words));
    let settings = Settings { seed, ..Settings::embedded() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let assignment = Assignment::new(suite, &plan, &target, &settings);
    let search = |limits: FuzzLimits| {
        let never = Box::pin(std::future::pending());
        runtime.block_on(fuzz(&assignment, &limits, Vec::new(), never)).expect("a report").0
    };
    let probes = search(FuzzLimits { time: Duration::ZERO, ..FuzzLimits::default() }).summary.exchanges;
    let time = Duration::from_secs(600);
    let requests = Some(probes + REQUESTS);
    let limits = FuzzLimits { time, requests, feedback, first: true, ..FuzzLimits::default() };
    let report = search(limits);
    let first = report.fuzz?.finds.into_iter().map(|find| find.requests).min()?;
    Some(first.saturating_sub(probes))
}
