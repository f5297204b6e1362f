use clap::Args;

/// How the embedded server is to behave.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct EmbeddedArgs {
    /// The embedded server follows this reading: CLAUSE=NAME, CLAUSE a full id or its end
    #[arg(long, value_name = "CLAUSE=NAME", help_heading = "Embedded server")]
    pub(in crate::cli) reading: Vec<String>,
    /// The embedded server has this seeded fault; see `dewspec list faults`
    #[arg(long, value_name = "NAME", help_heading = "Embedded server")]
    pub(in crate::cli) fault: Vec<String>,
}
