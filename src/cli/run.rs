use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::job::{Done, Setup, Task};
use super::options::{DeviationsArgs, EmbeddedArgs, EngineArgs, OutputArgs, RepetitionArgs, TargetArgs};
use super::outputs::Outputs;
use super::{CliError, console, deviations, dry_run, stored};
use crate::exit;
use crate::plan::{Filter, Shard, ShardError, plan};
use crate::report::Report;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec run
      check the embedded reference server
  DEWSPEC_TOKEN=… dewspec run --endpoint http://127.0.0.1:8080 --project-id P --secret-id S \\
      --key-id K
      check a target; give --secret-id and --key-id several times for more speed
  dewspec run key.max-length --report json=report.json
      only the cases whose id contains key.max-length, and a report for machines
  DEWSPEC_ACCESS_KEY=… DEWSPEC_SECRET_KEY=… dewspec run --endpoint … --provision --signature signature
      make a secret and a key for the run, and see only whether signatures are checked
  dewspec run --endpoint … --dry-run --rate 20
      send nothing; say what would be sent, written and deleted, and how long it would take";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct RunArgs {
    /// Run only cases whose id contains one of these, or of this operation, service or clause; a whole id means that case
    /// alone; probes they need run too
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// Send nothing: say what would be sent, written and deleted [default: off]
    #[arg(long, help_heading = "Run")]
    dry_run: bool,
    /// Write down everything that is sent and comes, for `dewspec judge`; no credential is in it [default: off]
    #[arg(long, env = "DEWSPEC_RECORD", value_name = "FILE", help_heading = "Output")]
    record: Option<PathBuf>,
    /// Run one of N parts of the cases: K/N; of several secrets and keys, every N-th; `dewspec merge` makes a whole of the
    /// parts' JSON reports [default: all]
    #[arg(long, env = "DEWSPEC_SHARD", value_name = "K/N", help_heading = "Run")]
    shard: Option<String>,
    /// Make the parts of --shard equally long, by the times in this JSON report of an earlier run; the same one for all parts
    #[arg(long, env = "DEWSPEC_DURATIONS", value_name = "REPORT", requires = "shard", help_heading = "Run")]
    durations: Option<PathBuf>,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    repetition: RepetitionArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    deviations: DeviationsArgs,
    #[command(flatten)]
    embedded: EmbeddedArgs,
}

/// `dewspec run`
pub(super) fn run(args: &RunArgs) -> Result<u8, CliError> {
    let setup = Setup::new(&args.target, &args.engine, &args.embedded)?;
    let mut setup = if args.dry_run { setup.with_named_resources()? } else { setup.with_resources()? };
    setup.settings.record.clone_from(&args.record);
    setup.settings.repetition = args.repetition.repetition(&setup.config, setup.settings.fail_fast)?;
    let mut plan = plan(&setup.suite, &Filter::words(&args.filters).in_turn(setup.settings.turn()));
    if let Some(shard) = shard(args)? {
        if setup.settings.signature {
            let why = "the wrong signatures of several machines add up, and lock the access key";
            return Err(CliError::usage(format!("--signature is for a whole run, and not for --shard: {why}")));
        }
        plan = plan.part(&shard);
        if let Some(target) = &mut setup.target {
            // So that shards with the same options do not get into each other's way.
            target.secret_ids = shard.share_of(&target.secret_ids);
            target.key_ids = shard.share_of(&target.key_ids);
        }
    }
    let known = deviations::read(&args.deviations, &setup.config, Some(&setup.suite))?;
    let outputs = Outputs::new(&args.output, &setup.config)?.beside(known);
    if args.dry_run {
        let made = setup.wanted(&plan);
        let target = setup.target.as_ref().map(|target| dry_run::with_made(target, made));
        console::print(&dry_run::text(&setup.suite, &plan, target.as_ref(), &setup.settings, made));
        return Ok(exit::CONFORMS);
    }
    let Done { report, problems } = setup.job(&plan, &args.filters, Task::Run).go()?;
    Ok(outputs.write(report, problems))
}

/// The part that was asked for.
///
/// # Errors
/// Usage, if there is no such part, or the times cannot be read.
fn shard(args: &RunArgs) -> Result<Option<Shard>, CliError> {
    let Some(text) = &args.shard else { return Ok(None) };
    let mut shard: Shard = text.parse().map_err(|e: ShardError| CliError::usage(e.to_string()))?;
    if let Some(path) = &args.durations {
        shard.durations = durations(&stored::read(path)?);
        if shard.durations.is_empty() {
            return Err(CliError::usage(format!("{}: no case has taken any time in it", path.display())));
        }
    }
    Ok(Some(shard))
}

/// How long each case took, in milliseconds.
fn durations(report: &Report) -> BTreeMap<String, u64> {
    let passed = report.passed.values().flatten().map(|(id, time)| (id.clone(), *time));
    let others = report.cases.iter().filter(|case| !case.exchanges.is_empty());
    passed.chain(others.map(|case| (case.id.clone(), case.milliseconds()))).collect()
}
