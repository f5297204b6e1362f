//! Targets that are not alone with dewspec, or that do not show everything: a front before the reference server hides
//! what can be listed, has tags of its own there, breaks connections, or lets somebody else change things.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use dewspec::engine::{Assignment, run};
use dewspec::model::Outcome;
use dewspec::plan::{Filter, plan};
use dewspec::report::Report;
use dewspec::server::{HostedServer, ServerConfig, host};
use dewspec::suite::{DataSource, Suite};
use dewspec::target::{Settings, Target, embedded_target};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// A request on its way, and what the front can do about it.
struct Call {
    method: Method,
    path: String,
    body: String,
    accept: String,
    chunked: bool,
    upstream: Upstream,
}

/// The server behind the front.
#[derive(Clone)]
struct Upstream {
    url: String,
    token: String,
    client: reqwest::Client,
}

type Tags = BTreeMap<String, String>;

impl Upstream {
    async fn send(&self, method: Method, path: &str, token: &str, kind: Option<&str>, body: Bytes) -> (u16, Vec<u8>) {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).body(body);
        if !token.is_empty() {
            request = request.header("X-Auth-Token", token);
        }
        if let Some(kind) = kind {
            request = request.header("Content-Type", kind);
        }
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.bytes().await.expect("a body").to_vec())
    }

    /// What the target's owner does, past the front.
    async fn own(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let (status, body) = self.send(method, path, &self.token, Some("application/json"), text.into()).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn store(&self, path: &str, tags: &[(&str, &str)]) {
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let body = json!({ "action": "create", "tags": tags });
        assert_eq!(self.own(Method::POST, &format!("{path}/action"), body).await.0, 204);
    }

    async fn tags(&self, path: &str) -> Tags {
        let (_, body) = self.own(Method::GET, path, Value::Null).await;
        let text = |tag: &Value, member: &str| tag[member].as_str().unwrap_or_default().to_owned();
        body["tags"].as_array().into_iter().flatten().map(|tag| (text(tag, "key"), text(tag, "value"))).collect()
    }
}

/// What the front does with a call: an answer of its own, or nothing, and the call is passed on.
type Hook = fn(&Call, usize) -> Option<Act>;

