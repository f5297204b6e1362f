use std::path::PathBuf;

use clap::Args;

use super::options::{DeviationsArgs, OutputArgs, SuiteArgs};
use super::outputs::Outputs;
use super::{CliError, Config, deviations, load};
use crate::engine::{self as engine, Assignment};
use crate::exit;
use crate::plan::{Filter, plan};
use crate::record::Recorded;
use crate::report::Report;
use crate::suite::Suite;
use crate::target::Settings;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec run --endpoint … --record night.ndjson
      check a target, and write down everything that is sent and comes
  dewspec judge night.ndjson
      judge it again, anywhere: nothing is sent, and verdicts and exit code are those of the run
  dewspec judge night.ndjson --report json=night.json
      and write a report for machines";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct JudgeArgs {
    /// The record of a run, as `dewspec run --record` writes it
    #[arg(value_name = "RECORD")]
    record: PathBuf,
    #[command(flatten)]
    suite: SuiteArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    deviations: DeviationsArgs,
}

/// `dewspec judge`
pub(super) fn judge(args: &JudgeArgs) -> Result<u8, CliError> {
    let suite = args.suite.load()?;
    let known = deviations::read(&args.deviations, &Config::default(), Some(&suite))?;
    let outputs = Outputs::new(&args.output, &Config::default())?.beside(known);
    // One thread, whose time is that of the record: what took hours is judged in seconds, and as it was.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|e| CliError::broken(format!("cannot start a runtime: {e}")))?;
    let report = runtime.block_on(report(args, &suite))?;
    Ok(outputs.write(report, Vec::new()))
}

async fn report(args: &JudgeArgs, suite: &Suite) -> Result<Report, CliError> {
    let recorded = Recorded::open(&args.record).map_err(|e| CliError::usage(e.to_string()))?;
    let header = &recorded.header;
    if header.suite != suite.fingerprint {
        return Err(CliError::usage(format!(
            "{}: it was made with another suite ({} instead of {}): give that with --suites, --fixtures and --regressions, \
             or use dewspec {}",
            args.record.display(),
            header.suite,
            suite.fingerprint,
            header.dewspec
        )));
    }
    let suite = &load::extended(suite.clone(), header.settings.signature, header.settings.neighbours);
    let whole = plan(suite, &Filter::words(&header.filters).in_turn(header.settings.turn()));
    let plan = header.shard.as_ref().map(|shard| whole.part(shard)).unwrap_or(whole);
    let target = header.target.target();
    let settings = Settings { journal: None, record: None, ..header.settings.clone() };
    let assignment = Assignment {
        filters: &header.filters,
        replay: header.replay.clone(),
        recorded: Some(&recorded),
        ..Assignment::new(suite, &plan, &target, &settings)
    };
    let stop = Box::pin(std::future::pending());
    let mut report = engine::run(&assignment, stop).await.map_err(|e| CliError::broken(e.to_string()))?;
    // Findings stand; what is missing may have held more.
    if !recorded.is_complete() && matches!(report.exit_code, exit::CONFORMS | exit::VACUOUS) {
        report.exit_code = exit::BROKEN;
        let path = args.record.display();
        report.conclusion = format!("no verdict: {path} ends before its run did: it was cut, or the run was killed");
    }
    if let Some((name, exit_code)) = recorded.signal() {
        report.exit_code = exit_code;
        report.conclusion = format!("ended by {name}: {}", report.conclusion);
    }
    Ok(report)
}
