use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::args::ListFormat;
use super::{CliError, console, load};
use crate::exit;
use crate::selftest::{
    Alarm, AlarmPlan, Kill, LabError, Laboratory, Pair, alarms, dictionary, kills, pairs, profiles, summary,
};
use crate::server::fault;
use crate::target::Settings;

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
    /// At which settings: `default`, those for any target; `embedded`, those of `dewspec run` without an endpoint; `both`
    #[arg(long, value_enum, default_value = "default")]
    settings: At,
    /// Send each server only what it is about, without sockets where that shows it: what `cargo test` does
    #[arg(long)]
    quick: bool,
    /// Seed of the runs against faults
    #[arg(long, value_name = "N", default_value_t = Settings::default().seed)]
    pub(super) seed: u64,
    /// Random pairs of faults, each of which should keep a cause of its own
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) pairs: usize,
    /// Use the suite of a directory instead of the one built in: that of an earlier state, to see what it would have found
    #[arg(long, value_name = "DIR")]
    suites: Option<std::path::PathBuf>,
    /// The same for the fixtures
    #[arg(long, value_name = "DIR")]
    fixtures: Option<std::path::PathBuf>,
    /// Write the dictionary of what each fault looks like, from which causes are diagnosed
    #[arg(long, value_name = "FILE")]
    pub(super) dictionary: Option<std::path::PathBuf>,
    /// Also write a summary in Markdown; what stands in the file below the mark for it stays
    #[arg(long, value_name = "FILE")]
    pub(super) summary: Option<std::path::PathBuf>,
    /// Runs at once, each on a thread of its own
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(super) at_once: usize,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: ListFormat,
}

/// The settings of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum At {
    Default,
    Embedded,
    Both,
}

impl At {
    /// A laboratory for each of them.
    fn laboratories(self, laboratory: Laboratory) -> Vec<Laboratory> {
        let embedded = laboratory.as_on_the_command_line();
        match self {
            At::Default => vec![laboratory],
            At::Embedded => vec![embedded],
            At::Both => vec![laboratory, embedded],
        }
    }
}

/// `dewspec mutants`
pub(super) fn mutants(args: &MutantsArgs) -> Result<u8, CliError> {
    let suite = load::suite(args.suites.as_deref(), args.fixtures.as_deref())?;
    let settings = Settings { seed: args.seed, ..Settings::default() };
    let laboratory = Laboratory::new(suite, settings);
    let laboratory = if args.quick { laboratory.in_short() } else { laboratory };
    let (mut killed, mut paired, mut alarmed) = (Vec::new(), Vec::new(), Vec::new());
    for laboratory in args.settings.laboratories(laboratory) {
        let broken = |error: LabError| CliError::broken(error.to_string());
        let (kills, alarms) = experiments(args, &laboratory).map_err(broken)?;
        let pairs = pairs(&laboratory, &kills, args.pairs, args.seed, args.at_once).map_err(broken)?;
        if args.format == ListFormat::Text {
            console::print(&format!("{}{}{}", kill_table(&kills), cause_lines(&kills, &pairs), alarm_table(&alarms)));
        }
        killed.extend(kills);
        paired.extend(pairs);
        alarmed.extend(alarms);
    }
    if killed.is_empty() && alarmed.is_empty() {
        return Err(CliError {
            code: exit::VACUOUS,
            message: "no fault and no conforming server was selected".to_owned(),
        });
    }
    let good = killed.iter().all(|k| k.killed) && alarmed.iter().all(Alarm::is_silent);
    if args.format == ListFormat::Json {
        let value = json!({ "faults": killed, "pairs": paired, "alarms": alarmed });
        let text = serde_json::to_string_pretty(&value).map_err(|e| CliError::broken(e.to_string()))?;
        console::print(&format!("{text}\n"));
    }
    if let Some(path) = &args.dictionary {
        let text = dictionary(&killed).map_err(|e| CliError::broken(e.to_string()))?;
        std::fs::write(path, text)
            .map_err(|e| CliError::broken(format!("{}: cannot be written: {e}", path.display())))?;
    }
    if let Some(path) = &args.summary {
        let earlier = std::fs::read_to_string(path).unwrap_or_default();
        std::fs::write(path, summary(&killed, &paired, &alarmed, &earlier))
            .map_err(|e| CliError::broken(format!("{}: cannot be written: {e}", path.display())))?;
    }
    Ok(if good { exit::CONFORMS } else { exit::NONCONFORMING })
}

