//! The reference server as a program: how it is reached, what it keeps, how it behaves, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{dewspec, run};

/// A reference server in a process of its own, with all that it has printed.
struct Host {
    child: Child,
    url: String,
    values: Vec<(String, String)>,
}

/// What came back.
struct Reply {
    status: u16,
    head: String,
    body: Value,
}

impl Host {
    fn start(arguments: &[&str]) -> Self {
        let mut command = dewspec(&["serve", "--secrets", "2", "--keys", "2"]);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let mut url = String::new();
        let mut values = Vec::new();
        for line in BufReader::new(child.stdout.take().expect("its output")).lines() {
            let line = line.expect("a line");
            match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["listening", "on", address] => url = (*address).to_owned(),
                [name, value] => values.push(((*name).to_owned(), (*value).to_owned())),
                ["Ctrl-C", ..] => break,
                _ => {}
            }
        }
        Self { child, url, values }
    }

    /// Every value of a name.
    fn all(&self, name: &str) -> Vec<&str> {
        self.values.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    fn value(&self, name: &str) -> &str {
        self.all(name).first().unwrap_or_else(|| panic!("{name} is not printed"))
    }

    /// Sends a request with the owner's token.
    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.send_with(&format!("X-Auth-Token: {}\r\n", self.value("token")), method, path, body)
    }

    fn send_with(&self, headers: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let address = self.url.strip_prefix("http://").expect("a plain server");
        let mut stream = TcpStream::connect(address).expect("a connection");
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             {headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("to write");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Reply { status, head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default() }
    }

    /// A path of CSMS.
    fn csms(&self, rest: &str) -> String {
        format!("/v1/{}/{rest}", self.value("project-id"))
    }

    /// Ends it with a signal; the exit code and what it wrote to standard error.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let mut kill = std::process::Command::new("kill");
        kill.args([&format!("-{signal}"), &self.child.id().to_string()]);
        assert!(kill.status().expect("a signal").success());
        let mut errors = String::new();
        self.child.stderr.take().expect("its errors").read_to_string(&mut errors).expect("UTF-8");
        (self.child.wait().expect("an end").code(), errors)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn credentials_of_each_kind_are_printed() {
    let host = Host::start(&[]);
    assert_eq!((host.all("secret-id").len(), host.all("key-id").len()), (2, 2));
    let length = |name| host.value(name).len();
    assert_eq!((length("access-key"), length("secret-key"), length("project-id")), (20, 40, 32));
    for name in ["temporary-access-key", "temporary-secret-key", "security-token", "user-name", "password", "region"] {
        assert!(!host.value(name).is_empty(), "{name}");
    }
}

#[test]
fn it_ends_well_by_either_signal() {
    for signal in ["INT", "TERM"] {
        let (code, errors) = Host::start(&[]).end(signal);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{signal}");
    }
}

#[test]
fn what_exists_outlives_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.json");
    let state = ["--state", file.to_str().expect("UTF-8")];
    let host = Host::start(&state);
    let made =
        host.send("POST", &host.csms("secrets"), Some(&json!({ "name": "kept", "secret_string": "confidential" })));
    assert_eq!(made.status, 200, "{}", made.body);
    let id = made.body["secret"]["id"].as_str().expect("an id").to_owned();
    let tags = host.csms(&format!("csms/{id}/tags"));
    assert_eq!(host.send("POST", &tags, Some(&json!({ "tag": { "key": "k", "value": "v" } }))).status, 204);
    assert_eq!(host.send("DELETE", &host.csms("secrets/reference-secret-1"), None).status, 200);
    let gone = host.value("secret-id").to_owned();
    let event = json!({ "name": "e", "event_types": ["SECRET_DELETED"], "state": "ENABLED",
        "notification": { "target_type": "SMN", "target_id": "urn:smn:a:b:c", "target_name": "n" } });
    assert_eq!(host.send("POST", &host.csms("csms/events"), Some(&event)).status, 200);
    assert_eq!(host.end("TERM").0, Some(0));

    let text = std::fs::read_to_string(&file).expect("the state");
    assert!(!text.contains("confidential"), "{text}");
    let host = Host::start(&state);
    assert!(host.all("secret-id").contains(&id.as_str()) && !host.all("secret-id").contains(&gone.as_str()));
    assert_eq!(host.send("GET", &tags, None).body["tags"], json!([{ "key": "k", "value": "v" }]));
    assert_eq!(host.send("GET", &host.csms(&format!("csms/{gone}/tags")), None).status, 404);
    assert_eq!(host.send("GET", &host.csms("csms/events/e"), None).body["event"]["name"], "e");
    // A server that is killed has written down what it had said yes to a moment ago.
    assert_eq!(host.send("DELETE", &format!("{tags}/k"), None).status, 204);
    let deadline = Instant::now() + Duration::from_secs(10);
    while std::fs::read_to_string(&file).expect("the state").contains(r#""key": "k""#) {
        assert!(Instant::now() < deadline, "the change is not written");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(host.end("KILL").0, None);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "something is left beside the state");
}

