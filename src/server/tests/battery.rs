//! A broad set of requests per operation, whose transcript tells servers apart.

use serde_json::{Value, json};
use strum::IntoEnumIterator;

use super::bench::{Ask, Bench, Token};
use super::event_battery;
use crate::server::operation::Operation;

/// How many resources of a kind a battery may touch.
pub(super) const RESOURCES: usize = 400;

pub(super) fn operations() -> impl Iterator<Item = Operation> {
    Operation::iter().filter(|operation| operation.is_documented())
}

/// A sequence number that is no random UUID.
const OTHER_VERSION: &str = "919c82d4-8046-1722-9094-35c3c6524cff";
/// A sequence number that two requests have.
const REPEATED: &str = "2c9b1f60-51d5-4b5c-8f0e-6a1f4a4d2b7e";

/// Bodies that no reading accepts.
pub(super) fn hostile_bodies() -> Vec<Vec<u8>> {
    let nested = |depth: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth)).into_bytes();
    let texts = [
        "",
        " ",
        "{",
        "[",
        "nul",
        "null",
        "1",
        "\"tag\"",
        "[]",
        "[{}]",
        "{\"tag\":}",
        "{'tag':1}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\\ud800\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":1,}",
        "{\"a\":1} x",
        "{\"a\":1,\"a\":1}",
        "{\"a\":{\"b\":1,\"\\u0062\":2}}",
        "{\"tag\":[]}",
        "{\"tags\":{},\"action\":1}",
        "{\"name\":\"😀\",\"tags\":[],\"action\":\"create\"}",
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.extend([nested(100), b"{\"a\":\"\xff\"}".to_vec(), b"\xef\xbb\xbf{}".to_vec(), vec![b'['; 2000]]);
    bodies
}

/// Sends a battery and writes down what came back.
pub(super) async fn transcript(bench: &Bench, operation: Operation) -> Vec<String> {
    let mut lines = Vec::new();
    for ask in battery(bench, operation) {
        lines.push(line(bench, ask).await);
    }
    lines
}

/// Whether a battery shows something else than a transcript says; it ends with the first difference.
pub(super) async fn differs(bench: &Bench, operation: Operation, sound: &[String]) -> bool {
    for (ask, sound) in battery(bench, operation).into_iter().zip(sound) {
        if line(bench, ask).await != *sound {
            return true;
        }
    }
    false
}

/// One exchange, without what differs from run to run.
async fn line(bench: &Bench, ask: Ask) -> String {
    let shown: String = String::from_utf8_lossy(&ask.body).chars().take(80).collect();
    let asked = format!("{} {:?} {shown}", ask.method, ask.token);
    let reply = bench.send(ask).await;
    let body = match reply.json() {
        Value::Null => reply.text(),
        json => event_battery::steady(json).to_string(),
    };
    format!("{asked} -> {} {} {body}", reply.status, reply.content_type)
}

