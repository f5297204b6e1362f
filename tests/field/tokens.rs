//! Tokens that are fetched: by a command or from IAM, before they end and when they are refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::{BROKEN, FAULT};
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::{Act, Proxy, Rule};
use crate::upstream::Upstream;

const CASES: &[&str] = &["csms.create-secret-tag.key", "kms.create-kms-tag.value", "csms.create-secret-event.name"];
const PREFIX: &str = "MIIDhidden-token-number-";
/// Prints another token each time.
const COMMAND: &str = "n=$(cat input-count 2>/dev/null || echo 0); n=$((n+1)); echo $n > input-count; \
                       echo MIIDhidden-token-number-$n";

/// Takes the first token for so many requests, and the next one from then on.
fn changing(upstream: &Upstream, after: usize) -> impl Rule + use<> {
    let token = upstream.token().to_owned();
    move |call: &Call| {
        let good = format!("{PREFIX}{}", if call.number < after { 1 } else { 2 });
        match call.field("x-auth-token") {
            Some(sent) if sent == good => Act::As(token.clone(), 0),
            Some(sent) if sent.starts_with(PREFIX) => {
                Act::Answer(Answer::gateway(401, "APIGW.0307", "The token must be updated."))
            }
            _ => Act::Pass,
        }
    }
}

fn scene(fault: Option<&str>, after: usize) -> Scene {
    let upstream = Upstream::new(fault.as_slice(), &[]);
    let proxy = Proxy::before(upstream.address, changing(&upstream, after));
    Scene { upstream, proxy }
}

/// A target without any credential.
fn bare(subcommand: &str, setup: &Setup) -> Launch {
    let launch = Launch::bare(subcommand).args(&["--endpoint", &setup.endpoint, "--project-id", &setup.project]);
    launch.args(&["--secret-id", &setup.secret, "--key-id", &setup.key])
}

#[test]
fn a_command_is_run_again_when_its_token_is_refused_and_nobody_is_accused() {
    // In the middle of looking, of probing, and of the cases.
    let variations = [(None, 3), (None, 40), (None, 120), (Some(FAULT), 120), (None, usize::MAX)];
    each(&variations, |(fault, after)| {
        let scene = scene(*fault, *after);
        let told = bare("run", &scene.setup())
            .args(&["--token-command", COMMAND])
            .env("DEWSPEC_TOKEN_COMMAND", COMMAND)
            .hides(PREFIX)
            .args(CASES)
            .finish();
        match fault {
            None => told.code_is(0).accuses_nobody(),
            Some(_) => told.finds(BROKEN),
        };
        let notes = told.notes().join("\n");
        assert_eq!(notes.contains("fetched anew 1 time(s)"), *after < usize::MAX, "{notes}");
        scene.is_clean(&told);
    });
}

#[test]
fn a_token_that_never_was_good_is_not_fetched_again_and_again() {
    let upstream = Upstream::new(&[], &[]);
    let proxy = Proxy::before(upstream.address, |_: &Call| Act::Pass);
    let scene = Scene { upstream, proxy };
    let told = bare("run", &scene.setup()).args(&["--token-command", COMMAND]).hides(PREFIX).finish();
    told.code_is(3).accuses_nobody().lines_at_most(15).says("credentials");
    let others =
        scene.proxy.count(|call| call.field("x-auth-token").is_some_and(|t| t.starts_with(&format!("{PREFIX}2"))));
    assert_eq!(others, 0, "it was fetched again");
}

#[test]
fn a_command_that_gives_no_token_is_told_and_nothing_is_sent() {
    let variations = [
        ("exit 3", "exit status: 3"),
        ("true", "printed nothing"),
        ("echo hidden-a; echo hidden-b", "one line"),
        ("no-such-program-anywhere", "the command failed"),
    ];
    each(&variations, |(command, part)| {
        let scene = scene(None, 0);
        for subcommand in ["run", "doctor"] {
            let told = bare(subcommand, &scene.setup()).args(&["--token-command", command]).finish();
            told.code_is(3)
                .accuses_nobody()
                .lines_at_most(15)
                .says(part)
                .says("--token-command")
                .never_says("hidden-a");
        }
        assert_eq!(scene.proxy.calls(), 0, "something was sent");
    });
}

/// An IAM that gives one token after the other, each for so long.
struct Iam {
    proxy: Proxy,
    given: Arc<AtomicUsize>,
}

