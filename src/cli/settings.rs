use std::path::PathBuf;
use std::time::Duration;

use super::CliError;
use super::config::Config;
use super::layer::Sources;
use super::options::EngineArgs;
use crate::ledger::journal::Place;
use crate::model::Repetition;
use crate::target::Settings;

/// Longest run id: it becomes part of event names, which have 64 characters.
const RUN_ID_MOST: usize = 20;
/// Longest time that an option may ask for: an hour, and for a whole run a week.
const HOUR: f64 = 3_600.0;
const WEEK: f64 = 604_800.0;

/// How to go about the run: flags before environment before file before the defaults.
///
/// # Errors
/// Usage, if a value cannot be.
pub(super) fn settings(
    args: &EngineArgs,
    sources: &Sources,
    config: &Config,
    embedded: bool,
) -> Result<Settings, CliError> {
    let usual = if embedded { Settings::embedded() } else { Settings::default() };
    let concurrency = args.concurrency.or(config.concurrency).unwrap_or(usual.concurrency);
    if concurrency == 0 {
        return Err(CliError::usage("invalid --concurrency 0: give at least 1"));
    }
    let rate = args.rate.or(config.rate);
    if rate == Some(0) {
        return Err(CliError::usage("invalid --rate 0: give at least 1, or leave it out"));
    }
    let max_time = match args.max_time.or(config.max_time) {
        Some(given) => Some(seconds("--max-time", Some(given), Duration::ZERO, 0.001, WEEK)?),
        None => None,
    };
    Ok(Settings {
        seed: seed(args.seed.clone().or_else(|| config.seed.as_ref().map(|s| s.text())), usual.seed)?,
        run_id: run_id(args.run_id.clone().or_else(|| config.run_id.clone()))?,
        cases: args.cases.or(config.cases).unwrap_or(usual.cases),
        concurrency,
        width: usual.width.min(concurrency),
        timeout: seconds("--timeout", args.timeout.or(config.timeout), usual.timeout, 0.001, HOUR)?,
        settle: seconds("--settle", args.settle.or(config.settle), usual.settle, 0.0, HOUR)?,
        rate,
        fail_fast: sources.switch("fail_fast", args.fail_fast, config.fail_fast),
        strict: sources.switch("strict", args.strict, config.strict),
        repetition: Repetition::default(),
        signature: args.signature,
        neighbours: args.neighbours,
        thorough: sources.switch("thorough", args.thorough, config.thorough),
        max_wait: seconds("--max-wait", args.max_wait.or(config.max_wait), usual.max_wait, 0.0, WEEK)?,
        max_time,
        wait_for: seconds("--wait-for", args.wait_for.or(config.wait_for), usual.wait_for, 0.0, HOUR)?,
        record: None,
        journal: journal(args.journal.as_ref().or(config.journal.as_ref())).filter(|_| !embedded),
    })
}

/// The file that was given, or the folder of this user.
pub(super) fn journal(given: Option<&PathBuf>) -> Option<Place> {
    given.map(|path| Place::File(path.clone())).or_else(Place::of_user)
}

fn seed(given: Option<String>, usual: u64) -> Result<u64, CliError> {
    match given {
        None => Ok(usual),
        Some(word) if word == "random" => Ok(rand::random()),
        Some(number) => number.parse().map_err(|_| {
            CliError::usage(format!("invalid seed {number:?}: give a number from 0 to {} or `random`", u64::MAX))
        }),
    }
}

fn run_id(given: Option<String>) -> Result<String, CliError> {
    let run_id = given.unwrap_or_else(|| format!("{:08x}", rand::random::<u32>()));
    let clean = run_id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if run_id.is_empty() || run_id.len() > RUN_ID_MOST || !clean {
        let how = format!("give 1 to {RUN_ID_MOST} of a-z, 0-9 and -");
        return Err(CliError::usage(format!("invalid run id {run_id:?}: {how}")));
    }
    Ok(run_id)
}

/// A time in seconds within bounds.
pub(super) fn seconds(
    name: &str,
    given: Option<f64>,
    usual: Duration,
    least: f64,
    most: f64,
) -> Result<Duration, CliError> {
    match given {
        None => Ok(usual),
        Some(seconds) if seconds.is_finite() && (least..=most).contains(&seconds) => {
            Ok(Duration::from_secs_f64(seconds))
        }
        Some(seconds) => Err(CliError::usage(format!("invalid {name} {seconds}: give seconds from {least} to {most}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(args: &EngineArgs, config: &str) -> Result<Settings, String> {
        let config = Config::parse("dewspec.toml", config).unwrap();
        settings(args, &Sources::default(), &config, false).map_err(|e| e.message)
    }

    #[test]
    fn flags_beat_the_file_and_the_file_the_defaults() {
        let file = "max-wait = 7\nmax-time = 60\nwait-for = 2.5\ntimeout = 3\nconcurrency = 2\nstrict = true";
        let args = EngineArgs { max_wait: Some(9.0), ..EngineArgs::default() };
        let settings = made(&args, file).unwrap();
        assert_eq!(settings.max_wait, Duration::from_secs(9));
        assert_eq!(settings.max_time, Some(Duration::from_secs(60)));
        assert_eq!(settings.wait_for, Duration::from_millis(2500));
        assert_eq!((settings.timeout, settings.concurrency, settings.strict), (Duration::from_secs(3), 2, true));
        let usual = made(&EngineArgs::default(), "").unwrap();
        assert_eq!(usual.max_wait, Settings::default().max_wait);
        assert_eq!((usual.max_time, usual.wait_for), (None, Duration::ZERO));
    }

    #[test]
    fn a_smaller_concurrency_narrows_what_one_resource_gets() {
        let made = |concurrency| {
            let args = EngineArgs { concurrency, ..EngineArgs::default() };
            settings(&args, &Sources::default(), &Config::default(), true).unwrap().width
        };
        assert_eq!((made(None), made(Some(100)), made(Some(3))), (Settings::embedded().width, 16, 3));
    }

    #[test]
    fn what_cannot_be_is_told_with_what_can() {
        let usual = EngineArgs::default();
        for (args, part) in [
            (EngineArgs { seed: Some("seven".to_owned()), ..usual.clone() }, "invalid seed \"seven\""),
            (EngineArgs { run_id: Some("UPPER".to_owned()), ..usual.clone() }, "invalid run id \"UPPER\""),
            (EngineArgs { concurrency: Some(0), ..usual.clone() }, "invalid --concurrency 0"),
            (EngineArgs { rate: Some(0), ..usual.clone() }, "invalid --rate 0"),
            (EngineArgs { timeout: Some(-1.0), ..usual.clone() }, "invalid --timeout -1: give seconds from 0.001"),
            (EngineArgs { max_wait: Some(f64::NAN), ..usual.clone() }, "invalid --max-wait"),
            (EngineArgs { max_time: Some(0.0), ..usual.clone() }, "invalid --max-time"),
            (EngineArgs { wait_for: Some(1e9), ..usual.clone() }, "invalid --wait-for"),
        ] {
            let message = made(&args, "").unwrap_err();
            assert!(message.contains(part), "{message}");
        }
    }
}
