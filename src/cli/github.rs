use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use super::console;
use super::options::When;
use crate::report::{Report, annotations, markdown};

/// Set by GitHub's runners, and by those that do as they do.
const WORKFLOW: &str = "GITHUB_ACTIONS";
/// The file that becomes the summary of the job.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Tells a workflow run what was found.
pub(super) struct GitHub {
    summary: Option<PathBuf>,
}

impl GitHub {
    /// If it is to be told.
    pub(super) fn when(when: When) -> Option<Self> {
        let wanted = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => std::env::var_os(WORKFLOW).is_some_and(|value| value == "true"),
        };
        let summary = std::env::var_os(SUMMARY).filter(|path| !path.is_empty()).map(PathBuf::from);
        wanted.then_some(GitHub { summary })
    }

    /// Annotations go to standard error, which runners read as they do standard output: that may hold a report.
    ///
    /// # Errors
    /// What is wrong with the summary's file.
    pub(super) fn tell(&self, report: &Report) -> Result<(), String> {
        let lines = annotations::render(report);
        if !lines.is_empty() {
            console::info(&lines);
        }
        let Some(path) = &self.summary else { return Ok(()) };
        let open = OpenOptions::new().append(true).create(true).open(path);
        open.and_then(|mut file| file.write_all(markdown::render(report).as_bytes()))
            .map_err(|e| format!("{SUMMARY}: {}: cannot be written: {e}", path.display()))
    }
}
