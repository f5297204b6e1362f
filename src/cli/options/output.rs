use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Reports for other programs and places.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct FormatArgs {
    /// Write a report: json=PATH, junit=PATH, html=PATH, markdown=PATH or sarif=PATH; may be given several times; PATH - is
    /// standard output
    #[arg(long, value_name = "FORMAT=PATH", help_heading = "Output")]
    pub(in crate::cli) report: Vec<String>,
    /// Tell the causes as annotations on standard error, and append the report to the summary of the job; auto: in a GitHub
    /// workflow
    #[arg(long, env = "DEWSPEC_GITHUB", value_name = "WHEN", value_enum, default_value_t, help_heading = "Output")]
    pub(in crate::cli) github: When,
}

/// What is written, and where.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct OutputArgs {
    #[command(flatten)]
    pub(in crate::cli) formats: FormatArgs,
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

/// When something is done that only some places are made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum When {
    /// Where it has a use.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}
