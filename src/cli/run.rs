use std::path::PathBuf;

use clap::Args;

use super::job::{Setup, Task};
use super::options::{EmbeddedArgs, EngineArgs, OutputArgs, TargetArgs};
use super::outputs::Outputs;
use super::{CliError, console, dry_run};
use crate::exit;
use crate::plan::{Filter, plan};

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec run
      check the embedded reference server
  DEWSPEC_TOKEN=… dewspec run --endpoint http://127.0.0.1:8080 --project-id P --secret-id S \\
      --key-id K
      check a target; give --secret-id and --key-id several times for more speed
  dewspec run key.max-length --report json=report.json
      only the cases whose id contains key.max-length, and a report for machines
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
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    embedded: EmbeddedArgs,
}

/// `dewspec run`
pub(super) fn run(args: &RunArgs) -> Result<u8, CliError> {
    let mut setup = Setup::new(&args.target, &args.engine, &args.embedded)?;
    setup.settings.record.clone_from(&args.record);
    let plan = plan(&setup.suite, &Filter::words(&args.filters));
    let outputs = Outputs::new(&args.output, &setup.config)?;
    if args.dry_run {
        console::print(&dry_run::text(&setup.suite, &plan, setup.target.as_ref(), &setup.settings));
        return Ok(exit::CONFORMS);
    }
    Ok(outputs.write(setup.job(&plan, &args.filters, Task::Run).go()?, Vec::new()))
}
