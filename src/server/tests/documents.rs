//! Every documented example gets its documented answer.

use serde_json::{Value, json};

use super::bench::{Ask, Bench, Token};
use crate::server::config::ServerConfig;
use crate::server::operation::Operation::{BatchCreateOrDeleteTags, CreateKmsTag, CreateSecretEvent, CreateSecretTag};

fn bench() -> Bench {
    Bench::new(&ServerConfig::default())
}

const TAG: &str = r#"{ "tag" : { "key" : "DEV", "value" : "DEV1" } }"#;
const BATCH: &str = r#"{ "action" : "create",
  "tags" : [ { "key" : "key1", "value" : "value1" }, { "key" : "key2", "value" : "value2" } ] }"#;
pub(super) const EVENT: &str = r#"{ "name" : "demo-event",
  "event_types" : [ "SECRET_VERSION_CREATED", "SECRET_VERSION_EXPIRED" ], "state" : "ENABLED",
  "notification" : { "target_type" : "SMN",
    "target_id" : "urn:smn:cn-north-4:dc3b7c85759141a991da17423c0f2068:test-poc", "target_name" : "demo-smn-name" } }"#;

#[tokio::test]
async fn secret_tag_is_added() {
    let bench = bench();
    let reply = bench.post(CreateSecretTag, 0, TAG).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    assert_eq!(reply.request_id.len(), 32);
    let tags = bench.read_back(CreateSecretTag, 0).await;
    assert_eq!(tags, json!({ "tags": [{ "key": "DEV", "value": "DEV1" }], "sys_tags": null }));
    assert_eq!(bench.read_back(CreateSecretTag, 1).await["tags"], json!([]));
}

#[tokio::test]
async fn secret_tags_are_added_and_deleted_in_a_batch() {
    let bench = bench();
    let reply = bench.post(BatchCreateOrDeleteTags, 0, BATCH).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    let tags = bench.read_back(BatchCreateOrDeleteTags, 0).await;
    assert_eq!(tags["tags"], json!([{ "key": "key1", "value": "value1" }, { "key": "key2", "value": "value2" }]));
    let deletion = BATCH.replace("create", "delete");
    assert_eq!(bench.post(BatchCreateOrDeleteTags, 0, deletion).await.status, 204);
    assert_eq!(bench.read_back(BatchCreateOrDeleteTags, 0).await["tags"], json!([]));
}

#[tokio::test]
async fn key_tag_is_added() {
    let bench = bench();
    let reply = bench.post(CreateKmsTag, 0, TAG).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    let tags = bench.read_back(CreateKmsTag, 0).await;
    assert_eq!(tags, json!({ "tags": [{ "key": "DEV", "value": "DEV1" }], "existTagsNum": 1 }));
    let again = bench.post(CreateKmsTag, 0, TAG).await;
    assert_eq!((again.status, again.json()["error"]["error_code"].clone()), (400, json!("KMS.0406")));
    let action = format!("{}/action", bench.observed(CreateKmsTag, 0));
    let deletion = r#"{"action":"delete","tags":[{"key":"DEV"}]}"#;
    assert_eq!(bench.send(Ask::new("POST", action).body(deletion)).await.status, 204);
    assert_eq!(bench.read_back(CreateKmsTag, 0).await["existTagsNum"], 0);
}

#[tokio::test]
async fn event_is_created_shown_listed_and_deleted() {
    let bench = bench();
    let reply = bench.post(CreateSecretEvent, 0, EVENT).await;
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/json"));
    let created = reply.json();
    let sent: Value = serde_json::from_str(EVENT).expect("an example");
    for member in ["name", "event_types", "state", "notification"] {
        assert_eq!(created["event"][member], sent[member]);
    }
    assert!(created["event"]["create_time"].as_u64() > Some(1_500_000_000_000));
    assert_eq!(created["event"]["event_id"].as_str().map(str::len), Some(36));
    let path = format!("{}/demo-event", bench.observed(CreateSecretEvent, 0));
    assert_eq!(bench.send(Ask::new("GET", path.as_str())).await.json(), created);
    let list = bench.read_back(CreateSecretEvent, 0).await;
    assert_eq!(list["events"], json!([created["event"]]));
    assert_eq!(list["page_info"]["current_count"], 1);
    assert_eq!(bench.send(Ask::new("DELETE", path.as_str())).await.status, 204);
    assert_eq!(bench.send(Ask::new("GET", path)).await.status, 404);
}

#[tokio::test]
async fn tag_is_deleted_by_its_encoded_key() {
    let bench = bench();
    let body = json!({ "tag": { "key": "a b:é=@", "value": "x/y" } }).to_string();
    assert_eq!(bench.post(CreateSecretTag, 0, body).await.status, 204);
    let path = format!("{}/a%20b%3A%C3%A9%3D%40", bench.observed(CreateSecretTag, 0));
    assert_eq!(bench.send(Ask::new("DELETE", path.as_str())).await.status, 204);
    assert_eq!(bench.send(Ask::new("DELETE", path)).await.status, 404);
}

#[tokio::test]
async fn events_are_listed_in_pages() {
    let bench = bench();
    for name in ["c", "a", "b"] {
        assert_eq!(bench.post(CreateSecretEvent, 0, EVENT.replace("demo-event", name)).await.status, 200);
    }
    let path = bench.observed(CreateSecretEvent, 0);
    let first = bench.send(Ask::new("GET", format!("{path}?limit=2"))).await.json();
    assert_eq!(first["page_info"], json!({ "next_marker": "b", "previous_marker": null, "current_count": 2 }));
    let second = bench.send(Ask::new("GET", format!("{path}?limit=2&marker=b"))).await.json();
    assert_eq!(second["page_info"], json!({ "next_marker": null, "previous_marker": "c", "current_count": 1 }));
    assert_eq!(bench.send(Ask::new("GET", format!("{path}?limit=0"))).await.status, 400);
}

#[tokio::test]
async fn errors_have_the_documented_shape() {
    let bench = bench();
    let error = bench.post(CreateSecretTag, 0, r#"{"tag":{"key":"sys"}}"#).await;
    assert_eq!((error.status, error.content_type.as_str()), (400, "application/json"));
    assert_eq!(error.json()["error"]["error_code"], "CSMS.0002");
    assert_eq!(error.json()["error"]["error_msg"], "tag.key: must not start with `sys`, which is reserved");
    let path = bench.path(CreateSecretTag, 0);
    assert_eq!(bench.send(Ask::new("PUT", path.as_str())).await.status, 405);
    let unknown = bench.send(Ask::new("GET", "/v1/x")).await;
    assert_eq!((unknown.status, unknown.json()["error_code"].clone()), (404, json!("APIGW.0101")));
    assert_eq!(unknown.json()["request_id"], unknown.request_id);
    assert_eq!(bench.send(Ask::new("POST", path).token(Token::ReadOnly).body(TAG)).await.status, 403);
}
