//! The command line: one file a subcommand.

mod args;
mod choose;
mod clean;
mod clouds;
mod completions;
mod config;
mod config_schema;
mod console;
mod credentials;
mod destinations;
mod deviations;
mod diff;
mod doctor;
mod dry_run;
mod explain;
mod fuzz;
mod github;
mod history;
mod init;
mod job;
mod judge;
mod layer;
mod list;
mod load;
mod man;
mod matrix;
mod merge;
mod mutants;
mod network;
mod options;
mod outputs;
mod progress;
mod prompt;
mod provision;
mod regions;
mod replay;
mod report;
mod run;
mod serve;
mod settings;
mod sign;
mod signals;
mod stored;
mod target;
mod template;
mod vendor;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};

use crate::exit;
use args::{Arguments, Command};
pub use config::Config;
pub use config_schema::config_schema;
use layer::{Layer, Sources};

/// Options of the program itself.
const GENERAL: [&str; 4] = ["-h", "--help", "-V", "--version"];

/// Why a command ended without doing its work: the exit code, and what to tell the user.
#[derive(Debug)]
pub(crate) struct CliError {
    code: u8,
    message: String,
}

impl CliError {
    fn usage(message: impl Into<String>) -> Self {
        CliError { code: exit::USAGE, message: message.into() }
    }

    fn broken(message: impl Into<String>) -> Self {
        CliError { code: exit::BROKEN, message: message.into() }
    }
}

/// The target that environment variables describe, as `dewspec run` reads them; `None` without an endpoint.
///
/// # Errors
/// What is missing or wrong, in words.
pub fn target_from_environment() -> Result<Option<crate::target::Target>, String> {
    #[derive(Parser)]
    #[command(name = "dewspec")]
    struct Environment {
        #[command(flatten)]
        target: options::TargetArgs,
    }
    let matches = Environment::command().try_get_matches_from(["dewspec"]).map_err(|e| e.to_string())?;
    let mut parsed = Environment::from_arg_matches(&matches).map_err(|e| e.to_string())?;
    parsed.target.sources = Sources::of(&matches);
    target::target(&parsed.target, &config::Config::default(), target::Unnamed::Refused).map_err(|error| error.message)
}

/// Parses a command line, and takes note of where each option came from.
fn parse(arguments: Vec<OsString>) -> Result<Command, clap::Error> {
    let matches = Arguments::command().try_get_matches_from(arguments)?;
    let mut command = Arguments::from_arg_matches(&matches)?.command;
    let sources = matches.subcommand().map(|(_, chosen): (_, &ArgMatches)| Sources::of(chosen)).unwrap_or_default();
    warn_of_secrets(&sources);
    match &mut command {
        Command::Run(args) => args.target.sources = sources,
        Command::Doctor(args) => args.target.sources = sources,
        Command::Clean(args) => args.target.sources = sources,
        Command::Fuzz(args) => args.target.sources = sources,
        Command::Replay(args) => args.target.sources = sources,
        Command::Sign(args) => args.sources = sources,
        Command::Init(args) => {
            if let Some((_, chosen)) = matches.subcommand() {
                args.take(chosen);
            }
            args.target.sources = sources;
        }
        Command::Judge(_)
        | Command::Report(_)
        | Command::Merge(_)
        | Command::Matrix(_)
        | Command::History(_)
        | Command::Deviations(_)
        | Command::Diff(_)
        | Command::Serve(_)
        | Command::List(_)
        | Command::Explain(_)
        | Command::Mutants(_)
        | Command::Completions(_)
        | Command::Man(_) => {}
    }
    Ok(command)
}

/// Whoever gives a secret as a flag shows it to all users of the machine.
fn warn_of_secrets(sources: &Sources) {
    const SECRETS: [(&str, &str); 6] = [
        ("token", "DEWSPEC_TOKEN"),
        ("secret_key", "DEWSPEC_SECRET_KEY"),
        ("security_token", "DEWSPEC_SECURITY_TOKEN"),
        ("password", "DEWSPEC_PASSWORD"),
        ("read_only_token", "DEWSPEC_READ_ONLY_TOKEN"),
        ("foreign_token", "DEWSPEC_FOREIGN_TOKEN"),
    ];
    let given = SECRETS.iter().filter(|(field, _)| sources.layer(field) == Some(Layer::Flag));
    let (options, variables): (Vec<String>, Vec<&str>) =
        given.map(|(field, variable)| (format!("--{}", field.replace('_', "-")), *variable)).unzip();
    if !options.is_empty() {
        let (options, variables) = (options.join(", "), variables.join(", "));
        console::warning(&format!("other users of this machine can see {options}: better set {variables}"));
    }
}

/// Runs the program and returns its exit code. Without a subcommand, it runs the suite.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let options_only = arguments.get(1).is_none_or(|first| {
        first.to_string_lossy().starts_with('-') && !GENERAL.iter().any(|general| first == general)
    });
    if options_only {
        arguments.insert(1, "run".into());
    }
    let command = match parse(arguments) {
        Ok(command) => command,
        Err(error) => {
            let code = match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit::CONFORMS,
                _ => exit::USAGE,
            };
            // Nothing can be done about a terminal that does not take its help text.
            let _ = error.print();
            return code;
        }
    };
    let result = match command {
        Command::Run(args) => run::run(&args),
        Command::Doctor(args) => doctor::doctor(&args),
        Command::Clean(args) => clean::clean(&args),
        Command::Judge(args) => judge::judge(&args),
        Command::Report(args) => report::report(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Matrix(args) => matrix::matrix(&args),
        Command::History(args) => history::history(&args),
        Command::Deviations(args) => deviations::deviations(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Serve(args) => serve::serve(&args),
        Command::List(args) => list::list(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Fuzz(args) => fuzz::fuzz(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Sign(args) => sign::sign(&args),
        Command::Init(args) => init::init(&args),
        Command::Mutants(args) => mutants::mutants(&args),
        Command::Completions(args) => completions::completions(&args),
        Command::Man(args) => man::man(&args),
    };
    let code = result.unwrap_or_else(|error| {
        console::error(&error.message);
        error.code
    });
    match console::lost() {
        Some(why) => {
            console::error(&format!("standard output cannot be written: {why}"));
            if code == exit::CONFORMS { exit::BROKEN } else { code }
        }
        None => code,
    }
}
