//! `dewspec history`: a folder of reports as one page.

use std::num::NonZero;
use std::path::{Path, PathBuf};

use clap::Args;

use super::destinations::{Destination, destinations};
use super::{CliError, console, stored};
use crate::compare::digest;
use crate::compare::history::{self, History, Stored, Unreadable};
use crate::exit;
use crate::report::text::visible;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec run --endpoint … --report json=nights/$(date -u +%F).json
      keep the report of each night
  dewspec history nights --report html=history.html --report json=history.json
      what came and went, since when, and how the times of the target went";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct HistoryArgs {
    /// A folder of JSON reports; those in folders within it count, too
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Write the history: html=PATH or json=PATH; may be given several times; PATH - is standard output
    #[arg(long, value_name = "FORMAT=PATH")]
    report: Vec<String>,
}

/// `dewspec history`
pub(super) fn history(args: &HistoryArgs) -> Result<u8, CliError> {
    let destinations = destinations(&args.report, &["html", "json"])?;
    let files = files(&args.dir)?;
    let (stored, unreadable) = read(&args.dir, &files);
    if stored.is_empty() {
        let why = unreadable.first().map(|file| format!(": {}: {}", file.file, file.why)).unwrap_or_default();
        return Err(CliError::usage(format!("{}: there is no report in it{why}", args.dir.display())));
    }
    let history = history::history(stored, unreadable);
    for file in &history.unreadable {
        console::info(&visible(&format!("left out: {}: {}", file.file, file.why)));
    }
    for destination in &destinations {
        let text = match destination.format {
            "html" => history::html(&history),
            _ => history::json(&history)
                .map_err(|e| CliError::broken(format!("cannot write the history as json: {e}")))?,
        };
        destination.put(&text)?;
    }
    if !destinations.iter().any(Destination::is_stdout) {
        console::print(&told(&history));
    }
    Ok(exit::CONFORMS)
}

/// The files that may be reports.
fn files(dir: &Path) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    let mut pending = vec![dir.to_path_buf()];
    while let Some(dir) = pending.pop() {
        let cannot = |why: std::io::Error| CliError::usage(format!("{}: cannot be listed: {why}", dir.display()));
        for entry in std::fs::read_dir(&dir).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            // Links may lead in a circle.
            let kind = entry.file_type().map_err(cannot)?;
            let path = entry.path();
            if kind.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Reads them, on as many threads as there are.
fn read(dir: &Path, files: &[PathBuf]) -> (Vec<Stored>, Vec<Unreadable>) {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let one = |path: &PathBuf| {
        let file = path.strip_prefix(dir).unwrap_or(path).display().to_string();
        let read = stored::text(path).map_err(|e| e.message);
        match read.and_then(|text| digest(&text).map_err(|e| e.to_string())) {
            Ok(digest) => Ok(Stored { file, digest }),
            Err(why) => Err(Unreadable { file, why }),
        }
    };
    let each: Vec<Result<Stored, Unreadable>> = std::thread::scope(|scope| {
        let share = files.len().div_ceil(threads).max(1);
        let readers: Vec<_> =
            files.chunks(share).map(|files| scope.spawn(move || files.iter().map(one).collect::<Vec<_>>())).collect();
        readers.into_iter().flat_map(|reader| reader.join().unwrap_or_default()).collect()
    });
    let (mut stored, mut unreadable) = (Vec::new(), Vec::new());
    for result in each {
        match result {
            Ok(report) => stored.push(report),
            Err(file) => unreadable.push(file),
        }
    }
    (stored, unreadable)
}

/// What is there now, and since when.
fn told(history: &History) -> String {
    let mut text = String::new();
    for series in &history.series {
        let last = series.nights.last().map(|night| format!("{}: {}", night.started_at, night.conclusion));
        text.push_str(&format!(
            "{}: {} night{}, the last {}\n",
            visible(&series.target),
            series.nights.len(),
            if series.nights.len() == 1 { "" } else { "s" },
            visible(&last.unwrap_or_default())
        ));
        for cause in series.causes.iter().filter(|cause| cause.present) {
            let since = cause.since.get(..10).unwrap_or(&cause.since);
            let flaky = cause.flaky_told().map(|told| format!(" ({told})")).unwrap_or_default();
            text.push_str(&format!("  since {}  {}{flaky}\n", visible(since), visible(&cause.id)));
        }
        for clause in &series.flapping {
            text.push_str(&format!("  flaps {} times  {}\n", clause.changes, visible(&clause.clause)));
        }
    }
    text
}
