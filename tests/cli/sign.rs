use std::io::Write;
use std::process::Stdio;

use crate::support::{Output, dewspec, finished};

/// The example of the vendor's signing guide.
const URL: &str = "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs/\
                   ?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0";
const SIGNATURE: &str = "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe";
const SECRET: &str = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc";

fn command(arguments: &[&str]) -> std::process::Command {
    let mut command = dewspec(&["sign"]);
    command.args(arguments).current_dir(std::env::temp_dir());
    command.env("DEWSPEC_ACCESS_KEY", "QTWAOYTTINDUT2QVKYUC").env("DEWSPEC_SECRET_KEY", SECRET);
    command
}

fn sign(arguments: &[&str]) -> Output {
    let output = finished(&mut command(arguments));
    assert!(!output.out.contains(SECRET) && !output.err.contains(SECRET), "{}{}", output.out, output.err);
    output
}

#[test]
fn the_published_example_is_signed_as_published() {
    let output = sign(&[URL, "-H", "Content-Type: application/json", "--date", "20191115T033655Z", "--explain"]);
    assert_eq!(output.code, 0, "{}", output.err);
    let lines: Vec<&str> = output.out.lines().collect();
    assert_eq!(lines[..2], ["Content-Type: application/json", "X-Sdk-Date: 20191115T033655Z"]);
    assert_eq!(lines[2], "Host: service.region.example.com");
    assert!(lines[3].ends_with(&format!("Signature={SIGNATURE}")) && lines.len() == 4, "{lines:?}");
    let hash = "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a";
    assert!(output.err.contains(&format!("SDK-HMAC-SHA256\n20191115T033655Z\n{hash}")), "{}", output.err);
}

#[test]
fn a_body_may_be_a_text_a_file_or_standard_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("body.json");
    std::fs::write(&file, "{\"a\":1}").expect("a file");
    let with = |body: &str| sign(&["-X", "POST", URL, "--date", "20191115T033655Z", "-d", body]).out;
    let by_file = with(&format!("@{}", file.display()));
    assert_eq!(with("{\"a\":1}"), by_file);
    assert_ne!(with("{\"a\":2}"), by_file);
    let mut child = command(&["-X", "POST", URL, "--date", "20191115T033655Z", "-d", "@-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("its input").write_all(b"{\"a\":1}").expect("somebody reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), by_file);
}

#[test]
fn project_and_security_token_are_signed_if_they_are_given() {
    let output = finished(command(&[URL]).env("DEWSPEC_SECURITY_TOKEN", "st").env("DEWSPEC_PROJECT_ID", "p"));
    assert!(
        output.out.contains("X-Project-Id: p\n") && output.out.contains("X-Security-Token: st\n"),
        "{}",
        output.out
    );
    assert!(output.out.contains("SignedHeaders=host;x-project-id;x-sdk-date;x-security-token"), "{}", output.out);
}

#[test]
fn wrong_usage_is_told() {
    for (arguments, part) in [
        (&["/v1/p"][..], "invalid URL"),
        (&[URL, "-H", "no-colon"], "NAME: VALUE"),
        (&[URL, "-H", "Authorization: x"], "what the signature makes"),
        (&[URL, "--date", "yesterday"], "20191115T033655Z"),
        (&[URL, "-d", "@/nowhere/body"], "/nowhere/body"),
    ] {
        let output = sign(arguments);
        assert_eq!(output.code, 2, "{arguments:?}: {}", output.err);
        assert!(output.err.contains(part), "{arguments:?}: {}", output.err);
    }
    let output = finished(dewspec(&["sign", URL]).current_dir(std::env::temp_dir()));
    assert!(output.code == 2 && output.err.contains("DEWSPEC_ACCESS_KEY and DEWSPEC_SECRET_KEY"), "{}", output.err);
    let output = finished(command(&[URL, "--secret-key", "another"]).current_dir(std::env::temp_dir()));
    assert!(output.code == 0 && output.err.starts_with("warning: ") && output.err.contains("DEWSPEC_SECRET_KEY"));
}
