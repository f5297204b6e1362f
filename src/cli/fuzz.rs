use std::path::Path;
use std::time::Duration;

use super::args::{FuzzArgs, OutputArgs};
use super::config::Config;
use super::run::{Job, Outputs, Task};
use super::{Ending, console, load, target};
use crate::fuzz::{Corpus, Find, promote};
use crate::generate::Placeholders;
use crate::plan::{Filter, plan};
use crate::report::Report;
use crate::run::FuzzLimits;
use crate::suite::Suite;

/// `dewspec fuzz`
pub(super) fn fuzz(args: &FuzzArgs) -> Result<u8, Ending> {
    if let (Some(find), Some(into)) = (&args.promote, &args.into) {
        return promoted(find, into);
    }
    let config = Config::read(args.target.config.as_deref())?;
    let target = target::target(&args.target, &config)?;
    let settings = target::settings(&args.engine, &config, target.is_none())?;
    let limits = limits(args)?;
    let suite = load::suite_with(&args.engine)?;
    let words = operations(&suite, &args.filters)?;
    let plan = plan(&suite, &Filter::words(&words));
    let server = load::server(&args.reading, &args.fault)?;
    let output = OutputArgs { report: args.report.clone(), quiet: true, ..OutputArgs::default() };
    let outputs = Outputs::new(&output, &config)?;
    let begin = match &args.corpus {
        Some(dir) => Corpus::read(dir).map_err(|e| Ending::usage(e.to_string()))?,
        None => Vec::new(),
    };
    let mut corpus = None;
    let task = Task::Fuzz { limits: &limits, begin, corpus: &mut corpus };
    let job = Job { suite: &suite, plan: &plan, target, server, settings: &settings, filters: &args.filters, task };
    let mut report = job.go()?;
    written(args, &mut report)?;
    if let (Some(dir), Some(corpus)) = (&args.corpus, corpus) {
        let places = Placeholders::new(settings.seed, &settings.run_id, "corpus", "");
        let new = corpus.write(dir, &places, args.minimise).map_err(|e| Ending::broken(e.to_string()))?;
        report.notes.push(format!("{new} input(s) added to the corpus in {}", dir.display()));
    }
    outputs.write(report)
}

/// Writes each find to a file of its own, and says so.
fn written(args: &FuzzArgs, report: &mut Report) -> Result<(), Ending> {
    let Some(fuzz) = &mut report.fuzz else { return Ok(()) };
    for find in &mut fuzz.finds {
        let path = args.finds.join(find.file_name());
        let replay = format!("dewspec replay {}", path.display());
        find.case.replay.clone_from(&replay);
        for case in report.cases.iter_mut().filter(|case| case.id == find.id) {
            case.replay.clone_from(&replay);
        }
        find.write(&args.finds).map_err(|e| Ending::broken(e.to_string()))?;
    }
    if !fuzz.finds.is_empty() {
        let count = fuzz.finds.len();
        report.notes.push(format!("{count} find(s) written to {}", args.finds.display()));
    }
    Ok(())
}

fn limits(args: &FuzzArgs) -> Result<FuzzLimits, Ending> {
    // A week is as good as for ever, and far from what a clock can hold.
    const MOST: f64 = 604_800.0;
    if !(args.time.is_finite() && (0.0..=MOST).contains(&args.time)) {
        return Err(Ending::usage(format!("--time {}: give seconds from 0 to {MOST}", args.time)));
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
fn operations(suite: &Suite, words: &[String]) -> Result<Vec<String>, Ending> {
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
            return Err(Ending::usage(format!("no operation is called {word:?}; there are: {}", known.join(", "))));
        }
    }
    Ok(chosen)
}

/// `dewspec fuzz --promote`
fn promoted(path: &Path, into: &Path) -> Result<u8, Ending> {
    let finds = Find::read(path).map_err(|e| Ending::usage(e.to_string()))?;
    for find in &finds {
        let shown = path.display();
        let text = promote(find).map_err(|e| Ending::usage(format!("{shown}: {}: {e}", find.id)))?;
        std::fs::create_dir_all(into).map_err(|e| Ending::broken(format!("{}: {e}", into.display())))?;
        let file = into.join(find.file_name().replace("-fuzz-", "-found-").replace(".json", ".toml"));
        std::fs::write(&file, text).map_err(|e| Ending::broken(format!("{}: {e}", file.display())))?;
        console::print(&format!("{}\n", file.display()));
    }
    Ok(crate::exit::CONFORMS)
}
