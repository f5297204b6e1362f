//! Others who use the same secret during the run: what they add, change and delete is theirs, and no fault of the target.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::{BREAKS, BROKEN, FAULT};
use crate::harness::{Scene, each};
use crate::proxy::Act;
use crate::rules::pass;

const CASES: &[&str] = &["csms.create-secret-tag", "csms.batch-create-or-delete-tags"];

/// Words that cases write as keys, too.
#[test]
fn what_others_add_under_words_of_cases_stays() {
    let variations: [(usize, &str, Option<&str>); 5] = [
        (60, "Name", None),
        (300, "key1", None),
        (500, "default", None),
        (200, "null", None),
        (500, "Name", Some(FAULT)),
    ];
    each(&variations, |(calls, key, fault)| {
        let scene = Scene::with(fault.as_slice(), &[], pass);
        let mut run = scene.launch("run").args(CASES).start();
        run.wait_until(|| scene.proxy.seen().calls.len() >= *calls);
        let theirs = [(*key, "web-server-7")];
        scene.upstream.store(&scene.upstream.secret_tags(), &theirs);
        let told = run.finish();
        match fault {
            None => told.code_is_one_of(&[0, 3]).accuses_nobody(),
            Some(_) => told.finds(BROKEN).accuses_at_most(BREAKS),
        };
        assert_eq!(scene.upstream.left(), [format!("secret {key}=web-server-7")], "{}", told.excerpt());
    });
}

#[test]
fn what_others_change_stays_changed() {
    each(&[(80, "b"), (400, ""), (700, "web-server-7")], |(calls, value)| {
        let scene = Scene::new(pass);
        let store = |value: &str| scene.upstream.store(&scene.upstream.secret_tags(), &[("Owner", value)]);
        store("a");
        let mut run = scene.launch("run").args(CASES).start();
        run.wait_until(|| scene.proxy.seen().calls.len() >= *calls);
        store(value);
        let told = run.finish();
        told.code_is_one_of(&[0, 3]).accuses_nobody();
        assert_eq!(scene.upstream.left(), [format!("secret Owner={value}")], "{}", told.excerpt());
    });
}

/// Neither is ours, whatever a case has sent at some time: texts that a lax target takes for keys, and words of cases.
#[test]
fn what_others_add_under_what_is_no_key_to_us_stays() {
    each(&[(500, None), (1200, None), (1200, Some(FAULT))], |(calls, fault)| {
        let scene = Scene::with(fault.as_slice(), &[], pass);
        let mut run = scene.launch("run").args(CASES).start();
        run.wait_until(|| scene.proxy.seen().calls.len() >= *calls);
        let theirs = [("0", "alice-0"), ("id", "alice-1"), ("true", "alice-2")];
        scene.upstream.store(&scene.upstream.secret_tags(), &theirs);
        let told = run.finish();
        match fault {
            None => told.code_is_one_of(&[0, 3]).accuses_nobody(),
            Some(_) => told.finds_or_explains(BREAKS, &["run"]).accuses_at_most(BREAKS),
        };
        let left = scene.upstream.left();
        assert_eq!(left, ["secret 0=alice-0", "secret id=alice-1", "secret true=alice-2"], "{}", told.excerpt());
    });
}

/// What comes and goes is not brought back.
#[test]
fn what_others_take_away_again_stays_away() {
    each(&[(200, 500), (700, 1000)], |(comes, goes)| {
        let scene = Scene::new(pass);
        let mut run = scene.launch("run").args(CASES).start();
        run.wait_until(|| scene.proxy.seen().calls.len() >= *comes);
        let tags = scene.upstream.secret_tags();
        scene.upstream.store(&tags, &[("owner", "alice")]);
        run.wait_until(|| scene.proxy.seen().calls.len() >= *goes);
        scene.upstream.ask("DELETE", &format!("{tags}/owner"), "");
        let told = run.finish();
        told.code_is_one_of(&[0, 3]).accuses_nobody();
        scene.is_clean(&told);
    });
}

/// A list with one more item, which has no key.
fn with_an_odd_item(answer: Answer) -> Answer {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(Value::Array(items)) = body.get_mut("tags") {
        items.push(json!({ "value": "of what?" }));
    }
    Answer { body: body.to_string().into_bytes(), ..answer }
}

/// One item without a key hides no others: the case that made it is blamed, and the rest goes on.
#[test]
fn an_item_without_a_key_is_one_finding() {
    let variations: [(&str, Option<&str>); 3] = [("x or 1=1", None), ("constructor", None), ("x or 1=1", Some(FAULT))];
    each(&variations, |(made_by, fault)| {
        let (made_by, mut is_there) = ((*made_by).to_owned(), false);
        let scene = Scene::with(fault.as_slice(), &[], move |call: &Call| {
            is_there |= call.creates_secret_tag() && call.body.contains(&made_by);
            let lists = call.reads() && call.on("/csms/") && call.path.ends_with("/tags");
            if is_there && lists { Act::Change(with_an_odd_item) } else { Act::Pass }
        });
        let told = scene.run(&["csms.create-secret-tag"]);
        told.code_is(1).says("unreadable");
        let (failed, violated) = (told.failed(), told.violated());
        let besides: Vec<&String> =
            violated.iter().filter(|id| fault.is_none() || !BREAKS.contains(&id.as_str())).collect();
        assert!(besides.len() <= 6, "{violated:?}\n{}", told.excerpt());
        assert!(failed.len() <= 12, "{failed:?}\n{}", told.excerpt());
        assert_eq!(fault.is_some(), violated.iter().any(|id| id == BROKEN), "{violated:?}");
        scene.is_clean(&told);
    });
}

/// A list that was odd from the beginning is read all the same.
#[test]
fn an_item_without_a_key_that_was_there_before_is_nobodys_fault_of_this_run() {
    let scene = Scene::faulty(FAULT, |call: &Call| {
        let lists = call.reads() && call.on("/csms/") && call.path.ends_with("/tags");
        if lists { Act::Change(with_an_odd_item) } else { Act::Pass }
    });
    let told = scene.run(&["csms.create-secret-tag.key"]);
    told.finds(BROKEN).accuses_at_most(BREAKS);
    scene.is_clean(&told);
}
