//! The way to a target: proxies that ask for a user, hosts that are left out, certificates that are refused, paths before the
//! API, IPv6.

use std::net::{Ipv6Addr, SocketAddr, TcpListener};

use dewspec::server::{ServerConfig, host};

use crate::answer::Answer;
use crate::call::Call;
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::{Act, Proxy};
use crate::rules::pass;
use crate::tls::{Admits, Encrypted};

/// Raw connections among them.
const CASES: &[&str] =
    &["csms.create-secret-tag.key.max-length", "csms.create-secret-tag.success", "kms.create-kms-tag.success"];

/// Passes on who is `me` with the password `hidden:word`, and asks everybody else for that.
fn guarded(call: &Call) -> Act {
    match call.field("proxy-authorization") {
        Some("Basic bWU6aGlkZGVuOndvcmQ=") => Act::Pass,
        _ => Act::Answer(
            Answer::html(407, "Proxy Authentication Required").with("Proxy-Authenticate", "Basic realm=\"way out\""),
        ),
    }
}

#[test]
fn a_proxy_that_asks_for_a_user_gets_one_or_is_told() {
    each(&["--proxy", "HTTP_PROXY", "wrong", "none"], |way| {
        let scene = Scene::new(guarded);
        let setup = Setup { endpoint: "http://dew.invalid".to_owned(), ..scene.setup() };
        let launch = Launch::new("run", &setup).args(CASES).hides("hidden%3Aword");
        let with = |user: &str| scene.proxy.url().replace("http://", &format!("http://{user}@"));
        let told = match *way {
            "--proxy" => launch.args(&["--proxy", &with("me:hidden%3Aword")]).finish(),
            "HTTP_PROXY" => {
                launch.args(&["--proxy", "environment"]).env("HTTP_PROXY", &with("me:hidden%3Aword")).finish()
            }
            "wrong" => launch.env("DEWSPEC_PROXY", &with("me:another")).finish(),
            _ => launch.args(&["--proxy", &scene.proxy.url()]).finish(),
        };
        if matches!(*way, "wrong" | "none") {
            told.code_is(3).accuses_nobody().lines_at_most(15).says("the proxy asks for a user").says("DEWSPEC_PROXY");
            return;
        }
        told.code_is(0).accuses_nobody();
        assert_eq!(scene.proxy.answered(407), 0, "raw connections among them");
        scene.is_clean(&told);
    });
}

#[test]
fn hosts_that_the_environment_leaves_out_are_asked_straight() {
    let scene = Scene::new(pass);
    let launch = scene.launch("run").args(&["--proxy", "environment"]).args(CASES);
    let told = launch.env("HTTP_PROXY", "http://127.0.0.1:9").env("NO_PROXY", "example.com,127.0.0.0/8").finish();
    told.code_is(0).accuses_nobody();
    let skipped = told.report.as_ref().expect("a report").to_string();
    assert!(!skipped.contains("cannot be shown") && !skipped.contains("raw connection"), "{}", told.excerpt());
    // What is not left out goes through it.
    let setup = Setup { endpoint: "http://dew.invalid".to_owned(), ..scene.setup() };
    let launch = Launch::new("run", &setup).args(&["--proxy", "environment"]).args(CASES);
    let told = launch.env("HTTP_PROXY", &scene.proxy.url()).env("NO_PROXY", "example.com").finish();
    told.code_is(0).accuses_nobody();
    assert!(scene.proxy.count(|call| call.on("http://dew.invalid/")) > 0);
}

#[test]
fn a_certificate_that_is_refused_is_told_with_name_issuer_and_what_to_do() {
    let scene = Scene::new(pass);
    let of = |way: &Encrypted, arguments: &[&str]| {
        let setup = Setup { endpoint: way.url("localhost"), ..scene.setup() };
        Launch::new("doctor", &setup).args(arguments).finish()
    };
    let unknown = Encrypted::way_to(scene.upstream.address, "localhost", Admits::Everybody);
    let told = of(&unknown, &[]);
    told.code_is(3).lines_at_most(10).says("the certificate of localhost is issued by \"");
    told.says("an authority of our own").says("whom this machine does not trust").says("--cacert FILE");
    let other = Encrypted::way_to(scene.upstream.address, "dew.invalid", Admits::Everybody);
    let told = of(&other, &["--cacert", &other.file("authority.pem")]);
    told.code_is(3).says("is for dew.invalid, and not for localhost").says("--resolve HOST:PORT:ADDR");
    let certified = Encrypted::way_to(scene.upstream.address, "localhost", Admits::Certified);
    of(&certified, &["--cacert", &certified.file("authority.pem")]).code_is(3);
}

#[test]
fn the_api_may_stand_below_a_path() {
    for slash in ["", "/"] {
        let scene = Scene::new(|call: &Call| match call.on("/dew/prod/v1") {
            true => Act::Without("/dew/prod"),
            false => Act::Answer(Answer::html(404, "Not Found")),
        });
        let setup = Setup { endpoint: format!("{}/dew/prod{slash}", scene.proxy.url()), ..scene.setup() };
        let told = Launch::new("run", &setup).args(CASES).finish();
        told.code_is(0).accuses_nobody();
        scene.is_clean(&told);
    }
}

#[test]
fn a_target_may_be_at_an_address_of_ipv6() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return;
    }
    let config = ServerConfig { secrets: 1, keys: 1, ..ServerConfig::default() };
    let server = host(config, SocketAddr::from((Ipv6Addr::LOCALHOST, 0))).expect("a server");
    let who = server.identities();
    let setup = Setup {
        endpoint: server.url().to_owned(),
        project: who.project_id.clone(),
        secret: who.secret_ids[0].clone(),
        key: who.key_ids[0].clone(),
        token: who.token.clone(),
    };
    assert!(setup.endpoint.starts_with("http://[::1]:"), "{}", setup.endpoint);
    Launch::new("run", &setup).args(CASES).finish().code_is(0).accuses_nobody();
    // By a name that means such an address.
    let port = setup.endpoint.rsplit(':').next().expect("a port").to_owned();
    let named = Setup { endpoint: format!("http://dew.invalid:{port}"), ..setup };
    let launch = Launch::new("run", &named).args(&["--resolve", &format!("dew.invalid:{port}:[::1]")]);
    launch.args(CASES).finish().code_is(0).accuses_nobody();
}

/// What two services say of themselves counts for each.
#[test]
fn one_proxy_may_stand_before_two_endpoints() {
    let scene = Scene::new(pass);
    let other = Proxy::before(scene.upstream.address, pass);
    let launch = scene.launch("run").args(&["--kms-endpoint", &format!("{}/", other.url())]).args(CASES);
    launch.finish().code_is(0).accuses_nobody();
    assert!(other.calls() > 0 && other.count(|call| !call.on("/kms/")) == 0);
}
