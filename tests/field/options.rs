//! Options that say where requests go, who sends them and how long that may take; and results that are never lost.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::call::Call;
use crate::fault::{BROKEN, FAULT};
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::{Act, Proxy};
use crate::rules::pass;

/// Raw connections among them.
const CASES: &[&str] =
    &["csms.create-secret-tag.key.max-length", "csms.create-secret-tag.success", "kms.create-kms-tag.success"];

/// What says where to send requests, by layer: flag, environment, file.
#[derive(Debug)]
struct Layers {
    flags: &'static [&'static str],
    variables: &'static [&'static str],
    file: &'static [&'static str],
    /// The one that wins for secrets.
    winner: &'static str,
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let variations = [
        Layers { flags: &["--endpoint"], variables: &[], file: &["csms-endpoint"], winner: "--endpoint" },
        Layers { flags: &["--endpoint"], variables: &["DEWSPEC_CSMS_ENDPOINT"], file: &[], winner: "--endpoint" },
        Layers { flags: &[], variables: &["DEWSPEC_ENDPOINT"], file: &["csms-endpoint"], winner: "DEWSPEC_ENDPOINT" },
        Layers { flags: &["--endpoint"], variables: &["DEWSPEC_ENDPOINT"], file: &["endpoint"], winner: "--endpoint" },
        Layers { flags: &["--endpoint", "--csms-endpoint"], variables: &[], file: &[], winner: "--csms-endpoint" },
        Layers { flags: &[], variables: &[], file: &["endpoint", "csms-endpoint"], winner: "csms-endpoint" },
        Layers {
            flags: &[],
            variables: &["DEWSPEC_CSMS_ENDPOINT"],
            file: &["endpoint"],
            winner: "DEWSPEC_CSMS_ENDPOINT",
        },
    ];
    each(&variations, |layers| {
        let right = Scene::new(pass);
        let wrong = Proxy::before(right.upstream.address, pass);
        let url = |name: &str| if name == layers.winner { right.proxy.url() } else { wrong.url() };
        let mut launch = Launch::bare("run");
        let mut file = String::new();
        for name in layers.flags {
            launch = launch.args(&[name, &url(name)]);
        }
        for name in layers.variables {
            launch = launch.env(name, &url(name));
        }
        for name in layers.file {
            file.push_str(&format!("{name} = {:?}\n", url(name)));
        }
        let setup = right.setup();
        let launch = launch.file("dewspec.toml", &file).env("DEWSPEC_TOKEN", &setup.token);
        let launch = launch.args(&["--project-id", &setup.project, "--secret-id", &setup.secret]);
        launch.args(&["csms.create-secret-tag.key.max-length"]).finish().code_is(0).accuses_nobody();
        assert!(right.proxy.calls() > 0, "nothing came to {}", layers.winner);
        let elsewhere = wrong.count(|call| call.on("/csms/"));
        assert_eq!(elsewhere, 0, "{elsewhere} requests went elsewhere");
    });
}

#[test]
fn a_token_file_that_is_named_beats_a_token_in_the_environment() {
    let scene = Scene::new(pass);
    let setup = Setup { token: "MIIDof-another-day==".to_owned(), ..scene.setup() };
    let launch = Launch::new("run", &setup).file("token", &format!("{}\n", scene.upstream.token()));
    launch.args(&["--token-file", "token", CASES[0]]).finish().code_is(0).accuses_nobody();
    // The environment beats what the configuration says.
    let launch = scene.launch("run").file("dewspec.toml", "token = \"MIIDof-another-day==\"\n");
    launch.args(&[CASES[0]]).finish().code_is(0);
    let launch =
        scene.launch("run").file("token", "MIIDof-another-day==").file("dewspec.toml", "token-file = \"token\"\n");
    launch.args(&[CASES[0]]).finish().code_is(0);
}

#[test]
fn snapshots_that_cannot_be_had_lose_no_report() {
    for (fault, code) in [(None, 3), (Some(FAULT), 1)] {
        let scene = Scene::with(fault.as_slice(), &[], pass);
        let launch = scene.launch("run").file("taken", "this is a file\n");
        let told = launch.args(&["--snapshots", "taken", CASES[0]]).finish();
        told.code_is(code).says("taken").says("snapshots");
        assert!(told.report.is_some(), "no report was written:\n{}", told.excerpt());
        assert!(told.out.contains("csms.create-secret-tag") || told.out.contains("conform"), "no result is told");
        assert!(!told.text().contains("nothing was sent"), "{}", told.excerpt());
        scene.is_clean(&told);
    }
}

/// A full disk is a place where everything can be opened and nothing be written.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_loses_no_other() {
    for (fault, code) in [(None, 3), (Some(FAULT), 1)] {
        for full in ["junit=/dev/full", "json=/dev/full"] {
            let scene = Scene::with(fault.as_slice(), &[], pass);
            let told = scene.run(&["--report", full, "--report", "junit=junit.xml", CASES[0]]);
            told.code_is(code).says("/dev/full");
            assert!(told.report.is_some(), "no report was written:\n{}", told.excerpt());
        }
    }
}

