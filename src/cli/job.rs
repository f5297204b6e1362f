use std::net::{Ipv4Addr, SocketAddr};

use super::CliError;
use super::config::Config;
use super::network::NetworkOptions;
use super::options::{EmbeddedArgs, EngineArgs, TargetArgs};
use super::progress::Bar;
use super::settings::settings;
use super::signals::Signals;
use super::{layer::Layer, load, target};
use crate::engine::{self as engine, Assignment, FuzzLimits, RunError};
use crate::fuzz::{Corpus, Find, Input};
use crate::plan::Plan;
use crate::record;
use crate::report::Report;
use crate::server::ServerConfig;
use crate::suite::Suite;
use crate::target::{ReplayLine, Settings, Target, embedded_target};

/// What the command line says of a run, whatever it is for.
pub(super) struct Setup {
    pub(super) config: Config,
    pub(super) suite: Suite,
    /// `None`: the embedded server.
    pub(super) target: Option<Target>,
    pub(super) settings: Settings,
    pub(super) replay: ReplayLine,
    server: ServerConfig,
}

impl Setup {
    /// Of these options, and of the file and the environment beside them.
    ///
    /// # Errors
    /// Usage, if something is missing or cannot be.
    pub(super) fn new(args: &TargetArgs, engine: &EngineArgs, embedded: &EmbeddedArgs) -> Result<Self, CliError> {
        let config = Config::of(args)?;
        target::for_embedded_only(args, &config, embedded)?;
        let target = target::target(args, &config)?;
        let settings = settings(engine, &args.sources, &config, target.is_none())?;
        let suite = load::suite_with(engine)?;
        let server = load::server(embedded)?;
        let replay = replay_line(args, engine, embedded, &config, target.as_ref());
        Ok(Setup { config, suite, target, settings, replay, server })
    }

    /// A task with the cases of a plan; `filters` are for the report.
    pub(super) fn job<'a>(&'a self, plan: &'a Plan, filters: &'a [String], task: Task<'a>) -> Job<'a> {
        Job { setup: self, plan, filters, task }
    }
}

/// Something to be done with the target.
pub(super) struct Job<'a> {
    setup: &'a Setup,
    plan: &'a Plan,
    filters: &'a [String],
    task: Task<'a>,
}

/// What is done with the target.
pub(super) enum Task<'a> {
    /// The cases of the plan.
    Run,
    /// The preflight alone.
    Doctor,
    /// Fuzzing: ends when the limits say so; what is worth keeping is put into the corpus.
    Fuzz { limits: &'a FuzzLimits, begin: Vec<Input>, corpus: &'a mut Option<Corpus> },
    /// Finds once more.
    Replay(&'a [Find]),
}

impl Job<'_> {
    /// Does it, and returns the report. A signal makes its exit code that of the signal.
    ///
    /// # Errors
    /// If there is no report: the target could not be reached, or dewspec broke.
    pub(super) fn go(self) -> Result<Report, CliError> {
        // One thread: handing requests to others costs more than it gains.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| CliError::broken(format!("cannot start a runtime: {e}")))?;
        let bar = Bar::new();
        let report = runtime.block_on(self.report(&bar));
        bar.clear();
        report
    }

    async fn report(self, bar: &Bar) -> Result<Report, CliError> {
        let Setup { suite, target, settings, replay, server, .. } = self.setup;
        let (target, _server) = match target {
            Some(target) => (target.clone(), None),
            None => {
                let server = crate::server::host(server.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
                    .map_err(|e| CliError::broken(format!("the reference server cannot listen: {e}")))?;
                (embedded_target(server.url(), server.identities()), Some(server))
            }
        };
        let signals = Signals::listen();
        let stop = signals.stop();
        let assignment = Assignment {
            filters: self.filters,
            progress: bar,
            replay: replay.clone(),
            ..Assignment::new(suite, self.plan, &target, settings)
        };
        let report = match self.task {
            Task::Run => engine::run(&assignment, stop).await,
            Task::Doctor => engine::doctor(&assignment, stop).await,
            Task::Fuzz { limits, begin, corpus } => {
                engine::fuzz(&assignment, limits, begin, stop).await.map(|(report, kept)| {
                    *corpus = Some(kept);
                    report
                })
            }
            Task::Replay(finds) => engine::replay(&assignment, finds, stop).await,
        };
        let cause = signals.cause();
        let code = |usual: u8| cause.map_or(usual, |signal| signal.exit_code());
        match report {
            Ok(mut report) => {
                report.exit_code = code(report.exit_code);
                if let Some(signal) = cause {
                    let added = settings
                        .record
                        .as_deref()
                        .map(|path| record::add_signal(path, &signal.to_string(), signal.exit_code()));
                    if let Some(Err(why)) = added {
                        report.notes.push(format!("the record does not say that it was ended by {signal}: {why}"));
                    }
                    report.conclusion = format!("ended by {signal}: {}", report.conclusion);
                }
                Ok(report)
            }
            Err(error) => {
                let message = error.to_string();
                let error = match error {
                    RunError::Journal(_) | RunError::Record(_) => CliError::usage(message),
                    _ => CliError::broken(message),
                };
                Err(CliError { code: code(error.code), ..error })
            }
        }
    }
}

/// What repeats a part of a run, beside what target and settings say.
fn replay_line(
    args: &TargetArgs,
    engine: &EngineArgs,
    embedded: &EmbeddedArgs,
    config: &Config,
    tested: Option<&Target>,
) -> ReplayLine {
    let mut line = ReplayLine::default();
    for (name, path) in
        [("--suites", &engine.suites), ("--fixtures", &engine.fixtures), ("--regressions", &engine.regressions)]
    {
        if let Some(path) = path {
            line.option(name, &path.to_string_lossy());
        }
    }
    if let Some(path) = args.config.as_ref().filter(|_| args.sources.layer("config") == Some(Layer::Flag)) {
        line.option("--config", &path.to_string_lossy());
    }
    if tested.is_none() {
        embedded.fault.iter().for_each(|name| line.option("--fault", name));
        embedded.reading.iter().for_each(|text| line.option("--reading", text));
        return line;
    }
    for (field, option, value) in [
        ("profile", "--profile", &args.profile),
        ("region", "--region", &args.region),
        ("os_cloud", "--os-cloud", &args.login.os_cloud),
        ("auth", "--auth", &args.login.auth),
        ("user_name", "--user-name", &args.login.user_name),
        ("domain_name", "--domain-name", &args.login.domain_name),
        ("iam_endpoint", "--iam-endpoint", &args.login.iam_endpoint),
    ] {
        if let Some(value) = value.as_ref().filter(|_| args.sources.layer(field) == Some(Layer::Flag)) {
            line.option(option, value);
        }
    }
    if args.sources.layer("token_command") == Some(Layer::Flag) {
        // Whoever writes a command writes passwords into it.
        line.variable("--token-command", "DEWSPEC_TOKEN_COMMAND");
    }
    if let Some(path) = target::token_file_of(args) {
        line.option("--token-file", &path.to_string_lossy());
    }
    NetworkOptions::new(args, config).add_to(&mut line);
    line
}