#[test]
fn a_file_that_is_no_state_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes.txt");
    let path = file.to_str().expect("UTF-8");
    std::fs::write(&file, "my notes").expect("a file");
    let wrong = run(&["serve", "--state", path]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("is no state file") && wrong.err.contains("line 1"), "{}", wrong.err);
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), "my notes");

    std::fs::remove_file(&file).expect("to remove it");
    assert_eq!(Host::start(&["--state", path]).end("TERM").0, Some(0));
    let other = run(&["serve", "--state", path, "--seed", "1"]);
    assert!(other.code == 2 && other.err.contains("another --seed"), "{}: {}", other.code, other.err);
    let nowhere = run(&["serve", "--state", folder.path().join("no-folder/state.json").to_str().expect("UTF-8")]);
    assert!(nowhere.code == 3 && nowhere.err.contains("cannot write the state file"), "{}", nowhere.err);
}

#[test]
fn the_log_tells_requests_and_no_secrets() {
    let host = Host::start(&["--log"]);
    let token = host.value("token").to_owned();
    let tags = host.csms(&format!("csms/{}/tags", host.value("secret-id")));
    host.send("POST", &tags, Some(&json!({ "tag": { "key": "k", "value": "v" } })));
    host.send("POST", &tags, Some(&json!({ "tag": { "key": "sys" } })));
    host.send("GET", "/nowhere?x=1", None);
    let (_, errors) = host.end("TERM");
    let lines: Vec<_> = errors.lines().collect();
    assert_eq!(lines.len(), 3, "{errors}");
    assert!(lines[0].contains(&format!(" 204 POST {tags} ")), "{errors}");
    assert!(lines[1].contains(" 400 POST ") && lines[1].contains(" CSMS.0002 tag.key: must not start"), "{errors}");
    assert!(lines[2].contains(" 404 GET /nowhere?x=1 ") && lines[2].contains("APIGW.0101"), "{errors}");
    assert!(!errors.contains(&token), "{errors}");
}

#[test]
fn every_request_waits_for_the_latency() {
    let host = Host::start(&["--latency", "300"]);
    let began = Instant::now();
    assert_eq!(host.send("GET", &host.csms("secrets"), None).status, 200);
    assert!(began.elapsed() >= Duration::from_millis(300), "{:?}", began.elapsed());
}

#[test]
fn what_is_above_the_quota_is_throttled_as_by_the_gateway() {
    let host = Host::start(&["--quota", "1"]);
    let replies: Vec<_> = (0..5).map(|_| host.send("GET", &host.csms("secrets"), None)).collect();
    assert_eq!(replies[0].status, 200);
    let throttled = replies.iter().find(|reply| reply.status == 429).expect("a request too much");
    assert_eq!(throttled.body["error_code"], "APIGW.0308");
    let id = throttled.body["request_id"].as_str().expect("an id");
    assert!(throttled.head.contains(id), "{}", throttled.head);
}

