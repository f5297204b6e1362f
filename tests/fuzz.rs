//! The fuzzer as a whole: silent on a conforming server, finds what only several steps or rare input bring out,
//! keeps, replays and promotes its finds, and survives targets that die, hang or lie.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use dewspec::engine::{Assignment, FuzzLimits, fuzz};
use dewspec::fuzz::{Corpus, Find};
use dewspec::plan::{Filter, plan};
use dewspec::report::Report;
use dewspec::server::{HostedServer, ServerConfig, host};
use dewspec::suite::{DataSource, Suite};
use dewspec::target::{Settings, Target, embedded_target};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn suite() -> Suite {
    Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes")
}

fn server(fault: Option<&str>) -> HostedServer {
    let mut config = ServerConfig::default();
    if let Some(fault) = fault {
        config.faults.insert(fault).expect("a fault of the catalogue");
    }
    host(config, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a server")
}

fn settings() -> Settings {
    Settings { settle: Duration::from_millis(50), timeout: Duration::from_millis(500), ..Settings::default() }
}

/// Fuzzes the operations that act on a kind of resource with so many requests.
fn fuzzed(target: &Target, settings: &Settings, operations: &[&str], requests: u64) -> (Report, Corpus) {
    // How long an answer takes on a busy machine must not decide about a test.
    let (time, slow) = (Duration::from_secs(600), Duration::from_secs(3600));
    let limits = FuzzLimits { time, slow, requests: Some(requests), ..FuzzLimits::default() };
    fuzzed_within(target, settings, operations, &limits)
}

fn fuzzed_within(target: &Target, settings: &Settings, operations: &[&str], limits: &FuzzLimits) -> (Report, Corpus) {
    let suite = suite();
    let words: Vec<String> = operations.iter().map(|id| (*id).to_owned()).collect();
    let plan = plan(&suite, &Filter::words(&words));
    let assignment = Assignment::new(&suite, &plan, target, settings);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let never = Box::pin(std::future::pending());
    runtime.block_on(fuzz(&assignment, limits, Vec::new(), never)).expect("a report")
}

fn dewspec(dir: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dewspec"))
        .current_dir(dir)
        .env("XDG_STATE_HOME", dir)
        .args(arguments)
        .output();
    let output = output.expect("a process");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn a_conforming_server_is_not_accused_and_concurrency_changes_nothing() {
    let of = |concurrency| {
        let server = server(None);
        let settings = Settings { concurrency, ..settings() };
        let (report, _) = fuzzed(&embedded_target(server.url(), server.identities()), &settings, &[], 6_000);
        assert_eq!(report.exit_code, 0, "{:?}", report.fuzz.map(|fuzz| fuzz.finds));
        let fuzz = report.fuzz.expect("what fuzzing came to");
        assert!(fuzz.finds.is_empty() && fuzz.behaviours.len() > 100 && fuzz.inputs > 500, "{fuzz:?}");
        fuzz.behaviours
    };
    assert_eq!(of(16), of(16), "the same seed shows the same");
    assert_eq!(of(16), of(1), "whatever the concurrency");
}

#[test]
fn a_find_is_simple_confirmed_replayed_and_promoted() {
    let dir = tempfile::tempdir().expect("a directory");
    let fault = ["--fault", "csms-batch-refused-list-deletes"];
    let begin = ["fuzz", "BatchCreateOrDeleteTags", "--requests", "20000", "--fail-fast", "--corpus", "corpus"];
    let (code, text) = dewspec(dir.path(), &[&begin[..], &fault].concat());
    assert_eq!(code, 1, "{text}");
    let finds = Find::read(&dir.path().join("dewspec-finds")).expect("finds");
    let [find] = finds.as_slice() else { panic!("{} finds: {text}", finds.len()) };
    assert_eq!(find.clause, "csms.batch-create-or-delete-tags.refused-unchanged");
    assert!(find.confirmed && find.input.requests.len() == 2, "{:?}", find.input);
    assert!(text.contains(&find.id) && text.contains("dewspec replay dewspec-finds"), "{text}");
    assert!(!Corpus::read(&dir.path().join("corpus")).expect("a corpus").is_empty());

    let (code, text) = dewspec(dir.path(), &[&["replay", "dewspec-finds"][..], &fault].concat());
    assert_eq!(code, 1, "{text}");
    let (code, text) = dewspec(dir.path(), &["replay", "dewspec-finds"]);
    assert_eq!(code, 0, "{text}");

    let file = format!("dewspec-finds/{}", find.file_name());
    let (code, text) = dewspec(dir.path(), &["fuzz", "--promote", &file, "--into", "regressions"]);
    assert_eq!(code, 0, "{text}");
    let run = ["run", "--quiet", "--regressions", "regressions", "found-"];
    let (code, text) = dewspec(dir.path(), &[&run[..], &fault].concat());
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("found-"), "{text}");
    let (code, text) = dewspec(dir.path(), &run);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn feedback_reaches_what_lies_behind_several_stages() {
    let server = server(Some("csms-batch-fails-on-very-long-lists"));
    let target = embedded_target(server.url(), server.identities());
    let (report, corpus) = fuzzed(&target, &settings(), &["BatchCreateOrDeleteTags"], 60_000);
    let finds = report.fuzz.expect("what fuzzing came to").finds;
    assert!(finds.iter().any(|find| find.clause == "csms.batch-create-or-delete-tags.server-error"), "{finds:?}");
    assert!(corpus.behaviours().any(|text| text.contains("highly unusual")));
}

/// Passes connections on to a server, and does what the test wants with what clients send.
async fn proxy(listener: TcpListener, upstream: SocketAddr, trigger: &'static [u8], gone: Duration) {
    let address = listener.local_addr().expect("an address");
    let mut listener = Some(listener);
    let (died, mut deaths) = tokio::sync::mpsc::unbounded_channel();
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let here = match &listener {
            Some(listener) => listener,
            None => {
                tokio::time::sleep(gone).await;
                listener.insert(TcpListener::bind(address).await.expect("the port is free again"))
            }
        };
        tokio::select! {
            Ok((client, _)) = here.accept() => {
                connections.spawn(pass_on(client, upstream, trigger, died.clone()));
            }
            Some(()) = deaths.recv() => {
                connections.shutdown().await;
                while deaths.try_recv().is_ok() {}
                listener = None;
            }
        }
    }
}

async fn pass_on(
    mut client: TcpStream,
    upstream: SocketAddr,
    trigger: &'static [u8],
    died: tokio::sync::mpsc::UnboundedSender<()>,
) {
    let Ok(mut server) = TcpStream::connect(upstream).await else { return };
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            Ok(length) = client.read(&mut up) => {
                if length > 0 && up[..length].windows(trigger.len()).any(|window| window == trigger) {
                    let _ = died.send(());
                    return;
                }
                if length == 0 || server.write_all(&up[..length]).await.is_err() { return }
            }
            Ok(length) = server.read(&mut down) => {
                if length == 0 || client.write_all(&down[..length]).await.is_err() { return }
            }
            else => return,
        }
    }
}

