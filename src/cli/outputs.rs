use std::error::Error;
use std::path::{Path, PathBuf};

use super::config::Config;
use super::github::GitHub;
use super::options::OutputArgs;
use super::{CliError, console};
use crate::deviations::{self, KnownDeviations};
use crate::exit;
use crate::report::snapshot::{DifferenceKind, SnapshotTable, accept, compare, overlay, tables};
use crate::report::terminal::TerminalStyle;
use crate::report::{Report, ReportError, html, json, junit, markdown, sarif, terminal};

/// Where reports go.
pub(super) struct Outputs {
    files: Vec<(Format, PathBuf)>,
    snapshots: Option<PathBuf>,
    update: bool,
    github: Option<GitHub>,
    quiet: bool,
    deviations: Option<KnownDeviations>,
}

/// A form of report for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
enum Format {
    Json,
    Junit,
    Html,
    Markdown,
    Sarif,
}

impl Format {
    fn render(self, report: &Report) -> Result<String, ReportError> {
        match self {
            Format::Json => json::render(report),
            Format::Junit => junit::render(report),
            Format::Html => Ok(html::render(report)),
            Format::Markdown => Ok(markdown::render(report)),
            Format::Sarif => sarif::render(report),
        }
    }
}

/// What the snapshots came to.
#[derive(Default)]
struct Compared {
    /// What to show of it.
    text: String,
    /// What to write once the reports are.
    accepted: Vec<SnapshotTable>,
}

impl Outputs {
    /// Looks at every path before anything is sent.
    ///
    /// # Errors
    /// Usage, if a report cannot be written there.
    pub(super) fn new(args: &OutputArgs, config: &Config) -> Result<Self, CliError> {
        let wanted = match args.formats.report.as_slice() {
            [] => config.report.clone().into_vec(),
            given => given.to_vec(),
        };
        let files = wanted.iter().map(|text| file(text)).collect::<Result<Vec<_>, _>>()?;
        if files.iter().filter(|(_, path)| is_stdout(path)).count() > 1 {
            return Err(CliError::usage("only one report can go to standard output: give the others a path"));
        }
        Ok(Outputs {
            files,
            snapshots: args.snapshots.clone().or_else(|| config.snapshots.clone()),
            update: args.update_snapshots,
            github: GitHub::when(args.formats.github),
            quiet: args.quiet,
            deviations: None,
        })
    }

    /// The same, with every report held against known deviations, if there are such.
    pub(super) fn beside(self, deviations: Option<KnownDeviations>) -> Self {
        Outputs { deviations, ..self }
    }

    /// Writes every report that can be written, tells each one that cannot, and returns the exit code: the report's,
    /// unless that is 0 and something could not be written. `problems` are what went wrong before.
    pub(super) fn write(&self, report: Report, problems: Vec<String>) -> u8 {
        self.write_with(report, problems, terminal::render)
    }

    /// The same with another text for people.
    pub(super) fn write_with(
        &self,
        mut report: Report,
        mut problems: Vec<String>,
        text: impl Fn(&Report, &TerminalStyle) -> String,
    ) -> u8 {
        if let Some(Err(problem)) = self.deviations.as_ref().map(|known| deviations::apply(known, &mut report)) {
            problems.push(problem);
        }
        // Compared before and written after the reports: these are to say what the snapshots came to.
        let mut compared = self.compared(&mut report).unwrap_or_else(|error| {
            problems.push(format!("snapshots: {}", chain(&error)));
            Compared::default()
        });
        let mut to_stdout = false;
        for (format, path) in &self.files {
            let written = format.render(&report).map_err(|e| chain(&e)).and_then(|text| put(path, &text));
            match written {
                Ok(()) => to_stdout |= is_stdout(path),
                Err(problem) => problems.push(problem),
            }
        }
        if let Some(dir) = self.snapshots.as_ref().filter(|_| !compared.accepted.is_empty()) {
            match accept(dir, &compared.accepted) {
                Ok(new) => {
                    compared.text = format!("snapshots: {} written to {}\n", new.len(), dir.display());
                }
                Err(error) => problems.push(format!("snapshots: {}", chain(&error))),
            }
        }
        problems.extend(self.github.as_ref().and_then(|github| github.tell(&report).err()));
        if !to_stdout {
            let style = TerminalStyle { width: console::width(), color: console::color(), verdicts: !self.quiet };
            console::print(&format!("{}{}", text(&report, &style), compared.text));
        }
        problems.iter().for_each(|problem| console::error(problem));
        match report.exit_code {
            exit::CONFORMS if !problems.is_empty() => exit::BROKEN,
            code => code,
        }
    }

    /// Compares with the snapshots; a difference becomes part of the report.
    fn compared(&self, report: &mut Report) -> Result<Compared, ReportError> {
        let Some(dir) = &self.snapshots else { return Ok(Compared::default()) };
        if !matches!(report.exit_code, exit::CONFORMS | exit::NONCONFORMING | exit::VACUOUS) {
            let text = "snapshots: not compared, since the run came to no verdict\n".to_owned();
            return Ok(Compared { text, ..Compared::default() });
        }
        let mut wanted = tables(report);
        if !report.filters.is_empty() || report.shard.is_some() {
            wanted = overlay(dir, &wanted)?;
        }
        let found = compare(dir, &wanted)?;
        if found.is_empty() {
            let text = format!("snapshots: no difference to {}\n", dir.display());
            return Ok(Compared { text, ..Compared::default() });
        }
        // Tables that are not there yet are written; nothing is ever accepted over one that is.
        let first = found.iter().all(|d| d.kind == DifferenceKind::New);
        if self.update || first {
            return Ok(Compared { text: String::new(), accepted: wanted });
        }
        let mut text = String::from("\nSnapshots differ; accept with --update-snapshots\n\n");
        for difference in &found {
            text.push_str(&format!("{} ({})\n{}\n", difference.name, difference.kind, difference.diff));
        }
        report.notes.push(format!("{} snapshot(s) differ from {}", found.len(), dir.display()));
        if report.exit_code == exit::CONFORMS {
            report.exit_code = exit::NONCONFORMING;
            report.conclusion = format!("{}, but {} snapshot(s) differ", report.conclusion, found.len());
        }
        Ok(Compared { text, ..Compared::default() })
    }
}

/// `FORMAT=PATH`, the folder of which is there.
fn file(text: &str) -> Result<(Format, PathBuf), CliError> {
    let invalid = |why: &str| CliError::usage(format!("invalid report {text:?}: {why}"));
    let (format, path) = text.split_once('=').unwrap_or((text, ""));
    let format: Format =
        format.parse().map_err(|_| invalid("give json=PATH, junit=PATH, html=PATH, markdown=PATH or sarif=PATH"))?;
    let path = PathBuf::from(path);
    if path.as_os_str().is_empty() {
        return Err(invalid("give a PATH after the =, or - for standard output"));
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|f| !f.is_dir()) {
        return Err(invalid(&format!("there is no directory {}", folder.display())));
    }
    if path.is_dir() {
        return Err(invalid("that is a directory; give the path of a file"));
    }
    Ok((format, path))
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn put(path: &Path, text: &str) -> Result<(), String> {
    if is_stdout(path) {
        console::print(text);
        return Ok(());
    }
    std::fs::write(path, text).map_err(|e| format!("{}: cannot be written: {e}", path.display()))
}

/// An error with everything that caused it, on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
