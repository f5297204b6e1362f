//! The program as a child, before a server that stands behind a proxy.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::gatekeeper::Gatekeeper;
use crate::judged::{RECORD, agrees};
use crate::proxy::{Proxy, Rule};
use crate::told::Told;
use crate::upstream::Upstream;

/// When a child is killed and its test fails, unless the test says otherwise.
const LIMIT: Duration = Duration::from_secs(40);
/// How often it is looked whether a child has ended.
const LOOK: Duration = Duration::from_millis(5);

/// What a run is told about its target: one of everything, as users begin.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) endpoint: String,
    pub(crate) project: String,
    pub(crate) secret: String,
    pub(crate) key: String,
    pub(crate) token: String,
}

impl Setup {
    /// For servers that know nobody.
    pub(crate) fn of_nobody(endpoint: &str) -> Self {
        Setup {
            endpoint: endpoint.to_owned(),
            project: "0f1e2d3c4b5a69788796a5b4c3d2e1f0".to_owned(),
            secret: "11111111-2222-4333-8444-555555555555".to_owned(),
            key: "66666666-7777-4888-9999-000000000000".to_owned(),
            token: "a-token-that-nobody-may-see".to_owned(),
        }
    }
}

/// A server behind a proxy.
pub(crate) struct Scene {
    pub(crate) upstream: Upstream,
    pub(crate) proxy: Proxy,
}

impl Scene {
    /// A conforming server.
    pub(crate) fn new(rule: impl Rule) -> Self {
        Self::with(&[], &[], rule)
    }

    /// A server with this fault.
    pub(crate) fn faulty(fault: &str, rule: impl Rule) -> Self {
        Self::with(&[fault], &[], rule)
    }

    pub(crate) fn with(faults: &[&str], readings: &[(&str, &str)], rule: impl Rule) -> Self {
        let upstream = Upstream::new(faults, readings);
        let proxy = Proxy::before(upstream.address, rule);
        Scene { upstream, proxy }
    }

    pub(crate) fn setup(&self) -> Setup {
        Setup {
            endpoint: self.proxy.url(),
            project: self.upstream.project().to_owned(),
            secret: self.upstream.secret().to_owned(),
            key: self.upstream.key().to_owned(),
            token: self.upstream.token().to_owned(),
        }
    }

    /// `dewspec run` with these arguments.
    pub(crate) fn run(&self, arguments: &[&str]) -> Told {
        self.launch("run").args(arguments).finish()
    }

    pub(crate) fn launch(&self, subcommand: &str) -> Launch {
        Launch::new(subcommand, &self.setup())
    }

    /// Nothing that dewspec wrote is there any more.
    #[track_caller]
    pub(crate) fn is_clean(&self, told: &Told) {
        assert_eq!(self.upstream.left(), Vec::<String>::new(), "left behind:\n{}", told.excerpt());
    }
}

/// A process about to be started.
pub(crate) struct Launch {
    command: Command,
    dir: TempDir,
    limit: Duration,
    /// What nobody may see, whatever becomes of the run.
    hidden: Vec<String>,
}

impl Launch {
    /// With everything that describes the target; the token by environment, as the README advises.
    pub(crate) fn new(subcommand: &str, setup: &Setup) -> Self {
        let launch = Self::bare(subcommand).args(&["--endpoint", &setup.endpoint]);
        let launch = launch.args(&["--project-id", &setup.project, "--secret-id", &setup.secret]);
        let launch = launch.args(&["--key-id", &setup.key]).env("DEWSPEC_TOKEN", &setup.token);
        launch.hides(&setup.token)
    }

