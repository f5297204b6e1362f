//! Every reading differs from its siblings in what clients see.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::bench::{Ask, Bench, Token};
use super::event_battery::{event, steady};
use crate::server::config::ServerConfig;
use crate::server::operation::Operation::{self, BatchCreateOrDeleteTags, CreateKmsTag, CreateSecretEvent};
use crate::server::reading::catalogue;

#[tokio::test]
async fn readings_of_a_clause_differ() {
    for set in catalogue() {
        let operation = super::battery::operations().find(|operation| set.clause.starts_with(operation.id()));
        let operation = operation.expect("an operation");
        let suffix = &set.clause[operation.id().len() + 1..];
        let mut seen: HashMap<String, &str> = HashMap::new();
        for reading in set.readings {
            let mut config = ServerConfig::default();
            config.profile.set(set.clause, reading).expect("a reading");
            if suffix == "duplicate-status" {
                // Nothing about tags of secrets is refused as a duplicate by default.
                let _ = config.profile.set(&format!("{}.existing-key", operation.id()), "refuse");
            }
            let bench = Bench::new(&config);
            let mut answers = String::new();
            for ask in probe(&bench, operation, suffix) {
                let reply = bench.send(ask).await;
                assert!(reply.status < 500, "{} {reading}", set.clause);
                let json = match reply.json() {
                    Value::Object(mut members) => {
                        members.shift_remove("request_id");
                        steady(Value::Object(members)).to_string()
                    }
                    _ => reply.text(),
                };
                answers.push_str(&format!("{} {json}\n", reply.status));
            }
            if let Some(other) = seen.insert(answers.clone(), reading) {
                panic!("{} looks the same as {other} and as {reading}:\n{answers}", set.clause);
            }
        }
    }
}

/// Requests whose answers tell the readings of a clause apart.
fn probe(bench: &Bench, operation: Operation, suffix: &str) -> Vec<Ask> {
    let path = bench.path(operation, 0);
    let plain = plain(operation);
    let post = |body: &Value| Ask::new("POST", path.as_str()).body(body.to_string());
    let mut asks = match suffix {
        "token.missing" | "token.missing.envelope" => vec![post(&plain).token(Token::Missing)],
        "token.empty" => vec![post(&plain).token(Token::Empty)],
        "token.wrong" | "token.wrong.envelope" => vec![post(&plain).token(Token::Wrong)],
        "token.foreign" => vec![post(&plain).token(Token::Foreign)],
        "token.read-only" => vec![post(&plain).token(Token::ReadOnly)],
        "unknown-project" => {
            let unknown = bench.path_of(operation, &"0".repeat(32), &bench.identities.secret_ids[0]);
            vec![Ask::new("POST", unknown).body(plain.to_string())]
        }
        "path.encoding" => {
            let project = &bench.identities.project_id;
            let (first, rest) = project.split_at(1);
            let encoded = format!("%{:02x}{rest}", first.as_bytes()[0]);
            vec![Ask::new("POST", path.replace(project.as_str(), &encoded)).body(plain.to_string())]
        }
        "content-type.other" => vec![post(&plain).content_type(Some("text/plain"))],
        "content-type.missing" => vec![post(&plain).content_type(None)],
        "byte-order-mark" => vec![Ask::new("POST", path.as_str()).body(format!("\u{feff}{plain}"))],
        "duplicate-member" => {
            vec![Ask::new("POST", path.as_str()).body(doubled(operation, &plain))]
        }
        "unknown-field.body" => vec![post(&with(&plain, "x", json!(1)))],
        "unknown-id" | "malformed-id" | "foreign-id" => {
            let id = match (suffix, operation) {
                ("unknown-id", _) => "00000000-0000-4000-8000-000000000000",
                ("malformed-id", _) => "x",
                (_, CreateKmsTag) => &bench.identities.foreign_key_id,
                _ => &bench.identities.foreign_secret_id,
            };
            let path = bench.path_of(operation, &bench.identities.project_id, id);
            vec![Ask::new("POST", path).body(plain.to_string())]
        }
        _ if operation == CreateSecretEvent => event_bodies(suffix).iter().map(post).collect(),
        _ => tag_bodies(operation, suffix).iter().map(post).collect(),
    };
    asks.push(Ask::new("GET", bench.observed(operation, 0)));
    asks
}

fn plain(operation: Operation) -> Value {
    match operation {
        CreateSecretEvent => event("plain"),
        _ => tagged(operation, json!({ "key": "k", "value": "v" })),
    }
}