enum Act {
    /// Answers by itself.
    Answer(u16, Value),
    /// Passes the call on, and then breaks the connection in the midst of the answer.
    Break,
    /// Passes the call on, and deletes this tag of the secret behind its back.
    Lose(&'static str),
    /// Stores a tag of somebody else's, or deletes it again, and then passes the call on.
    Meddle(&'static str, bool),
    /// Takes its time, and refuses the call if another such call is under way.
    Exclude,
    /// Takes its time.
    Slow,
    /// Does not carry it out, and breaks the connection.
    Drop,
    /// Keeps in mind what was listed until then, and passes the call on.
    Remember,
    /// Answers a list as it was so long ago.
    Behind(Duration),
}

/// How long an exclusive call takes at least: long enough that dewspec sends several requests at once.
const BUSY: Duration = Duration::from_millis(8);

/// Until when a list was so.
type Past = (Instant, String, Vec<u8>);

#[derive(Clone)]
struct Front {
    upstream: Upstream,
    hook: Hook,
    calls: Arc<AtomicUsize>,
    busy: Arc<Semaphore>,
    /// Lists as they were until something was written.
    past: Arc<Mutex<Vec<Past>>>,
}

impl Front {
    /// The list that a path is about.
    fn list(path: &str) -> String {
        path.find("/tags").map_or(path, |at| &path[..at + "/tags".len()]).to_owned()
    }

    async fn remember(&self, path: &str) {
        let list = Self::list(path);
        let (_, body) = self.upstream.own(Method::GET, &list, Value::Null).await;
        self.past.lock().expect("nobody panics").push((Instant::now(), list, body.to_string().into()));
    }

    /// What a list showed so long ago, if that was something else.
    fn behind(&self, path: &str, time: Duration) -> Option<Vec<u8>> {
        let past = self.past.lock().expect("nobody panics");
        let (_, _, body) = past.iter().find(|(until, list, _)| list == path && until.elapsed() < time)?;
        Some(body.clone())
    }
}

async fn serve(State(front): State<Front>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 24).await.expect("a body");
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let text = String::from_utf8_lossy(&body).into_owned();
    let upstream = front.upstream.clone();
    let accept = header("accept").unwrap_or_default().to_owned();
    let chunked = header("transfer-encoding").is_some();
    let call = Call { method: parts.method.clone(), path: path.clone(), body: text, accept, chunked, upstream };
    let act = (front.hook)(&call, front.calls.fetch_add(1, Ordering::Relaxed));
    let mut permit = None;
    match &act {
        Some(Act::Answer(status, body)) => return answer(*status, body.to_string().into()),
        Some(Act::Drop) => return broken(),
        Some(Act::Exclude) => {
            permit = front.busy.try_acquire().ok();
            tokio::time::sleep(BUSY).await;
            if permit.is_none() {
                return answer(409, refusal("somebody else is writing").to_string().into());
            }
        }
        Some(Act::Slow) => tokio::time::sleep(BUSY).await,
        Some(Act::Remember) => front.remember(&path).await,
        Some(Act::Behind(time)) => {
            if let Some(body) = front.behind(&path, *time) {
                return answer(200, body);
            }
        }
        _ => {}
    }
    if let Some(Act::Meddle(key, stores)) = &act {
        let action = if *stores { "create" } else { "delete" };
        let body = json!({ "action": action, "tags": [{ "key": key, "value": "theirs" }] });
        call.upstream.own(Method::POST, &format!("{path}/action"), body).await;
    }
    let token = header("x-auth-token").unwrap_or_default();
    let (status, body) =
        call.upstream.send(parts.method.clone(), &path, token, header("content-type"), body.clone()).await;
    match act {
        Some(Act::Break) => return broken(),
        Some(Act::Lose(key)) => {
            let path = path.trim_end_matches("/action");
            call.upstream.own(Method::DELETE, &format!("{path}/{key}"), Value::Null).await;
        }
        _ => {}
    }
    drop(permit);
    answer(status, body)
}

/// An answer that never comes to its end.
fn broken() -> Response {
    let broken = Err::<Bytes, _>(std::io::Error::other("cut off"));
    Body::from_stream(futures_util::stream::iter([broken])).into_response()
}

fn answer(status: u16, body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    if body.is_empty() {
        return status.into_response();
    }
    (status, [("content-type", "application/json")], body).into_response()
}

fn refusal(message: &str) -> Value {
    json!({ "error": { "error_code": "CSMS.0002", "error_msg": message } })
}

struct Surroundings {
    server: HostedServer,
    upstream: Upstream,
    target: Target,
    runtime: tokio::runtime::Runtime,
}

impl Surroundings {
    fn new(hook: Hook) -> Self {
        let server = host(ServerConfig::default(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a server");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        // Another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let token = server.identities().token.clone();
        let upstream = Upstream { url: server.url().to_owned(), token, client };
        let busy = Arc::new(Semaphore::new(1));
        let front = Front { upstream: upstream.clone(), hook, calls: Arc::default(), busy, past: Arc::default() };
        let listener = runtime.block_on(tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        runtime.spawn(async move {
            axum::serve(listener, Router::new().fallback(serve).with_state(front)).await.expect("a front");
        });
        let mut target = embedded_target(&url, server.identities());
        target.secret_ids.truncate(1);
        target.key_ids.truncate(1);
        Surroundings { server, upstream, target, runtime }
    }

    fn secret(&self) -> String {
        let who = self.server.identities();
        format!("/v1/{}/csms/{}/tags", who.project_id, who.secret_ids[0])
    }

    fn store(&self, tags: &[(&str, &str)]) {
        self.runtime.block_on(self.upstream.store(&self.secret(), tags));
    }

    fn tags(&self) -> Tags {
        self.runtime.block_on(self.upstream.tags(&self.secret()))
    }

    fn check(&self, words: &[&str]) -> Report {
        let suite = Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes");
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let plan = plan(&suite, &Filter::words(&words));
        let settings = Settings { settle: Duration::from_millis(500), ..Settings::default() };
        let assignment = Assignment::new(&suite, &plan, &self.target, &settings);
        let never = Box::pin(std::future::pending());
        self.runtime.block_on(run(&assignment, never)).expect("a report")
    }
}

fn told(report: &Report) -> String {
    report
        .cases
        .iter()
        .flat_map(|case| case.findings.iter().map(move |f| format!("{}: {} {}\n", case.id, f.clause, f.seen)))
        .collect()
}

fn failed(report: &Report) -> Vec<&str> {
    report.cases.iter().filter(|case| case.outcome == Outcome::Fail).map(|case| case.id.as_str()).collect()
}

/// Calls before the first case.
const QUIET: usize = 24;

/// Answers like a target without this observer.
fn hidden(call: &Call, _: usize) -> Option<Act> {
    let listing = call.method == Method::GET && call.path.contains("/tags");
    listing.then(|| Act::Answer(404, refusal("no such interface")))
}

#[test]
fn what_cannot_be_listed_is_not_touched() {
    let surroundings = Surroundings::new(hidden);
    let theirs = [("DEV", "1"), ("key1", "2"), ("key2", "3"), ("a", "4"), ("中", "5"), ("17021", "6")];
    surroundings.store(&theirs);
    let before = surroundings.tags();
    let report = surroundings.check(&[]);
    assert_eq!(surroundings.tags(), before);
    assert_eq!(failed(&report), Vec::<&str>::new(), "what is there takes room, which is nobody's fault");
    assert_eq!(report.exit_code, 0, "{}", report.conclusion);
}

#[test]
fn a_nearly_full_resource_that_cannot_be_listed_is_not_accused() {
    let surroundings = Surroundings::new(hidden);
    let names: Vec<String> = (0..17).map(|number| format!("theirs-{number}")).collect();
    surroundings.store(&names.iter().map(|name| (name.as_str(), "1")).collect::<Vec<_>>());
    let report = surroundings.check(&[]);
    assert_eq!(failed(&report), Vec::<&str>::new(), "{}", told(&report));
    assert_eq!(surroundings.tags().len(), names.len());
}

#[test]
fn what_cannot_be_listed_is_accused_of_refusing_what_is_valid() {
    let surroundings = Surroundings::new(|call, number| {
        let picky = call.method == Method::POST && call.body.contains("x or 1=1");
        if picky { Some(Act::Answer(400, refusal("no"))) } else { hidden(call, number) }
    });
    let report = surroundings.check(&["csms.create-secret-tag.stored"]);
    assert_eq!(failed(&report), ["csms.create-secret-tag.stored/looks-like-an-equation"]);
}

#[test]
fn a_tag_that_a_request_loses_is_put_back_and_one_case_is_blamed() {
    let surroundings = Surroundings::new(|call, _| {
        let empty = call.path.ends_with("/tags/action") && call.body.contains("\"action\":\"delete\",\"tags\":[]");
        empty.then_some(Act::Lose("production"))
    });
    surroundings.store(&[("production", "yes"), ("owner", "me")]);
    let before = surroundings.tags();
    let report = surroundings.check(&["csms."]);
    assert_eq!(failed(&report), ["csms.batch-create-or-delete-tags.delete.empty-batch/no-tags"]);
    assert_eq!(surroundings.tags(), before);
    assert!(report.notes.iter().any(|note| note.contains("it was put back")), "{:?}", report.notes);
}

#[test]
fn what_a_race_loses_is_put_back_too() {
    let surroundings = Surroundings::new(|call, _| {
        // Only writes of races have these values.
        let race = call.method == Method::POST && call.body.contains("\"value\":\"4\"");
        race.then_some(Act::Lose("production"))
    });
    surroundings.store(&[("production", "yes")]);
    let report = surroundings.check(&["csms.create-secret-tag.race", "csms.create-secret-tag.value.empty"]);
    let failed = failed(&report);
    assert!(!failed.is_empty() && failed.iter().all(|id| id.contains(".race/")), "{failed:?}");
    assert_eq!(surroundings.tags().get("production").map(String::as_str), Some("yes"));
}

#[test]
fn what_somebody_else_keeps_changing_is_nobodys_fault() {
    let surroundings = Surroundings::new(|call, number| {
        let listing = call.method == Method::GET && call.path.contains("/csms/") && call.path.contains("/tags");
        listing.then_some(Act::Meddle("elsewhere", number % 2 == 0))
    });
    let report = surroundings.check(&["csms.create-secret-tag"]);
    assert_eq!(failed(&report), Vec::<&str>::new(), "{}", told(&report));
}

/// Whichever way of looking is the first to see it.
#[test]
fn what_somebody_else_begins_to_change_is_nobodys_fault() {
    for cases in
        ["csms.create-secret-tag.race/different-keys", "stored/looks-like", "csms.create-secret-tag.stored/beside"]
    {
        let surroundings = Surroundings::new(|call, number| {
            let listing = call.method == Method::GET && call.path.contains("/csms/") && call.path.contains("/tags");
            (listing && number > QUIET).then_some(Act::Meddle("elsewhere", number % 2 == 0))
        });
        surroundings.store(&[("elsewhere", "theirs")]);
        let report = surroundings.check(&[cases]);
        assert_eq!(failed(&report), Vec::<&str>::new(), "{}", told(&report));
    }
}

#[test]
fn a_refusal_after_a_broken_answer_proves_nothing() {
    let surroundings = Surroundings::new(|call, number| {
        let event = call.method == Method::POST && call.path.ends_with("/events");
        (event && number % 7 == 0).then_some(Act::Break)
    });
    let report = surroundings.check(&["csms.create-secret-event.name"]);
    assert_eq!(failed(&report), Vec::<&str>::new(), "{}", told(&report));
    let unsure = report.cases.iter().filter(|case| case.reason.as_ref().is_some_and(|r| r.contains("second try")));
    assert!(unsure.count() > 0, "no try was repeated");
}

#[test]
fn server_errors_in_every_round_of_a_race_are_found() {
    let surroundings = Surroundings::new(|call, _| {
        let race = call.method == Method::POST && call.body.contains("\"value\":\"4\"");
        race.then(|| Act::Answer(500, refusal("deadlock")))
    });
    let report = surroundings.check(&["csms.create-secret-tag.race"]);
    let errors =
        |id: &&str| report.clauses.iter().any(|clause| clause.id == *id && clause.verdict.to_string() == "violated");
    assert!(errors(&"csms.create-secret-tag.server-error"), "{:?}", failed(&report));
}

#[test]
fn a_refused_set_up_is_a_deviation() {
    let surroundings = Surroundings::new(|call, _| {
        let named = call.method == Method::POST && call.body.contains("__proto__");
        named.then(|| Act::Answer(400, refusal("no")))
    });
    let report = surroundings.check(&["csms.create-secret-tag.stored/key-of-a-language"]);
    assert_eq!(failed(&report), ["csms.create-secret-tag.stored/key-of-a-language"]);
}

#[test]
fn what_is_refused_only_beside_others_is_blamed_on_that() {
    let surroundings = Surroundings::new(|call, _| {
        let tags = call.path.contains("/csms/") && call.path.contains("/tags");
        tags.then_some(if call.method == Method::GET { Act::Slow } else { Act::Exclude })
    });
    let report = surroundings.check(&["csms.create-secret-tag.key", "csms.create-secret-tag.value"]);
    let blamed: BTreeSet<&str> = report.cases.iter().flat_map(|c| &c.findings).map(|f| f.clause.as_str()).collect();
    let expected = ["csms.create-secret-tag.status.documented", "csms.create-secret-tag.stored"];
    assert!(blamed.iter().all(|clause| expected.contains(clause)), "{}", told(&report));
    assert!(blamed.contains("csms.create-secret-tag.stored"), "nothing went out beside others");
    assert_eq!(surroundings.tags(), Tags::new(), "all is deleted, though deletes were refused, too");
}

#[test]
fn what_is_left_because_nobody_answered_is_no_deviation() {
    static SILENT: AtomicUsize = AtomicUsize::new(0);
    let surroundings = Surroundings::new(|call, number| {
        let delete = call.path.contains("/csms/")
            && (call.method == Method::DELETE || call.body.contains("\"action\":\"delete\""));
        // So many in a row that trying again does not help.
        let silent = delete && number > QUIET && number % 16 < 6;
        SILENT.fetch_add(usize::from(silent), Ordering::Relaxed);
        silent.then_some(Act::Drop)
    });
    let report = surroundings.check(&["csms.create-secret-tag.key", "csms.create-secret-tag.value"]);
    assert_eq!(failed(&report), Vec::<&str>::new(), "{}", told(&report));
    assert_eq!(surroundings.tags(), Tags::new(), "what was not answered the first time is deleted later");
    assert!(SILENT.load(Ordering::Relaxed) > 3, "no delete was left without an answer");
}

/// Between a request and its read-back, once: no look can have told before that somebody else is there.
#[test]
fn what_somebody_else_adds_just_then_is_nobodys_fault() {
    static MOMENTS: AtomicUsize = AtomicUsize::new(0);
    let surroundings = Surroundings::new(|call, number| {
        let deletes = call.method == Method::POST && call.body.contains("\"action\":\"delete\"");
        let lists = call.method == Method::GET && call.path.contains("/csms/") && call.path.contains("/tags");
        let next = |from, to| MOMENTS.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if deletes && number > QUIET {
            next(0, 1);
        }
        (lists && next(1, 2)).then_some(Act::Meddle("elsewhere", true))
    });
    let report = surroundings.check(&["delete.only-listed/on-a-secret-and-not-on-a-key"]);
    assert_eq!(failed(&report), Vec::<&str>::new(), "{}", told(&report));
    assert_eq!(MOMENTS.load(Ordering::Relaxed), 2, "nobody was there");
    assert_eq!(surroundings.tags().keys().collect::<Vec<_>>(), ["elsewhere"], "what is theirs stays");
}

/// One of two readers shows writes at once and the other one somewhat later: that both do so in the end is all that counts.
#[test]
fn a_reader_that_is_late_beside_one_that_is_not_is_not_accused() {
    let surroundings = Surroundings::new(|call, number| {
        let tags = call.path.contains("/csms/") && call.path.contains("/tags");
        let list = call.method == Method::GET && call.path.ends_with("/tags");
        match tags {
            true if list => number.is_multiple_of(2).then_some(Act::Behind(Duration::from_millis(120))),
            true => Some(Act::Remember),
            false => None,
        }
    });
    let report = surroundings.check(&["stored.steady", "key.shared", "delete.removes/one"]);
    let accused: Vec<_> = report.cases.iter().filter(|case| !case.findings.is_empty()).collect();
    assert!(accused.is_empty(), "{}", told(&report));
    let steady = "csms.create-secret-tag.stored.steady/looked-at-again";
    assert!(
        report.cases.iter().any(|case| case.id == steady && case.outcome == Outcome::Pass),
        "{}",
        report.conclusion
    );
}

/// It never shows them.
#[test]
fn a_reader_that_never_catches_up_is_told() {
    let surroundings = Surroundings::new(|call, number| {
        let lists = call.method == Method::GET && call.path.contains("/csms/") && call.path.contains("/tags");
        let empty = || Act::Answer(200, json!({ "tags": [], "sys_tags": null }));
        (lists && number.is_multiple_of(3)).then(empty)
    });
    let report = surroundings.check(&["stored.steady"]);
    let blamed: BTreeSet<&str> = report.cases.iter().flat_map(|c| &c.findings).map(|f| f.clause.as_str()).collect();
    assert!(blamed.contains("csms.create-secret-tag.stored.steady"), "{}", told(&report));
    assert!(blamed.iter().all(|clause| clause.ends_with(".stored.steady")), "{}", told(&report));
}

/// What HTTP has a status for, a gateway or a service may say: that it wants a length, or has nothing but JSON to give.
#[test]
fn who_insists_on_a_length_or_has_only_json_is_not_accused() {
    let surroundings = Surroundings::new(|call, _| {
        if call.method != Method::POST {
            return None;
        }
        let refused = if call.chunked { Some(411) } else { (call.accept == "application/xml").then_some(406) };
        refused.map(|status| Act::Answer(status, refusal("not like this")))
    });
    let report = surroundings.check(&["body.chunked", "accept"]);
    let accused: Vec<_> = report.cases.iter().filter(|case| !case.findings.is_empty()).collect();
    assert!(accused.is_empty(), "{}", told(&report));
    assert_eq!(report.exit_code, 0, "{}", report.conclusion);
    assert_eq!(report.summary.skip, 0, "{}", report.conclusion);
}
