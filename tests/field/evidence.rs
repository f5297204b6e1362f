//! What a target does now and then: a disagreement that is gone when it is looked at again was one all the same.

use crate::call::Call;
use crate::harness::{Scene, each};
use crate::proxy::{Act, Proxy};
use crate::upstream::Upstream;

/// A target that loses a tag of dewspec's with every so many reads.
fn forgetful(every: usize) -> Scene {
    let upstream = Upstream::new(&[], &[]);
    let (asker, tags) = (upstream.asker(), upstream.secret_tags());
    let mut reads = 0;
    let proxy = Proxy::before(upstream.address, move |call: &Call| {
        if call.reads() && call.path == tags {
            reads += 1;
            let (_, body) = asker.ask("GET", &tags, "");
            let mut keys = body["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["key"].as_str());
            let plain =
                |key: &&str| key.starts_with("dewspec-") && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if reads % every == 0
                && let Some(key) = keys.rfind(plain)
            {
                asker.ask("DELETE", &format!("{tags}/{key}"), "");
            }
        }
        Act::Pass
    });
    Scene { upstream, proxy }
}

#[test]
fn a_target_that_loses_a_stored_tag_now_and_then_does_not_conform() {
    each(&[4, 7, 13], |every| {
        let scene = forgetful(*every);
        let told = scene.run(&["--settle", "0.5", "csms.create-secret-tag.key", "csms.create-secret-tag.value"]);
        told.finds("csms.create-secret-tag.stored");
        scene.is_clean(&told);
    });
}
