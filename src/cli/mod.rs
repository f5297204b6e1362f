//! The command line: one file a subcommand.

mod args;
mod config;
mod console;
mod explain;
mod fuzz;
mod list;
mod load;
mod mutants;
mod progress;
mod replay;
mod run;
mod serve;
mod target;

use std::ffi::OsString;

use clap::Parser;
use clap::error::ErrorKind;

use crate::exit;
use args::{Arguments, Command};
pub(crate) use config::Config;

/// Options of the program itself.
const GENERAL: [&str; 4] = ["-h", "--help", "-V", "--version"];

/// Why a command ended without doing its work: the exit code, and what to tell the user.
#[derive(Debug)]
pub(crate) struct Ending {
    code: u8,
    message: String,
}

impl Ending {
    fn usage(message: impl Into<String>) -> Self {
        Ending { code: exit::USAGE, message: message.into() }
    }

    fn broken(message: impl Into<String>) -> Self {
        Ending { code: exit::BROKEN, message: message.into() }
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
        target: args::TargetArgs,
    }
    let parsed = Environment::try_parse_from(["dewspec"]).map_err(|e| e.to_string())?;
    target::target(&parsed.target, &config::Config::default()).map_err(|ending| ending.message)
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
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
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
    let result = match parsed.command {
        Command::Run(args) => run::run(&args),
        Command::Serve(args) => serve::serve(&args),
        Command::List(args) => list::list(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Fuzz(args) => fuzz::fuzz(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Mutants(args) => mutants::mutants(&args),
    };
    result.unwrap_or_else(|ending| {
        console::complain(&ending.message);
        ending.code
    })
}
