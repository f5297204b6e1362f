use std::path::PathBuf;

use clap::Args;

use super::options::OutputArgs;
use super::outputs::Outputs;
use super::{CliError, Config, stored};

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec report night.json
      show a stored report again
  dewspec report night.json --report html=night.html --report junit=night.xml
      make other forms of it, without the target";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct ReportArgs {
    /// A JSON report, as `--report json=PATH` writes it
    #[arg(value_name = "REPORT")]
    stored: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

/// `dewspec report`
pub(super) fn report(args: &ReportArgs) -> Result<u8, CliError> {
    let outputs = Outputs::new(&args.output, &Config::default())?;
    let report = stored::read(&args.stored)?;
    Ok(outputs.write(report, Vec::new()))
}
