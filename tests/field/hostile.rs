//! What is no HTTP, and answers that cost time and memory: a few lines, a minute and 160 MiB at most.

use std::io::Write;
use std::time::Duration;

use serde_json::json;

use crate::answer::Answer;
use crate::call::{Call, Which};
use crate::fault::{BREAKS, FAULT};
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::Act;
use crate::raw::{ALERT, Raw, bomb, noise};
use crate::rules::such;
use crate::told::Told;

/// The design's bounds.
const MIB: u64 = 160;
const SECONDS: u64 = 60;

#[test]
fn what_is_no_http_is_told_in_a_few_lines() {
    let silent_greeting = |bytes: &'static [u8]| Raw::greeting(move |stream| drop(stream.write_all(bytes)));
    let variations = [
        ("noise", Raw::saying(&noise(600))),
        ("more noise", Raw::saying(&noise(200_000))),
        ("noise from the beginning", Raw::greeting(|stream| drop(stream.write_all(&noise(100))))),
        ("TLS", Raw::saying(ALERT)),
        ("SSH", silent_greeting(b"SSH-2.0-OpenSSH_9.9\r\n")),
        ("a store of keys", Raw::saying(b"-ERR unknown command 'GET'\r\n-ERR unknown command 'Host:'\r\n")),
        ("mail", silent_greeting(b"220 mail.example.com ESMTP\r\n")),
        ("nothing", Raw::saying(b"")),
        ("line ends", Raw::saying(b"\r\n\r\n\r\n\r\n")),
        ("half a head", Raw::saying(b"HTTP/1.1 200 OK\r\nContent-Ty")),
        ("a version to come", Raw::saying(b"HTTP/9.9 200 Great\r\n\r\n")),
    ];
    each(&variations, |(what, raw)| {
        for subcommand in ["run", "fuzz"] {
            let launch = Launch::new(subcommand, &Setup::of_nobody(&raw.url())).args(&["--timeout", "1"]);
            let time: &[&str] = if subcommand == "fuzz" { &["--time", "2"] } else { &[] };
            let told = launch.args(time).finish();
            assert_eq!(told.code, 3, "{what}: {}", told.excerpt());
            told.accuses_nobody().lines_at_most(15).took_at_most(20).never_says("\u{1b}[2J");
        }
        assert!(raw.connections() > 0, "nobody came for {what}");
    });
}

#[test]
fn a_target_that_turns_into_something_else_in_the_middle_ends_the_run() {
    each(&[(40, None), (120, None), (150, Some(FAULT))], |(calls, fault)| {
        let at = *calls;
        let scene = Scene::with(
            fault.as_slice(),
            &[],
            move |call: &Call| if call.number >= at { Act::Garble } else { Act::Pass },
        );
        let told = scene.run(&["csms.create-secret-tag.key", "kms.create-kms-tag.value"]);
        // It is the target that answers so: that may be proven against it.
        told.code_is_one_of(&[1, 3]).took_at_most(30).lines_at_most(120);
    });
}

/// Runs against answers without end, within the bounds.
#[track_caller]
fn is_bounded(told: &Told) {
    told.code_is_one_of(&[0, 1, 3]).took_at_most(SECONDS).held_at_most_mib(MIB).lines_at_most(600);
}

#[test]
fn endless_answers_cost_bounded_time_and_memory() {
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    const LENGTH: &str =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\n\r\n";
    let chunk = || [b"10000\r\n".to_vec(), vec![b'['; 1 << 16], b"\r\n".to_vec()].concat();
    let variations = [
        ("chunks", Raw::endless(CHUNKED, chunk(), Duration::ZERO)),
        ("a long body", Raw::endless(LENGTH, vec![b' '; 1 << 16], Duration::ZERO)),
        ("a head", Raw::endless("HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n".repeat(500), Duration::ZERO)),
        ("one field", Raw::endless("HTTP/1.1 200 OK\r\nX-More: ", vec![b'x'; 1 << 14], Duration::ZERO)),
        ("announcements", Raw::endless("", b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), Duration::ZERO)),
        ("a trickle", Raw::endless(LENGTH, b"x".to_vec(), Duration::from_millis(50))),
    ];
    each(&variations, |(what, raw)| {
        let told = Launch::new("run", &Setup::of_nobody(&raw.url())).args(&["--timeout", "1"]).limit(70).finish();
        assert!(raw.connections() > 0, "nobody came for {what}");
        is_bounded(&told);
        told.code_is_one_of(&[1, 3]);
    });
}

