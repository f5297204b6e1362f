//! No input makes an unfaulted server fail.

use super::battery::{hostile_bodies, operations, sound_bodies};
use super::bench::{Ask, Bench, Token};
use crate::server::config::ServerConfig;
use crate::server::random::SplitMix;

#[tokio::test]
async fn hostile_bodies_are_refused() {
    let bench = Bench::new(&ServerConfig::default());
    for operation in operations() {
        let endless = [vec![b'['; 1_000_000], br#"{"a":"#.repeat(100_000)];
        for body in hostile_bodies().into_iter().chain(endless) {
            let reply = bench.post(operation, 0, &body).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            assert_eq!(reply.status, 400, "{operation:?} {shown}");
            assert!(reply.json()["error"]["error_code"].is_string(), "{shown}");
        }
    }
}

#[tokio::test]
async fn oversized_body_is_refused() {
    let bench = Bench::new(&ServerConfig::default());
    for operation in operations() {
        let reply = bench.post(operation, 0, vec![b' '; 12 * 1024 * 1024 + 1]).await;
        assert_eq!(reply.status, 413);
        let ask = Ask::new("POST", bench.path(operation, 0)).token(Token::Missing);
        assert_eq!(bench.send(ask.body(vec![b' '; 13 * 1024 * 1024])).await.status, 401);
    }
}

#[tokio::test]
async fn strange_paths_are_answered() {
    let bench = Bench::new(&ServerConfig::default());
    let project = bench.identities.project_id.clone();
    for (path, status) in [
        (format!("/v1/{project}/csms//tags"), 404),
        (format!("/v1/{project}/csms/%00%ff/tags"), 404),
        ("/v1/%2F/csms/x/tags".to_owned(), 403),
        ("//".to_owned(), 404),
        (format!("/v1/{project}/csms/events/%FF"), 405),
    ] {
        let body = r#"{"tag":{"key":"a"}}"#;
        assert_eq!(bench.send(Ask::new("POST", path.as_str()).body(body)).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn garbled_bodies_never_break_the_server() {
    let bench = Bench::new(&ServerConfig::default());
    let mut random = SplitMix::new(1);
    let pieces: [&[u8]; 12] =
        [b"\"", b"{", b"}", b"[", b"]", b":", b",", b"null", b"\\ud83d", b"\xff", "\u{1d49c}".as_bytes(), b"1e9"];
    for operation in operations() {
        let bodies = sound_bodies(operation);
        for _ in 0..3000 {
            let mut below = |bound: usize| usize::try_from(random.next() % (bound as u64)).unwrap_or_default();
            let mut body = bodies[below(bodies.len())].clone();
            for _ in 0..=below(3) {
                let at = below(body.len() + 1);
                let end = (at + below(4)).min(body.len());
                body.splice(at..end, pieces[below(pieces.len())].iter().copied());
            }
            let reply = bench.post(operation, below(12), &body).await;
            let shown = String::from_utf8_lossy(&body).into_owned();
            assert!(matches!(reply.status, 200 | 204 | 400), "{operation:?} {shown}");
        }
    }
}