fn log_in(host: &Host, project: &str) -> Value {
    let domain = json!({ "name": host.value("domain-name") });
    let user = json!({ "name": host.value("user-name"), "password": host.value("password"), "domain": domain });
    json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": user } },
        "scope": { "project": { "name": project } },
    } })
}

fn subject_token(reply: &Reply) -> String {
    let lines = reply.head.lines();
    let mut tokens = lines.filter_map(|line| line.split_once(": ").filter(|(name, _)| *name == "x-subject-token"));
    tokens.next().expect("a token").1.to_owned()
}

#[test]
fn tokens_are_given_out_for_passwords_and_for_keys() {
    let host = Host::start(&[]);
    let region = host.value("region");
    let by_key = json!({ "auth": {
        "identity": { "methods": ["hw_ak_sk"], "hw_ak_sk": {
            "access": { "key": host.value("access-key") }, "secret": { "key": host.value("secret-key") } } },
        "scope": { "project": { "id": host.value("project-id") } },
    } });
    for body in [log_in(&host, region), by_key] {
        let reply = host.send_with("", "POST", "/v3/auth/tokens", Some(&body));
        assert_eq!(reply.status, 201, "{}", reply.body);
        assert_eq!(reply.body["token"]["project"]["id"], host.value("project-id"));
        assert!(reply.body["token"]["expires_at"].as_str().expect("a time").ends_with('Z'));
        let header = format!("X-Auth-Token: {}\r\n", subject_token(&reply));
        assert_eq!(host.send_with(&header, "GET", &host.csms("secrets"), None).status, 200);
        let projects = host.send_with(&header, "GET", &format!("/v3/projects?name={region}"), None);
        assert_eq!(projects.body["projects"][0]["id"], host.value("project-id"));
        let temporary =
            json!({ "auth": { "identity": { "methods": ["token"], "token": { "duration_seconds": 900 } } } });
        let temporary = host.send_with(&header, "POST", "/v3.0/OS-CREDENTIAL/securitytokens", Some(&temporary));
        assert_eq!(temporary.status, 201);
        assert_eq!(temporary.body["credential"]["access"].as_str().map(str::len), Some(20));
    }
    let elsewhere = host.send_with("", "POST", "/v3/auth/tokens", Some(&log_in(&host, "elsewhere")));
    assert_eq!((elsewhere.status, &elsewhere.body["error"]["title"]), (401, &json!("Unauthorized")));
    let nothing = host.send_with("", "POST", "/v3/auth/tokens", Some(&json!({})));
    assert_eq!((nothing.status, &nothing.body["error"]["message"]), (400, &json!("auth: is mandatory")));
    assert_eq!(host.send_with("", "GET", "/v3/projects", None).status, 401);
}

#[test]
fn tokens_expire_as_in_the_field() {
    let host = Host::start(&["--expire-token-after", "2"]);
    let issued = host.send_with("", "POST", "/v3/auth/tokens", Some(&log_in(&host, host.value("region"))));
    let issued = format!("X-Auth-Token: {}\r\n", subject_token(&issued));
    assert_eq!(host.send("GET", &host.csms("secrets"), None).status, 200);
    assert_eq!(host.send_with(&issued, "GET", &host.csms("secrets"), None).status, 200);
    std::thread::sleep(Duration::from_millis(2100));
    let tags = host.csms(&format!("csms/{}/tags", host.value("secret-id")));
    for reply in [host.send("GET", &tags, None), host.send_with(&issued, "GET", &host.csms("secrets"), None)] {
        assert_eq!((reply.status, &reply.body["error_code"]), (401, &json!("APIGW.0307")), "{}", reply.body);
    }
    let renewed = host.send_with("", "POST", "/v3/auth/tokens", Some(&log_in(&host, host.value("region"))));
    let renewed = format!("X-Auth-Token: {}\r\n", subject_token(&renewed));
    assert_eq!(host.send_with(&renewed, "GET", &tags, None).status, 200);
}