#[test]
fn header_fields_of_the_user_go_with_every_request() {
    let scene = Scene::new(pass);
    let fields = ["--header", "X-Gateway-Key: abc", "--header", "X-Team: quality: of tags", "--user-agent", "ours/1.0"];
    scene.launch("run").args(&fields).args(CASES).finish().code_is(0).accuses_nobody();
    for (name, value) in [("x-gateway-key", "abc"), ("x-team", "quality: of tags"), ("user-agent", "ours/1.0")] {
        let without = scene.proxy.count(|call| call.field(name) != Some(value));
        assert_eq!(without, 0, "{without} of {} requests have no {name}", scene.proxy.calls());
    }
    for wrong in ["no colon", "Bad Name: x", ": x"] {
        scene.run(&["--header", wrong]).code_is(2);
    }
}

#[test]
fn a_forward_proxy_is_used_by_every_request() {
    each(&["--proxy", "HTTP_PROXY", "http_proxy"], |way| {
        for fault in [None, Some(FAULT)] {
            let scene = Scene::with(fault.as_slice(), &[], pass);
            // Only the proxy can know where that is.
            let setup = Setup { endpoint: "http://dew.invalid".to_owned(), ..scene.setup() };
            let launch = Launch::new("run", &setup).args(CASES);
            let url = scene.proxy.url();
            let told = match *way {
                "--proxy" => launch.args(&["--proxy", &url]).env("HTTP_PROXY", "http://127.0.0.1:9").finish(),
                variable => launch.args(&["--proxy", "environment"]).env(variable, &url).finish(),
            };
            match fault {
                None => told.code_is(0).accuses_nobody(),
                Some(_) => told.finds(BROKEN),
            };
            assert!(scene.proxy.count(|call| call.on("http://dew.invalid/")) > 0, "nothing went that way");
            scene.is_clean(&told);
        }
    });
}

#[test]
fn a_name_is_resolved_as_the_user_says() {
    let scene = Scene::new(pass);
    let port = scene.proxy.url().rsplit(':').next().expect("a port").to_owned();
    let setup = Setup { endpoint: format!("http://dew.invalid:{port}"), ..scene.setup() };
    let told =
        Launch::new("run", &setup).args(&["--resolve", &format!("dew.invalid:{port}:127.0.0.1")]).args(CASES).finish();
    told.code_is(0).accuses_nobody();
    let host = format!("dew.invalid:{port}");
    assert_eq!(scene.proxy.count(|call| call.field("host") != Some(&host)), 0, "the host is another");
}

#[test]
fn a_dry_run_sends_nothing() {
    for cases in [&[][..], CASES] {
        let scene = Scene::new(pass);
        let told = scene.launch("run").args(&["--dry-run"]).args(cases).finish();
        told.code_is(0).accuses_nobody().says("POST").never_says(scene.upstream.token());
        assert_eq!(scene.proxy.seen().connections, 0, "somebody came");
    }
    // There is nobody to ask, and nobody is asked.
    Launch::new("run", &Setup::of_nobody("http://dew.invalid")).args(&["--dry-run"]).finish().code_is(0);
}

#[test]
fn a_dry_run_says_how_long_a_rate_makes_it() {
    let scene = Scene::new(pass);
    let slow = scene.run(&["--dry-run", "--rate", "1"]);
    slow.code_is(0).says_one_of(&["second", "minute", "hour"]);
    assert_eq!(scene.proxy.seen().connections, 0, "somebody came");
}

#[test]
fn a_run_that_may_take_only_so_long_ends_in_time() {
    let variations = [("1", None, 4), ("2", None, 4), ("4", Some("csms-create-answers-success-with-created"), 1)];
    each(&variations, |(seconds, fault, code)| {
        let scene = Scene::with(fault.as_slice(), &[], |_: &Call| Act::Delay(Duration::from_millis(40)));
        let told = scene.run(&["--max-time", seconds]);
        told.code_is(*code).took_at_most(18);
        scene.is_clean(&told);
    });
}

/// Connections that are neither taken nor refused.
#[test]
fn a_target_that_takes_no_connection_ends_the_run() {
    let socket = full_listener();
    let address = socket.0;
    let fillers: Vec<_> = (0..4).map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(100))).collect();
    assert!(fillers.iter().any(Result::is_err), "every connection was taken");
    let setup = Setup::of_nobody(&format!("http://{address}"));
    let told = Launch::new("run", &setup).args(&["--connect-timeout", "1"]).finish();
    told.code_is(3).accuses_nobody().lines_at_most(15).took_at_most(20).says_one_of(&["reach", "connect"]);
}

/// A listener with room for one connection that nobody takes.
fn full_listener() -> (SocketAddr, tokio::runtime::Runtime, tokio::net::TcpListener) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let listener = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
        socket.listen(0).expect("a listener")
    });
    (listener.local_addr().expect("an address"), runtime, listener)
}
