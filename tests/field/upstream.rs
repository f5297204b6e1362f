//! The reference server behind everything, and a way to it past whatever stands before it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use dewspec::server::{HostedServer, ServerConfig, host};
use serde_json::{Value, json};

/// A server of one project, one secret and one key.
pub(crate) struct Upstream {
    server: HostedServer,
    pub(crate) address: SocketAddr,
}

impl Upstream {
    /// With these faults, and with these readings of open clauses: `("token.missing", "403")`.
    pub(crate) fn new(faults: &[&str], readings: &[(&str, &str)]) -> Self {
        let mut config = ServerConfig { secrets: 1, keys: 1, ..ServerConfig::default() };
        for fault in faults {
            config.faults.insert(fault).expect("a fault of the catalogue");
        }
        for (clause, reading) in readings {
            config.profile.set(clause, reading).expect("a reading of the catalogue");
        }
        let server = host(config, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a server");
        let address = server.url().trim_start_matches("http://").parse().expect("an address");
        Upstream { server, address }
    }

    pub(crate) fn project(&self) -> &str {
        &self.server.identities().project_id
    }

    pub(crate) fn secret(&self) -> &str {
        &self.server.identities().secret_ids[0]
    }

    pub(crate) fn key(&self) -> &str {
        &self.server.identities().key_ids[0]
    }

    pub(crate) fn token(&self) -> &str {
        &self.server.identities().token
    }

    /// A token of the same project that may only read.
    pub(crate) fn read_only_token(&self) -> &str {
        &self.server.identities().read_only_token
    }

    /// A token of another project.
    pub(crate) fn foreign_token(&self) -> &str {
        &self.server.identities().foreign_token
    }

    pub(crate) fn secret_tags(&self) -> String {
        format!("/v1/{}/csms/{}/tags", self.project(), self.secret())
    }

    pub(crate) fn key_tags(&self) -> String {
        format!("/v1.0/{}/kms/{}/tags", self.project(), self.key())
    }

    /// Stores tags as their owner does.
    pub(crate) fn store(&self, path: &str, tags: &[(&str, &str)]) {
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let body = json!({ "action": "create", "tags": tags }).to_string();
        let is_stored = || {
            let stored = self.ask("POST", &format!("{path}/action"), &body).0 == 204;
            if !stored {
                // A case may have filled it just then.
                std::thread::sleep(Duration::from_millis(20));
            }
            stored
        };
        assert!((0..50).any(|_| is_stored()), "tags could not be stored");
    }

    /// All tags and events that there are: `secret DEV=1`, `key a=b`, `event demo-event`.
    pub(crate) fn left(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let tags = |path: &str, whose: &str| {
            let listed = self.listed(path, "tags");
            listed
                .iter()
                .map(|tag| format!("{whose} {}={}", text(&tag["key"]), text(&tag["value"])))
                .collect::<Vec<_>>()
        };
        let events = self.listed(&format!("/v1/{}/csms/events", self.project()), "events");
        let events = events.iter().map(|event| format!("event {}", text(&event["name"]))).collect();
        [tags(&self.secret_tags(), "secret"), tags(&self.key_tags(), "key"), events].concat()
    }

    fn listed(&self, path: &str, member: &str) -> Vec<Value> {
        let (status, body) = self.ask("GET", path, "");
        assert_eq!(status, 200, "{path} could not be listed: {body}");
        body[member].as_array().cloned().unwrap_or_default()
    }

    /// Asks the server itself.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.asker().ask(method, path, body)
    }

    /// Somebody who can ask it, from wherever.
    pub(crate) fn asker(&self) -> Asker {
        Asker { address: self.address, token: self.token().to_owned() }
    }
}

/// Another client of the server, with the same token.
#[derive(Clone)]
pub(crate) struct Asker {
    address: SocketAddr,
    token: String,
}

impl Asker {
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address).expect("the server");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: upstream\r\nConnection: close\r\nX-Auth-Token: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("the server listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}
