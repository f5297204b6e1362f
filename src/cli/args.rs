use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes:
  0  the target conforms
  1  it does not, or snapshots differ
  2  wrong usage, configuration or suite data; nothing was sent
  3  the target could not be reached, or dewspec broke
  4  nothing was proven: no case selected, or an operation that could not be judged";

const RUN_EXAMPLES: &str = "\
Examples:
  dewspec run
      check the embedded reference server
  DEWSPEC_TOKEN=… dewspec run --endpoint http://127.0.0.1:8080 --project-id P --secret-id S --key-id K
      check a target; give --secret-id and --key-id several times for more speed
  dewspec run key.max-length --report json=report.json
      only the cases whose id contains key.max-length, and a report for machines";

const FUZZ_EXAMPLES: &str = "\
Examples:
  dewspec fuzz --time 10
      fuzz the embedded reference server
  DEWSPEC_TOKEN=… dewspec fuzz --endpoint http://127.0.0.1:8080 --project-id P --secret-id S --key-id K \\
      --time 600 --corpus corpus --report json=fuzz.json
      fuzz a target for ten minutes, beginning with what earlier runs have learned
  dewspec fuzz --promote dewspec-finds/FIND.json --into suites/regressions
      make a case of a find, which `dewspec run` sends from then on";

/// Conformance suite for the tag and event operations of KMS and CSMS services.
#[derive(Debug, Parser)]
#[command(name = "dewspec", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check a target; without --endpoint, the embedded reference server
    #[command(after_help = format!("{RUN_EXAMPLES}\n\n{EXIT_CODES}"))]
    Run(Box<RunArgs>),
    /// Start the reference server alone, and print what is needed to check it
    Serve(ServeArgs),
    /// List operations, clauses, cases, readings or faults
    List(ListArgs),
    /// Explain a clause or a case: wording, source, level, readings, what checks it
    Explain(ExplainArgs),
    /// Test the suite: run it against every seeded fault, and against conforming servers
    Mutants(MutantsArgs),
    /// Fuzz a target: mutate requests for as long as they make it behave in new ways
    #[command(after_help = format!("{FUZZ_EXAMPLES}\n\n{EXIT_CODES}"))]
    Fuzz(Box<FuzzArgs>),
    /// Send the failed cases of a report again, or finds of the fuzzer
    Replay(Box<ReplayArgs>),
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct TargetArgs {
    /// Base URL of the target, for both services
    #[arg(long, env = "DEWSPEC_ENDPOINT", value_name = "URL", help_heading = "Target")]
    pub(super) endpoint: Option<String>,
    /// Base URL of the CSMS service, if it differs
    #[arg(long, env = "DEWSPEC_CSMS_ENDPOINT", value_name = "URL", help_heading = "Target")]
    pub(super) csms_endpoint: Option<String>,
    /// Base URL of the KMS service, if it differs
    #[arg(long, env = "DEWSPEC_KMS_ENDPOINT", value_name = "URL", help_heading = "Target")]
    pub(super) kms_endpoint: Option<String>,
    /// Project of the token
    #[arg(long, env = "DEWSPEC_PROJECT_ID", value_name = "ID", help_heading = "Target")]
    pub(super) project_id: Option<String>,
    /// A secret whose tags may be changed; may be given several times
    #[arg(long, env = "DEWSPEC_SECRET_ID", value_name = "ID", value_delimiter = ',', help_heading = "Target")]
    pub(super) secret_id: Vec<String>,
    /// A KMS key whose tags may be changed; may be given several times
    #[arg(long, env = "DEWSPEC_KEY_ID", value_name = "ID", value_delimiter = ',', help_heading = "Target")]
    pub(super) key_id: Vec<String>,
    /// Token for X-Auth-Token; better by environment or file, where other users cannot see it
    #[arg(long, env = "DEWSPEC_TOKEN", hide_env_values = true, value_name = "TOKEN", help_heading = "Target")]
    pub(super) token: Option<String>,
    /// File that holds the token
    #[arg(long, env = "DEWSPEC_TOKEN_FILE", value_name = "FILE", help_heading = "Target")]
    pub(super) token_file: Option<PathBuf>,
    /// Token of the same project that may only read
    #[arg(
        long,
        env = "DEWSPEC_READ_ONLY_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        help_heading = "Target"
    )]
    pub(super) read_only_token: Option<String>,
    /// Another tenant's project, for isolation checks
    #[arg(long, env = "DEWSPEC_FOREIGN_PROJECT_ID", value_name = "ID", help_heading = "Target")]
    pub(super) foreign_project_id: Option<String>,
    /// Another tenant's secret
    #[arg(long, env = "DEWSPEC_FOREIGN_SECRET_ID", value_name = "ID", help_heading = "Target")]
    pub(super) foreign_secret_id: Option<String>,
    /// Another tenant's KMS key
    #[arg(long, env = "DEWSPEC_FOREIGN_KEY_ID", value_name = "ID", help_heading = "Target")]
    pub(super) foreign_key_id: Option<String>,
    /// Another tenant's token
    #[arg(long, env = "DEWSPEC_FOREIGN_TOKEN", hide_env_values = true, value_name = "TOKEN", help_heading = "Target")]
    pub(super) foreign_token: Option<String>,
    /// File with any of these options [default: dewspec.toml, if it is there]
    #[arg(long, env = "DEWSPEC_CONFIG", value_name = "FILE", help_heading = "Target")]
    pub(super) config: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct EngineArgs {
    /// Seed of everything generated: a number or `random` [default: 14598366]
    #[arg(long, env = "DEWSPEC_SEED", value_name = "N", help_heading = "Run")]
    pub(super) seed: Option<String>,
    /// Generated inputs of each property [default: 2; 32 against the embedded server]
    #[arg(long, env = "DEWSPEC_CASES", value_name = "N", help_heading = "Run")]
    pub(super) cases: Option<u64>,
    /// Keeps names of created events apart between runs: a-z, 0-9 and -, at most 20 [default: random]
    #[arg(long, env = "DEWSPEC_RUN_ID", value_name = "ID", help_heading = "Run")]
    pub(super) run_id: Option<String>,
    /// Requests under way at once, where the target takes its time or has several secrets and keys [default: 16; 8
    /// against the embedded server]
    #[arg(long, env = "DEWSPEC_CONCURRENCY", value_name = "N", help_heading = "Run")]
    pub(super) concurrency: Option<usize>,
    /// Longest wait for one answer, in seconds [default: 10]
    #[arg(long, env = "DEWSPEC_TIMEOUT", value_name = "SECS", allow_negative_numbers = true, help_heading = "Run")]
    pub(super) timeout: Option<f64>,
    /// Longest time a read-back may lag behind a write, in seconds [default: 2; 0.1 for the embedded server]
    #[arg(long, env = "DEWSPEC_SETTLE", value_name = "SECS", allow_negative_numbers = true, help_heading = "Run")]
    pub(super) settle: Option<f64>,
    /// Most requests a second [default: no limit]
    #[arg(long, env = "DEWSPEC_RATE", value_name = "N", help_heading = "Run")]
    pub(super) rate: Option<u32>,
    /// Stop at the first failed case [default: off]
    #[arg(long, help_heading = "Run")]
    pub(super) fail_fast: bool,
    /// A broken should fails the run [default: off]
    #[arg(long, help_heading = "Run")]
    pub(super) strict: bool,
    /// Load the suite from a directory instead of the one built in
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    pub(super) suites: Option<PathBuf>,
    /// Load the fixtures from a directory instead of those built in
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    pub(super) fixtures: Option<PathBuf>,
    /// Add the cases of a directory, as `dewspec fuzz --promote` writes them [default: none]
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    pub(super) regressions: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct OutputArgs {
    /// Write a report: json=PATH or junit=PATH; may be given several times; PATH - is standard output
    #[arg(long, value_name = "FORMAT=PATH", help_heading = "Output")]
    pub(super) report: Vec<String>,
    /// Compare the outcome of every case with the snapshots in a directory; missing ones are written
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(super) snapshots: Option<PathBuf>,
    /// Accept differences to the snapshots [default: off]
    #[arg(long, requires = "snapshots", help_heading = "Output")]
    pub(super) update_snapshots: bool,
    /// Leave out the verdict of every single clause [default: off]
    #[arg(long, short, help_heading = "Output")]
    pub(super) quiet: bool,
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct RunArgs {
    /// Run only cases whose id contains one of these, or of this operation, service or clause; probes they need run too
    #[arg(value_name = "FILTER")]
    pub(super) filters: Vec<String>,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// The embedded server follows this reading: CLAUSE=NAME, CLAUSE a full id or its end
    #[arg(long, value_name = "CLAUSE=NAME", conflicts_with_all = ["endpoint", "csms_endpoint", "kms_endpoint"], help_heading = "Embedded server")]
    pub(super) reading: Vec<String>,
    /// The embedded server has this seeded fault; see `dewspec list faults`
    #[arg(long, value_name = "NAME", conflicts_with_all = ["endpoint", "csms_endpoint", "kms_endpoint"], help_heading = "Embedded server")]
    pub(super) fault: Vec<String>,
}

#[derive(Clone, Debug, Args)]
pub(super) struct ServeArgs {
    /// Address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(super) listen: std::net::SocketAddr,
    /// Follow this reading: CLAUSE=NAME, CLAUSE a full id or its end; see `dewspec list readings`
    #[arg(long, value_name = "CLAUSE=NAME")]
    pub(super) reading: Vec<String>,
    /// Seed this fault; see `dewspec list faults`
    #[arg(long, value_name = "NAME")]
    pub(super) fault: Vec<String>,
    /// Number of secrets
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(super) secrets: usize,
    /// Number of KMS keys
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(super) keys: usize,
    /// Seed of ids and tokens
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Subject {
    Operations,
    Clauses,
    Cases,
    Readings,
    Faults,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, Args)]
pub(super) struct ListArgs {
    /// What to list
    #[arg(value_enum, default_value = "operations")]
    pub(super) subject: Subject,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: ListFormat,
    /// Load the suite from a directory instead of the one built in
    #[arg(long, value_name = "DIR")]
    pub(super) suites: Option<PathBuf>,
    /// Load the fixtures from a directory instead of those built in
    #[arg(long, value_name = "DIR")]
    pub(super) fixtures: Option<PathBuf>,
}

#[derive(Clone, Debug, Args)]
pub(super) struct ExplainArgs {
    /// Id of a clause or case, or an end of one that is unique
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Load the suite from a directory instead of the one built in
    #[arg(long, value_name = "DIR")]
    pub(super) suites: Option<PathBuf>,
    /// Load the fixtures from a directory instead of those built in
    #[arg(long, value_name = "DIR")]
    pub(super) fixtures: Option<PathBuf>,
}

#[derive(Clone, Debug, Args)]
pub(super) struct MutantsArgs {
    /// Only faults whose name, family or clause contains one of these
    #[arg(value_name = "FILTER")]
    pub(super) filters: Vec<String>,
    /// Do not run against conforming servers
    #[arg(long)]
    pub(super) no_alarms: bool,
    /// Do not run against seeded faults
    #[arg(long)]
    pub(super) no_faults: bool,
    /// Random combinations of readings
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(super) combinations: usize,
    /// Seeds for the default readings
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(super) seeds: usize,
    /// Seed of the runs against faults
    #[arg(long, value_name = "N", default_value_t = 14_598_366)]
    pub(super) seed: u64,
    /// Also write a summary in Markdown; what stands in the file below the mark for it stays
    #[arg(long, value_name = "FILE")]
    pub(super) summary: Option<PathBuf>,
    /// Runs at once, each on a thread of its own
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(super) at_once: usize,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: ListFormat,
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct ReplayArgs {
    /// A JSON report, a find of the fuzzer, or a directory of finds
    #[arg(value_name = "REPORT")]
    pub(super) report_file: PathBuf,
    /// Only these cases or finds; without any, all that failed
    #[arg(value_name = "CASE-ID")]
    pub(super) ids: Vec<String>,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// The embedded server has this seeded fault
    #[arg(long, value_name = "NAME", help_heading = "Embedded server")]
    pub(super) fault: Vec<String>,
    /// The embedded server follows this reading
    #[arg(long, value_name = "CLAUSE=NAME", help_heading = "Embedded server")]
    pub(super) reading: Vec<String>,
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct FuzzArgs {
    /// Fuzz only these operations, by name, id prefix or service
    #[arg(value_name = "OPERATION")]
    pub(super) filters: Vec<String>,
    /// How long, in seconds, the probes at the beginning and the clean-up left aside
    #[arg(
        long,
        env = "DEWSPEC_TIME",
        value_name = "SECS",
        default_value_t = 60.0,
        allow_negative_numbers = true,
        help_heading = "Fuzzing"
    )]
    pub(super) time: f64,
    /// Stop after about so many requests, those of the probes included [default: no limit]
    #[arg(long, value_name = "N", help_heading = "Fuzzing")]
    pub(super) requests: Option<u64>,
    /// Directory of inputs to begin with; inputs that show new behaviour are added
    #[arg(long, value_name = "DIR", help_heading = "Fuzzing")]
    pub(super) corpus: Option<PathBuf>,
    /// Remove inputs from the corpus that showed nothing which a shorter one does not show [default: off]
    #[arg(long, requires = "corpus", help_heading = "Fuzzing")]
    pub(super) minimise: bool,
    /// Where finds are written, each as a file to replay; made when there is one
    #[arg(long, value_name = "DIR", default_value = "dewspec-finds", help_heading = "Fuzzing")]
    pub(super) finds: PathBuf,
    /// Change only what fuzzing begins with, whatever the target answers; for comparison [default: off]
    #[arg(long, help_heading = "Fuzzing")]
    pub(super) no_feedback: bool,
    /// Make a regression case of this find, and send nothing
    #[arg(long, value_name = "FIND", requires = "into", help_heading = "Fuzzing")]
    pub(super) promote: Option<PathBuf>,
    /// The directory to write it to: `regressions` beside the suite, or one for `run --regressions`
    #[arg(long, value_name = "DIR", requires = "promote", help_heading = "Fuzzing")]
    pub(super) into: Option<PathBuf>,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    /// Write a report: json=PATH or junit=PATH; may be given several times; PATH - is standard output
    #[arg(long, value_name = "FORMAT=PATH", help_heading = "Output")]
    pub(super) report: Vec<String>,
    /// The embedded server has this seeded fault; see `dewspec list faults`
    #[arg(long, value_name = "NAME", conflicts_with_all = ["endpoint", "csms_endpoint", "kms_endpoint"], help_heading = "Embedded server")]
    pub(super) fault: Vec<String>,
    /// The embedded server follows this reading: CLAUSE=NAME, CLAUSE a full id or its end
    #[arg(long, value_name = "CLAUSE=NAME", conflicts_with_all = ["endpoint", "csms_endpoint", "kms_endpoint"], help_heading = "Embedded server")]
    pub(super) reading: Vec<String>,
}
