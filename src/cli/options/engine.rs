use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

use crate::target::Settings;

/// How to go about a run.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct EngineArgs {
    /// Make a secret and a key for the run (two where it needs two), and remove them at its end; a key can only be scheduled
    /// for deletion, in 7 days. Asks before, since that may cost money [default: off]
    #[arg(long, env = "DEWSPEC_PROVISION", value_parser = BoolishValueParser::new(), help_heading = "Target")]
    pub(in crate::cli) provision: bool,
    /// Do not ask before --provision makes anything [default: off]
    #[arg(long, env = "DEWSPEC_YES", value_parser = BoolishValueParser::new(), help_heading = "Target")]
    pub(in crate::cli) yes: bool,
    #[arg(
        long,
        env = "DEWSPEC_SEED",
        value_name = "N",
        help_heading = "Run",
        help = with_default("Seed of everything generated: a number or `random`", |s| s.seed.to_string())
    )]
    pub(in crate::cli) seed: Option<String>,
    #[arg(
        long,
        env = "DEWSPEC_CASES",
        value_name = "N",
        help_heading = "Run",
        help = with_default("Generated inputs per property", |s| s.cases.to_string())
    )]
    pub(in crate::cli) cases: Option<u64>,
    /// Keeps names of created events apart between runs: a-z, 0-9 and -, at most 20 [default: random]
    #[arg(long, env = "DEWSPEC_RUN_ID", value_name = "ID", help_heading = "Run")]
    pub(in crate::cli) run_id: Option<String>,
    #[arg(
        long,
        env = "DEWSPEC_CONCURRENCY",
        value_name = "N",
        help_heading = "Run",
        help = with_default("Maximum requests in flight", |s| s.concurrency.to_string())
    )]
    pub(in crate::cli) concurrency: Option<usize>,
    #[arg(
        long,
        env = "DEWSPEC_TIMEOUT",
        value_name = "SECS",
        allow_negative_numbers = true,
        help_heading = "Run",
        help = with_default("Per-request timeout in seconds", |s| s.timeout.as_secs_f64().to_string())
    )]
    pub(in crate::cli) timeout: Option<f64>,
    #[arg(
        long,
        env = "DEWSPEC_SETTLE",
        value_name = "SECS",
        allow_negative_numbers = true,
        help_heading = "Run",
        help = with_default(
            "Longest time a read-back may lag behind a write, in seconds",
            |s| s.settle.as_secs_f64().to_string()
        )
    )]
    pub(in crate::cli) settle: Option<f64>,
    /// Maximum requests per second [default: no limit]
    #[arg(long, env = "DEWSPEC_RATE", value_name = "N", help_heading = "Run")]
    pub(in crate::cli) rate: Option<u32>,
    #[arg(
        long,
        env = "DEWSPEC_MAX_WAIT",
        value_name = "SECS",
        allow_negative_numbers = true,
        help_heading = "Run",
        help = with_default(
            "Longest time in all to wait for a target that throttles or is in maintenance, and for another dewspec \
             process on the same resources, in seconds",
            |s| s.max_wait.as_secs_f64().to_string()
        )
    )]
    pub(in crate::cli) max_wait: Option<f64>,
    /// End the run after this time with what it knows, in seconds [default: no limit]
    #[arg(long, env = "DEWSPEC_MAX_TIME", value_name = "SECS", allow_negative_numbers = true, help_heading = "Run")]
    pub(in crate::cli) max_time: Option<f64>,
    #[arg(
        long,
        env = "DEWSPEC_WAIT_FOR",
        value_name = "SECS",
        allow_negative_numbers = true,
        help_heading = "Run",
        help = with_default(
            "How long to wait at the beginning for a target that does not answer yet, in seconds",
            |s| s.wait_for.as_secs_f64().to_string()
        )
    )]
    pub(in crate::cli) wait_for: Option<f64>,
    /// Note here what is about to be stored, so that `dewspec clean` can delete it after a kill; a file for one run after the
    /// other [default: one for each run, in the state folder of this user]
    #[arg(long, env = "DEWSPEC_JOURNAL", value_name = "FILE", help_heading = "Run")]
    pub(in crate::cli) journal: Option<PathBuf>,
    /// Stop at the first failed case [default: off]
    #[arg(long, env = "DEWSPEC_FAIL_FAST", value_parser = BoolishValueParser::new(), help_heading = "Run")]
    pub(in crate::cli) fail_fast: bool,
    /// Send every value of the catalogue at every position, not one of each class in turn [default: off]
    #[arg(long, env = "DEWSPEC_THOROUGH", value_parser = BoolishValueParser::new(), help_heading = "Run")]
    pub(in crate::cli) thorough: bool,
    /// Treat violated SHOULD clauses as failures [default: off]
    #[arg(long, env = "DEWSPEC_STRICT", value_parser = BoolishValueParser::new(), help_heading = "Run")]
    pub(in crate::cli) strict: bool,
    /// At the end, also send signatures that do not fit their requests. It takes an access key, and has a risk: five of them in
    /// a row lock an access key for five minutes. A good one follows each; use no key that something else depends on
    /// [default: off]
    #[arg(long, env = "DEWSPEC_SIGNATURE", value_parser = BoolishValueParser::new(), help_heading = "Run")]
    pub(in crate::cli) signature: bool,
    /// Check neighbours of the documented operations, too: DeleteSecretTag and UpdateSecretEvent. What is known of them is no
    /// part of the contract, and so no more than a SHOULD [default: off]
    #[arg(long, env = "DEWSPEC_NEIGHBOURS", value_parser = BoolishValueParser::new(), help_heading = "Run")]
    pub(in crate::cli) neighbours: bool,
    /// Load the suite from a directory instead of the one built in
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    pub(in crate::cli) suites: Option<PathBuf>,
    /// Load the fixtures from a directory instead of those built in
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    pub(in crate::cli) fixtures: Option<PathBuf>,
    /// Add the cases of a directory, as `dewspec fuzz --promote` writes them [default: none]
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    pub(in crate::cli) regressions: Option<PathBuf>,
}

/// The text of an option with its default, and the one for the embedded server where that is another.
fn with_default(text: &str, value: impl Fn(&Settings) -> String) -> String {
    let (usual, embedded) = (value(&Settings::default()), value(&Settings::embedded()));
    match usual == embedded {
        true => format!("{text} [default: {usual}]"),
        false => format!("{text} [default: {usual}; {embedded} for the embedded server]"),
    }
}
