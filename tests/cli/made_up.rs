//! An operation of a service that nobody here has thought of, from a folder: the program is told of it by data alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Segments, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use serde_json::{Value, json};

use super::config::copy_tree;
use super::support::{Output, run};

const PROJECT: &str = "0123456789abcdef0123456789abcdef";
const SAFE: &str = "5f3c1a0b-89ab-4cde-8123-0123456789ab";
const TOKEN: &str = "MIIDewspecMadeUpToken0123456789";

/// The server: labels by key, and how long a key may be.
struct Vault {
    labels: Mutex<BTreeMap<String, String>>,
    longest_key: usize,
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn refused(status: StatusCode, message: &str) -> Response {
    answer(status, &json!({ "error": { "error_code": "VAULT.0001", "error_msg": message } }))
}

impl Vault {
    fn admit(&self, project: &str, safe: &str, headers: &HeaderMap) -> Option<Response> {
        if headers.get("x-auth-token").is_none_or(|token| token != TOKEN) {
            return Some(refused(StatusCode::UNAUTHORIZED, "no valid token"));
        }
        (project != PROJECT || safe != SAFE).then(|| refused(StatusCode::NOT_FOUND, "no such safe"))
    }

    fn label(&self, body: &[u8]) -> Option<(String, String)> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let label = body.as_object()?.get("label")?.as_object()?;
        let key = label.get("key")?.as_str()?;
        let value = match label.get("value") {
            None => "",
            Some(value) => value.as_str()?,
        };
        let fits = (1..=self.longest_key).contains(&key.chars().count()) && value.chars().count() <= 24;
        fits.then(|| (key.to_owned(), value.to_owned()))
    }
}

type Shared = State<Arc<Vault>>;

async fn put(
    State(vault): Shared,
    Segments((project, safe)): Segments<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(refusal) = vault.admit(&project, &safe, &headers) {
        return refusal;
    }
    let Some((key, value)) = vault.label(&body) else { return refused(StatusCode::BAD_REQUEST, "no label") };
    vault.labels.lock().expect("labels").insert(key, value);
    StatusCode::NO_CONTENT.into_response()
}

async fn list(
    State(vault): Shared,
    Segments((project, safe)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = vault.admit(&project, &safe, &headers) {
        return refusal;
    }
    let labels = vault.labels.lock().expect("labels").clone();
    let labels: Vec<Value> = labels.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    answer(StatusCode::OK, &json!({ "labels": labels }))
}

async fn remove(
    State(vault): Shared,
    Segments((project, safe, key)): Segments<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = vault.admit(&project, &safe, &headers) {
        return refusal;
    }
    match vault.labels.lock().expect("labels").remove(&key) {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => refused(StatusCode::NOT_FOUND, "no such label"),
    }
}

/// Runs the program against such a server; tells what it came to and what it left behind.
fn checked(longest_key: usize, arguments: &[&str]) -> (Output, usize) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let vault = Arc::new(Vault { labels: Mutex::default(), longest_key });
    let labels = "/v2/{project}/safes/{safe}/labels";
    let router = Router::new()
        .route(labels, get(list).put(put))
        .route("/v2/{project}/safes/{safe}/labels/{key}", delete(remove))
        .with_state(Arc::clone(&vault));
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    runtime.spawn(async move { axum::serve(listener, router).await });
    let dir = tempfile::tempdir().expect("a directory");
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy_tree(&own.join("tests/cli/made_up"), dir.path());
    copy_tree(&own.join("suites/shapes"), &dir.path().join("suites/shapes"));
    let (suites, fixtures) = (dir.path().join("suites"), dir.path().join("fixtures"));
    let (suites, fixtures) = (suites.display().to_string(), fixtures.display().to_string());
    let mut all = vec!["run", "--suites", &suites, "--fixtures", &fixtures, "--endpoint", &endpoint];
    all.extend(["--project-id", PROJECT, "--secret-id", SAFE, "--token", TOKEN]);
    all.extend(arguments);
    let output = run(&all);
    let left = vault.labels.lock().expect("labels").len();
    (output, left)
}

#[test]
fn a_server_that_does_what_its_page_says_conforms() {
    let (output, left) = checked(40, &[]);
    assert_eq!(output.code, 0, "{}{}", output.out, output.err);
    assert!(output.out.contains("PutLabel"), "{}", output.out);
    assert_eq!(left, 0, "labels were left behind");
}

#[test]
fn a_boundary_that_is_off_by_one_is_found() {
    let (output, left) = checked(41, &["-q"]);
    assert_eq!((output.code, left), (1, 0), "{}{}", output.out, output.err);
    assert!(output.out.contains("vault.put-label.key.max-length"), "{}", output.out);
}
