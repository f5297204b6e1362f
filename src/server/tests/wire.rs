//! What a socket shows and an HTTP library hides.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::config::ServerConfig;
use crate::server::fault::{Fault, FaultSet};
use crate::server::hosting::start;

const TAG: &str = r#"{"tag":{"key":"a"}}"#;

async fn bytes_of(config: ServerConfig, requests: usize) -> String {
    let server = start(config, ([127, 0, 0, 1], 0).into()).await.expect("a free port");
    assert_eq!(server.url(), format!("http://{}", server.address()));
    let mut stream = TcpStream::connect(server.address()).await.expect("a connection");
    let ids = server.identities();
    for request in 0..requests {
        let close = if request + 1 == requests { "Connection: close\r\n" } else { "" };
        let head = format!(
            "POST /v1.0/{}/kms/{}/tags HTTP/1.1\r\nHost: x\r\n{close}X-Auth-Token: {}\r\nContent-Length: {}\r\n\r\n{TAG}",
            ids.project_id,
            ids.key_ids[request],
            ids.token,
            TAG.len(),
        );
        stream.write_all(head.as_bytes()).await.expect("to write");
    }
    let mut bytes = String::new();
    stream.read_to_string(&mut bytes).await.expect("to read");
    server.shutdown().await;
    bytes
}

#[tokio::test]
async fn no_content_is_followed_by_nothing() {
    let bytes = bytes_of(ServerConfig::default(), 1).await;
    assert!(bytes.starts_with("HTTP/1.1 204 No Content\r\n"), "{bytes}");
    assert!(bytes.ends_with("\r\n\r\n"), "{bytes}");
}

#[tokio::test]
async fn empty_object_follows_where_that_is_the_reading() {
    let mut config = ServerConfig::default();
    config.profile.set("success.body", "empty-object").expect("a reading");
    let bytes = bytes_of(config, 3).await;
    assert_eq!(bytes.matches("HTTP/1.1 204 No Content\r\n").count(), 3, "{bytes}");
    assert!(bytes.ends_with("\r\n\r\n{ }"), "{bytes}");
    assert!(!bytes.contains("HTTP/1.1 299"), "{bytes}");
}

#[tokio::test]
async fn undocumented_body_follows_where_that_is_the_fault() {
    let faults = FaultSet::from_iter([Fault::KmsCreateSendsBodyWithNoContent]);
    let bytes = bytes_of(ServerConfig { faults, ..ServerConfig::default() }, 1).await;
    assert!(bytes.starts_with("HTTP/1.1 204 No Content\r\n") && bytes.ends_with("{\"result\":\"ok\"}"), "{bytes}");
}

#[tokio::test]
async fn dropped_server_stops_listening() {
    let server = start(ServerConfig::default(), ([127, 0, 0, 1], 0).into()).await.expect("a free port");
    let address = server.address();
    drop(server);
    for _ in 0..100 {
        if TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the server still listens");
}
