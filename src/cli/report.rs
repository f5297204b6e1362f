use std::path::PathBuf;

use clap::Args;

use super::options::{DeviationsArgs, OutputArgs};
use super::outputs::Outputs;
use super::{CliError, Config, deviations, stored};

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec report night.json
      show a stored report again
  dewspec report night.json --report html=night.html --report junit=night.xml
      make other forms of it, without the target
  dewspec report night.json --deviations deviations.toml
      hold it against the known deviations, as of its own day";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct ReportArgs {
    /// A JSON report, as `--report json=PATH` writes it
    #[arg(value_name = "REPORT")]
    stored: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    deviations: DeviationsArgs,
}

/// `dewspec report`
pub(super) fn report(args: &ReportArgs) -> Result<u8, CliError> {
    // Of what suite the report is, nobody knows: ids cannot be looked up.
    let known = deviations::read(&args.deviations, &Config::default(), None)?;
    let outputs = Outputs::new(&args.output, &Config::default())?.beside(known);
    Ok(outputs.write(stored::read(&args.stored)?, Vec::new()))
}
