use std::path::Path;

use super::CliError;
use super::options::{EmbeddedArgs, EngineArgs};
use crate::plan::lint_coverage;
use crate::server::ServerConfig;
use crate::suite::{DataError, DataSource, Suite};

/// The suite that the options ask for.
pub(super) fn suite_with(args: &EngineArgs) -> Result<Suite, CliError> {
    let suite = suite_and_cases(args.suites.as_deref(), args.fixtures.as_deref(), args.regressions.as_deref())?;
    Ok(extended(suite, args.signature, args.neighbours))
}

/// The suite with what has to be asked for.
pub(super) fn extended(suite: Suite, signature: bool, neighbours: bool) -> Suite {
    let suite = if signature { suite.with_signature() } else { suite };
    if neighbours { suite.with_neighbours() } else { suite }
}

/// Loads and lints the suite; every mistake is told, with file and line.
pub(super) fn suite(suites: Option<&Path>, fixtures: Option<&Path>) -> Result<Suite, CliError> {
    suite_and_cases(suites, fixtures, None)
}

/// The same with further cases.
pub(super) fn suite_and_cases(
    suites: Option<&Path>,
    fixtures: Option<&Path>,
    regressions: Option<&Path>,
) -> Result<Suite, CliError> {
    let source = || -> Result<DataSource, DataError> {
        let mut source = DataSource::embedded()?;
        if let Some(dir) = suites {
            source = source.with_suites(dir)?;
        }
        if let Some(dir) = fixtures {
            source = source.with_fixtures(dir)?;
        }
        if let Some(dir) = regressions {
            source = source.with_regressions(dir)?;
        }
        Ok(source)
    };
    let source = source().map_err(|e| data(&[e]))?;
    let suite = Suite::load(&source).map_err(|errors| data(&errors))?;
    let errors = lint_coverage(&suite.with_signature().with_neighbours());
    if errors.is_empty() { Ok(suite) } else { Err(data(&errors)) }
}

fn data(errors: &[DataError]) -> CliError {
    const TOLD: usize = 10;
    let mut lines: Vec<String> = errors.iter().take(TOLD).map(ToString::to_string).collect();
    if errors.len() > TOLD {
        lines.push(format!("and {} more mistakes", errors.len() - TOLD));
    }
    CliError::usage(lines.join("\n"))
}

/// How the reference server is to behave.
pub(super) fn server(args: &EmbeddedArgs) -> Result<ServerConfig, CliError> {
    let mut config = ServerConfig::default();
    for text in &args.reading {
        let (clause, reading) = text.split_once('=').ok_or_else(|| {
            CliError::usage(format!(
                "invalid reading {text:?}: give CLAUSE=NAME, as `dewspec list readings` shows them"
            ))
        })?;
        config.profile.set(clause, reading).map_err(|e| CliError::usage(e.to_string()))?;
    }
    for name in &args.fault {
        config.faults.insert(name).map_err(|e| CliError::usage(e.to_string()))?;
    }
    Ok(config)
}