impl Iam {
    fn giving(life: Duration) -> Self {
        let given = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&given);
        let proxy = Proxy::alone(move |call: &Call| {
            let asked: Value = serde_json::from_str(&call.body).unwrap_or_default();
            let password = asked.pointer("/auth/identity/password/user/password").and_then(Value::as_str);
            let secret = asked.pointer("/auth/identity/hw_ak_sk/secret/key").and_then(Value::as_str);
            let is_right = password == Some("hidden-password") || secret == Some("hidden-secret-key");
            if call.path != "/v3/auth/tokens" || call.method != "POST" || !is_right {
                // It says what it was sent.
                return Act::Answer(Answer::json(401, &call.body));
            }
            let number = count.fetch_add(1, Ordering::Relaxed) + 1;
            let end = jiff::Timestamp::try_from(SystemTime::now() + life).expect("a time");
            let body = format!("{{\"token\":{{\"expires_at\":\"{end}\",\"methods\":[\"password\"]}}}}");
            Act::Answer(Answer::json(201, &body).with("X-Subject-Token", &format!("{PREFIX}{number}")))
        });
        Iam { proxy, given }
    }

    fn given(&self) -> usize {
        self.given.load(Ordering::Relaxed)
    }
}

/// Takes every token that IAM has given.
fn any(upstream: &Upstream) -> impl Rule + use<> {
    let token = upstream.token().to_owned();
    move |call: &Call| {
        let number = call.field("x-auth-token").and_then(|sent| sent.strip_prefix(PREFIX)?.parse::<u32>().ok());
        if number.is_some() { Act::As(token.clone(), 0) } else { Act::Pass }
    }
}

#[test]
fn iam_gives_a_token_for_a_password_or_an_access_key() {
    each(&["password", "key", "variables"], |way| {
        let upstream = Upstream::new(&[], &[]);
        let proxy = Proxy::before(upstream.address, any(&upstream));
        let scene = Scene { upstream, proxy };
        let iam = Iam::giving(Duration::from_secs(86_400));
        let launch = bare("run", &scene.setup()).args(CASES).hides(PREFIX).hides("hidden-");
        let url = iam.proxy.url();
        let launch = match *way {
            "password" => launch
                .args(&["--user-name", "me", "--domain-name", "us", "--iam-endpoint", &url])
                .env("DEWSPEC_PASSWORD", "hidden-password"),
            "key" => launch
                .args(&["--auth", "iam", "--iam-endpoint", &url])
                .env("HW_ACCESS_KEY", "AK")
                .env("HW_SECRET_KEY", "hidden-secret-key"),
            _ => launch
                .env("OS_USERNAME", "me")
                .env("OS_PASSWORD", "hidden-password")
                .env("OS_USER_DOMAIN_NAME", "us")
                .env("OS_AUTH_URL", &format!("{url}/v3")),
        };
        let told = launch.finish();
        told.code_is(0).accuses_nobody();
        assert_eq!(iam.given(), 1, "so many tokens were asked for");
        scene.is_clean(&told);
    });
}

#[test]
fn a_token_of_iam_is_renewed_before_it_ends() {
    let upstream = Upstream::new(&[], &[]);
    let proxy = Proxy::before(upstream.address, any(&upstream));
    let scene = Scene { upstream, proxy };
    let iam = Iam::giving(Duration::from_secs(2));
    let told = bare("run", &scene.setup())
        .args(&["--user-name", "me", "--domain-name", "us", "--iam-endpoint", &iam.proxy.url(), "--rate", "40"])
        .env("DEWSPEC_PASSWORD", "hidden-password")
        .args(&["csms.create-secret-tag.key"])
        .hides(PREFIX)
        .finish();
    told.code_is(0).accuses_nobody();
    assert!(iam.given() > 1, "one token had to do for {:?}", told.took);
    assert_eq!(told.notes().iter().filter(|note| note.contains("fetched anew")).count(), 0, "none was refused");
    scene.is_clean(&told);
}

#[test]
fn an_iam_that_refuses_is_told_by_the_doctor() {
    let iam = Iam::giving(Duration::from_secs(2));
    let scene = scene(None, 0);
    let login = ["--user-name", "me", "--domain-name", "us", "--iam-endpoint"];
    let of = |url: &str, password: &str| {
        let launch = bare("doctor", &scene.setup()).args(&login).args(&[url]);
        launch.env("DEWSPEC_PASSWORD", password).hides(password).finish()
    };
    let told = of(&iam.proxy.url(), "hidden-and-wrong");
    told.code_is(3).says("IAM at http://127.0.0.1").says("status 401").says("--domain-name").lines_at_most(10);
    let nobody = "http://127.0.0.1:9";
    of(nobody, "hidden-password").code_is(3).says("IAM at http://127.0.0.1:9").says("cannot be asked");
    assert_eq!(scene.proxy.calls(), 0, "something was sent to the target");
}
