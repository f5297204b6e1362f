use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::super::error::ReportError;
use super::file::{SnapFile, normal};
use super::tables::SnapshotTable;

/// Files that begin with this are ours: others in the same directory are never touched.
const PREFIX: &str = "dewspec__";
const SUFFIX: &str = ".snap";
/// What the head of our files says made them.
const SOURCE: &str = "dewspec/snapshots";

/// One table that is not as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub name: String,
    /// In what way it differs.
    pub kind: DifferenceKind,
    /// Unified, from what was kept to what is.
    pub diff: String,
}

/// In what way a table differs from what was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum DifferenceKind {
    /// There is no file of it.
    New,
    /// The file says something else.
    Changed,
    /// There is a file, but no such table any more.
    Stale,
}

/// What differs between the tables and the files in the directory, by name. No directory means no files.
pub fn compare(dir: &Path, tables: &[SnapshotTable]) -> Result<Vec<Difference>, ReportError> {
    let mut kept = kept(dir)?;
    let mut differences = Vec::new();
    for table in tables {
        let now = normal(&table.contents);
        let (kind, before) = match kept.remove(&table.name) {
            None => (DifferenceKind::New, String::new()),
            Some(path) => (DifferenceKind::Changed, SnapFile::read(&path)?.contents),
        };
        if kind == DifferenceKind::New || before != now {
            differences.push(difference(&table.name, kind, &before, &now));
        }
    }
    for (name, path) in kept {
        let before = SnapFile::read(&path)?.contents;
        differences.push(difference(&name, DifferenceKind::Stale, &before, ""));
    }
    differences.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(differences)
}

/// Makes the files in the directory say what the tables say, and returns what differed. Only files that
/// differ are written, and stale ones of ours deleted.
pub fn accept(dir: &Path, tables: &[SnapshotTable]) -> Result<Vec<Difference>, ReportError> {
    let names = tables.iter().map(|table| Ok((table.name.as_str(), path_of(dir, &table.name)?)));
    let paths: BTreeMap<&str, PathBuf> = names.collect::<Result<_, ReportError>>()?;
    let differences = compare(dir, tables)?;
    fs::create_dir_all(dir).map_err(|source| ReportError::File { action: "create", path: dir.into(), source })?;
    for difference in &differences {
        let table = tables.iter().find(|table| table.name == difference.name);
        match (table, paths.get(difference.name.as_str())) {
            (Some(table), Some(path)) => {
                let (source, expression) = (Some(SOURCE.to_owned()), Some(table.name.clone()));
                SnapFile { source, expression, contents: table.contents.clone() }.write(path)?;
            }
            _ => {
                let path = path_of(dir, &difference.name)?;
                fs::remove_file(&path).map_err(|source| ReportError::File { action: "delete", path, source })?;
            }
        }
    }
    Ok(differences)
}

fn path_of(dir: &Path, name: &str) -> Result<PathBuf, ReportError> {
    // Names come from case ids; this keeps an odd one from leaving the directory or colliding with another.
    if !is_plain(name) {
        return Err(ReportError::SnapshotName { name: name.to_owned() });
    }
    Ok(dir.join(format!("{PREFIX}{name}{SUFFIX}")))
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// Our files, by the name of their table.
pub(super) fn kept(dir: &Path) -> Result<BTreeMap<String, PathBuf>, ReportError> {
    let failed = |source| ReportError::File { action: "list", path: dir.into(), source };
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut kept = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let table = name.and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
        if let Some(name) = table.filter(|name| is_plain(name)) {
            kept.insert(name.to_owned(), path);
        }
    }
    Ok(kept)
}

fn difference(name: &str, kind: DifferenceKind, before: &str, now: &str) -> Difference {
    let text = |contents: &str| if contents.is_empty() { String::new() } else { format!("{contents}\n") };
    let (before, now) = (text(before), text(now));
    let diff = TextDiff::from_lines(&before, &now).unified_diff().context_radius(3).header("kept", "now").to_string();
    Difference { name: name.to_owned(), kind, diff }
}