fn battery(bench: &Bench, operation: Operation) -> Vec<Ask> {
    let mut asks = Vec::new();
    let mut resource = 0;
    let mut fresh = |asks: &mut Vec<Ask>, bodies: &[Vec<u8>]| {
        for body in bodies {
            asks.push(Ask::new("POST", bench.path(operation, resource)).body(body));
        }
        asks.push(Ask::new("GET", bench.observed(operation, resource)));
        if operation != Operation::CreateSecretEvent {
            asks.push(Ask::new("GET", bench.observed(operation, resource + 1)));
        }
        resource += 1;
    };
    let bodies = groups(operation);
    for bodies in &bodies {
        fresh(&mut asks, bodies);
    }
    for body in hostile_bodies() {
        fresh(&mut asks, &[body]);
    }
    asks.extend(replaced(bench, operation));
    let plain = bodies.first().and_then(|bodies| bodies.first()).cloned().unwrap_or_default();
    let own = &bench.identities.project_id;
    let ids = [
        (own.as_str(), "00000000-0000-4000-8000-000000000000"),
        (own.as_str(), "no-uuid"),
        (own.as_str(), &bench.identities.foreign_secret_id),
        (own.as_str(), &bench.identities.foreign_key_id),
        ("0123456789abcdef0123456789abcdef", &bench.identities.secret_ids[390]),
        ("0123456789abcdef0123456789abcdef", &bench.identities.key_ids[390]),
    ];
    for (project, id) in ids {
        asks.push(Ask::new("POST", bench.path_of(operation, project, id)).body(renamed(&plain, "ids")));
    }
    for (index, token) in [
        Token::Missing,
        Token::Empty,
        Token::Wrong,
        Token::Prefix,
        Token::Suffix,
        Token::LowerCase,
        Token::ReadOnly,
        Token::Foreign,
    ]
    .into_iter()
    .enumerate()
    {
        let body = renamed(&plain, &format!("token-{index}"));
        asks.push(Ask::new("POST", bench.path(operation, 380 + index)).token(token).body(body));
        asks.push(Ask::new("GET", bench.observed(operation, 380 + index)));
    }
    asks.extend(otherwise(bench, operation, &plain));
    if operation == Operation::CreateSecretEvent {
        let foreign = bench.path_of(operation, &bench.identities.foreign_project_id, "");
        asks.push(Ask::new("GET", foreign).token(Token::Foreign));
    }
    asks
}

/// By other methods, as another media type, and on resources of both kinds.
fn otherwise(bench: &Bench, operation: Operation, plain: &[u8]) -> Vec<Ask> {
    let mut asks = vec![
        Ask::new("PUT", bench.path(operation, 396)).body(renamed(plain, "put")),
        Ask::new("POST", bench.path(operation, 397))
            .content_type(Some("Application/JSON"))
            .body(renamed(plain, "type")),
        Ask::new("POST", bench.path(operation, 399))
            .content_type(Some("application/json; charset=x-unheard-of"))
            .body(renamed(plain, "charset")),
    ];
    let other = match operation {
        Operation::CreateKmsTag => Operation::CreateSecretTag,
        Operation::CreateSecretTag | Operation::BatchCreateOrDeleteTags => Operation::CreateKmsTag,
        _ => return asks,
    };
    let tag = |value: &str| json!({ "key": "both", "value": value });
    let own = match operation {
        Operation::BatchCreateOrDeleteTags => json!({ "action": "create", "tags": [tag("own")] }),
        _ => json!({ "tag": tag("own") }),
    };
    asks.push(Ask::new("POST", bench.path(other, 398)).body(json!({ "tag": tag("other") }).to_string()));
    asks.push(Ask::new("POST", bench.path(operation, 398)).body(own.to_string()));
    asks.push(Ask::new("GET", bench.observed(other, 398)));
    asks
}

/// Groups of bodies, each sent to a resource of its own.
fn groups(operation: Operation) -> Vec<Vec<Vec<u8>>> {
    match operation {
        Operation::BatchCreateOrDeleteTags => batch_bodies(),
        Operation::CreateSecretTag | Operation::CreateKmsTag => single_bodies(),
        _ => event_battery::bodies(),
    }
}

/// Bodies that come near to being accepted.
pub(super) fn sound_bodies(operation: Operation) -> Vec<Vec<u8>> {
    groups(operation).into_iter().flatten().filter(|body| body.len() < 400).collect()
}

