//! What people are told who have something wrong: what it is, and what to do.

use crate::gatekeeper::Gatekeeper;
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::Proxy;
use crate::rules::pass;
use crate::upstream::Upstream;

#[test]
fn an_access_key_that_is_refused_is_told_with_what_to_do() {
    type Change = fn(&mut Gatekeeper);
    let changes: [(Change, &str); 2] = [
        (
            |gate| gate.secret_key.push('x'),
            "is the secret key right? if it is, something on the way changes host, path",
        ),
        (|gate| gate.access_key.push('X'), "is the access key right, and one of this cloud?"),
    ];
    each(&[0, 1], |at| {
        let (change, advice) = changes[*at];
        let upstream = Upstream::new(&[], &[]);
        let gate = Gatekeeper::new(upstream.token());
        let proxy = Proxy::before(upstream.address, gate.clone().rule());
        let scene = Scene { upstream, proxy };
        let mut wrong = gate;
        change(&mut wrong);
        let told = Launch::signing("doctor", &scene.setup(), &wrong).finish();
        told.code_is(3).says("FAIL credentials").says(advice);
        assert!(scene.proxy.answered(401) < 5, "nobody locks a key by asking what is wrong");
    });
}

#[test]
fn addresses_and_ways_that_lead_nowhere_are_told_with_what_to_do() {
    let scene = Scene::new(pass);
    let setup = scene.setup();
    let encrypted = Setup { endpoint: format!("https://{}", scene.upstream.address), ..setup.clone() };
    let told = Launch::new("doctor", &encrypted).finish();
    told.code_is(3).says("what answers there does not speak TLS").says("is it http:// and not https://");
    told.never_says("client error");
    let told = Launch::new("doctor", &setup).args(&["--proxy", "http://me:hidden-word@127.0.0.1:9"]).finish();
    told.code_is(3)
        .says("could not be reached through the proxy at 127.0.0.1:9")
        .says("is the address of the proxy right");
    told.never_says("hidden-word");
    let nowhere = Setup { endpoint: "http://kms.nowhere.invalid".to_owned(), ..setup.clone() };
    Launch::new("doctor", &nowhere).finish().code_is(3).says("could not be reached").never_says("dns error");
    for (endpoint, said) in [
        ("http://::1:8080", "an IPv6 address stands in brackets: http://[::1]:8080"),
        ("kms.example.com", "it does not begin with http:// or https://"),
    ] {
        let wrong = Setup { endpoint: endpoint.to_owned(), ..setup.clone() };
        Launch::new("doctor", &wrong).finish().code_is(2).says(said).lines_at_most(2);
    }
}

#[test]
fn a_name_in_the_place_of_an_identifier_and_a_broken_token_are_told() {
    let scene = Scene::new(pass);
    let named = Setup { secret: "my-secret".to_owned(), ..scene.setup() };
    let told = Launch::new("doctor", &named).finish();
    told.code_is(3).says("does not know the secret my-secret").says("identifiers are UUIDs").says("is this a name?");
    let broken = Setup { token: "hidden\nword".to_owned(), ..scene.setup() };
    Launch::new("doctor", &broken).finish().code_is(2).says("error: invalid token: give only printable ASCII");
}
