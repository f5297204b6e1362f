//! How often cases run.

use clap::{Args, ValueEnum};

use super::super::{CliError, Config};
use crate::model::{FlakyPolicy, Repetition};

/// More tries say nothing more.
const MOST: u64 = 1_000;

/// How often cases run, and what it means if that is not the same each time.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct RepetitionArgs {
    /// Run each case so many times; what is not the same each time is flaky, at a rate [default: 1]
    #[arg(long, env = "DEWSPEC_REPEAT", value_name = "N", help_heading = "Run")]
    repeat: Option<u64>,
    /// Run a case that does not pass so many times more; if it passes then, it is flaky, and its clauses are not upheld by it
    /// [default: 0]
    #[arg(long, env = "DEWSPEC_RETRIES", value_name = "N", help_heading = "Run")]
    retries: Option<u64>,
    /// What it means that a case is flaky: a failure (exit code 1), a warning (1 with --strict), or nothing but that it is
    /// told; an entry of the known deviations can say otherwise [default: warn]
    #[arg(long, env = "DEWSPEC_FLAKY", value_name = "POLICY", value_enum, help_heading = "Run")]
    flaky: Option<Flaky>,
}

/// What it means that something is not the same each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Flaky {
    Pass,
    Warn,
    Fail,
}

impl From<Flaky> for FlakyPolicy {
    fn from(flaky: Flaky) -> Self {
        match flaky {
            Flaky::Pass => FlakyPolicy::Pass,
            Flaky::Warn => FlakyPolicy::Warn,
            Flaky::Fail => FlakyPolicy::Fail,
        }
    }
}

impl RepetitionArgs {
    /// What flags, environment and file say together.
    ///
    /// # Errors
    /// Usage, if a number cannot be, or two do not go together.
    pub(in crate::cli) fn repetition(&self, config: &Config, fail_fast: bool) -> Result<Repetition, CliError> {
        let usual = Repetition::default();
        let repetition = Repetition {
            repeat: self.repeat.or(config.repeat).unwrap_or(usual.repeat),
            retries: self.retries.or(config.retries).unwrap_or(usual.retries),
            flaky: self.flaky.map(FlakyPolicy::from).or(config.flaky).unwrap_or(usual.flaky),
        };
        let Repetition { repeat, retries, .. } = repetition;
        if !(1..=MOST).contains(&repeat) {
            return Err(CliError::usage(format!("invalid --repeat {repeat}: give a number from 1 to {MOST}")));
        }
        if retries > MOST {
            return Err(CliError::usage(format!("invalid --retries {retries}: give a number from 0 to {MOST}")));
        }
        if repeat > 1 && retries > 0 {
            return Err(CliError::usage(
                "--repeat runs each case several times, and --retries only those that do not pass: give one of them",
            ));
        }
        if fail_fast && repetition.tries() > 1 {
            let given = if retries > 0 { "--retries" } else { "--repeat" };
            return Err(CliError::usage(format!(
                "--fail-fast ends the run at the first failure, which {given} would try again: give one of them"
            )));
        }
        Ok(repetition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(args: &RepetitionArgs, file: &str, fail_fast: bool) -> Result<Repetition, String> {
        let config = Config::parse("dewspec.toml", file).unwrap();
        args.repetition(&config, fail_fast).map_err(|e| e.message)
    }

    #[test]
    fn flags_beat_the_file() {
        let args = RepetitionArgs { repeat: Some(5), ..RepetitionArgs::default() };
        let none = RepetitionArgs::default();
        let made = |args: &RepetitionArgs, file| made(args, file, false).unwrap();
        assert_eq!(made(&args, "repeat = 2\nflaky = \"fail\"").to_string(), "--repeat 5 --retries 0 --flaky fail");
        assert_eq!(made(&none, "retries = 3").to_string(), "--repeat 1 --retries 3 --flaky warn");
        assert!(made(&none, "").is_usual());
    }

    #[test]
    fn what_cannot_be_is_told_with_what_can() {
        let repeat = |n| RepetitionArgs { repeat: Some(n), ..RepetitionArgs::default() };
        let retries = |n| RepetitionArgs { retries: Some(n), ..RepetitionArgs::default() };
        for (args, file, fail_fast, part) in [
            (repeat(0), "", false, "invalid --repeat 0: give a number from 1 to 1000"),
            (retries(1001), "", false, "invalid --retries 1001"),
            (repeat(2), "retries = 1", false, "give one of them"),
            (retries(1), "", true, "--fail-fast ends the run at the first failure, which --retries"),
        ] {
            let message = made(&args, file, fail_fast).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
    }
}