    /// With nothing about a target.
    pub(crate) fn bare(subcommand: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut command = Command::new(env!("CARGO_BIN_EXE_dewspec"));
        // Nothing of the caller's environment may point the tests at another target, or through another proxy.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_uppercase();
            let is_of_others = ["HW_", "OS_", "HUAWEICLOUD_"].iter().any(|prefix| text.starts_with(prefix));
            if text.starts_with("DEWSPEC_") || text.ends_with("_PROXY") || is_of_others {
                command.env_remove(name);
            }
        }
        command.arg(subcommand).current_dir(dir.path()).env("COLUMNS", "100").env_remove("NO_COLOR");
        command.env("HOME", dir.path()).env("XDG_STATE_HOME", dir.path().join("state"));
        let output = |name: &str| File::create(dir.path().join(name)).expect("a file");
        command.stdin(Stdio::null()).stdout(output("stdout")).stderr(output("stderr"));
        if matches!(subcommand, "run" | "fuzz") {
            command.args(["--report", "json=report.json"]);
        }
        if subcommand == "run" {
            command.arg("-q").env("DEWSPEC_RECORD", RECORD);
        }
        Launch { command, dir, limit: LIMIT, hidden: Vec::new() }
    }

    pub(crate) fn args(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// With an access key, by environment.
    pub(crate) fn signing(subcommand: &str, setup: &Setup, gate: &Gatekeeper) -> Self {
        let launch = Self::bare(subcommand).args(&["--endpoint", &setup.endpoint]);
        let launch = launch.args(&["--project-id", &setup.project, "--secret-id", &setup.secret]);
        let launch = launch.args(&["--key-id", &setup.key]);
        let launch = launch.env("DEWSPEC_ACCESS_KEY", &gate.access_key).env("DEWSPEC_SECRET_KEY", &gate.secret_key);
        let launch = launch.hides(&gate.secret_key);
        match &gate.security_token {
            Some(token) => launch.env("DEWSPEC_SECURITY_TOKEN", token).hides(token),
            None => launch,
        }
    }

    /// What nobody may see in anything that it leaves.
    pub(crate) fn hides(mut self, secret: &str) -> Self {
        self.hidden.push(secret.to_owned());
        self
    }

    /// The test fails if it takes longer than that.
    pub(crate) fn limit(mut self, seconds: u64) -> Self {
        self.limit = Duration::from_secs(seconds);
        self
    }

    /// Writes a file into the directory where it runs.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.dir.path().join(name), text).expect("a file");
        self
    }

    pub(crate) fn start(mut self) -> Underway {
        let child = self.command.spawn().expect("the program starts");
        let Launch { dir, limit, hidden, .. } = self;
        Underway { child, dir, began: Instant::now(), limit, peak_kib: None, hidden }
    }

    pub(crate) fn finish(self) -> Told {
        self.start().finish()
    }
}

/// A process that runs; killed if its test does not wait for its end.
pub(crate) struct Underway {
    child: Child,
    dir: TempDir,
    began: Instant,
    limit: Duration,
    peak_kib: Option<u64>,
    hidden: Vec<String>,
}

impl Underway {
    /// Waits until something is so, as long as it runs.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, so: impl Fn() -> bool) {
        while !so() {
            assert!(
                self.child.try_wait().expect("a child").is_none(),
                "it ended before that:\n{}",
                self.told(0).excerpt()
            );
            self.in_time();
            std::thread::sleep(LOOK);
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("the process is there");
    }

    #[track_caller]
    pub(crate) fn finish(mut self) -> Told {
        loop {
            self.look_at_memory();
            if let Some(status) = self.child.try_wait().expect("a child") {
                let code = status.code().or_else(|| std::os::unix::process::ExitStatusExt::signal(&status).map(|s| -s));
                let told = self.told(code.expect("an exit code or a signal"));
                self.hidden.iter().for_each(|hidden| holds_nowhere(self.dir.path(), hidden, &told));
                agrees(self.dir.path(), &told);
                return told;
            }
            self.in_time();
            std::thread::sleep(LOOK);
        }
    }

    #[track_caller]
    fn in_time(&mut self) {
        if self.began.elapsed() > self.limit {
            let _ = self.child.kill();
            let _ = self.child.wait();
            panic!("it did not end within {:?}:\n{}", self.limit, self.told(-9).excerpt());
        }
    }

    /// The kernel remembers the most; the last look before the end tells it.
    fn look_at_memory(&mut self) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = line.and_then(|text| text.trim().trim_end_matches(" kB").trim().parse().ok());
        self.peak_kib = self.peak_kib.max(peak);
    }

    fn told(&self, code: i32) -> Told {
        let read = |name: &str| {
            String::from_utf8_lossy(&std::fs::read(self.dir.path().join(name)).unwrap_or_default()).into_owned()
        };
        let report = serde_json::from_str(&read("report.json")).ok();
        let (took, peak_kib) = (self.began.elapsed(), self.peak_kib);
        Told { code, out: read("stdout"), err: read("stderr"), report, took, peak_kib }
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks for a secret in everything that a run has left: streams, reports, record, journal. What the test put there as input
/// begins with `input`.
#[track_caller]
fn holds_nowhere(dir: &Path, hidden: &str, told: &Told) {
    told.never_says(hidden);
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with("input") && !["token", "dewspec.toml"].contains(&name.as_str()) {
                let text = std::fs::read(&path).unwrap_or_default();
                let found = memchr::memmem::find(&text, hidden.as_bytes());
                assert!(found.is_none(), "{hidden} stands in {name} at {found:?}:\n{}", told.excerpt());
            }
        }
    }
}

/// Tries variations of one thing at once, since most of them wait most of the time, and tells of each that is not
/// as it should be.
pub(crate) fn each<V: std::fmt::Debug + Sync>(variations: &[V], check: impl Fn(&V) + Sync) {
    let bad: Vec<String> = std::thread::scope(|scope| {
        let check = &check;
        let running: Vec<_> = variations.iter().map(|one| (one, scope.spawn(move || check(one)))).collect();
        let ended = running.into_iter().map(|(one, thread)| (one, thread.join()));
        ended.filter_map(|(one, ended)| ended.err().map(|why| format!("{one:?}: {}", said(&*why)))).collect()
    });
    assert!(bad.is_empty(), "{} of {} variations:\n\n{}", bad.len(), variations.len(), bad.join("\n\n"));
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
