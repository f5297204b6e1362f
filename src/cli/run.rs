use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::args::{OutputArgs, RunArgs};
use super::config::Config;
use super::progress::Bar;
use super::{Ending, console, load, target};
use crate::exit;
use crate::fuzz::{Corpus, Find, Input};
use crate::plan::{Filter, Plan, plan};
use crate::report::snapshot::{DifferenceKind, accept, compare, overlay, tables};
use crate::report::terminal::TerminalStyle;
use crate::report::{Report, json, junit, terminal};
use crate::run::{self as engine, Assignment, FuzzLimits, Stop};
use crate::server::ServerConfig;
use crate::suite::Suite;
use crate::target::{Settings, Target, embedded_target};

/// `dewspec run`
pub(super) fn run(args: &RunArgs) -> Result<u8, Ending> {
    let config = Config::read(args.target.config.as_deref())?;
    let target = target::target(&args.target, &config)?;
    let settings = target::settings(&args.engine, &config, target.is_none())?;
    let suite = load::suite_with(&args.engine)?;
    let plan = plan(&suite, &Filter::words(&args.filters));
    let server = load::server(&args.reading, &args.fault)?;
    let outputs = Outputs::new(&args.output, &config)?;
    let task = Task::Run;
    let job = Job { suite: &suite, plan: &plan, target, server, settings: &settings, filters: &args.filters, task };
    outputs.write(job.go()?)
}

/// What a run needs, whoever asks for it.
pub(super) struct Job<'a> {
    pub(super) suite: &'a Suite,
    pub(super) plan: &'a Plan,
    pub(super) target: Option<Target>,
    pub(super) server: ServerConfig,
    pub(super) settings: &'a Settings,
    pub(super) filters: &'a [String],
    pub(super) task: Task<'a>,
}

/// What is done with the target.
pub(super) enum Task<'a> {
    /// The cases of the plan.
    Run,
    /// Fuzzing: ends when the limits say so; what is worth keeping is put into the corpus.
    Fuzz { limits: &'a FuzzLimits, begin: Vec<Input>, corpus: &'a mut Option<Corpus> },
    /// Finds once more.
    Replay(&'a [Find]),
}

impl Job<'_> {
    /// Does it, and returns the report.
    pub(super) fn go(self) -> Result<Report, Ending> {
        // One thread: handing requests to others costs more than it gains.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Ending::broken(format!("cannot start a runtime: {e}")))?;
        let bar = Bar::new();
        let report = runtime.block_on(self.report(&bar));
        bar.clear();
        report
    }

    async fn report(self, bar: &Bar) -> Result<Report, Ending> {
        let (target, _server) = match self.target {
            Some(target) => (target, None),
            None => {
                let server = crate::server::host(self.server, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
                    .map_err(|e| Ending::broken(format!("the reference server cannot listen: {e}")))?;
                (embedded_target(server.url(), server.identities()), Some(server))
            }
        };
        let stop: Stop = Box::pin(async {
            tokio::select! {
                () = interrupt() => {}
                () = termination() => {}
            }
            console::remark("interrupted: finishing what is under way and restoring the target");
        });
        let assignment = Assignment {
            suite: self.suite,
            plan: self.plan,
            target: &target,
            settings: self.settings,
            filters: self.filters,
            progress: bar,
            transport: None,
        };
        let report = match self.task {
            Task::Run => engine::run(&assignment, stop).await,
            Task::Fuzz { limits, begin, corpus } => {
                engine::fuzz(&assignment, limits, begin, stop).await.map(|(report, kept)| {
                    *corpus = Some(kept);
                    report
                })
            }
            Task::Replay(finds) => engine::replay(&assignment, finds, stop).await,
        };
        report.map_err(|e| Ending::broken(e.to_string()))
    }
}

/// Ctrl-C; without signals the run goes on to its end.
async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// What a CI system sends to a job that has to end.
#[cfg(unix)]
async fn termination() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

/// What a CI system sends to a job that has to end.
#[cfg(not(unix))]
async fn termination() {
    std::future::pending().await
}

