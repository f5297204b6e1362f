use std::path::PathBuf;

use clap::Args;

/// What is expected to fail.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct DeviationsArgs {
    /// Hold what is found against the known deviations in this file: exit code 0 if nothing is new, changed, expired or stale;
    /// `dewspec deviations record` writes it
    #[arg(long, env = "DEWSPEC_DEVIATIONS", value_name = "FILE", help_heading = "Output")]
    pub(in crate::cli) deviations: Option<PathBuf>,
}
