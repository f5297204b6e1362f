//! Encrypted targets: authorities and certificates of the user's own, for raw connections, too.

use crate::fault::{BROKEN, FAULT};
use crate::harness::{Launch, Scene, Setup, each};
use crate::rules::pass;
use crate::tls::{Admits, Encrypted};

const CASES: &[&str] =
    &["csms.create-secret-tag.key.max-length", "csms.create-secret-tag.success", "kms.create-kms-tag.success"];

fn launch(scene: &Scene, url: &str) -> Launch {
    Launch::new("run", &Setup { endpoint: url.to_owned(), ..scene.setup() }).args(CASES)
}

#[test]
fn an_authority_of_the_users_own_is_trusted_and_no_other() {
    for fault in [None, Some(FAULT)] {
        let scene = Scene::with(fault.as_slice(), &[], pass);
        let way = Encrypted::way_to(scene.upstream.address, "localhost", Admits::Everybody);
        let trusting = launch(&scene, &way.url("localhost")).args(&["--cacert", &way.file("authority.pem")]).finish();
        match fault {
            None => trusting.code_is(0).accuses_nobody(),
            Some(_) => trusting.finds(BROKEN),
        };
        scene.is_clean(&trusting);
        let wary = launch(&scene, &way.url("localhost")).finish();
        wary.code_is(3).accuses_nobody().lines_at_most(15).says("certificate");
        let other = Encrypted::way_to(scene.upstream.address, "localhost", Admits::Everybody);
        let misled = launch(&scene, &way.url("localhost")).args(&["--cacert", &other.file("authority.pem")]).finish();
        misled.code_is(3).accuses_nobody().says("certificate");
    }
}

#[test]
fn a_certificate_for_another_name_is_not_trusted() {
    let scene = Scene::new(pass);
    let way = Encrypted::way_to(scene.upstream.address, "dew.invalid", Admits::Everybody);
    let authority = way.file("authority.pem");
    let wary = launch(&scene, &way.url("localhost")).args(&["--cacert", &authority]).finish();
    wary.code_is(3).accuses_nobody().says("certificate");
    // Under its own name, which is not known to anybody, it is.
    let resolve = format!("dew.invalid:{}:127.0.0.1", way.port());
    let led = launch(&scene, &way.url("dew.invalid")).args(&["--cacert", &authority, "--resolve", &resolve]).finish();
    led.code_is(0).accuses_nobody();
}

/// Who looks at the report later should know that anybody may have answered.
#[test]
fn an_insecure_run_says_so_in_every_report() {
    let scene = Scene::new(pass);
    let way = Encrypted::way_to(scene.upstream.address, "dew.invalid", Admits::Everybody);
    let told = launch(&scene, &way.url("localhost")).args(&["--insecure", "--report", "junit=-"]).finish();
    told.code_is(0).accuses_nobody();
    let said = |text: &str| text.contains("insecure") || text.contains("not verified") || text.contains("not checked");
    assert!(said(&told.out), "neither the terminal nor JUnit say it:\n{}", told.excerpt());
    let report = told.report.as_ref().expect("a report").to_string();
    assert!(said(&report), "the report does not say it");
}

#[test]
fn a_client_certificate_is_shown_by_every_connection() {
    each(&[None, Some(FAULT)], |fault| {
        let scene = Scene::with(fault.as_slice(), &[], pass);
        let way = Encrypted::way_to(scene.upstream.address, "localhost", Admits::Certified);
        let url = way.url("localhost");
        let authority = way.file("authority.pem");
        let (certificate, key) = (way.file("client.pem"), way.file("client.key"));
        let shown = ["--cacert", &authority, "--cert", &certificate, "--key", &key];
        let told = launch(&scene, &url).args(&shown).finish();
        match fault {
            None => told.code_is(0).accuses_nobody(),
            Some(_) => told.finds(BROKEN),
        };
        let without = launch(&scene, &url).args(&["--cacert", &authority]).finish();
        without.code_is(3).accuses_nobody().lines_at_most(15);
    });
}

#[test]
fn files_that_are_no_certificates_are_wrong_usage() {
    let scene = Scene::new(pass);
    for option in ["--cacert", "--cert"] {
        let told =
            scene.launch("run").file("none.pem", "this is no certificate\n").args(&[option, "none.pem"]).finish();
        told.code_is(2).says("none.pem");
        let told = scene.run(&[option, "missing.pem"]);
        told.code_is(2).says("missing.pem");
    }
    assert_eq!(scene.proxy.calls(), 0, "something was sent");
}
