//! What clients do before and after they tag or subscribe.

use serde_json::{Value, json};

use super::bench::{Ask, Bench, Token};
use super::documents::EVENT;
use crate::server::config::ServerConfig;

async fn send(bench: &Bench, method: &'static str, path: &str, body: &Value) -> (u16, Value) {
    let project = &bench.identities.project_id;
    let version = if path.starts_with("kms/") { "v1.0" } else { "v1" };
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let reply = bench.send(Ask::new(method, format!("/{version}/{project}/{path}")).body(body)).await;
    (reply.status, reply.json())
}

#[tokio::test]
async fn secrets_come_and_go_with_their_tags() {
    let bench = Bench::new(&ServerConfig::default());
    let secret = json!({ "name": "made", "secret_string": "value", "description": "d" });
    let (status, made) = send(&bench, "POST", "secrets", &secret).await;
    assert_eq!((status, &made["secret"]["state"]), (200, &json!("ENABLED")));
    assert_eq!(made["secret"].get("secret_string"), None);
    let id = made["secret"]["id"].as_str().expect("an id");
    let tags = format!("csms/{id}/tags");
    assert_eq!(send(&bench, "POST", &tags, &json!({ "tag": { "key": "k", "value": "v" } })).await.0, 204);
    let (_, shown) = send(&bench, "GET", "secrets/made", &Value::Null).await;
    assert_eq!(shown, made);
    let (_, listed) = send(&bench, "GET", "secrets?limit=1", &Value::Null).await;
    assert_eq!((&listed["secrets"][0]["name"], &listed["page_info"]["next_marker"]), (&json!("made"), &json!("made")));
    let filter = json!({ "action": "filter", "tags": [{ "key": "k", "values": ["v", "w"] }] });
    let (_, found) = send(&bench, "POST", "csms/resource_instances/action", &filter).await;
    assert_eq!((&found["total_count"], &found["resources"][0]["resource_id"]), (&json!(1), &json!(id)));
    assert_eq!(send(&bench, "GET", "csms/tags", &Value::Null).await.1["tags"][0]["values"], json!(["v"]));
    assert_eq!(send(&bench, "DELETE", "secrets/made", &Value::Null).await, (200, Value::Null));
    assert_eq!(send(&bench, "GET", &tags, &Value::Null).await.0, 404);
    assert_eq!(send(&bench, "GET", "csms/tags", &Value::Null).await.1["tags"], json!([]));
    // Those of the start can go, too.
    assert_eq!(send(&bench, "DELETE", "secrets/reference-secret-1", &Value::Null).await.0, 200);
    let first = format!("csms/{}/tags", bench.identities.secret_ids[0]);
    assert_eq!(send(&bench, "POST", &first, &json!({ "tag": { "key": "k" } })).await.0, 404);
}

#[tokio::test]
async fn keys_live_as_documented() {
    let bench = Bench::new(&ServerConfig::default());
    let (status, made) = send(&bench, "POST", "kms/create-key", &json!({ "key_alias": "made" })).await;
    assert_eq!((status, made["key_info"]["domain_id"].as_str().map(str::len)), (200, Some(32)));
    let id = json!({ "key_id": made["key_info"]["key_id"] });
    let (_, shown) = send(&bench, "POST", "kms/describe-key", &id).await;
    assert_eq!((&shown["key_info"]["key_alias"], &shown["key_info"]["key_state"]), (&json!("made"), &json!("2")));
    let delete = json!({ "key_id": id["key_id"], "pending_days": "7" });
    for (path, body, status, code) in [
        ("kms/cancel-key-deletion", &id, 400, "KMS.1501"),
        ("kms/schedule-key-deletion", &id, 400, "KMS.0204"),
        ("kms/schedule-key-deletion", &delete, 200, ""),
        ("kms/schedule-key-deletion", &delete, 400, "KMS.1402"),
        ("kms/enable-key", &id, 400, "KMS.0210"),
        ("kms/cancel-key-deletion", &id, 200, ""),
        ("kms/enable-key", &id, 200, ""),
        ("kms/create-key", &json!({ "key_alias": "made" }), 400, "KMS.1104"),
    ] {
        let (seen, answer) = send(&bench, "POST", path, body).await;
        assert_eq!((seen, answer["error"]["error_code"].as_str().unwrap_or_default()), (status, code), "{path}");
    }
    let (_, listed) = send(&bench, "POST", "kms/list-keys", &json!({ "limit": "5", "marker": "10" })).await;
    assert_eq!((&listed["total"], &listed["truncated"]), (&json!(14), &json!("false")));
    assert_eq!(listed["keys"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn an_event_that_a_secret_tells_is_changed_and_kept() {
    let bench = Bench::new(&ServerConfig::default());
    let event: Value = serde_json::from_str(EVENT).expect("an example");
    assert_eq!(send(&bench, "POST", "csms/events", &event).await.0, 200);
    let subscribed = json!({ "event_subscriptions": ["demo-event"] });
    assert_eq!(send(&bench, "PUT", "secrets/reference-secret-1", &subscribed).await.0, 200);
    assert_eq!(send(&bench, "DELETE", "csms/events/demo-event", &Value::Null).await.0, 400);
    let (status, changed) = send(&bench, "PUT", "csms/events/demo-event", &json!({ "state": "DISABLED" })).await;
    assert_eq!((status, &changed["event"]["state"]), (200, &json!("DISABLED")));
    assert_eq!(changed["event"]["event_types"], event["event_types"]);
    assert_eq!(send(&bench, "PUT", "csms/events/other", &json!({})).await.0, 404);
    let (status, wrong) = send(&bench, "PUT", "csms/events/demo-event", &json!({ "state": "On" })).await;
    assert_eq!((status, &wrong["error"]["error_code"]), (400, &json!("CSMS.0002")));
}

#[tokio::test]
async fn errors_have_the_form_of_who_answers() {
    let bench = Bench::new(&ServerConfig::default());
    let (status, flat) = send(&bench, "GET", "secrets/nobody", &Value::Null).await;
    assert_eq!((status, &flat["error_code"]), (404, &json!("CSMS.0106")));
    let (status, wrapped) = send(&bench, "POST", "kms/describe-key", &json!({ "key_id": "x" })).await;
    assert_eq!((status, &wrapped["error"]["error_code"]), (400, &json!("KMS.0205")));
    let path = format!("/v1/{}/secrets", bench.identities.project_id);
    for token in [Token::Missing, Token::Empty, Token::Wrong] {
        let gateway = bench.send(Ask::new("GET", path.as_str()).token(token)).await;
        assert_eq!((gateway.status, &gateway.json()["error_code"]), (401, &json!("APIGW.0301")), "{token:?}");
        assert_eq!(gateway.json()["request_id"], gateway.request_id);
    }
    let foreign = bench.send(Ask::new("GET", path.as_str()).token(Token::Foreign)).await;
    assert_eq!((foreign.status, &foreign.json()["error_code"]), (403, &json!("CSMS.0302")));
    let body = r#"{"name":"n","secret_string":"s"}"#;
    let reading = bench.send(Ask::new("POST", path.as_str()).token(Token::ReadOnly).body(body)).await;
    assert_eq!(reading.status, 403);
    for (body, code) in [("{", "CSMS.0004"), (r#"{"name":"n","name":"m"}"#, "CSMS.0004"), ("[]", "CSMS.0002")] {
        let refused = bench.send(Ask::new("POST", path.as_str()).body(body)).await;
        assert_eq!((refused.status, &refused.json()["error_code"]), (400, &json!(code)), "{body}");
    }
}