/// A target behind a thread of its own that does something else with what is sent.
fn behind<F: Future<Output = ()> + Send + 'static>(
    server: &HostedServer,
    task: impl FnOnce(TcpListener) -> F + Send + 'static,
) -> Target {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
            tell.send(listener.local_addr().expect("an address")).expect("somebody waits");
            task(listener).await;
        });
    });
    let address = told.recv().expect("an address");
    let target = embedded_target(&format!("http://{address}"), server.identities());
    Target { embedded: false, secret_ids: target.secret_ids[..2].to_vec(), ..target }
}

#[test]
fn a_target_that_dies_is_waited_for_and_the_input_is_named() {
    let server = server(None);
    let upstream: SocketAddr = server.url().trim_start_matches("http://").parse().expect("an address");
    // No probe sends this; one of the documented names with a blank before it does not either.
    let target = behind(&server, move |listener| proxy(listener, upstream, b"{{7*7}}", Duration::from_millis(300)));
    let settings = Settings { timeout: Duration::from_secs(2), ..settings() };
    let time = Duration::from_secs(600);
    let limits = FuzzLimits { time, requests: Some(60_000), first: true, ..FuzzLimits::default() };
    let (report, _) = fuzzed_within(&target, &settings, &["CreateSecretTag"], &limits);
    let fuzz = report.fuzz.expect("what fuzzing came to");
    assert!(fuzz.stops > 0, "it was seen to be gone: {} {:?} {:?}", report.conclusion, report.notes, fuzz);
    assert_eq!(report.exit_code, 1, "{} {:?} {:#?}", report.conclusion, report.notes, fuzz.finds);
    let killer = fuzz.finds.iter().find(|find| find.clause == "csms.create-secret-tag.server-error");
    let killer = killer.unwrap_or_else(|| panic!("{:?}", report.notes));
    assert!(killer.input.requests.iter().any(|request| request.body.contains("{{7*7}}")), "{:?}", killer.input);
    assert!(report.notes.iter().any(|note| note.contains("came back")), "{:?}", report.notes);
}

