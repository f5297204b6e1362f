//! What a target does now and then: a disagreement that is gone when it is looked at again was one all the same.

use crate::answer::Answer;
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

/// Another status than documented for what is accepted.
fn created(answer: Answer) -> Answer {
    if answer.status == 204 { Answer { status: 201, ..answer } } else { answer }
}

/// Once is enough, be it before the first case.
#[test]
fn a_success_that_is_answered_otherwise_once_is_told() {
    each(&[0, 1, 30, 133], |nth| {
        let (nth, mut creates) = (*nth, 0);
        let scene = Scene::new(move |call: &Call| {
            let valid = call.creates_secret_tag() && !call.body.contains("sequence") && call.body.len() < 90;
            creates += usize::from(valid);
            if valid && creates == nth + 1 { Act::Change(created) } else { Act::Pass }
        });
        let told = scene.run(&["csms.create-secret-tag"]);
        // What came was perhaps a refusal, which is not changed.
        let changed = scene.proxy.answered(201) > 0;
        assert_eq!(told.code == 1, changed, "{}", told.excerpt());
        scene.is_clean(&told);
    });
}

/// A limit of one operation is not blamed on another that needs it on its way.
#[test]
fn what_another_operation_does_on_the_way_is_not_blamed_on_this_one() {
    for status in [429, 503] {
        let limit = Answer::gateway(status, "APIG.0308", "The throttling threshold has been reached");
        let scene = Scene::new(crate::rules::such(|call| call.on("/tags/action"), move || Act::Answer(limit.clone())));
        let told = scene.launch("run").args(&["--max-wait", "5", "csms.create-secret-tag.stored"]).limit(70).finish();
        told.code_is_one_of(&[0, 3]).accuses_nobody();
    }
}
