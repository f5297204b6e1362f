//! Nothing secret stands in anything that a run leaves: the test puts every secret into one run, before a server that repeats
//! what it is sent, and looks for each in every file.

use crate::answer::Answer;
use crate::call::Call;
use crate::gatekeeper::Gatekeeper;
use crate::harness::{Launch, Scene};
use crate::proxy::{Act, Proxy};
use crate::upstream::Upstream;

const CASES: &[&str] = &["csms.create-secret-tag.key", "csms.create-secret-tag.token", "kms.create-kms-tag.success"];
const HEADER: &str = "hidden-header-value-0123456789";
const FOREIGN: &str = "MIIDhidden-token-of-somebody-else";
const READ_ONLY: &str = "MIIDhidden-token-that-may-only-read";

/// Everything that a run can write.
fn with_every_artefact(launch: Launch) -> Launch {
    let reports = ["junit=report.xml", "html=report.html", "markdown=report.md", "sarif=report.sarif"];
    let launch = reports.iter().fold(launch, |launch, report| launch.args(&["--report", report]));
    launch.args(&["--journal", "run.journal", "--snapshots", "snapshots"])
}

fn with_every_secret(launch: Launch) -> Launch {
    launch
        .args(&["--header", &format!("X-Gateway-Key: {HEADER}")])
        .env("DEWSPEC_FOREIGN_TOKEN", FOREIGN)
        .env("DEWSPEC_READ_ONLY_TOKEN", READ_ONLY)
        .hides(HEADER)
        .hides(FOREIGN)
        .hides(READ_ONLY)
}

/// Says everything that it was sent, wherever it has something to say.
fn repeated(call: &Call) -> String {
    call.fields.iter().map(|(name, value)| format!("{name}={value}; ")).collect()
}

#[test]
fn signed_runs_leave_no_secret_though_the_target_repeats_everything() {
    let upstream = Upstream::new(&["csms-create-accepts-key-one-too-long"], &[]);
    let mut gate = Gatekeeper::new(upstream.token());
    gate.security_token = Some("gQpjbi1ub3J0aC00hidden-security-token".to_owned());
    gate.echoes = true;
    let mut rule = gate.clone().rule();
    // Some writes are answered by a gateway that tells what it got.
    let proxy = Proxy::before(upstream.address, move |call: &Call| match call.number % 7 {
        5 if call.creates() => {
            Act::Answer(Answer::gateway(500, "APIGW.0600", &repeated(call)).with("X-Echo", &repeated(call)))
        }
        _ => rule(call),
    });
    let scene = Scene { upstream, proxy };
    let launch = with_every_secret(with_every_artefact(Launch::signing("run", &scene.setup(), &gate)));
    let told = launch.hides(&gate.access_key).args(CASES).finish();
    assert!(told.report.is_some(), "{}", told.excerpt());
    let sent: Vec<String> = {
        let seen = scene.proxy.seen();
        let signatures =
            seen.calls.iter().filter_map(|call| Some(call.field("authorization")?.rsplit_once('=')?.1.to_owned()));
        signatures.collect()
    };
    assert!(sent.len() > 50, "{} signatures", sent.len());
    for signature in &sent {
        told.never_says(signature);
    }
}

#[test]
fn runs_with_a_fetched_token_leave_no_secret_though_the_target_repeats_everything() {
    const TOKEN: &str = "MIIDhidden-token-of-the-command-0123456789";
    let upstream = Upstream::new(&["csms-create-accepts-key-one-too-long"], &[]);
    let token = upstream.token().to_owned();
    let proxy = Proxy::before(upstream.address, move |call: &Call| match call.field("x-auth-token") {
        Some(_) if call.creates() && call.number % 7 == 5 => {
            Act::Answer(Answer::gateway(500, "APIGW.0600", &repeated(call)).with("X-Echo", &repeated(call)))
        }
        Some(sent) if sent == TOKEN => Act::As(token.clone(), 0),
        _ => Act::Pass,
    });
    let scene = Scene { upstream, proxy };
    let setup = scene.setup();
    let launch = Launch::bare("run").args(&["--endpoint", &setup.endpoint, "--project-id", &setup.project]);
    let launch = launch.args(&["--secret-id", &setup.secret, "--key-id", &setup.key]);
    let launch = with_every_secret(with_every_artefact(launch)).env("DEWSPEC_TOKEN_COMMAND", &format!("echo {TOKEN}"));
    let told = launch.hides(&TOKEN[..TOKEN.len() - 1]).args(CASES).finish();
    assert!(told.report.is_some(), "{}", told.excerpt());
    // The echo is seen all the same.
    assert!(
        told.report.as_ref().is_some_and(|r| r.to_string().contains("the token stands in the answer")),
        "{}",
        told.excerpt()
    );
}

#[test]
fn the_password_of_a_proxy_stands_nowhere() {
    let scene = Scene::new(|_: &Call| Act::Pass);
    let url = scene.proxy.url().replace("http://", "http://me:hidden-proxy-password@");
    let launch = with_every_artefact(scene.launch("run")).args(&["--proxy", &url]).hides("hidden-proxy-password");
    let told = launch.hides("bWU6aGlkZGVuLXByb3h5LXBhc3N3b3Jk").args(CASES).finish();
    told.code_is(0).accuses_nobody();
}

#[test]
fn errors_name_no_secret() {
    for (arguments, code) in [
        (&["--endpoint", "http://me:hidden-word@h", "--project-id", "p", "--secret-id", "s"][..], 2),
        (&["--endpoint", "http://h", "--project-id", "p", "--secret-id", "s", "--proxy", "hidden-word"], 2),
        (&["--endpoint", "http://h", "--project-id", "p", "--secret-id", "s", "--header", "hidden-word"], 2),
        (
            &[
                "--endpoint",
                "http://h",
                "--project-id",
                "p",
                "--secret-id",
                "s",
                "--header",
                "Authorization: hidden-word",
            ],
            2,
        ),
    ] {
        let launch = Launch::bare("run").args(arguments).hides("hidden-word");
        let launch = launch.env("DEWSPEC_ACCESS_KEY", "ak").env("DEWSPEC_SECRET_KEY", "hidden-word\u{e9}");
        launch.finish().code_is(code);
    }
    // On the command line, each is warned of once, and not repeated.
    let launch =
        Launch::bare("doctor").args(&["--endpoint", "http://127.0.0.1:9", "--project-id", "p", "--secret-id", "s"]);
    let told = launch.args(&["--access-key", "ak", "--secret-key", "hidden-word"]).hides("hidden-word").finish();
    told.code_is(3).says("warning: other users of this machine can see --secret-key: better set DEWSPEC_SECRET_KEY");
}
