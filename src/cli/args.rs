use clap::{Parser, Subcommand, ValueEnum};

use super::clean::{self, CleanArgs};
use super::completions::{self, CompletionsArgs};
use super::deviations::{self, KnownArgs};
use super::diff::{self, DiffArgs};
use super::doctor::{self, DoctorArgs};
use super::explain::ExplainArgs;
use super::fuzz::{self, FuzzArgs};
use super::history::{self, HistoryArgs};
use super::init::{self, InitArgs};
use super::judge::{self, JudgeArgs};
use super::list::ListArgs;
use super::man::{self, ManArgs};
use super::matrix::{self, MatrixArgs};
use super::merge::{self, MergeArgs};
use super::mutants::MutantsArgs;
use super::options::ServeArgs;
use super::replay::ReplayArgs;
use super::report::{self, ReportArgs};
use super::run::{self, RunArgs};
use super::sign::{self, SignArgs};

const EXIT_CODES: &str = "\
Exit codes:
  0  the target conforms, or does nothing that is not in --deviations
  1  it does not, or snapshots or known deviations differ
  2  wrong usage, configuration or suite data; nothing was sent
  3  no verdict: the target could not be reached, is not this API, refused credentials or
     identifiers, throttled or expired beyond what the run can bear, or dewspec broke
  4  nothing was proven: no case selected, or an operation that could not be judged
  129, 130, 143  ended by SIGHUP, SIGINT or SIGTERM, after the target was restored";

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
    #[command(after_help = format!("{}\n\n{EXIT_CODES}", run::EXAMPLES))]
    Run(Box<RunArgs>),
    /// Say what is right and wrong with endpoint, credentials and identifiers; what it writes is deleted, or named
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(Box<DoctorArgs>),
    /// Write a commented dewspec.toml for a target, and say whether a run can begin
    #[command(after_help = init::EXAMPLES)]
    Init(Box<InitArgs>),
    /// Delete what killed runs have left, as their journals say
    #[command(after_help = clean::EXAMPLES)]
    Clean(Box<CleanArgs>),
    /// Judge a recorded run again, without its target
    #[command(after_help = format!("{}\n\n{EXIT_CODES}", judge::EXAMPLES))]
    Judge(Box<JudgeArgs>),
    /// Show a stored report, or make other forms of it
    #[command(after_help = report::EXAMPLES)]
    Report(Box<ReportArgs>),
    /// Make one report of those of all shards of a run
    #[command(after_help = format!("{}\n\n{EXIT_CODES}", merge::EXAMPLES))]
    Merge(Box<MergeArgs>),
    /// Show implementations side by side
    #[command(after_help = matrix::EXAMPLES)]
    Matrix(Box<MatrixArgs>),
    /// Show a folder of reports night after night
    #[command(after_help = history::EXAMPLES)]
    History(Box<HistoryArgs>),
    /// Record, prune or check the file of known deviations
    #[command(after_help = deviations::EXAMPLES)]
    Deviations(Box<KnownArgs>),
    /// Say what is new in a report since an earlier one
    #[command(after_help = diff::EXAMPLES)]
    Diff(Box<DiffArgs>),
    /// Start the reference server alone, and print what is needed to check it
    Serve(ServeArgs),
    /// List operations, clauses, cases, readings, causes, faults or frozen lists of clauses
    List(ListArgs),
    /// Explain a clause or a case: wording, source, level, readings, what checks it
    Explain(ExplainArgs),
    /// Test the suite: run it against every seeded fault, and against conforming servers
    Mutants(MutantsArgs),
    /// Fuzz a target: mutate requests for as long as they make it behave in new ways
    #[command(after_help = format!("{}\n\n{EXIT_CODES}", fuzz::EXAMPLES))]
    Fuzz(Box<FuzzArgs>),
    /// Send the failed cases of a report again, or finds of the fuzzer
    Replay(Box<ReplayArgs>),
    /// Print the header fields of a signed request, for whoever debugs signatures of their own
    #[command(after_help = sign::EXAMPLES)]
    Sign(Box<SignArgs>),
    /// Print what a shell needs to complete dewspec's options
    #[command(after_help = completions::EXAMPLES)]
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each subcommand
    #[command(after_help = man::EXAMPLES)]
    Man(ManArgs),
}

/// A form for lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Text,
    Json,
}
