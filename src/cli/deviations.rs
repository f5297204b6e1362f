use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::options::{DeviationsArgs, SuiteArgs};
use super::{CliError, Config, console, stored};
use crate::deviations::{self, Filling, KnownDeviations, KnownIds, Problem};
use crate::exit;
use crate::report::Report;
use crate::suite::Suite;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec run --endpoint … --report json=night.json
  dewspec deviations record deviations.toml night.json
      add an entry for each cause that is new; fill in reason, owner and link by hand
  dewspec deviations record deviations.toml night.json kms.create-kms-tag.accepts.key \\
      --reason 'the gateway cuts keys' --owner kms-team --link KMS-42 --until 2027-03-31
      the same for one cause, at once
  dewspec deviations check deviations.toml
      is every entry in order, and does each still count?
  dewspec run --endpoint … --deviations deviations.toml
      exit code 0 if nothing is new
  dewspec deviations prune deviations.toml night.json
      take the entries out that hold by now

Exit codes:
  0  done, or in order
  1  check: an entry has run out
  2  wrong usage, a mistake in the file, or a report of which nothing can be recorded
  3  the file cannot be written";

/// Mistakes told at once.
const TOLD: usize = 10;
/// What a new file begins with.
const HEADER: &str =
    "# What is known to fail, why, who looks after it, and until when: for `dewspec run --deviations`.\n";

#[derive(Clone, Debug, Args)]
pub(super) struct KnownArgs {
    #[command(subcommand)]
    command: KnownCommand,
}

#[derive(Clone, Debug, Subcommand)]
enum KnownCommand {
    /// Add an entry for each cause of a report that is new
    Record(RecordArgs),
    /// Take out the entries whose clauses held in a report; adds and changes nothing
    Prune(PruneArgs),
    /// Look for mistakes in a file, and for entries that have run out
    Check(CheckArgs),
}

#[derive(Clone, Debug, Args)]
struct RecordArgs {
    /// The file of known deviations; made if it is not there
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A JSON report of a whole run
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    /// Only these causes; of one that has changed, take over what is observed now [default: all that are new]
    #[arg(value_name = "CAUSE")]
    causes: Vec<String>,
    /// Why they are accepted for now [default: to be filled in]
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who looks after them [default: to be filled in]
    #[arg(long, value_name = "WHO")]
    owner: Option<String>,
    /// Where they are tracked [default: to be filled in]
    #[arg(long, value_name = "LINK")]
    link: Option<String>,
    /// The last day on which the entries count, as YYYY-MM-DD [default: 90 days after the report]
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
}

#[derive(Clone, Debug, Args)]
struct PruneArgs {
    /// The file of known deviations
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A JSON report of a whole run
    #[arg(value_name = "REPORT")]
    report: PathBuf,
}

#[derive(Clone, Debug, Args)]
struct CheckArgs {
    /// The file of known deviations
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The day against which `until` is held, as YYYY-MM-DD [default: today, UTC]
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
    #[command(flatten)]
    suite: SuiteArgs,
}

/// The known deviations that the options name, if they name a file; ids are looked up in the suite.
///
/// # Errors
/// Usage, with every mistake and its place.
pub(super) fn read(
    args: &DeviationsArgs,
    config: &Config,
    suite: Option<&Suite>,
) -> Result<Option<KnownDeviations>, CliError> {
    let given = args.deviations.as_ref().filter(|path| !path.as_os_str().is_empty()).or(config.deviations.as_ref());
    let Some(path) = given else { return Ok(None) };
    let ids = suite.map(KnownIds::new);
    parse(path, &text_of(path)?, ids.as_ref(), false).map(Some)
}

/// `dewspec deviations`
pub(super) fn deviations(args: &KnownArgs) -> Result<u8, CliError> {
    match &args.command {
        KnownCommand::Record(args) => record(args),
        KnownCommand::Prune(args) => prune(args),
        KnownCommand::Check(args) => check(args),
    }
}