/// Every kind of answer that is read and understood, with far too much in it.
#[test]
fn answers_with_a_hundred_thousand_members_cost_bounded_time_and_memory() {
    const MANY: usize = 100_000;
    let tags: Vec<_> = (0..MANY).map(|n| json!({ "key": format!("k{n}"), "value": "v" })).collect();
    let events: Vec<_> = (0..MANY).map(|n| json!({ "name": format!("e{n}") })).collect();
    let members: serde_json::Map<String, serde_json::Value> = (0..MANY).map(|n| (format!("m{n}"), json!(n))).collect();
    let event = json!({ "event": members });
    let error = json!({ "error": members });
    let deep = format!("{{\"tags\":{}{}}}", "[".repeat(MANY), "]".repeat(MANY));
    let variations: [(&str, Which, Answer); 5] = [
        ("tags", |call| call.reads() && call.on("/tags"), Answer::json(200, &json!({ "tags": tags }).to_string())),
        (
            "events",
            |call| call.reads() && call.on("/events"),
            Answer::json(200, &json!({ "events": events }).to_string()),
        ),
        ("an event", Call::creates_event, Answer::json(200, &event.to_string())),
        ("errors", |call| call.creates_secret_tag() && call.number > 20, Answer::json(400, &error.to_string())),
        ("depth", |call| call.reads() && call.on("/tags"), Answer::json(200, &deep)),
    ];
    for (what, which, answer) in variations {
        let scene = Scene::new(such(which, move || Act::Answer(answer.clone())));
        let told = scene
            .launch("run")
            .args(&["csms.create-secret-tag.key", "csms.create-secret-event.name"])
            .limit(70)
            .finish();
        assert!(scene.proxy.count(which) > 0, "{what} were not asked for");
        is_bounded(&told);
        // What only dewspec's own book-keeping reads may be as long as it likes.
        assert!(told.code != 0 || !matches!(what, "an event" | "errors"), "{what}: {}", told.excerpt());
    }
}

/// A listing that grows by itself must not be kept page by page, either.
#[test]
fn a_listing_without_end_costs_bounded_time_and_memory() {
    let page = |call: &Call| {
        let events: Vec<_> = (0..1000).map(|n| json!({ "name": format!("e{}-{n}", call.number) })).collect();
        let next = json!({ "next_marker": format!("m{}", call.number), "current_count": 1000 });
        Answer::json(200, &json!({ "events": events, "page_info": next }).to_string())
    };
    let scene = Scene::new(move |call: &Call| {
        let lists = call.reads() && call.on("/csms/events") && !call.on("/csms/events/");
        if lists { Act::Answer(page(call)) } else { Act::Pass }
    });
    let told = scene.launch("run").args(&["csms.create-secret-event.name"]).limit(70).finish();
    is_bounded(&told);
}

#[test]
fn a_gzip_bomb_costs_bounded_time_and_memory() {
    let bomb = bomb(512);
    let variations: [(&str, Which, u16); 4] = [
        ("everything", |_| true, 200),
        ("everything", |_| true, 400),
        ("listings", |call| call.reads() && call.on("/tags"), 200),
        ("refusals", |call| call.creates_secret_tag() && call.number > 20, 400),
    ];
    for (what, which, status) in variations {
        let answer = Answer { body: bomb.clone(), ..Answer::json(status, "").with("Content-Encoding", "gzip") };
        let scene = Scene::new(such(which, move || Act::Answer(answer.clone())));
        let told = scene
            .launch("run")
            .args(&["csms.create-secret-tag.key", "csms.create-secret-event.name"])
            .limit(70)
            .finish();
        assert!(scene.proxy.count(which) > 0, "{what}: nobody came");
        is_bounded(&told);
        // What only dewspec's own book-keeping reads may be what it likes.
        assert!(told.code != 0 || what == "listings", "{what}: {}", told.excerpt());
    }
}

/// Much in one answer hides no fault of another operation.
#[test]
fn a_fault_beside_huge_answers_is_found_or_the_run_says_why_not() {
    let members: serde_json::Map<String, serde_json::Value> =
        (0..100_000).map(|n| (format!("m{n}"), json!(n))).collect();
    let event = Answer::json(200, &json!({ "event": members }).to_string());
    let scene = Scene::faulty(FAULT, such(Call::creates_event, move || Act::Answer(event.clone())));
    let told = scene.run(&["csms.create-secret-tag.key.max-length", "csms.create-secret-event.name.max-length"]);
    is_bounded(&told);
    told.finds_or_explains(BREAKS, &["too large", "too long", "members", "longer than"]);
}

/// Control characters of a target are not handed to the terminal.
#[test]
fn what_a_target_says_does_not_steer_the_terminal() {
    let tricky = Answer::json(200, "{\"tags\":\"\u{1b}[2J\u{1b}]0;pwned\u{7}\"}").with("X-Note", "a");
    let scene = Scene::new(move |call: &Call| if call.reads() { Act::Answer(tricky.clone()) } else { Act::Pass });
    let told = scene.run(&["csms.create-secret-tag.key"]);
    assert!(!told.text().contains('\u{1b}'), "{}", told.excerpt());
}
