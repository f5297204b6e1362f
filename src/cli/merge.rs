//! `dewspec merge`: the shards of a run as a whole.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::options::{DeviationsArgs, OutputArgs, SuiteArgs};
use super::outputs::Outputs;
use super::{CliError, Config, deviations, load, stored};
use crate::conclusion::{Part, join};
use crate::plan::{Filter, plan};

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec run --endpoint … --shard 1/3 --report json=1.json
      run the first of three parts; the others may run elsewhere at the same time
  dewspec merge 1.json 2.json 3.json --report json=night.json --report html=night.html
      verdicts, causes and exit code of all of them, as if they had been one run
  dewspec merge 1.json 2.json 3.json --deviations deviations.toml
      the same beside the known deviations";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct MergeArgs {
    /// The JSON reports of all shards of one run
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    #[command(flatten)]
    suite: SuiteArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    deviations: DeviationsArgs,
}

/// `dewspec merge`
pub(super) fn merge(args: &MergeArgs) -> Result<u8, CliError> {
    let suite = args.suite.load()?;
    let known = deviations::read(&args.deviations, &Config::default(), Some(&suite))?;
    let outputs = Outputs::new(&args.output, &Config::default())?.beside(known);
    let mut parts = Vec::with_capacity(args.reports.len());
    for path in &args.reports {
        let report = stored::read(path)?;
        let name = path.display().to_string();
        if report.shard.is_some() && report.suite != suite.fingerprint {
            return Err(CliError::usage(format!(
                "{name}: it was made with another suite ({} instead of {}): give that with --suites, --fixtures and \
                 --regressions, or use dewspec {}",
                report.suite, suite.fingerprint, report.dewspec_version
            )));
        }
        parts.push(Part { name, report });
    }
    let filters = parts.first().map(|part| part.report.filters.clone()).unwrap_or_default();
    // Whoever checked neighbours has clauses of theirs.
    let with_neighbours =
        parts.iter().any(|part| part.report.clauses.iter().any(|clause| suite.is_of_neighbour(&clause.id)));
    let suite = load::extended(suite, false, with_neighbours);
    // Of values that are sent in turn, the seed says which are sent; with --thorough all of them are.
    let seed = parts.first().map(|part| part.report.seed);
    let in_turn = plan(&suite, &Filter::words(&filters).in_turn(seed));
    let known: BTreeSet<&str> = in_turn.cases().map(|case| case.spec.id.as_str()).collect();
    let is_thorough = parts.iter().flat_map(|part| &part.report.cases).any(|case| !known.contains(case.id.as_str()));
    let plan = if is_thorough { plan(&suite, &Filter::words(&filters)) } else { in_turn };
    let report = join(&suite, &plan, parts).map_err(|error| CliError::usage(error.to_string()))?;
    Ok(outputs.write(report, Vec::new()))
}
