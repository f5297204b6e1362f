use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Settings, Target};
use crate::model::Repetition;

/// The command lines that repeat a part of a run, but for the part's own name. Pasted into a POSIX shell they do what
/// the run did; credentials are never in them, the environment variables have those.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayLine {
    /// Options that neither [`Target`] nor [`Settings`] know of: quoted, each with a blank before it.
    options: String,
    /// Secrets and keys that were made for the run alone: nobody finds them any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<String>,
}

impl ReplayLine {
    /// Adds an option with its value.
    pub fn option(&mut self, name: &str, value: &str) {
        self.options.push_str(&format!(" {name} {}", quoted(value)));
    }

    /// Adds an option that has no value.
    pub fn switch(&mut self, name: &str) {
        self.options.push_str(&format!(" {name}"));
    }

    /// Adds an option whose value must not be shown: the shell takes it from this variable, and says so if it is not set.
    pub fn variable(&mut self, name: &str, variable: &str) {
        self.options.push_str(&format!(" {name} \"${{{variable}:?}}\""));
    }

    /// These secrets and keys are not named: they were made for the run alone.
    pub fn leave_out(&mut self, ids: &[String]) {
        self.gone.extend_from_slice(ids);
    }

    /// What runs one case again: `dewspec run … CASE`.
    pub fn case(&self, target: &Target, settings: &Settings, case: &str) -> String {
        let same = format!(" --seed {} --run-id {}", settings.seed, quoted(&settings.run_id));
        format!("dewspec run{same}{}{} {}", self.options, self.known(target, settings), quoted(case))
    }

    /// What sends a find of the fuzzer again: `dewspec replay FILE …`. The find itself names seed and run id.
    pub fn find(&self, target: &Target, settings: &Settings, file: &str) -> String {
        format!("dewspec replay {}{}{}", quoted(file), self.options, self.known(target, settings))
    }

    /// What target and settings say beyond the defaults.
    fn known(&self, target: &Target, settings: &Settings) -> String {
        let mut line = String::new();
        if !target.embedded {
            add_target(&mut line, target, &self.gone);
        }
        add_settings(&mut line, settings, target.embedded);
        line
    }
}

fn add_target(line: &mut String, target: &Target, gone: &[String]) {
    if target.csms == target.kms {
        add_each(line, "--endpoint", &target.csms);
    } else {
        add_each(line, "--csms-endpoint", &target.csms);
        add_each(line, "--kms-endpoint", &target.kms);
    }
    add_each(line, "--project-id", [&target.project_id]);
    add_each(line, "--secret-id", target.secret_ids.iter().filter(|id| !gone.contains(id)));
    add_each(line, "--key-id", target.key_ids.iter().filter(|id| !gone.contains(id)));
    add_each(line, "--foreign-project-id", &target.foreign.project_id);
    add_each(line, "--foreign-secret-id", &target.foreign.secret_id);
    add_each(line, "--foreign-key-id", &target.foreign.key_id);
}

fn add_each<'a>(line: &mut String, name: &str, values: impl IntoIterator<Item = &'a String>) {
    for value in values {
        line.push_str(&format!(" {name} {}", quoted(value)));
    }
}

fn add_settings(line: &mut String, settings: &Settings, embedded: bool) {
    let usual = if embedded { Settings::embedded() } else { Settings::default() };
    let mut add = |name: &str, value: String| line.push_str(&format!(" {name} {value}"));
    if settings.cases != usual.cases {
        add("--cases", settings.cases.to_string());
    }
    if settings.concurrency != usual.concurrency {
        add("--concurrency", settings.concurrency.to_string());
    }
    let mut add_time = |name: &str, time: Duration, usual: Duration| {
        if time != usual {
            add(name, time.as_secs_f64().to_string());
        }
    };
    add_time("--timeout", settings.timeout, usual.timeout);
    add_time("--settle", settings.settle, usual.settle);
    add_time("--max-wait", settings.max_wait, usual.max_wait);
    if let Some(rate) = settings.rate {
        add("--rate", rate.to_string());
    }
    let once = Repetition::default();
    let Repetition { repeat, retries, flaky } = settings.repetition;
    if repeat != once.repeat {
        add("--repeat", repeat.to_string());
    }
    if retries != once.retries {
        add("--retries", retries.to_string());
    }
    if flaky != once.flaky {
        add("--flaky", flaky.to_string());
    }
    if settings.thorough {
        line.push_str(" --thorough");
    }
    if settings.signature {
        line.push_str(" --signature");
    }
    if settings.neighbours {
        line.push_str(" --neighbours");
    }
    if settings.strict {
        line.push_str(" --strict");
    }
}

