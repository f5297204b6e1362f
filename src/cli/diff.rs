use std::path::PathBuf;

use clap::Args;

use super::destinations::destinations;
use super::{CliError, console, stored};
use crate::exit;
use crate::report::diff;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec diff yesterday.json today.json
      what is new by cause, clause and reading, what is gone, and how long the target took
  dewspec diff yesterday.json today.json --report markdown=diff.md --report html=diff.html

Exit codes:
  0  nothing is new
  1  something is: a cause, another observation, a clause broken or no longer observable, a flaky
     case, another reading; or the new run came to no verdict
  2  wrong usage, or reports that cannot be compared
  3  a form of the difference could not be written";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct DiffArgs {
    /// The JSON report of the earlier run
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The JSON report of the later run
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Write the difference: html=PATH, markdown=PATH or json=PATH; may be given several times; PATH - is standard output
    #[arg(long, value_name = "FORMAT=PATH")]
    report: Vec<String>,
}

/// `dewspec diff`
pub(super) fn diff(args: &DiffArgs) -> Result<u8, CliError> {
    let destinations = destinations(&args.report, &["html", "markdown", "json"])?;
    let (old, new) = (stored::read(&args.old)?, stored::read(&args.new)?);
    if old.exit_code > exit::NONCONFORMING {
        return Err(CliError::usage(format!(
            "{}: it came to no verdict ({}): give the report of the last run that did",
            args.old.display(),
            old.conclusion
        )));
    }
    let diff = diff::compare(&old, &new);
    let mut code = diff.exit_code;
    for destination in &destinations {
        let text = match destination.format {
            "html" => diff::html(&diff),
            "markdown" => diff::markdown(&diff),
            _ => diff::json(&diff).map_err(|error| CliError::broken(error.to_string()))?,
        };
        // What cannot be written loses none of the others.
        if let Err(error) = destination.put(&text) {
            console::error(&error.message);
            code = if code == exit::CONFORMS { exit::BROKEN } else { code };
        }
    }
    if !destinations.iter().any(|destination| destination.is_stdout()) {
        console::print(&diff::text(&diff, console::width()));
    }
    Ok(code)
}