#[test]
fn a_target_that_accepts_everything_is_told_so_in_bounds() {
    let server = server(None);
    let target = behind(&server, |listener| async move {
        loop {
            let Ok((mut client, _)) = listener.accept().await else { return };
            tokio::spawn(async move {
                let mut bytes = vec![0; 1 << 16];
                while client.read(&mut bytes).await.is_ok_and(|length| length > 0) {
                    if client.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    let (report, _) = fuzzed(&target, &settings(), &["CreateKmsTag"], 5_000);
    assert_eq!(report.exit_code, 1, "{}", report.conclusion);
    let fuzz = report.fuzz.expect("what fuzzing came to");
    assert!(!fuzz.finds.is_empty() && fuzz.finds.len() < 60, "{} finds", fuzz.finds.len());
}

#[test]
fn a_target_that_never_answers_ends_the_run() {
    let server = server(None);
    let target = behind(&server, |listener| async move {
        let mut held = Vec::new();
        while let Ok((client, _)) = listener.accept().await {
            held.push(client);
        }
    });
    let suite = suite();
    let plan = plan(&suite, &Filter::words(&["CreateKmsTag".to_owned()]));
    let settings = Settings { timeout: Duration::from_millis(200), ..settings() };
    let limits = FuzzLimits { time: Duration::from_secs(2), ..FuzzLimits::default() };
    let assignment = Assignment::new(&suite, &plan, &target, &settings);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let never = Box::pin(std::future::pending());
    let result = runtime.block_on(fuzz(&assignment, &limits, Vec::new(), never));
    let (report, _) = result.expect("a report");
    assert_eq!(report.exit_code, 3, "nothing can be said of a target that is not there: {}", report.conclusion);
    assert!(report.cases.is_empty() && report.preflight.iter().any(|step| !step.ok), "{:?}", report.preflight);
}

#[test]
fn wrong_use_is_told_before_anything_is_sent() {
    let dir = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("a file");
    write("broken.json", "{");
    std::fs::create_dir(dir.path().join("corpus")).expect("a directory");
    write("corpus/x.json", r#"{"requests":[{"operation":"CreateSecretTag"}]}"#);
    for (arguments, told) in [
        (&["fuzz", "CreateTag"][..], "invalid operation \"CreateTag\": give one of "),
        (&["fuzz", "--time", "-1"][..], "give seconds"),
        (&["fuzz", "--time", "nan"][..], "give seconds"),
        (&["fuzz", "--promote", "broken.json", "--into", "x"][..], "broken.json: is no find"),
        (&["fuzz", "--promote", "absent.json", "--into", "x"][..], "absent.json: "),
        (&["fuzz", "--promote", "broken.json"][..], "--into"),
        (&["fuzz", "--corpus", "corpus"][..], "x.json: missing field `body`"),
        (&["fuzz", "--minimise"][..], "--corpus"),
        (&["replay", "corpus"][..], "x.json: is no find"),
    ] {
        let (code, text) = dewspec(dir.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {text}");
        assert!(text.contains(told), "{arguments:?}: {text}");
    }
}
