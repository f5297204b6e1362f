use std::net::{Ipv4Addr, SocketAddr};

use super::CliError;
use super::choose::choose;
use super::config::Config;
use super::network::NetworkOptions;
use super::options::{EmbeddedArgs, EngineArgs, TargetArgs};
use super::progress::Bar;
use super::prompt::is_interactive;
use super::provision::{self, Provisioning, consent};
use super::settings::settings;
use super::signals::Signals;
use super::target::{NOTHING_TO_TAG, Unnamed};
use super::{console, layer::Layer, load, target};
use crate::engine::{self as engine, Assignment, FuzzLimits, RunError, Wanted};
use crate::fuzz::{Corpus, Find, Input};
use crate::plan::Plan;
use crate::record;
use crate::report::Report;
use crate::server::{Identities, ServerConfig};
use crate::suite::Suite;
use crate::target::{AccessKey, Authentication, ReplayLine, Settings, Target, embedded_target};

/// What the command line says of a run, whatever it is for.
pub(super) struct Setup {
    pub(super) config: Config,
    pub(super) suite: Suite,
    /// `None`: the embedded server.
    pub(super) target: Option<Target>,
    pub(super) settings: Settings,
    pub(super) replay: ReplayLine,
    server: ServerConfig,
    /// Secrets and keys are made for it; nobody is to be asked about that any more.
    provision: Option<bool>,
}

impl Setup {
    /// Of these options, and of the file and the environment beside them.
    ///
    /// # Errors
    /// Usage, if something is missing or cannot be.
    pub(super) fn new(args: &TargetArgs, engine: &EngineArgs, embedded: &EmbeddedArgs) -> Result<Self, CliError> {
        let config = Config::of(args)?;
        target::for_embedded_only(args, &config, embedded)?;
        let unnamed = match sources_of_provision(args, engine, &config) {
            Some(layer) => Unnamed::Made(layer),
            None if is_interactive() => Unnamed::Asked,
            None => Unnamed::Refused,
        };
        let target = target::target(args, &config, unnamed)?;
        signature_needs_key(engine, target.as_ref())?;
        let settings = settings(engine, &args.sources, &config, target.is_none())?;
        let suite = load::suite_with(engine)?;
        let server = load::server(embedded)?;
        let mut replay = replay_line(args, engine, embedded, &config, target.as_ref());
        let is_made = matches!(unnamed, Unnamed::Made(_)) && target.is_some();
        if is_made {
            replay.switch("--provision");
        }
        let provision = is_made.then_some(engine.yes);
        Ok(Setup { config, suite, target, settings, replay, server, provision })
    }

    /// Asks somebody at a terminal for secrets and keys, where none is named.
    ///
    /// # Errors
    /// If there is none to choose from, or none was chosen.
    pub(super) fn with_resources(mut self) -> Result<Self, CliError> {
        if self.lacks_resources()
            && let Some(target) = &mut self.target
        {
            choose(target, &self.settings)?;
        }
        Ok(self)
    }

    /// The same where nothing may be sent.
    ///
    /// # Errors
    /// Usage, if none is named.
    pub(super) fn with_named_resources(self) -> Result<Self, CliError> {
        if self.lacks_resources() { Err(CliError::usage(NOTHING_TO_TAG)) } else { Ok(self) }
    }

    fn lacks_resources(&self) -> bool {
        let lacks = |target: &Target| target.secret_ids.is_empty() && target.key_ids.is_empty();
        self.provision.is_none() && self.target.as_ref().is_some_and(lacks)
    }

