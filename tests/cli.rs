//! The program as its users and their scripts meet it: output, exit codes, bad input, hostile targets.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::Value;

fn dewspec(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dewspec"));
    // Nothing of the caller's environment may point the tests at another target.
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("DEWSPEC_")) {
        command.env_remove(name);
    }
    command.args(arguments).env("COLUMNS", "100").env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

struct Output {
    code: i32,
    out: String,
    err: String,
}

fn run(arguments: &[&str]) -> Output {
    run_in(&std::env::temp_dir(), arguments)
}

fn run_in(dir: &std::path::Path, arguments: &[&str]) -> Output {
    finished(dewspec(arguments).current_dir(dir))
}

fn finished(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    Output {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A reference server in a process of its own.
struct Served {
    child: Child,
    url: String,
    options: Vec<String>,
    token: String,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut child = dewspec(&["serve"]).args(arguments).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut served = Served { url: String::new(), options: Vec::new(), token: String::new(), child };
        for line in lines.by_ref() {
            let line = line.expect("a line");
            if let Some(url) = line.strip_prefix("listening on ") {
                served.url = url.to_owned();
            }
            if line.starts_with("Ctrl-C") {
                break;
            }
            let Some((name, value)) = line.split_once(' ').map(|(n, v)| (n, v.trim())) else { continue };
            match name {
                "token" => served.token = value.to_owned(),
                "project-id" | "secret-id" | "key-id" | "read-only-token" | "foreign-project-id"
                | "foreign-secret-id" | "foreign-key-id" | "foreign-token" => {
                    served.options.extend([format!("--{name}"), value.to_owned()]);
                }
                _ => {}
            }
        }
        served
    }

    fn check(&self, arguments: &[&str]) -> Output {
        finished(&mut self.command(&self.url, arguments))
    }

    /// What checks it at another address.
    fn command(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = dewspec(&["run", "--endpoint", url]);
        command.args(&self.options).args(arguments);
        command.env("DEWSPEC_TOKEN", &self.token).current_dir(std::env::temp_dir());
        command
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn verdicts(report: &Value) -> Vec<(String, String)> {
    let clauses = report["clauses"].as_array().expect("clauses");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    clauses.iter().map(|c| (text(&c["id"]), text(&c["verdict"]))).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("a JSON report")
}

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

#[test]
fn the_report_has_the_documented_members_and_counts_agree() {
    let report = json(&run(&["run", "--report", "json=-", "--seed", "42", "--run-id", "abc"]).out);
    assert_eq!(report["schema"], "dewspec.report/1");
    assert_eq!((report["seed"].clone(), report["run_id"].clone()), (42.into(), "abc".into()));
    let cases = report["cases"].as_array().expect("cases");
    let count = |outcome: &str| cases.iter().filter(|c| c["outcome"] == outcome).count();
    for outcome in ["pass", "fail", "warn", "skip", "error"] {
        assert_eq!(report["summary"][outcome], count(outcome), "{outcome}");
    }
    let case = &cases[0];
    for member in ["id", "operation", "clauses", "outcome", "reason", "allowed", "seen", "exchanges", "curl", "replay"]
    {
        assert!(case.get(member).is_some(), "a case has no {member}");
    }
    for member in ["id", "level", "verdict", "source"] {
        assert!(report["clauses"][0].get(member).is_some(), "a clause has no {member}");
    }
    assert!(report["readings"].as_array().expect("readings").iter().any(|r| r["determined"] == "literal"));
}

#[test]
fn the_same_seed_and_run_id_send_the_same_requests_whatever_the_concurrency() {
    // Which of several at once is answered first is chance.
    let sent = |case: &Value| -> BTreeSet<String> {
        case["exchanges"].as_array().into_iter().flatten().map(|e| e["request_body"].to_string()).collect()
    };
    let bodies = |arguments: &[&str]| -> Vec<(String, BTreeSet<String>)> {
        let mut all = vec!["run", "--report", "json=-", "--run-id", "same", "--seed", "7", "key.max-length", "name"];
        all.extend(arguments);
        let report = json(&run(&all).out);
        let cases = report["cases"].as_array().expect("cases").clone();
        cases.iter().map(|c| (c["id"].to_string(), sent(c))).collect()
    };
    let one = bodies(&["--concurrency", "1"]);
    assert!(one.len() > 50);
    assert_eq!(one, bodies(&["--concurrency", "32"]));
}

#[test]
fn a_fault_fails_the_run_and_names_the_clause() {
    let output = run(&["run", "--fault", "csms-create-accepts-key-one-too-long", "-q"]);
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
fn failures_can_be_replayed_from_a_report() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("report.json");
    let option = format!("json={}", path.display());
    let fault = ["--fault", "kms-create-accepts-value-one-too-long"];
    assert_eq!(run(&["run", fault[0], fault[1], "--report", &option]).code, 1);
    let path = path.display().to_string();
    let again = run(&["replay", &path, fault[0], fault[1], "-q"]);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(again.out.contains("kms.create-kms-tag.value.max-length"), "{}", again.out);
    let mended = run(&["replay", &path, "-q"]);
    assert_eq!(mended.code, 0, "{}", mended.out);
    assert_eq!(run(&["replay", &path, "no.such/case"]).code, 2);
    assert_eq!(run(&["replay", "/nowhere/report.json"]).code, 2);
}

#[test]
fn junit_agrees_with_the_summary() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("junit.xml");
    let output =
        run(&["run", "--fault", "event-create-drops-last-type", "--report", &format!("junit={}", path.display())]);
    assert_eq!(output.code, 1);
    let text = std::fs::read_to_string(path).expect("a JUnit file");
    assert!(text.contains("<failure") && text.contains("response.event_types"), "{text}");
    assert!(text.contains("<skipped"), "skips are told");
}

#[test]
fn snapshots_are_written_compared_and_accepted() {
    let dir = tempfile::tempdir().expect("a directory");
    let snapshots = dir.path().join("snaps").display().to_string();
    let with = |more: &[&str]| {
        let mut all = vec!["run", "-q", "--snapshots", &snapshots];
        all.extend(more);
        run(&all)
    };
    assert_eq!(with(&[]).code, 0);
    let same = with(&[]);
    assert!(same.code == 0 && same.out.contains("no difference"), "{}", same.out);
    let differs = with(&["--reading", "token.missing=403"]);
    assert_eq!(differs.code, 1, "{}", differs.out);
    assert!(differs.out.contains("-") && differs.out.contains("403"), "{}", differs.out);
    assert_eq!(with(&["--reading", "token.missing=403", "--update-snapshots"]).code, 0);
    assert_eq!(with(&["--reading", "token.missing=403"]).code, 0);
    assert_eq!(
        with(&["--reading", "token.missing=403", "csms.create-secret-tag.key"]).code,
        0,
        "a filtered run compares its own rows"
    );
}

#[test]
fn nothing_proven_is_an_exit_code_of_its_own() {
    let nothing = run(&["run", "no-such-case-anywhere", "-q"]);
    assert_eq!(nothing.code, 4, "{}", nothing.out);
    let served = Served::start(&[]);
    let output = dewspec(&[
        "run",
        "--endpoint",
        &served.url,
        "--project-id",
        &served.options[1],
        "--key-id",
        "none-such",
        "-q",
        "CreateSecretTag",
    ])
    .env("DEWSPEC_TOKEN", &served.token)
    .output()
    .expect("the program starts");
    assert_eq!(output.status.code(), Some(4), "no secret was given, so nothing can be proven about its operations");
}

#[test]
fn wrong_usage_is_told_and_nothing_is_sent() {
    for (arguments, part) in [
        (vec!["run", "--endpoint", "nonsense", "--project-id", "p", "--secret-id", "s", "--token", "t"], "no endpoint"),
        (vec!["run", "--endpoint", "http://127.0.0.1:1"], "--project-id"),
        (vec!["run", "--endpoint", "http://127.0.0.1:1", "--project-id", "p"], "--secret-id"),
        (vec!["run", "--endpoint", "http://127.0.0.1:1", "--project-id", "p", "--key-id", "k"], "token"),
        (vec!["run", "--seed", "seven"], "seed"),
        (vec!["run", "--run-id", "UPPER"], "run id"),
        (vec!["run", "--report", "pdf=x"], "json=PATH"),
        (vec!["run", "--report", "json=/nowhere/at/all/report.json"], "no directory"),
        (vec!["run", "--fault", "no-such-fault"], "no-such-fault"),
        (vec!["run", "--reading", "no-such-clause=x"], "no-such-clause"),
        (vec!["run", "--reading", "reserved-prefix=never"], "literal"),
        (vec!["run", "--config", "/nowhere/dewspec.toml"], "/nowhere/dewspec.toml"),
        (vec!["run", "--suites", "/nowhere/suites"], "/nowhere/suites"),
        (vec!["run", "--timeout", "-1"], "--timeout"),
        (vec!["explain", "no.such.clause"], "no.such.clause"),
        (vec!["frobnicate"], "frobnicate"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.code, 2, "{arguments:?}: {}{}", output.out, output.err);
        assert!(output.err.contains(part), "{arguments:?}: {part} is not in {}", output.err);
    }
}

#[test]
fn configuration_comes_from_flags_then_environment_then_file() {
    let served = Served::start(&[]);
    let dir = tempfile::tempdir().expect("a directory");
    let option = |name: &str| {
        let at = served.options.iter().position(|o| o == name).expect("an option");
        served.options[at + 1].clone()
    };
    let text = format!(
        "endpoint = \"http://127.0.0.1:1\"\nproject-id = \"{}\"\nsecret-id = [\"{}\"]\nkey-id = \"{}\"\nseed = 5\nrun-id = \"file\"\n",
        option("--project-id"),
        option("--secret-id"),
        option("--key-id"),
    );
    std::fs::write(dir.path().join("dewspec.toml"), text).expect("a file");
    let output = dewspec(&["run", "--run-id", "flag", "--report", "json=-", "example"])
        .env("DEWSPEC_ENDPOINT", &served.url)
        .env("DEWSPEC_TOKEN", &served.token)
        .env("DEWSPEC_RUN_ID", "environment")
        .current_dir(dir.path())
        .output()
        .expect("the program starts");
    let report = json(&String::from_utf8(output.stdout).expect("UTF-8"));
    assert_eq!((report["run_id"].clone(), report["seed"].clone()), ("flag".into(), 5.into()));
    std::fs::write(dir.path().join("dewspec.toml"), "endpoint = \"x\"\nsecrets-id = \"y\"\n").expect("a file");
    let wrong = run_in(dir.path(), &["run"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("dewspec.toml:2") && wrong.err.contains("secrets-id"), "{}", wrong.err);
}

#[test]
fn a_broken_suite_is_told_with_file_and_line() {
    let dir = tempfile::tempdir().expect("a directory");
    let copy = dir.path().join("suites");
    copy_tree(&std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("suites"), &copy);
    let shown = copy.display().to_string();
    assert_eq!(run(&["run", "--suites", &shown, "-q", "example"]).code, 0);
    let file = copy.join("kms/create_kms_tag.toml");
    let text = std::fs::read_to_string(&file).expect("a suite file");
    std::fs::write(&file, text.replacen("max-length = 36", "max-lenght = 36", 1)).expect("a file");
    let output = run(&["run", "--suites", &shown]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("create_kms_tag.toml:") && output.err.contains("max-lenght"), "{}", output.err);
}

fn copy_tree(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn an_unreachable_target_is_told_at_once() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", free.local_addr().expect("an address"));
    drop(free);
    let started = Instant::now();
    let output = run(&["run", "--endpoint", &url, "--project-id", "p", "--secret-id", "s", "--token", "t"]);
    assert_eq!(output.code, 3, "{}{}", output.out, output.err);
    assert!(output.err.contains("could not be reached") && output.err.contains(&url), "{}", output.err);
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// An encrypted way to a server. Holds the certificate that vouches for it, and what keeps it open.
struct Encrypted {
    url: String,
    certificate: tempfile::NamedTempFile,
    _runtime: tokio::runtime::Runtime,
}

impl Encrypted {
    fn way_to(plain: &str) -> Self {
        let name = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificate = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&certificate, name.cert.pem()).expect("a file");
        let key = PrivatePkcs8KeyDer::from(name.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("protocols")
            .with_no_client_auth()
            .with_single_cert(vec![name.cert.der().clone()], key.into())
            .expect("a certificate with its key");
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let url = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let server = plain.trim_start_matches("http://").to_owned();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, server) = (acceptor.clone(), server.clone());
                tokio::spawn(async move {
                    // Whoever does not trust the certificate hangs up.
                    let Ok(mut client) = acceptor.accept(stream).await else { return };
                    let mut server = tokio::net::TcpStream::connect(server).await.expect("the server");
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        Encrypted { url, certificate, _runtime: runtime }
    }
}

#[test]
fn an_encrypted_target_is_checked_if_its_certificate_is_trusted() {
    let served = Served::start(&[]);
    let encrypted = Encrypted::way_to(&served.url);
    let command = || served.command(&encrypted.url, &["kms.create-kms-tag.key"]);
    let trusting = finished(command().env("SSL_CERT_FILE", encrypted.certificate.path()));
    assert_eq!(trusting.code, 0, "{}{}", trusting.out, trusting.err);
    assert!(trusting.out.contains("the target conforms"), "{}", trusting.out);
    let wary = finished(command().env_remove("SSL_CERT_FILE"));
    assert_eq!(wary.code, 3, "{}", wary.err);
    assert!(wary.err.contains("could not be reached") && wary.err.contains("certificate"), "{}", wary.err);
}

/// A target that reads a request and then does what it likes with the connection.
fn hostile(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let answer = std::sync::Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = std::sync::Arc::clone(&answer);
            std::thread::spawn(move || {
                let mut stream = stream;
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                let mut seen = Vec::new();
                let mut buffer = [0; 4096];
                while !seen.windows(4).any(|w| w == b"\r\n\r\n") {
                    match stream.read(&mut buffer) {
                        Ok(n) if n > 0 => seen.extend_from_slice(&buffer[..n]),
                        _ => return,
                    }
                }
                answer(&mut stream);
                // Closed with a part of the request unread, the connection would be reset, and the answer with it.
                let _ = stream.shutdown(Shutdown::Write);
                let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
                while stream.read(&mut buffer).is_ok_and(|n| n > 0) {}
            });
        }
    });
    url
}

fn check_hostile(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Output {
    let url = hostile(answer);
    let secret = "a-token-that-is-long-enough";
    let output = run(&[
        "run",
        "--endpoint",
        &url,
        "--project-id",
        "p",
        "--secret-id",
        "s",
        "--token",
        secret,
        "--timeout",
        "0.5",
        "--settle",
        "0.1",
        "-q",
        "csms.create-secret-tag.key.m",
        "csms.create-secret-event.example",
    ]);
    assert!(!output.out.contains(secret) && !output.err.contains(secret), "the token is in the output");
    output
}

#[test]
fn garbage_html_and_truncated_answers_are_failures_that_show_what_came() {
    let garbage = check_hostile(|s| drop(s.write_all(b"\x00\x01\x02 what is this\r\n\r\n")));
    assert_eq!(garbage.code, 1, "{}{}", garbage.out, garbage.err);
    let html = check_hostile(|s| {
        drop(s.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 23\r\nConnection: close\r\n\r\n<html>Login here</html>"));
    });
    assert_eq!(html.code, 1, "{}{}", html.out, html.err);
    assert!(html.out.contains("Login here"), "{}", html.out);
    let truncated =
        check_hostile(|s| drop(s.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 500\r\n\r\n{\"error\":")));
    assert_eq!(truncated.code, 1, "{}{}", truncated.out, truncated.err);
}

#[test]
fn endless_and_silent_answers_cost_bounded_time() {
    let started = Instant::now();
    let endless = check_hostile(|s| {
        let _ = s.write_all(b"HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n");
        while s
            .write_all(b"1000\r\n")
            .and_then(|()| s.write_all(&[b'x'; 4096]))
            .and_then(|()| s.write_all(b"\r\n"))
            .is_ok()
        {}
    });
    assert_eq!(endless.code, 1, "{}{}", endless.out, endless.err);
    let silent = check_hostile(|_| std::thread::sleep(Duration::from_secs(5)));
    assert_eq!(silent.code, 3, "{}{}", silent.out, silent.err);
    assert!(started.elapsed() < Duration::from_secs(60), "it took {:?}", started.elapsed());
}

#[test]
fn redirects_are_not_followed() {
    let trap = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = trap.local_addr().expect("an address");
    trap.set_nonblocking(true).expect("a trap");
    let output = check_hostile(move |s| {
        let head = format!(
            "HTTP/1.1 302 Found\r\nLocation: http://{address}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        drop(s.write_all(head.as_bytes()));
    });
    assert_eq!(output.code, 1, "{}{}", output.out, output.err);
    assert!(trap.accept().is_err(), "the redirect was followed");
}

#[test]
fn lists_and_explanations_come_from_the_data() {
    for subject in ["operations", "clauses", "cases", "readings", "faults"] {
        let text = run(&["list", subject]);
        let rows = json(&run(&["list", subject, "--format", "json"]).out);
        assert_eq!(text.code, 0);
        assert_eq!(text.out.lines().count(), rows.as_array().expect("rows").len(), "{subject}");
    }
    let clause = run(&["explain", "kms.create-kms-tag.tag-limit"]);
    assert!(clause.out.contains("A07") && clause.out.contains("Twenty"), "{}", clause.out);
    let case = run(&["explain", "csms.create-secret-tag.key.max-length/cjk-129"]);
    assert!(case.out.contains("refused with 400") && case.out.contains("at most 128 characters"), "{}", case.out);
}

#[test]
fn help_states_the_exit_codes_and_every_default() {
    let general = run(&["--help"]);
    assert_eq!(general.code, 0);
    assert!(general.out.contains("Exit codes"));
    let help = run(&["run", "--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "--concurrency <N>",
        "[default: 16; 8 against the embedded server]",
        "[default: 10]",
        "[default: 2; 0.1 for the embedded server]",
        "[default: 14598366]",
        "[default: no limit]",
    ] {
        assert!(help.contains(part), "{part} is not in the help");
    }
}

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let now = dewspec::report::schema_text();
    if std::env::var_os("DEWSPEC_UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &now).expect("the schema is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == now, "docs/report.schema.json is not up to date: run the test with DEWSPEC_UPDATE_SCHEMA=1");
}
