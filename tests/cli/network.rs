use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::PrivatePkcs8KeyDer;

use crate::support::{Served, dewspec, finished, run};

#[test]
fn an_unreachable_target_is_told_at_once() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", free.local_addr().expect("an address"));
    drop(free);
    let started = Instant::now();
    let output = run(&["run", "--endpoint", &url, "--project-id", "p", "--secret-id", "s", "--token", "t"]);
    assert_eq!(output.code, 3, "{}{}", output.out, output.err);
    assert!(output.out.contains("could not be reached") && output.out.contains(&url), "{}", output.out);
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// An encrypted way to a server. Holds the certificate that vouches for it, and what keeps it open.
struct Encrypted {
    url: String,
    certificate: tempfile::NamedTempFile,
    _runtime: tokio::runtime::Runtime,
}

impl Encrypted {
    fn way_to(plain: &str) -> Self {
        let name = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificate = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&certificate, name.cert.pem()).expect("a file");
        let key = PrivatePkcs8KeyDer::from(name.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("protocols")
            .with_no_client_auth()
            .with_single_cert(vec![name.cert.der().clone()], key.into())
            .expect("a certificate with its key");
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let url = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let server = plain.trim_start_matches("http://").to_owned();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, server) = (acceptor.clone(), server.clone());
                tokio::spawn(async move {
                    // Whoever does not trust the certificate hangs up.
                    let Ok(mut client) = acceptor.accept(stream).await else { return };
                    let mut server = tokio::net::TcpStream::connect(server).await.expect("the server");
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        Encrypted { url, certificate, _runtime: runtime }
    }
}

#[test]
fn an_encrypted_target_is_checked_if_its_certificate_is_trusted() {
    let served = Served::start(&[]);
    let encrypted = Encrypted::way_to(&served.url);
    let command = || served.command(&encrypted.url, &["kms.create-kms-tag.key"]);
    let trusting = finished(command().env("SSL_CERT_FILE", encrypted.certificate.path()));
    assert_eq!(trusting.code, 0, "{}{}", trusting.out, trusting.err);
    assert!(trusting.out.contains("the target conforms"), "{}", trusting.out);
    let wary = finished(command().env_remove("SSL_CERT_FILE"));
    assert_eq!(wary.code, 3, "{}{}", wary.out, wary.err);
    assert!(wary.out.contains("certificate is not trusted") && wary.out.contains("--cacert"), "{}", wary.out);
}

#[test]
fn bad_options_for_connections_are_told_once_and_nothing_is_sent() {
    let target = ["run", "--endpoint", "http://127.0.0.1:1", "--project-id", "p", "--secret-id", "s"];
    for (arguments, part) in [
        (["--header", "X-Auth-Token: hidden-word"], "DEWSPEC_TOKEN"),
        (["--header", "hidden-word"], "NAME: VALUE"),
        (["--proxy", "hidden-word@nowhere"], "invalid --proxy"),
        (["--cacert", "/nowhere/ca.pem"], "/nowhere/ca.pem"),
        (["--key", "/nowhere/key.pem"], "--cert"),
        (["--resolve", "host:80"], "HOST:PORT:ADDR"),
        (["--connect-timeout", "-1"], "--connect-timeout"),
        (["--max-wait", "-1"], "--max-wait"),
        (["--max-time", "0"], "--max-time"),
        (["--wait-for", "1e9"], "--wait-for"),
    ] {
        let output = finished(dewspec(&target).args(arguments).env("DEWSPEC_TOKEN", "t"));
        assert_eq!(output.code, 2, "{arguments:?}: {}{}", output.out, output.err);
        assert!(output.err.contains(part) && output.err.lines().count() == 1, "{arguments:?}: {}", output.err);
        assert!(!output.err.contains("hidden-word"), "{}", output.err);
    }
}

#[test]
fn another_process_on_the_same_resources_is_waited_for_and_named() {
    let served = Served::start(&[]);
    let mut first = served.command(&served.url, &["-q", "--rate", "2", "csms.create-secret-tag"]);
    let mut first = first.stdout(std::process::Stdio::null()).spawn().expect("the program starts");
    std::thread::sleep(Duration::from_secs(1));
    let second = served.check(&["-q", "--max-wait", "1", "csms.create-secret-tag.example"]);
    let _ = first.kill();
    let _ = first.wait();
    assert_eq!(second.code, 3, "{}{}", second.out, second.err);
    let lines: Vec<&str> = second.err.lines().collect();
    let holder = format!("another dewspec process (pid {}, since ", first.id());
    assert!(lines[0].starts_with("waiting: ") && lines[0].contains(&holder), "{lines:?}");
    assert!(lines[1].contains(&holder) && lines[1].contains("did not end within 1 s"), "{lines:?}");
    assert_eq!(lines.len(), 2, "{lines:?}");
}
