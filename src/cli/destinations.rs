//! Where the forms of a comparison go: `--report FORMAT=PATH`, for commands whose output is no report of a run.

use std::path::{Path, PathBuf};

use super::{CliError, console};

/// A form and its file.
pub(super) struct Destination {
    pub(super) format: &'static str,
    path: PathBuf,
}

/// Looks at every path before anything is done.
///
/// # Errors
/// Usage, if there is no such form here, or nothing can be written there.
pub(super) fn destinations(given: &[String], formats: &[&'static str]) -> Result<Vec<Destination>, CliError> {
    let all: Vec<Destination> = given.iter().map(|text| destination(text, formats)).collect::<Result<_, _>>()?;
    if all.iter().filter(|destination| destination.is_stdout()).count() > 1 {
        return Err(CliError::usage("only one report can go to standard output: give the others a path"));
    }
    Ok(all)
}

fn destination(text: &str, formats: &[&'static str]) -> Result<Destination, CliError> {
    let invalid = |why: String| CliError::usage(format!("invalid report {text:?}: {why}"));
    let (format, path) = text.split_once('=').unwrap_or((text, ""));
    let Some(format) = formats.iter().find(|known| **known == format) else {
        let known: Vec<String> = formats.iter().map(|format| format!("{format}=PATH")).collect();
        return Err(invalid(format!("give {}", known.join(" or "))));
    };
    let path = PathBuf::from(path);
    if path.as_os_str().is_empty() {
        return Err(invalid("give a PATH after the =, or - for standard output".to_owned()));
    }
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty() && !p.is_dir()) {
        return Err(invalid(format!("there is no directory {}", folder.display())));
    }
    if path.is_dir() {
        return Err(invalid("that is a directory; give the path of a file".to_owned()));
    }
    Ok(Destination { format, path })
}

impl Destination {
    /// Whether it is standard output.
    pub(super) fn is_stdout(&self) -> bool {
        self.path == Path::new("-")
    }

    /// Writes it there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn put(&self, text: &str) -> Result<(), CliError> {
        if self.is_stdout() {
            console::print(text);
            return Ok(());
        }
        std::fs::write(&self.path, text)
            .map_err(|e| CliError::broken(format!("{}: cannot be written: {e}", self.path.display())))
    }
}
