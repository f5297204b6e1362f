//! Checked requests a second beside those of plain load generators, on the same server in one run:
//! `cargo bench --bench throughput`. Uses `oha` and `wrk` where they are installed, and always two plain loops: one over
//! dewspec's own client, one over the HTTP library below it, which shows what is lost before dewspec does anything.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a benchmark talks to its user")]

use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dewspec::engine::{Assignment, run};
use dewspec::model::Request;
use dewspec::plan::{Filter, plan};
use dewspec::server::{HostedServer, ServerConfig, host};
use dewspec::suite::{DataSource, Suite};
use dewspec::target::{Network, Settings, embedded_target};
use dewspec::transport::{Client, Health, HttpTransport, Limits};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often all of them take turns: a machine that is busy with something else slows down whoever is at work.
const ROUNDS: usize = 7;
/// How long each load generator runs in a round.
const SECONDS: u64 = 4;
/// Connections of each.
const CONNECTIONS: usize = 16;
/// Generated inputs of each property.
const CASES: u64 = 2000;
/// A body that is refused, so that it changes nothing.
const BODY: &str = r#"{"tag":{"key":"dewspec-00000000!","value":"v-1"}}"#;

/// Requests a second on a server; `None` if the program is not installed.
type Measure = fn(&HostedServer) -> Option<f64>;

fn main() {
    // `cargo test --benches` and the like ask for a list only.
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let contestants: [(&str, Measure); 5] = [
        ("dewspec, all checks on", |server| Some(checked(server))),
        ("plain loop of the same client", |server| Some(plain_loop(server))),
        ("bare loop of reqwest", |server| Some(bare_loop(server))),
        ("oha", oha),
        ("wrk", wrk),
    ];
    let mut rates = contestants.map(|_| Vec::new());
    // A machine whose speed changes is the same for all only as long as a round takes.
    let mut ratios = contestants.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        let server = host(ServerConfig::default(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a server");
        let mut own = None;
        for (nth, (_, measure)) in contestants.iter().enumerate() {
            let Some(rate) = measure(&server) else { continue };
            rates[nth].push(rate);
            ratios[nth].push(*own.get_or_insert(rate) / rate);
        }
    }
    println!("{:<30} {:>12} {:>14}   medians of {ROUNDS} rounds", "", "requests/s", "dewspec is");
    for (((name, _), rates), ratios) in contestants.iter().zip(&mut rates).zip(&mut ratios) {
        match median(rates).zip(median(ratios)) {
            Some((rate, ratio)) => println!("{name:<30} {rate:>12.0} {ratio:>13.2}×"),
            None => println!("{name:<30} {:>12}", "not installed"),
        }
    }
}

fn median(numbers: &mut [f64]) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

/// Requests a second of a whole run.
fn checked(server: &HostedServer) -> f64 {
    let suite = Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes");
    let plan = plan(&suite, &Filter::default());
    let target = embedded_target(server.url(), server.identities());
    let settings = Settings { cases: CASES, ..Settings::embedded() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let started = Instant::now();
    let never = Box::pin(std::future::pending());
    let assignment = Assignment::new(&suite, &plan, &target, &settings);
    let report = runtime.block_on(run(&assignment, never)).expect("a report");
    assert_eq!(report.exit_code, 0, "{}", report.conclusion);
    report.summary.exchanges as f64 / started.elapsed().as_secs_f64()
}

fn url(server: &HostedServer) -> String {
    let who = server.identities();
    format!("{}/v1/{}/csms/{}/tags", server.url(), who.project_id, who.secret_ids[0])
}

/// The same client without anything around it.
fn plain_loop(server: &HostedServer) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (limits, settings) = (Limits::default(), Settings::embedded());
    let transport = HttpTransport::new(&Network::default(), &limits, false).expect("a transport");
    let client = Client::new(Arc::new(transport), limits, Arc::new(Health::new(settings.max_wait)));
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let request = Request {
        operation: "csms.create-secret-tag".to_owned(),
        method: "POST".to_owned(),
        url: url(server),
        headers: vec![field("Content-Type", "application/json"), field("X-Auth-Token", &server.identities().token)],
        body: Some(BODY.into()),
    };
    let started = Instant::now();
    let end = started + Duration::from_secs(SECONDS);
    let loops = (0..CONNECTIONS).map(|_| async {
        while Instant::now() < end {
            client.send(request.clone()).await.answer.expect("an answer");
        }
    });
    runtime.block_on(futures_util::future::join_all(loops));
    client.sent() as f64 / started.elapsed().as_secs_f64()
}

/// The HTTP library with nothing around it: each answer is read to its end, and its status looked at.
fn bare_loop(server: &HostedServer) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // The first of them stays; it is the same every time.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().http1_only().tcp_nodelay(true).build().expect("a client");
    let (url, token) = (url(server), &server.identities().token);
    let sent = Cell::new(0_u64);
    let started = Instant::now();
    let end = started + Duration::from_secs(SECONDS);
    let loops = (0..CONNECTIONS).map(|_| async {
        while Instant::now() < end {
            let request = client.post(&url).header("Content-Type", "application/json").header("X-Auth-Token", token);
            let answer = request.body(BODY).send().await.expect("an answer");
            assert_eq!(answer.status(), 400);
            answer.bytes().await.expect("a body");
            sent.set(sent.get() + 1);
        }
    });
    runtime.block_on(futures_util::future::join_all(loops));
    sent.get() as f64 / started.elapsed().as_secs_f64()
}

fn oha(server: &HostedServer) -> Option<f64> {
    let output = Command::new("oha")
        .args(["--no-tui", "--output-format", "json", "-m", "POST", "-d", BODY, "-T", "application/json"])
        .args(["-c", &CONNECTIONS.to_string(), "-z", &format!("{SECONDS}s")])
        .args(["-H", &format!("X-Auth-Token: {}", server.identities().token), &url(server)])
        .output()
        .ok()?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    report["summary"]["requestsPerSec"].as_f64()
}

fn wrk(server: &HostedServer) -> Option<f64> {
    let script = std::env::temp_dir().join(format!("dewspec-{}.lua", std::process::id()));
    let text = format!(
        "wrk.method = 'POST'\nwrk.body = [[{BODY}]]\nwrk.headers['Content-Type'] = 'application/json'\nwrk.headers['X-Auth-Token'] = '{}'\n",
        server.identities().token
    );
    std::fs::write(&script, text).ok()?;
    let output = Command::new("wrk")
        .args(["-t", "1", "-c", &CONNECTIONS.to_string(), "-d", &SECONDS.to_string(), "-s"])
        .arg(&script)
        .arg(url(server))
        .output();
    // The script holds a token, if only of a server that is gone in a moment.
    let _ = std::fs::remove_file(&script);
    let text = String::from_utf8(output.ok()?.stdout).ok()?;
    text.lines().find_map(|line| line.strip_prefix("Requests/sec:"))?.trim().parse().ok()
}
