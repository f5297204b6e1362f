use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The program, with nothing of the caller's environment.
pub(crate) fn dewspec(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dewspec"));
    // Journals of targets that are gone with their test are nobody's to keep.
    command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
    // Nothing of the caller's environment may point the tests at another target.
    for (name, _) in std::env::vars_os().filter(|(name, _)| {
        let prefixes = ["DEWSPEC_", "GITHUB_", "HW_", "OS_", "HUAWEICLOUD_"];
        prefixes.iter().any(|prefix| name.to_string_lossy().starts_with(prefix))
    }) {
        command.env_remove(name);
    }
    command.args(arguments).env("COLUMNS", "100").env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// What the program came to.
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    run_in(&std::env::temp_dir(), arguments)
}

pub(crate) fn run_in(dir: &Path, arguments: &[&str]) -> Output {
    finished(dewspec(arguments).current_dir(dir))
}

pub(crate) fn finished(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    Output {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A reference server in a process of its own.
pub(crate) struct Served {
    child: Child,
    pub(crate) url: String,
    pub(crate) options: Vec<String>,
    pub(crate) token: String,
    /// Further tokens, as variables.
    tokens: Vec<(String, String)>,
}

impl Served {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = dewspec(&["serve"]).args(arguments).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut served =
            Served { url: String::new(), options: Vec::new(), token: String::new(), tokens: Vec::new(), child };
        for line in lines.by_ref() {
            let line = line.expect("a line");
            if let Some(url) = line.strip_prefix("listening on ") {
                served.url = url.to_owned();
            }
            if line.starts_with("Ctrl-C") {
                break;
            }
            let Some((name, value)) = line.split_once(' ').map(|(n, v)| (n, v.trim())) else { continue };
            match name {
                "token" => served.token = value.to_owned(),
                "read-only-token" | "foreign-token" => {
                    let variable = format!("DEWSPEC_{}", name.replace('-', "_").to_uppercase());
                    served.tokens.push((variable, value.to_owned()));
                }
                "project-id" | "secret-id" | "key-id" | "foreign-project-id" | "foreign-secret-id"
                | "foreign-key-id" => {
                    served.options.extend([format!("--{name}"), value.to_owned()]);
                }
                _ => {}
            }
        }
        served
    }

    pub(crate) fn check(&self, arguments: &[&str]) -> Output {
        finished(&mut self.command(&self.url, arguments))
    }

    /// The value of one of its identifiers.
    pub(crate) fn option(&self, name: &str) -> String {
        let at = self.options.iter().position(|o| o == name).expect("an option");
        self.options[at + 1].clone()
    }

    /// What checks it at another address.
    pub(crate) fn command(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = dewspec(&["run", "--endpoint", url]);
        command.args(&self.options).args(arguments);
        command.envs(self.tokens.iter().map(|(name, value)| (name, value)));
        command.env("DEWSPEC_TOKEN", &self.token).current_dir(std::env::temp_dir());
        command
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn verdicts(report: &Value) -> Vec<(String, String)> {
    let clauses = report["clauses"].as_array().expect("clauses");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    clauses.iter().map(|c| (text(&c["id"]), text(&c["verdict"]))).collect()
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("a JSON report")
}