fn with(body: &Value, member: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[member] = value;
    body
}

fn doubled(operation: Operation, plain: &Value) -> String {
    let (member, text) = match operation {
        CreateSecretEvent => (r#""name":"first","#, plain.to_string()),
        _ => (r#""key":"first","#, plain.to_string()),
    };
    let at = match operation {
        CreateSecretEvent => 1,
        _ => text.find(r#""key""#).unwrap_or_default(),
    };
    format!("{}{member}{}", &text[..at], &text[at..])
}

fn tagged(operation: Operation, tag: Value) -> Value {
    match operation {
        BatchCreateOrDeleteTags => json!({ "action": "create", "tags": [tag] }),
        _ => json!({ "tag": tag }),
    }
}

fn tag_bodies(operation: Operation, suffix: &str) -> Vec<Value> {
    let tag = |key: Value, value: Value| tagged(operation, json!({ "key": key, "value": value }));
    let key = |key: &str| tag(json!(key), json!("v"));
    let batch = |action: &str, tags: Value| json!({ "action": action, "tags": tags });
    let stored = || key("k");
    let sequence = |sequence: Value| with(&stored(), "sequence", sequence);
    let many = |tags: usize| (0..tags).map(|index| key(&format!("k{index}"))).collect();
    match suffix {
        "key.reserved-prefix" => vec![key("sysx"), key("_sys_x")],
        "key.whitespace" => vec![key("\u{a0}x")],
        "key.character-unit" => vec![key(&"𝒜".repeat(70))],
        "value.character-unit" => vec![tag(json!("k"), json!("𝒜".repeat(150)))],
        "existing-key" | "duplicate-status" => vec![stored(), tag(json!("k"), json!("w"))],
        "existing-pair" => vec![stored(), stored()],
        "value.omitted" => vec![tagged(operation, json!({ "key": "k" }))],
        "value.null" => vec![tag(json!("k"), json!(null))],
        "limit-status" | "tag-limit" => many(21),
        "create.repeated-key" => {
            vec![batch("create", json!([{ "key": "k", "value": "1" }, { "key": "k", "value": "2" }]))]
        }
        "delete.absent-tag" => vec![batch("delete", json!([{ "key": "k" }]))],
        "delete.other-value" => vec![stored(), batch("delete", json!([{ "key": "k", "value": "w" }]))],
        "delete.value-omitted" => vec![stored(), batch("delete", json!([{ "key": "k" }]))],
        "create.empty-batch" => vec![batch("create", json!([]))],
        "delete.empty-batch" => vec![batch("delete", json!([]))],
        "delete.more-than-20" => {
            let tags = (0..21).map(|index| json!({ "key": format!("k{index}") }));
            vec![batch("delete", Value::from_iter(tags))]
        }
        "sequence.length" => vec![sequence(json!("a".repeat(35))), sequence(json!("a".repeat(37)))],
        "sequence.format" => vec![sequence(json!("a".repeat(36)))],
        "sequence.null" => vec![sequence(json!(null))],
        "key.blank" => vec![key(" \u{3000}")],
        "tag.absent" => vec![json!({})],
        "tag.null" => vec![json!({ "tag": null })],
        "key.absent" => vec![json!({ "tag": { "value": "v" } })],
        "key.null" => vec![tag(json!(null), json!("v"))],
        "success.body" => vec![stored()],
        "unknown-field.tag" => vec![tagged(operation, json!({ "key": "k", "x": 1 }))],
        other => panic!("no probe for {other}"),
    }
}

fn event_bodies(suffix: &str) -> Vec<Value> {
    let plain = event("plain");
    let notification = |member: &str, value: &str| {
        let mut event = event("plain");
        event["notification"][member] = value.into();
        event
    };
    match suffix {
        "repeated-name" | "duplicate-status" => vec![plain.clone(), plain],
        "quota" => (0..31).map(|index| event(&format!("event-{index}"))).collect(),
        "event_types.rotated-failed" => vec![with(&plain, "event_types", json!(["SECRET_ROTATED_FAILED"]))],
        "notification.target_type.other" => vec![notification("target_type", "FUNCTION")],
        "notification.target_id.pattern" => vec![notification("target_id", "urn/smn")],
        "notification.target_name.pattern" => vec![notification("target_name", "a topic")],
        "response.create_time.unit" | "response.update_time.unit" => vec![plain],
        "unknown-field.notification" => vec![notification("x", "y")],
        other => panic!("no probe for {other}"),
    }
}