/// A full resource, of which one tag is deleted to make room for another.
fn replaced(bench: &Bench, operation: Operation) -> Vec<Ask> {
    if !matches!(operation, Operation::CreateSecretTag | Operation::CreateKmsTag) {
        return Vec::new();
    }
    let path = bench.path(operation, 395);
    let post = |index: usize| Ask::new("POST", path.as_str()).body(format!(r#"{{"tag":{{"key":"k{index}"}}}}"#));
    let mut asks: Vec<Ask> = (0..20).map(post).collect();
    asks.push(Ask::new("DELETE", format!("{path}/k0")));
    asks.push(post(20));
    asks
}

fn renamed(body: &[u8], name: &str) -> Vec<u8> {
    String::from_utf8_lossy(body).replace("demo-event", name).into_bytes()
}

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        "k",
        "Ⅷ",
        "½",
        "a b",
        "é",
        "a@b",
        "a+b",
        "a/b",
        "ae\u{301}x",
        "a!b",
        "ab!",
        "ab\n",
        "a\u{1}b",
        "a\u{1f}b",
        "a*b",
        "a<b",
        "a>b",
        "a\\b",
        "a=b",
        "a\u{7f}b",
        " a",
        "a ",
        "sysx",
        "sys",
        "_sys_",
        "_sys_x",
        "SYSx",
        "mysysx",
        "𝒜x",
        "😀",
        "ABC",
        "\u{212b}",
        "a%41b",
        "a&b",
        "a\u{0}b",
        "a\u{a0}",
        "\u{3000}",
        " ",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.extend(
        [32, 35, 36, 37, 40, 42, 43, 44, 100, 127, 128, 129, 254, 255, 256, 5000].map(|length| "a".repeat(length)),
    );
    texts.extend([30, 100, 200].map(|length| "é".repeat(length)));
    texts.push("𝒜".repeat(30));
    texts
}

fn tags() -> Vec<Value> {
    let mut tags = vec![json!({ "key": "k", "value": "v" }), json!({ "key": "k" }), json!({})];
    for text in texts() {
        tags.push(json!({ "key": text, "value": "v" }));
        tags.push(json!({ "key": "k", "value": text }));
    }
    for wrong in [json!(1), json!(true), json!(null), json!([]), json!({})] {
        tags.push(json!({ "key": wrong, "value": "v" }));
        tags.push(json!({ "key": "k", "value": wrong }));
        tags.push(wrong);
    }
    tags
}

fn single_bodies() -> Vec<Vec<Vec<u8>>> {
    let body = |tag: &Value| json!({ "tag": tag }).to_string().into_bytes();
    let numbered = |index: usize| body(&json!({ "key": format!("k{index}"), "value": "v" }));
    let mut bodies: Vec<Vec<Vec<u8>>> = tags().iter().map(|tag| vec![body(tag)]).collect();
    let tag = json!({ "key": "k", "value": "v" });
    bodies.push(vec![body(&tag), body(&json!({ "key": "k", "value": "w" }))]);
    bodies.push(vec![body(&tag), body(&tag)]);
    bodies.push(["7", "07"].map(|number| body(&json!({ "key": "k", "value": number }))).to_vec());
    bodies.push((0..22).map(numbered).collect());
    for sequence in
        [json!(1), json!("919c82d4-8046-4722-9094-35c3c6524cff"), json!(OTHER_VERSION), json!("x"), json!(null)]
    {
        bodies.push(vec![json!({ "tag": tag, "sequence": sequence }).to_string().into_bytes()]);
    }
    let numbered = |key: &str| json!({ "tag": { "key": key }, "sequence": REPEATED }).to_string().into_bytes();
    bodies.push(["k", "other"].map(numbered).to_vec());
    bodies.push(vec![json!({ "tag": [tag] }).to_string().into_bytes()]);
    bodies.push(vec![b"{}".to_vec()]);
    bodies.push(vec![br#"{"tag":{"key":"k",},}"#.to_vec(), br#"{"tag":{"key":"k2"}} x"#.to_vec()]);
    bodies.push(vec![b"{\"tag\":{\"key\":\"k\"},\"x\":\"\xff\"}".to_vec()]);
    bodies.push(vec![body(&json!({ "key": "before" })), deep(&json!({ "tag": tag }))]);
    bodies
}

fn batch_bodies() -> Vec<Vec<Vec<u8>>> {
    let body = |action: &str, tags: Value| json!({ "action": action, "tags": tags }).to_string().into_bytes();
    let create = |tags: Value| body("create", tags);
    let delete = |tags: Value| body("delete", tags);
    let many = |from: usize, to: usize| {
        Value::from_iter((from..to).map(|index| json!({ "key": format!("k{index}"), "value": "v" })))
    };
    let tag = || json!([{ "key": "k", "value": "v" }]);
    let full = || json!([{ "key": "ab", "value": "1" }, { "key": "abc", "value": "2" }, { "key": "AB", "value": "3" }]);
    let mut bodies: Vec<Vec<Vec<u8>>> = tags().iter().map(|tag| vec![create(json!([tag]))]).collect();
    bodies.extend([
        vec![create(tag()), create(json!([{ "key": "k", "value": "w" }]))],
        ["7", "07"].map(|number| create(json!([{ "key": "k", "value": number }]))).to_vec(),
        ["create", "delete"].map(|action| body(action, json!([{ "key": "k".repeat(128), "value": "v" }]))).to_vec(),
        vec![create(many(0, 20)), create(many(20, 21))],
        vec![create(many(0, 19)), create(many(19, 20))],
        vec![create(many(0, 21))],
        vec![create(many(0, 15)), delete(many(0, 10)), create(many(15, 25))],
        vec![create(json!([{ "key": "k", "value": "1" }, { "key": "k", "value": "2" }]))],
        vec![create(json!([{ "key": "k", "value": "1" }, { "key": "!" }]))],
        vec![create(full()), delete(json!([{ "key": "ab", "value": "1" }]))],
        vec![create(full()), delete(full())],
        vec![create(tag()), delete(tag()), create(tag())],
        vec![create(tag()), delete(json!([{ "key": "k" }]))],
        vec![create(json!([{ "key": "k" }])), delete(json!([{ "key": "k" }]))],
        vec![create(json!([]))],
        vec![create(tag()), delete(json!([]))],
        vec![delete(many(0, 21))],
    ]);
    for action in ["CREATE", "Delete", "update", ""] {
        bodies.push(vec![create(json!([{ "key": "old" }])), body(action, json!([{ "key": "old" }, { "key": "new" }]))]);
    }
    for body in [
        json!({ "tags": tag() }),
        json!({ "tags": tag(), "action": null }),
        json!({ "tags": tag(), "action": ["create"] }),
        json!({ "tags": { "key": "k" }, "action": "create" }),
        json!({ "tags": null, "action": "create" }),
        json!({ "action": "create" }),
        json!({ "tags": tag(), "action": "create", "sequence": 1 }),
        json!({ "tags": tag(), "action": "create", "sequence": OTHER_VERSION }),
        json!({ "tags": tag(), "action": "create", "sequence": "919c82d4-8046-4722-9094-35c3c6524cff" }),
    ] {
        bodies.push(vec![body.to_string().into_bytes()]);
    }
    let numbered =
        |key: &str| json!({ "action": "create", "tags": [{ "key": key }], "sequence": REPEATED }).to_string();
    bodies.push(["k", "other"].map(|key| numbered(key).into_bytes()).to_vec());
    bodies.push(vec![br#"{"action":"create","tags":[{"key":"k"},]}"#.to_vec()]);
    bodies.push(vec![br#"{"action":"create","tags":[{"key":"k"}]} x"#.to_vec()]);
    bodies.push(vec![b"{\"action\":\"create\",\"tags\":[{\"key\":\"k\"}],\"x\":\"\xff\"}".to_vec()]);
    bodies.push(vec![deep(&json!({ "action": "create", "tags": tag() }))]);
    bodies
}

/// The body with an unknown member nested as deep as JSON libraries must take.
pub(super) fn deep(body: &Value) -> Vec<u8> {
    let mut text = body.to_string();
    text.pop();
    format!("{text},\"x\":{}{}}}", "[".repeat(35), "]".repeat(35)).into_bytes()
}
