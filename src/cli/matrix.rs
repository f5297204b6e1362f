//! `dewspec matrix`: implementations side by side.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::destinations::destinations;
use super::{CliError, console, load, stored};
use crate::compare::digest;
use crate::compare::matrix::{self, Entry, Matrix};
use crate::exit;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec matrix vault=vault.json bridge=bridge.json
      what each comes to, and where they differ
  dewspec matrix reports/*.json --report html=matrix.html --report markdown=matrix.md --badges badges
      pages for others, and a badge for each (https://shields.io/badges/endpoint-badge)
  dewspec matrix reports/*.json --revision 2026-12
      score by a frozen list of clauses: what came later counts for nobody";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct MatrixArgs {
    /// JSON reports, one an implementation: NAME=PATH, or PATH, which is called as its file without the ending
    #[arg(value_name = "[NAME=]REPORT", required = true)]
    reports: Vec<String>,
    /// Score by this frozen list of clauses; `dewspec list revisions` names them [default: all clauses that each report has]
    #[arg(long, value_name = "NAME")]
    revision: Option<String>,
    /// Write a matrix: html=PATH, markdown=PATH or json=PATH; may be given several times; PATH - is standard output
    #[arg(long, value_name = "FORMAT=PATH")]
    report: Vec<String>,
    /// Write a badge NAME.badge.json for each implementation into this directory [default: none]
    #[arg(long, value_name = "DIR")]
    badges: Option<PathBuf>,
    /// Load the suite with its revisions from a directory instead of the one built in
    #[arg(long, value_name = "DIR")]
    suites: Option<PathBuf>,
}

/// `dewspec matrix`
pub(super) fn matrix(args: &MatrixArgs) -> Result<u8, CliError> {
    let destinations = destinations(&args.report, &["html", "markdown", "json"])?;
    if let Some(dir) = args.badges.as_ref().filter(|dir| !dir.is_dir()) {
        return Err(CliError::usage(format!("there is no directory {}", dir.display())));
    }
    let suite = args.revision.as_ref().map(|_| load::suite(args.suites.as_deref(), None)).transpose()?;
    let revision = match (&args.revision, &suite) {
        (Some(name), Some(suite)) => {
            let found = suite.revisions.iter().find(|revision| revision.name == *name);
            let known: Vec<&str> = suite.revisions.iter().map(|revision| revision.name.as_str()).collect();
            Some(found.ok_or_else(|| {
                CliError::usage(format!("there is no revision {name:?}; there are: {}", known.join(", ")))
            })?)
        }
        _ => None,
    };
    let matrix = matrix::matrix(entries(&args.reports)?, revision);
    for destination in &destinations {
        let text = match destination.format {
            "html" => matrix::html(&matrix),
            "markdown" => matrix::markdown(&matrix),
            _ => {
                matrix::json(&matrix).map_err(|e| CliError::broken(format!("cannot write the matrix as json: {e}")))?
            }
        };
        destination.put(&text)?;
    }
    if let Some(dir) = &args.badges {
        badges(dir, &matrix)?;
    }
    if !destinations.iter().any(super::destinations::Destination::is_stdout) {
        console::print(&matrix::markdown(&matrix));
    }
    Ok(exit::CONFORMS)
}

fn entries(given: &[String]) -> Result<Vec<Entry>, CliError> {
    let mut names = BTreeSet::new();
    let mut entries = Vec::with_capacity(given.len());
    for text in given {
        let path = Path::new(text);
        let stem = || path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        // A file may have a = in its path.
        let (name, path) = match text.split_once('=') {
            Some((name, path)) if !path_like(name) && !path.is_empty() => (name.to_owned(), Path::new(path)),
            _ => (stem(), path),
        };
        if name.is_empty() || !names.insert(name.clone()) {
            return Err(CliError::usage(format!("{text}: there is a {name:?} already: give NAME=REPORT")));
        }
        let digest = digest(&stored::text(path)?).map_err(|e| CliError::usage(format!("{}: {e}", path.display())))?;
        entries.push(Entry { name, digest });
    }
    Ok(entries)
}

fn path_like(name: &str) -> bool {
    name.contains(['/', '\\'])
}

fn badges(dir: &Path, matrix: &Matrix) -> Result<(), CliError> {
    for of in &matrix.implementations {
        // A name that cannot be that of a file is spelt otherwise.
        let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        let name: String = of.name.chars().map(plain).collect();
        let path = dir.join(format!("{}.badge.json", name.trim_start_matches('.')));
        std::fs::write(&path, format!("{}\n", matrix::badge(of)))
            .map_err(|e| CliError::broken(format!("{}: cannot be written: {e}", path.display())))?;
    }
    Ok(())
}