/// Where reports go.
pub(super) struct Outputs {
    json: Vec<PathBuf>,
    junit: Vec<PathBuf>,
    snapshots: Option<PathBuf>,
    update: bool,
    quiet: bool,
}

impl Outputs {
    pub(super) fn new(args: &OutputArgs, config: &Config) -> Result<Self, Ending> {
        let wanted = if args.report.is_empty() { config.report.clone().into_vec() } else { args.report.clone() };
        let mut outputs = Outputs {
            json: Vec::new(),
            junit: Vec::new(),
            snapshots: args.snapshots.clone().or_else(|| config.snapshots.clone()),
            update: args.update_snapshots,
            quiet: args.quiet,
        };
        for text in &wanted {
            match text.split_once('=') {
                Some(("json", path)) if !path.is_empty() => outputs.json.push(path.into()),
                Some(("junit", path)) if !path.is_empty() => outputs.junit.push(path.into()),
                _ => return Err(Ending::usage(format!("{text:?} is no report: give json=PATH or junit=PATH"))),
            }
        }
        for path in outputs.json.iter().chain(&outputs.junit) {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
            if let Some(folder) = folder.filter(|f| !f.is_dir()) {
                return Err(Ending::usage(format!("{} is no directory to write a report to", folder.display())));
            }
        }
        Ok(outputs)
    }

    /// Writes everything; the exit code may change, if snapshots differ.
    pub(super) fn write(&self, mut report: Report) -> Result<u8, Ending> {
        let differences = self.snapshots(&mut report)?;
        let broken = |e: crate::report::ReportError| Ending::broken(e.to_string());
        let mut to_stdout = false;
        for path in &self.json {
            to_stdout |= put(path, &json::render(&report).map_err(broken)?)?;
        }
        for path in &self.junit {
            to_stdout |= put(path, &junit::render(&report).map_err(broken)?)?;
        }
        if !to_stdout {
            let style = TerminalStyle { width: console::width(), color: console::color(), verdicts: !self.quiet };
            console::print(&format!("{}{differences}", terminal::render(&report, &style)));
        }
        Ok(report.exit_code)
    }

    /// Compares or accepts snapshots; returns what to show of it.
    fn snapshots(&self, report: &mut Report) -> Result<String, Ending> {
        let Some(dir) = &self.snapshots else { return Ok(String::new()) };
        let broken = |e: crate::report::ReportError| Ending::usage(e.to_string());
        let mut wanted = tables(report);
        if !report.filters.is_empty() {
            wanted = overlay(dir, &wanted).map_err(broken)?;
        }
        let found = compare(dir, &wanted).map_err(broken)?;
        // Tables that are not there yet are written; nothing is ever accepted over one that is.
        let first = found.iter().all(|d| d.kind == DifferenceKind::New);
        if !found.is_empty() && (self.update || first) {
            let accepted = accept(dir, &wanted).map_err(broken)?;
            return Ok(format!("snapshots: {} written to {}\n", accepted.len(), dir.display()));
        }
        if found.is_empty() {
            return Ok(format!("snapshots: no difference to {}\n", dir.display()));
        }
        let mut text = String::from("\nSnapshots differ; accept with --update-snapshots\n\n");
        for difference in &found {
            text.push_str(&format!("{} ({})\n{}\n", difference.name, difference.kind, difference.diff));
        }
        report.notes.push(format!("{} snapshot(s) differ from {}", found.len(), dir.display()));
        if report.exit_code == exit::CONFORMS {
            report.exit_code = exit::NONCONFORMING;
            report.conclusion = format!("{}, but {} snapshot(s) differ", report.conclusion, found.len());
        }
        Ok(text)
    }
}

/// Writes a report; `true` if it went to standard output.
fn put(path: &Path, text: &str) -> Result<bool, Ending> {
    if path == Path::new("-") {
        console::print(text);
        return Ok(true);
    }
    std::fs::write(path, text).map_err(|e| Ending::broken(format!("{}: cannot be written: {e}", path.display())))?;
    Ok(false)
}
