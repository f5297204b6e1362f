use std::path::PathBuf;

use clap::Args;

/// What is written, and where.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct OutputArgs {
    /// Write a report: json=PATH, junit=PATH, html=PATH or markdown=PATH; may be given several times; PATH - is standard output
    #[arg(long, value_name = "FORMAT=PATH", help_heading = "Output")]
    pub(in crate::cli) report: Vec<String>,
    /// Compare the outcome of every case with the snapshots in a directory; missing ones are written
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(in crate::cli) snapshots: Option<PathBuf>,
    /// Accept differences to the snapshots [default: off]
    #[arg(long, requires = "snapshots", help_heading = "Output")]
    pub(in crate::cli) update_snapshots: bool,
    /// Leave out the verdict of every single clause [default: off]
    #[arg(long, short, help_heading = "Output")]
    pub(in crate::cli) quiet: bool,
}
