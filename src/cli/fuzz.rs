use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::job::{Done, Setup, Task};
use super::options::{DeviationsArgs, EmbeddedArgs, EngineArgs, FormatArgs, OutputArgs, TargetArgs};
use super::outputs::Outputs;
use super::{CliError, console, deviations};
use crate::engine::FuzzLimits;
use crate::fuzz::{Corpus, Find, promote};
use crate::generate::Placeholders;
use crate::plan::{Filter, plan};
use crate::report::Report;
use crate::suite::Suite;
use crate::target::Target;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec fuzz --time 10
      fuzz the embedded reference server
  DEWSPEC_TOKEN=… dewspec fuzz --endpoint http://127.0.0.1:8080 --project-id P --secret-id S --key-id K \\
      --time 600 --corpus corpus --report json=fuzz.json
      fuzz a target for ten minutes, beginning with what earlier runs have learned
  dewspec fuzz --promote dewspec-finds/FIND.json --into suites/regressions
      make a case of a find, which `dewspec run` sends from then on";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct FuzzArgs {
    /// Fuzz only these operations, by name, id prefix or service
    #[arg(value_name = "OPERATION")]
    filters: Vec<String>,
    /// How long, in seconds, the probes at the beginning and the clean-up left aside
    #[arg(
        long,
        env = "DEWSPEC_TIME",
        value_name = "SECS",
        default_value_t = 60.0,
        allow_negative_numbers = true,
        help_heading = "Fuzzing"
    )]
    time: f64,
    /// Stop after about so many requests, those of the probes included [default: no limit]
    #[arg(long, value_name = "N", help_heading = "Fuzzing")]
    requests: Option<u64>,
    /// Directory of inputs to begin with; inputs that show new behaviour are added
    #[arg(long, value_name = "DIR", help_heading = "Fuzzing")]
    corpus: Option<PathBuf>,
    /// Remove inputs from the corpus that showed nothing which a shorter one does not show [default: off]
    #[arg(long, requires = "corpus", help_heading = "Fuzzing")]
    minimise: bool,
    /// Where finds are written, each as a file to replay; made when there is one
    #[arg(long, value_name = "DIR", default_value = "dewspec-finds", help_heading = "Fuzzing")]
    finds: PathBuf,
    /// Change only what fuzzing begins with, whatever the target answers; for comparison [default: off]
    #[arg(long, help_heading = "Fuzzing")]
    no_feedback: bool,
    /// Make a regression case of this find, and send nothing
    #[arg(long, value_name = "FIND", requires = "into", help_heading = "Fuzzing")]
    promote: Option<PathBuf>,
    /// The directory to write it to: `regressions` beside the suite, or one for `run --regressions`
    #[arg(long, value_name = "DIR", requires = "promote", help_heading = "Fuzzing")]
    into: Option<PathBuf>,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    formats: FormatArgs,
    #[command(flatten)]
    deviations: DeviationsArgs,
    #[command(flatten)]
    embedded: EmbeddedArgs,
}

/// `dewspec fuzz`
pub(super) fn fuzz(args: &FuzzArgs) -> Result<u8, CliError> {
    if let (Some(find), Some(into)) = (&args.promote, &args.into) {
        return promoted(find, into);
    }
    if args.engine.neighbours {
        let why = "an input of the fuzzer is bodies, and says nothing of the item that a path names";
        return Err(CliError::usage(format!("--neighbours is for `dewspec run`, and not for fuzzing: {why}")));
    }
    let setup = Setup::new(&args.target, &args.engine, &args.embedded)?.with_resources()?;
    let limits = limits(args)?;
    let words = operations(&setup.suite, &args.filters)?;
    let plan = plan(&setup.suite, &Filter::words(&words));
    let output = OutputArgs { formats: args.formats.clone(), quiet: true, ..OutputArgs::default() };
    let known = deviations::read(&args.deviations, &setup.config, Some(&setup.suite))?;
    let outputs = Outputs::new(&output, &setup.config)?.beside(known);
    let begin = match &args.corpus {
        Some(dir) => Corpus::read(dir).map_err(|e| CliError::usage(e.to_string()))?,
        None => Vec::new(),
    };
    let mut corpus = None;
    let task = Task::Fuzz { limits: &limits, begin, corpus: &mut corpus };
    // The embedded server has other identifiers every time; the line says nothing of them.
    let tested = setup.target.clone().unwrap_or_else(|| Target { embedded: true, ..Target::default() });
    let Done { mut report, problems: left } = setup.job(&plan, &args.filters, task).go()?;
    let Setup { settings, replay, .. } = &setup;
    let mut problems = written(args, &mut report, |path| replay.find(&tested, settings, path));
    problems.extend(left);
    if let (Some(dir), Some(corpus)) = (&args.corpus, corpus) {
        let places = Placeholders::new(settings.seed, &settings.run_id, "corpus", "");
        match corpus.write(dir, &places, args.minimise) {
            Ok(new) => report.notes.push(format!("{new} input(s) added to the corpus in {}", dir.display())),
            Err(error) => problems.push(format!("corpus: {error}")),
        }
    }
    Ok(outputs.write(report, problems))
}

