use std::path::PathBuf;

use clap::Args;

use super::options::OutputArgs;
use super::outputs::Outputs;
use super::{CliError, Config};
use crate::report::json;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec report night.json
      show a stored report again
  dewspec report night.json --report html=night.html --report junit=night.xml
      make other forms of it, without the target";

/// Longer files are no reports.
const LONGEST: u64 = 64 << 20;

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
    let shown = args.stored.display();
    let cannot = |why: std::io::Error| CliError::usage(format!("{shown}: cannot be read: {why}"));
    let length = std::fs::metadata(&args.stored).map_err(cannot)?.len();
    if length > LONGEST {
        return Err(CliError::usage(format!(
            "{shown}: it has {length} bytes, which is more than any report of dewspec's"
        )));
    }
    let text = std::fs::read_to_string(&args.stored).map_err(cannot)?;
    let report = json::read(&text).map_err(|e| CliError::usage(format!("{shown}: {e}")))?;
    Ok(outputs.write(report, Vec::new()))
}
