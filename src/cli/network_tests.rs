use std::time::Duration;

use super::*;
use crate::cli::layer::Sources;
use crate::cli::options::NetworkArgs;
use crate::target::{Settings, Target};

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn options(network: NetworkArgs) -> NetworkOptions {
    NetworkOptions::new(&TargetArgs { network, ..TargetArgs::default() }, &Config::default())
}

fn made(network: NetworkArgs) -> Result<Network, String> {
    options(network).network().map_err(|e| e.message)
}

fn line(network: NetworkArgs) -> String {
    let mut line = ReplayLine::default();
    options(network).add_to(&mut line);
    line.case(&Target { embedded: true, ..Target::default() }, &Settings::embedded(), "x")
}

#[test]
fn nothing_given_is_the_default() {
    assert_eq!(made(NetworkArgs::default()).unwrap(), Network::default());
    assert_eq!(Network::default().proxy, Proxy::Direct, "no proxy unless the user asks for it");
}

#[test]
fn every_option_arrives() {
    let network = made(NetworkArgs {
        header: texts(&["X-Trace:  a:b ", "Authorization: Basic abcd"]),
        user_agent: Some("curl/8".to_owned()),
        proxy: Some("http://me:word@proxy:3128".to_owned()),
        insecure: true,
        resolve: texts(&["kms.example.test:443:127.0.0.1", "a:80:[::1]", "[::2]:81:::1"]),
        connect_timeout: Some(1.5),
        ..NetworkArgs::default()
    })
    .unwrap();
    let headers: Vec<(&str, &str)> = network.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(headers, [("X-Trace", "a:b"), ("Authorization", "Basic abcd")]);
    assert_eq!(network.user_agent.as_deref(), Some("curl/8"));
    assert_eq!(network.proxy, Proxy::Url("http://me:word@proxy:3128".to_owned()));
    assert!(network.insecure);
    let addresses: Vec<String> =
        network.resolve.iter().map(|r| format!("{} {} {}", r.host, r.port, r.address)).collect();
    assert_eq!(addresses, ["kms.example.test 443 127.0.0.1:443", "a 80 [::1]:80", "::2 81 [::1]:81"]);
    assert_eq!(network.connect_timeout, Duration::from_millis(1500));
}

#[test]
fn the_file_of_options_is_the_last_layer() {
    let text = "header = [\"A: file\"]\nproxy = \"environment\"\ninsecure = true\nuser-agent = \"file\"";
    let config = Config::parse("dewspec.toml", text).unwrap();
    let mut args = TargetArgs::default();
    args.network.user_agent = Some("flag".to_owned());
    args.sources = Sources::at(&[("user_agent", Layer::Flag), ("insecure", Layer::Environment)]);
    let network = NetworkOptions::new(&args, &config).network().unwrap_or_default();
    assert_eq!(network.headers, [("A".to_owned(), "file".to_owned())]);
    assert_eq!(network.proxy, Proxy::Environment);
    assert_eq!(network.user_agent.as_deref(), Some("flag"));
    assert!(!network.insecure, "the environment says no, and comes before the file");
}

#[test]
fn what_cannot_be_is_told_once_and_without_credentials() {
    let header = |text: &str| NetworkArgs { header: texts(&[text]), ..NetworkArgs::default() };
    let proxy = |text: &str| NetworkArgs { proxy: Some(text.to_owned()), ..NetworkArgs::default() };
    let resolve = |text: &str| NetworkArgs { resolve: texts(&[text]), ..NetworkArgs::default() };
    for (network, part) in [
        (header("hidden-word"), "give NAME: VALUE"),
        (header("na me: hidden-word"), "\"na me\""),
        (header("x-auth-token: hidden-word"), "DEWSPEC_TOKEN"),
        (header("Host: h"), "--resolve"),
        (header("User-Agent: h"), "--user-agent"),
        (header("Content-Type: h"), "sets this field itself"),
        (header("X-A:"), "value after the colon"),
        (header("X-A: hidden-word\u{e9}"), "printable ASCII"),
        (NetworkArgs { user_agent: Some("a\nb".to_owned()), ..NetworkArgs::default() }, "--user-agent"),
        (proxy("me:hidden-word@proxy"), "invalid --proxy"),
        (proxy("socks5://proxy:1080"), "invalid --proxy"),
        (proxy("yes"), "`environment`"),
        (resolve("host:80"), "HOST:PORT:ADDR"),
        (resolve("host:port:127.0.0.1"), "HOST:PORT:ADDR"),
        (resolve("host:80:elsewhere"), "HOST:PORT:ADDR"),
        (resolve(":80:127.0.0.1"), "HOST:PORT:ADDR"),
        (NetworkArgs { connect_timeout: Some(0.0), ..NetworkArgs::default() }, "--connect-timeout"),
        (NetworkArgs { key: Some("k.pem".into()), ..NetworkArgs::default() }, "give --cert, too"),
        (NetworkArgs { cacert: Some("/nowhere/ca.pem".into()), ..NetworkArgs::default() }, "/nowhere/ca.pem"),
    ] {
        let message = made(network).unwrap_err();
        assert!(message.contains(part) && !message.contains("hidden-word"), "{part}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn certificates_and_keys_are_looked_at_before_anything_is_sent() {
    let made_up = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (made_up.cert.pem(), made_up.signing_key.serialize_pem());
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Some(path)
    };
    let two = write("ca.pem", &format!("# first\n{cert}\nsecond\n{cert}"));
    let network = made(NetworkArgs { cacert: two, ..NetworkArgs::default() }).unwrap();
    assert_eq!(network.ca_certificates.len(), 2);
    let alone = (write("cert.pem", &cert), write("key.pem", &key));
    let both = write("both.pem", &format!("{cert}{key}"));
    let with = |cert: &Option<PathBuf>, key: &Option<PathBuf>| {
        made(NetworkArgs { cert: cert.clone(), key: key.clone(), ..NetworkArgs::default() })
    };
    assert_eq!(with(&alone.0, &alone.1).unwrap().client_certificate, Some((cert.into_bytes(), key.into_bytes())));
    assert!(with(&both, &None).unwrap().client_certificate.is_some());
    assert!(with(&alone.0, &None).unwrap_err().contains("holds no private key: give --key"));
    assert!(with(&alone.0, &alone.0).unwrap_err().contains("private key in PEM"));
    assert!(with(&alone.1, &alone.1).unwrap_err().contains("no certificate"));
    let broken = write("broken.pem", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n");
    assert!(made(NetworkArgs { cacert: broken, ..NetworkArgs::default() }).unwrap_err().contains("broken.pem"));
}

#[test]
fn a_line_that_repeats_the_run_holds_no_credential() {
    let text = line(NetworkArgs {
        header: texts(&["X-Trace: a b", "Cookie: hidden-word"]),
        proxy: Some("http://me:hidden-word@proxy:3128".to_owned()),
        cacert: Some("my ca.pem".into()),
        resolve: texts(&["a:80:127.0.0.1"]),
        insecure: true,
        ..NetworkArgs::default()
    });
    assert!(!text.contains("hidden-word"), "{text}");
    for part in [
        "--header 'X-Trace: a b'",
        "--header \"${DEWSPEC_HEADER:?}\"",
        "--proxy \"${DEWSPEC_PROXY:?}\"",
        "--cacert 'my ca.pem'",
        "--resolve a:80:127.0.0.1",
        "--insecure",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let open = line(NetworkArgs { proxy: Some("http://proxy:3128".to_owned()), ..NetworkArgs::default() });
    assert!(open.contains("--proxy http://proxy:3128"), "{open}");
}