fn experiments(args: &MutantsArgs, laboratory: &Laboratory) -> Result<(Vec<Kill>, Vec<Alarm>), LabError> {
    let mut killed = Vec::new();
    if !args.no_faults {
        let mut faults = fault::catalogue();
        faults.retain(|f| {
            let texts = [f.name.to_string(), f.family.to_string(), f.clause.to_string()];
            // What only fuzzing is expected to find has to be asked for.
            // And what takes an access key to see, `dewspec run --signature` finds, and that of neighbours `--neighbours`.
            let is_found = ![fault::NEIGHBOUR, fault::RARE, fault::SIGNATURE].contains(&f.family);
            let asked = |word: &String| is_found || word == f.family || word == f.name;
            let matches = |word: &String| texts.iter().any(|text| text.contains(word.as_str()));
            if args.filters.is_empty() {
                is_found
            } else {
                args.filters.iter().any(|word| asked(word) && matches(word))
            }
        });
        killed = kills(laboratory, faults, args.at_once, |kill| {
            if args.format == ListFormat::Text {
                console::print(&kill_line(kill))
            }
        })?;
    }
    let mut alarmed = Vec::new();
    if !args.no_alarms {
        let plan = AlarmPlan { each: true, combinations: args.combinations, seeds: args.seeds };
        let servers = profiles(plan, args.seed);
        alarmed = alarms(laboratory, servers, args.at_once, |alarm| {
            if args.format == ListFormat::Text && !alarm.is_silent() {
                console::print(&alarm_line(alarm))
            }
        })?;
    }
    Ok((killed, alarmed))
}

/// Columns of a fault's name.
const NAME: usize = 56;

/// Fault by finding clause.
fn kill_line(kill: &Kill) -> String {
    let word = if kill.killed { "killed  " } else { "SURVIVED" };
    let found = match kill.found.as_slice() {
        [] => format!("by nothing of its own; it breaks {}", kill.clause),
        // The clause the author named says most; else the first one found.
        clauses => {
            let named = clauses.iter().find(|c| **c == kill.clause).unwrap_or(&clauses[0]);
            let more = clauses.len() - 1;
            if more > 0 { format!("{named} and {more} more") } else { named.clone() }
        }
    };
    format!("{word} {:<NAME$} {:>6} {:>6} ms  {found}\n", kill.fault, kill.requests, kill.milliseconds)
}

/// The counts by family.
fn kill_table(kills: &[Kill]) -> String {
    if kills.is_empty() {
        return String::new();
    }
    let mut families: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for kill in kills {
        let entry = families.entry(&kill.family).or_default();
        entry.0 += usize::from(kill.killed);
        entry.1 += 1;
    }
    let mut out = String::from("\nfamily           killed   of\n");
    for (family, (killed, all)) in &families {
        out.push_str(&format!("{family:<16} {killed:>6} {all:>4}\n"));
    }
    let killed = kills.iter().filter(|k| k.killed).count();
    let settings = kills.first().map_or("", |kill| kill.settings.as_str());
    out.push_str(&format!("\n{killed} of {} faults killed at {settings} settings\n", kills.len()));
    out
}

/// How many causes a fault has, and which pairs do not keep theirs apart.
fn cause_lines(kills: &[Kill], pairs: &[Pair]) -> String {
    let counts: Vec<usize> = kills.iter().filter(|kill| kill.killed).map(|kill| kill.causes.len()).collect();
    if counts.is_empty() {
        return String::new();
    }
    let mean = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    let three = counts.iter().filter(|count| **count <= 3).count();
    let mut out = format!("{mean:.2} causes a fault; {three} of {} faults have three at most\n", counts.len());
    let named = |most: usize| kills.iter().filter(|kill| kill.is_diagnosed_within(most)).count();
    let all = counts.len();
    out.push_str(&format!("{} of {all} faults are diagnosed, {} of them first\n", named(usize::MAX), named(1)));
    for pair in pairs.iter().filter(|pair| !pair.apart) {
        let (faults, alone) = (pair.faults.join(" and "), pair.alone.join(" and "));
        out.push_str(&format!("together  {faults}: {alone} became {}\n", pair.together.join(", ")));
    }
    if !pairs.is_empty() {
        let apart = pairs.iter().filter(|pair| pair.apart).count();
        out.push_str(&format!("{apart} of {} pairs of faults keep a cause each\n", pairs.len()));
    }
    out
}

/// What was wrongly accused.
fn alarm_line(alarm: &Alarm) -> String {
    let mut what = alarm.findings.clone();
    what.extend(alarm.misread.iter().map(|m| format!("misread {m}")));
    what.extend(alarm.unobserved.iter().map(|c| format!("not observed {c}")));
    format!("FALSE ALARM on {} (exit code {}): {}\n", alarm.server, alarm.exit_code, what.join(", "))
}

fn alarm_table(alarms: &[Alarm]) -> String {
    if alarms.is_empty() {
        return String::new();
    }
    let silent = alarms.iter().filter(|a| a.is_silent()).count();
    format!("\n{} false alarms on {} conforming servers\n", alarms.len() - silent, alarms.len())
}
