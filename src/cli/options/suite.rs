//! Which suite a subcommand that sends nothing reads.

use std::path::PathBuf;

use clap::Args;

use super::super::CliError;
use super::super::load;
use crate::suite::Suite;

/// Where the suite comes from that something is held against.
#[derive(Clone, Debug, Default, Args)]
pub(in super::super) struct SuiteArgs {
    /// Load the suite from a directory instead of the one built in
    #[arg(long, value_name = "DIR")]
    suites: Option<PathBuf>,
    /// Load the fixtures from a directory instead of those built in
    #[arg(long, value_name = "DIR")]
    fixtures: Option<PathBuf>,
    /// Add the cases of a directory, as the run did
    #[arg(long, value_name = "DIR")]
    regressions: Option<PathBuf>,
}

impl SuiteArgs {
    /// The suite that the options name.
    ///
    /// # Errors
    /// Usage, with the file and what is wrong with it.
    pub(in super::super) fn load(&self) -> Result<Suite, CliError> {
        load::suite_and_cases(self.suites.as_deref(), self.fixtures.as_deref(), self.regressions.as_deref())
    }
}