#[test]
fn the_gateway_answers_where_no_service_is_reached() {
    let host = Host::start(&[]);
    let nowhere = host.send("GET", "/v1/x/y", None);
    assert_eq!((nowhere.status, &nowhere.body["error_code"]), (404, &json!("APIGW.0101")));
    let method = host.send("PATCH", &host.csms("secrets"), None);
    assert_eq!((method.status, &method.body["error_code"]), (405, &json!("APIGW.0501")));
    for headers in ["", "X-Auth-Token: wrong\r\n", "Authorization: SDK-HMAC-SHA256 Access=x\r\n"] {
        let refused = host.send_with(headers, "GET", &host.csms("secrets"), None);
        assert_eq!((refused.status, &refused.body["error_code"]), (401, &json!("APIGW.0301")), "{headers}");
    }
    let flat = host.send("GET", &host.csms("secrets/nobody"), None);
    assert_eq!((flat.status, &flat.body["error_code"]), (404, &json!("CSMS.0106")));
}

#[test]
fn connections_are_encrypted_with_a_certificate_that_can_be_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let ca = folder.path().join("ca.pem");
    let host = Host::start(&["--tls", "--tls-ca", ca.to_str().expect("UTF-8"), "--tls-name", "reference.test"]);
    assert!(host.url.starts_with("https://127.0.0.1:"), "{}", host.url);
    assert_eq!(Path::new(host.value("cacert")), ca);
    let port = host.url.rsplit(':').next().expect("a port");
    let checked = |url: &str, more: &[&str]| {
        let options = ["--project-id", host.value("project-id"), "--secret-id", host.value("secret-id")];
        let mut command = dewspec(&["doctor", "--endpoint", url]);
        command.args(options).args(["--key-id", host.value("key-id")]).args(more);
        let output = command.env("DEWSPEC_TOKEN", host.value("token")).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let trusted = ["--cacert", host.value("cacert")];
    let (code, text) = checked(&host.url, &trusted);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(checked(&host.url, &[]).0, Some(3));
    let resolve = format!("reference.test:{port}:127.0.0.1");
    let by_name = ["--cacert", host.value("cacert"), "--resolve", &resolve];
    assert_eq!(checked(&format!("https://reference.test:{port}"), &by_name).0, Some(0));
    let wrong = ["--cacert", host.value("cacert"), "--resolve", &resolve.replace("reference", "other")];
    assert_eq!(checked(&format!("https://other.test:{port}"), &wrong).0, Some(3));
}

#[test]
fn a_temporary_certificate_goes_with_the_server() {
    let host = Host::start(&["--tls"]);
    let ca = host.value("cacert").to_owned();
    assert!(std::fs::read_to_string(&ca).expect("a certificate").contains("BEGIN CERTIFICATE"));
    assert_eq!(host.end("TERM").0, Some(0));
    assert!(!Path::new(&ca).exists(), "{ca} is left behind");
}

#[test]
fn given_certificates_are_used_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    };
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let cert = file("cert.pem", &certified.cert.pem());
    let key = file("key.pem", &certified.signing_key.serialize_pem());
    let other = rcgen::KeyPair::generate().expect("a key");
    let other = file("other.pem", &other.serialize_pem());
    let nothing = file("nothing.pem", "nothing");
    let host = Host::start(&["--tls-cert", &cert, "--tls-key", &key]);
    assert!(host.url.starts_with("https://") && host.all("cacert").is_empty());
    for (cert, key, said) in [
        (&cert, &other, "cannot be used"),
        (&nothing, &key, "the certificate is not PEM"),
        (&cert, &nothing, "the key is not PEM"),
        (&"/nonexistent".to_owned(), &key, "--tls-cert: cannot read /nonexistent"),
    ] {
        let refused = run(&["serve", "--tls-cert", cert, "--tls-key", key]);
        assert!(refused.code == 2 && refused.err.contains(said), "{}: {}", refused.code, refused.err);
    }
    for arguments in [["--tls-cert", &cert].as_slice(), &["--tls-name", "x"], &["--quota", "0"]] {
        assert_eq!(run(&[&["serve"], arguments].concat()).code, 2, "{arguments:?}");
    }
}
