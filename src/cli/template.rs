//! The text of a `dewspec.toml`: what was given, and as comments what else could be said. No I/O.

use std::collections::BTreeMap;

use super::config_schema::{help, options};

/// What was given, by the options' names.
pub(super) type Values = BTreeMap<String, Vec<String>>;

/// What stands in a file for everybody to see must hold no secret.
const SECRET: [&str; 7] =
    ["token", "secret-key", "security-token", "password", "read-only-token", "foreign-token", "token-command"];
/// The same of what may have one in it.
const TELLING: [&str; 2] = ["proxy", "header"];
/// Columns of a comment.
const WIDTH: usize = 100;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    List,
    Plain,
}

/// A part of the file: what it is about, and its options, each with how it is written and an example.
type Part = (&'static str, &'static [(&'static str, Form, &'static str)]);

const PARTS: [Part; 5] = [
    (
        "Target",
        &[
            ("endpoint", Form::Text, "https://kms.example.com"),
            ("region", Form::Text, "cn-north-4"),
            ("csms-endpoint", Form::Text, "https://csms.example.com"),
            ("kms-endpoint", Form::Text, "https://kms.example.com"),
            ("project-id", Form::Text, "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
            ("secret-id", Form::List, "11111111-2222-4333-8444-555555555555"),
            ("key-id", Form::List, "66666666-7777-4888-9999-000000000000"),
            ("provision", Form::Plain, "true"),
            ("foreign-project-id", Form::Text, "00112233445566778899aabbccddeeff"),
            ("foreign-secret-id", Form::Text, "11111111-2222-4333-8444-555555555556"),
            ("foreign-key-id", Form::Text, "66666666-7777-4888-9999-000000000001"),
        ],
    ),
    (
        "Credentials. Secrets belong into the environment: DEWSPEC_TOKEN, or DEWSPEC_ACCESS_KEY and DEWSPEC_SECRET_KEY, or \
         DEWSPEC_PASSWORD; variables of the vendor's SDKs, of Terraform and of OpenStack are read, too",
        &[
            ("token-file", Form::Text, "token"),
            ("token-command", Form::Text, "openstack token issue -f json"),
            ("access-key", Form::Text, "AK"),
            ("user-name", Form::Text, "somebody"),
            ("domain-name", Form::Text, "an-account"),
            ("iam-endpoint", Form::Text, "https://iam.example.com"),
            ("auth", Form::Text, "signature"),
            ("os-cloud", Form::Text, "my-cloud"),
        ],
    ),
    (
        "Connection",
        &[
            ("proxy", Form::Text, "environment"),
            ("cacert", Form::Text, "ca.pem"),
            ("cert", Form::Text, "client.pem"),
            ("key", Form::Text, "client.key"),
            ("insecure", Form::Plain, "false"),
            ("resolve", Form::List, "kms.example.com:443:192.0.2.1"),
            ("header", Form::List, "X-Name: value"),
            ("user-agent", Form::Text, "dewspec"),
            ("connect-timeout", Form::Plain, "10"),
        ],
    ),
    (
        "Run",
        &[
            ("rate", Form::Plain, "20"),
            ("timeout", Form::Plain, "10"),
            ("settle", Form::Plain, "2"),
            ("max-time", Form::Plain, "600"),
            ("max-wait", Form::Plain, "300"),
            ("wait-for", Form::Plain, "60"),
            ("concurrency", Form::Plain, "32"),
            ("cases", Form::Plain, "2"),
            ("seed", Form::Text, "random"),
            ("run-id", Form::Text, "nightly"),
            ("strict", Form::Plain, "true"),
            ("fail-fast", Form::Plain, "true"),
            ("thorough", Form::Plain, "true"),
            ("journal", Form::Text, "dewspec.journal"),
        ],
    ),
    (
        "Output",
        &[
            ("report", Form::List, "html=report.html"),
            ("snapshots", Form::Text, "snapshots"),
            ("deviations", Form::Text, "deviations.toml"),
        ],
    ),
];

/// The file, with the values that were given, secrets left out, and everything else as comments.
pub(super) fn text(given: &Values, schema: &str) -> String {
    let options = options();
    let mut text = format!("#:schema ./{schema}\n");
    text.push_str(&comment(
        "What dewspec checks, and how: written by `dewspec init`. The names are those of the options, which `dewspec run --help` \
         explains. Options and variables DEWSPEC_… win over this file; lines with `# ` before a name are off.",
    ));
    for (about, entries) in PARTS {
        text.push_str(&format!("\n{}", comment(&format!("--- {about}."))));
        for (name, form, example) in entries {
            text.push_str(&format!("\n{}", comment(&help(&options, name).unwrap_or_default())));
            match given.get(*name).filter(|_| !is_secret(given, name)) {
                Some(values) => text.push_str(&format!("{name} = {}\n", written(*form, values))),
                None => text.push_str(&format!("# {name} = {}\n", written(*form, &[(*example).to_owned()]))),
            }
        }
    }
    text.push_str(&format!(
        "\n{}# [profile.lab]\n# endpoint = \"http://127.0.0.1:8080\"\n",
        comment("--- Further targets: `dewspec run --profile lab` takes these options over those above.")
    ));
    text
}

/// What was given and is not written.
pub(super) fn secrets(given: &Values) -> impl Iterator<Item = &str> {
    given.keys().map(String::as_str).filter(|name| is_secret(given, name))
}

fn is_secret(given: &Values, name: &str) -> bool {
    let holds = |value: &String| {
        value.contains('@') || crate::target::is_credential(value.split(':').next().unwrap_or_default())
    };
    SECRET.contains(&name) || TELLING.contains(&name) && given.get(name).is_some_and(|values| values.iter().any(holds))
}

fn written(form: Form, values: &[String]) -> String {
    let quoted = |value: &String| toml::Value::String(value.clone()).to_string();
    match (form, values) {
        (Form::Plain, [value, ..]) => value.clone(),
        (Form::List, _) => format!("[{}]", values.iter().map(quoted).collect::<Vec<_>>().join(", ")),
        (_, [value, ..]) => quoted(value),
        (_, []) => String::new(),
    }
}

/// A text as lines of comment.
fn comment(text: &str) -> String {
    crate::report::text::wrap(text, WIDTH - 2).into_iter().map(|line| format!("# {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use super::*;

    fn values(given: &[(&str, &[&str])]) -> Values {
        given.iter().map(|(n, v)| ((*n).to_owned(), v.iter().map(|v| (*v).to_owned()).collect())).collect()
    }

    /// What was off, on.
    fn uncommented(text: &str) -> String {
        let is_entry = |line: &str| {
            line.split_once(" = ").is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
        };
        let on = |line: &str| line.strip_prefix("# ").filter(|rest| is_entry(rest)).unwrap_or(line).to_owned();
        text.lines().take_while(|line| !line.starts_with("# --- Further")).map(|line| on(line) + "\n").collect()
    }

    #[test]
    fn everything_in_it_can_be_read_once_it_is_on() {
        let text = text(&Values::new(), "s.json");
        assert!(text.starts_with("#:schema ./s.json\n"));
        assert!(Config::parse("f", &text).is_ok_and(|config| config.endpoint.is_none()), "all of it is off");
        let on = uncommented(&text);
        let config = Config::parse("f", &on).unwrap_or_else(|e| unreachable!("{e}\n{on}"));
        assert_eq!((config.rate, config.strict, config.provision), (Some(20), Some(true), Some(true)));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        let known =
            PARTS.iter().flat_map(|(_, entries)| entries.iter()).filter(|(name, ..)| help(&options(), name).is_none());
        assert_eq!(known.count(), 0, "each is an option");
    }

    #[test]
    fn what_was_given_is_written_and_no_secret() {
        let given = values(&[
            ("endpoint", &["https://a\"b"]),
            ("secret-id", &["s1", "s2"]),
            ("rate", &["7"]),
            ("token", &["hidden"]),
            ("secret-key", &["hidden"]),
            ("proxy", &["http://me:hidden@proxy"]),
            ("header", &["X-Api-Key: hidden"]),
        ]);
        let text = text(&given, "s.json");
        assert!(!text.contains("hidden"), "{text}");
        let config = Config::parse("f", &text).unwrap();
        assert_eq!(config.endpoint.as_deref(), Some("https://a\"b"));
        assert_eq!((config.secret_id.into_vec().len(), config.rate), (2, Some(7)));
        assert_eq!(secrets(&given).collect::<Vec<_>>(), ["header", "proxy", "secret-key", "token"]);
        let plain = values(&[("proxy", &["http://proxy:3128"])]);
        assert!(super::text(&plain, "s").contains("\nproxy = \"http://proxy:3128\"\n"));
    }
}