/// One word for a POSIX shell. No word of ours holds a NUL, which no shell could take.
fn quoted(word: &str) -> Cow<'_, str> {
    shlex::try_quote(word).unwrap_or_else(|_| Cow::Owned(format!("'{}'", word.replace(['\0', '\''], "?"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded() -> Target {
        Target { embedded: true, ..Target::default() }
    }

    #[test]
    fn what_a_shell_makes_of_the_line_is_what_was_meant() {
        let mut line = ReplayLine::default();
        line.option("--suites", "/home/some one/it's/$HOME;ls");
        line.switch("--insecure");
        let text = line.case(&embedded(), &Settings::embedded(), "csms.create-secret-tag.key.pattern/at*sign");
        let words = shlex::split(&text).unwrap();
        assert_eq!(words[..2], ["dewspec", "run"]);
        assert_eq!(words[6..], ["--suites", "/home/some one/it's/$HOME;ls", "--insecure", words.last().unwrap()]);
        assert_eq!(words.last().unwrap(), "csms.create-secret-tag.key.pattern/at*sign");
    }

    #[test]
    fn only_what_differs_from_the_defaults_is_said() {
        let line = ReplayLine::default();
        let usual = line.case(&embedded(), &Settings::embedded(), "x");
        assert_eq!(usual, "dewspec run --seed 14598366 --run-id local x");
        let changed = Settings {
            cases: 7,
            concurrency: 3,
            settle: Duration::from_millis(1500),
            rate: Some(9),
            strict: true,
            ..Settings::embedded()
        };
        let text = line.case(&embedded(), &changed, "x");
        assert!(text.ends_with("--cases 7 --concurrency 3 --settle 1.5 --rate 9 --strict x"), "{text}");
    }

    #[test]
    fn every_identifier_is_named_and_no_credential() {
        let target = Target {
            csms: Some("http://c".to_owned()),
            kms: Some("http://k".to_owned()),
            project_id: "p".to_owned(),
            secret_ids: vec!["s1".to_owned(), "s2".to_owned()],
            key_ids: vec!["k1".to_owned()],
            token: "hidden-token".to_owned(),
            foreign: super::super::Foreign {
                project_id: Some("fp".to_owned()),
                secret_id: Some("fs".to_owned()),
                key_id: Some("fk".to_owned()),
                token: Some("hidden-foreign".to_owned()),
            },
            ..Target::default()
        };
        let mut line = ReplayLine::default();
        line.leave_out(&["s1".to_owned(), "k1".to_owned()]);
        let text = line.find(&target, &Settings::default(), "x");
        assert!(text.contains("--secret-id s2") && !text.contains("s1") && !text.contains("k1"), "{text}");
        let mut line = ReplayLine::default();
        line.variable("--proxy", "DEWSPEC_PROXY");
        let text = line.case(&target, &Settings::default(), "x");
        assert_eq!(
            text,
            "dewspec run --seed 14598366 --run-id local --proxy \"${DEWSPEC_PROXY:?}\" --csms-endpoint http://c \
             --kms-endpoint http://k --project-id p --secret-id s1 --secret-id s2 --key-id k1 \
             --foreign-project-id fp --foreign-secret-id fs --foreign-key-id fk x"
        );
    }
}