    /// What is made for these cases, if anything is.
    pub(super) fn wanted(&self, plan: &Plan) -> Option<Wanted> {
        let wanted = Wanted::of(plan, self.target.as_ref().filter(|_| self.provision.is_some())?);
        Some(wanted).filter(|wanted| !wanted.is_nothing())
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

/// What it came to.
pub(super) struct Done {
    pub(super) report: Report,
    /// What is no good end, and no matter of the verdict.
    pub(super) problems: Vec<String>,
}

impl Job<'_> {
    /// Does it, and returns the report. A signal makes its exit code that of the signal.
    ///
    /// # Errors
    /// If there is no report: the target could not be reached, or dewspec broke.
    pub(super) fn go(self) -> Result<Done, CliError> {
        let wanted = self.wanted();
        if let (Some(wanted), Some(target), Some(yes)) = (wanted, &self.setup.target, self.setup.provision) {
            consent(wanted, target, yes)?;
        }
        // One thread: handing requests to others costs more than it gains.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| CliError::broken(format!("cannot start a runtime: {e}")))?;
        let bar = Bar::new();
        let report = runtime.block_on(self.report(&bar, wanted));
        bar.clear();
        report
    }

    /// What is made for the task: two of a kind only for cases that need two.
    fn wanted(&self) -> Option<Wanted> {
        let wanted = self.setup.wanted(self.plan)?;
        Some(if matches!(self.task, Task::Run) { wanted } else { wanted.one_each() })
    }

    async fn report(self, bar: &Bar, wanted: Option<Wanted>) -> Result<Done, CliError> {
        let Setup { suite, target, settings, replay, server, .. } = self.setup;
        let (mut target, _server) = match target {
            Some(target) => (target.clone(), None),
            None => {
                let server = crate::server::host(server.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
                    .map_err(|e| CliError::broken(format!("the reference server cannot listen: {e}")))?;
                let mut target = embedded_target(server.url(), server.identities());
                if settings.signature {
                    (target.token, target.authentication) = (String::new(), signing(server.identities()));
                }
                (target, Some(server))
            }
        };
        let signals = Signals::listen();
        let stop = signals.stop();
        let mut replay = replay.clone();
        let provisioned = match wanted {
            Some(wanted) => Some(Provisioning::begin(&mut target, settings, wanted, signals.stop()).await?),
            None => None,
        };
        if let Some(provisioned) = &provisioned {
            replay.leave_out(&provisioned.ids);
        }
        let assignment = Assignment {
            filters: self.filters,
            progress: bar,
            replay,
            journal: provisioned.as_ref().map(|provisioned| provisioned.journal.clone()),
            obstacle: provisioned.as_ref().and_then(|provisioned| provisioned.obstacle.clone()),
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
        let (mut report, mut problems) = (report, Vec::new());
        if let Some(provisioned) = provisioned {
            bar.clear();
            let (lines, nothing_is_left) = provisioned.end(signals.cause().is_some()).await;
            match &mut report {
                Ok(report) => problems = provision::add_to(report, lines, nothing_is_left),
                Err(_) => lines.iter().for_each(|line| console::info(line)),
            }
        }
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
                Ok(Done { report, problems })
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

/// With the access key of the embedded server.
fn signing(who: &Identities) -> Authentication {
    let (access_key, secret_key) = (who.access_key.clone(), who.secret_key.clone());
    Authentication::Signature(AccessKey { access_key, secret_key, security_token: None })
}

/// What is sent to see whether signatures are checked takes an access key to sign with.
///
/// # Errors
/// Usage, if the target is asked with a token.
fn signature_needs_key(engine: &EngineArgs, target: Option<&Target>) -> Result<(), CliError> {
    match target.filter(|target| engine.signature && !target.authentication.signs()) {
        None => Ok(()),
        Some(target) => Err(CliError::usage(format!(
            "--signature takes an access key to sign with, and the credentials here are a token ({}): set \
             DEWSPEC_ACCESS_KEY and DEWSPEC_SECRET_KEY; --auth signature prefers them",
            target.credentials_from.as_deref().unwrap_or("given")
        ))),
    }
}

/// Where it was said that secrets and keys are made for the run, if that was said.
fn sources_of_provision(args: &TargetArgs, engine: &EngineArgs, config: &Config) -> Option<Layer> {
    let is_on = args.sources.switch("provision", engine.provision, config.provision);
    is_on.then(|| args.sources.layer("provision").unwrap_or(Layer::File))
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
