//! What all other tests stand on: with nothing wrong, the proxy does not show.

use crate::fault::{BREAKS, BROKEN, FAULT};
use crate::harness::Scene;
use crate::rules::pass;

#[test]
fn behind_a_proxy_that_does_nothing_a_conforming_server_conforms_and_a_faulty_one_does_not() {
    let scene = Scene::new(pass);
    let told = scene.run(&["csms.create-secret-tag.key"]);
    told.code_is(0).accuses_nobody().never_says(scene.upstream.token());
    assert!(!told.upheld().is_empty(), "nothing is upheld");
    scene.is_clean(&told);

    let scene = Scene::faulty(FAULT, pass);
    scene.run(&["csms.create-secret-tag.key"]).finds(BROKEN).accuses_at_most(BREAKS);
}