fn record(args: &RecordArgs) -> Result<u8, CliError> {
    let text = match std::fs::read_to_string(&args.file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => HEADER.to_owned(),
        Err(error) => return Err(cannot_read(&args.file, &error)),
    };
    let (known, report) = held(&args.file, &text, &args.report)?;
    let RecordArgs { reason, owner, link, until, .. } = args.clone();
    let filling = Filling { reason, owner, link, until };
    let recorded = deviations::record(&text, &known, &report, &args.causes, &filling).map_err(CliError::usage)?;
    let shown = args.file.display();
    let mut out = String::new();
    if recorded.added.is_empty() && recorded.updated.is_empty() {
        out.push_str(&format!("nothing to record: {shown} stays as it is\n"));
    } else {
        write(&args.file, &recorded.text)?;
        recorded.added.iter().for_each(|id| out.push_str(&format!("added    {id}\n")));
        recorded.updated.iter().for_each(|id| out.push_str(&format!("updated  {id}\n")));
        // What a person has to fill in is said with its place.
        if let Err(problems) = deviations::parse(&shown.to_string(), &recorded.text, None, false) {
            out.push_str(&format!("to be filled in before the file can be used:\n{}\n", lines(&problems)));
        }
    }
    for id in &recorded.left {
        out.push_str(&format!(
            "left     {id}: it has changed or expired; look at its entry, or give its id to take over what is observed now, and to renew what has expired\n"
        ));
    }
    console::print(&out);
    Ok(exit::CONFORMS)
}

fn prune(args: &PruneArgs) -> Result<u8, CliError> {
    let text = text_of(&args.file)?;
    let (_, report) = held(&args.file, &text, &args.report)?;
    let Some(applied) = &report.deviations else { return Ok(exit::BROKEN) };
    let (text, gone) = deviations::prune(&text, applied).map_err(CliError::usage)?;
    if gone.is_empty() {
        console::print(&format!("nothing to remove: {} stays as it is\n", args.file.display()));
        return Ok(exit::CONFORMS);
    }
    write(&args.file, &text)?;
    console::print(&gone.iter().map(|names| format!("removed  {names}\n")).collect::<String>());
    Ok(exit::CONFORMS)
}

fn check(args: &CheckArgs) -> Result<u8, CliError> {
    let suite = args.suite.load()?;
    let known = parse(&args.file, &text_of(&args.file)?, Some(&KnownIds::new(&suite)), false)?;
    let today = args.today.unwrap_or_else(|| jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date());
    let mut out = String::new();
    let expired = known.entries.iter().filter(|entry| entry.until < today);
    for entry in expired.clone() {
        out.push_str(&format!("{}:{}: {}: it counted until {}\n", known.file, entry.line, entry.subject, entry.until));
    }
    let expired = expired.count();
    let entries = counted(known.entries.len(), "entry", "entries");
    let expired_by = if expired == 0 { "none".to_owned() } else { expired.to_string() };
    out.push_str(&format!("{entries}, {expired_by} expired by {today}\n"));
    console::print(&out);
    Ok(if expired > 0 { exit::NONCONFORMING } else { exit::CONFORMS })
}

/// A report, held against the text of a file.
///
/// # Errors
/// Usage, if either cannot be used for that.
fn held(file: &Path, text: &str, report: &Path) -> Result<(KnownDeviations, Report), CliError> {
    let known = parse(file, text, None, true)?;
    let shown = report.display();
    let mut report = stored::read(report)?;
    if let Some(why) = deviations::unfit(&report) {
        let told =
            format!("{shown}: {why}: what it does not show may be there all the same; give the report of a whole run");
        return Err(CliError::usage(told));
    }
    deviations::apply(&known, &mut report).map_err(|why| CliError::usage(format!("{shown}: {why}")))?;
    Ok((known, report))
}

fn parse(path: &Path, text: &str, ids: Option<&KnownIds>, unfinished: bool) -> Result<KnownDeviations, CliError> {
    deviations::parse(&path.display().to_string(), text, ids, unfinished)
        .map_err(|problems| CliError::usage(lines(&problems)))
}

fn lines(problems: &[Problem]) -> String {
    let mut lines: Vec<String> = problems.iter().take(TOLD).map(ToString::to_string).collect();
    if problems.len() > TOLD {
        lines.push(format!("and {} more mistakes", problems.len() - TOLD));
    }
    lines.join("\n")
}

fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

fn text_of(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|error| cannot_read(path, &error))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> CliError {
    CliError::usage(format!("{}: cannot be read: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    std::fs::write(path, text)
        .map_err(|error| CliError::broken(format!("{}: cannot be written: {error}", path.display())))
}