/// Writes each find to a file of its own, and says so in the report; returns what could not be written.
fn written(args: &FuzzArgs, report: &mut Report, replay: impl Fn(&str) -> String) -> Vec<String> {
    let Some(fuzz) = &mut report.fuzz else { return Vec::new() };
    let mut problems = Vec::new();
    for find in &mut fuzz.finds {
        let line = replay(&args.finds.join(find.file_name()).to_string_lossy());
        find.case.replay.clone_from(&line);
        for case in report.cases.iter_mut().filter(|case| case.id == find.id) {
            case.replay.clone_from(&line);
        }
        for cause in report.causes.iter_mut().filter(|cause| cause.example.case == find.id) {
            cause.example.replay.clone_from(&line);
        }
        if let Err(error) = find.write(&args.finds) {
            problems.push(format!("find {}: {error}", find.id));
        }
    }
    let count = fuzz.finds.len() - problems.len();
    if count > 0 {
        report.notes.push(format!("{count} find(s) written to {}", args.finds.display()));
    }
    problems
}

fn limits(args: &FuzzArgs) -> Result<FuzzLimits, CliError> {
    // A week is as good as for ever, and far from what a clock can hold.
    const MOST: f64 = 604_800.0;
    if !(args.time.is_finite() && (0.0..=MOST).contains(&args.time)) {
        return Err(CliError::usage(format!("invalid --time {}: give seconds from 0 to {MOST}", args.time)));
    }
    Ok(FuzzLimits {
        time: Duration::from_secs_f64(args.time),
        requests: args.requests,
        feedback: !args.no_feedback,
        first: args.engine.fail_fast,
        ..FuzzLimits::default()
    })
}

/// The operations named, by their names; all, if none is.
fn operations(suite: &Suite, words: &[String]) -> Result<Vec<String>, CliError> {
    let mut chosen = Vec::new();
    for word in words {
        let named = suite
            .operations
            .iter()
            .map(|op| &op.operation)
            .filter(|o| o.id == *word || o.service == *word || o.prefix == *word);
        let before = chosen.len();
        chosen.extend(named.map(|o| o.id.clone()));
        if chosen.len() == before {
            let known: Vec<&str> = suite.operations.iter().map(|op| op.operation.id.as_str()).collect();
            return Err(CliError::usage(format!("invalid operation {word:?}: give one of {}", known.join(", "))));
        }
    }
    Ok(chosen)
}

/// `dewspec fuzz --promote`
fn promoted(path: &Path, into: &Path) -> Result<u8, CliError> {
    let finds = Find::read(path).map_err(|e| CliError::usage(e.to_string()))?;
    for find in &finds {
        let shown = path.display();
        let text = promote(find).map_err(|e| CliError::usage(format!("{shown}: {}: {e}", find.id)))?;
        std::fs::create_dir_all(into).map_err(|e| CliError::broken(format!("{}: {e}", into.display())))?;
        let file = into.join(find.file_name().replace("-fuzz-", "-found-").replace(".json", ".toml"));
        std::fs::write(&file, text).map_err(|e| CliError::broken(format!("{}: {e}", file.display())))?;
        console::print(&format!("{}\n", file.display()));
    }
    Ok(crate::exit::CONFORMS)
}
