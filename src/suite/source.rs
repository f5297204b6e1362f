use std::hash::Hasher;
use std::path::Path;

use fnv::FnvHasher;

use include_dir::{Dir, include_dir};

use super::DataError;
use super::revision::is_revision;

static SUITES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/suites");
static FIXTURES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures");

/// One file of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// Path relative to the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The files a suite is loaded from.
#[derive(Clone, Debug, Default)]
pub struct DataSource {
    /// Contents of `suites/`, sorted by path.
    pub suites: Vec<DataFile>,
    /// Contents of `fixtures/`, sorted by path.
    pub fixtures: Vec<DataFile>,
    /// Files of further cases; those under `suites/regressions/` need not be named here.
    pub regressions: Vec<DataFile>,
}

impl DataSource {
    /// What was compiled into this program.
    ///
    /// # Errors
    /// If a file is not UTF-8.
    pub fn embedded() -> Result<Self, DataError> {
        let (suites, fixtures) = (walk_embedded(&SUITES, "suites")?, walk_embedded(&FIXTURES, "fixtures")?);
        Ok(DataSource { suites, fixtures, regressions: Vec::new() })
    }

    /// A hash of all files but revisions, which differs where any of them does.
    pub(super) fn fingerprint(&self) -> String {
        let mut hasher = FnvHasher::default();
        let suites = self.suites.iter().filter(|file| !is_revision(&file.path));
        for file in suites.chain(&self.fixtures).chain(&self.regressions) {
            for text in [&file.path, &file.text] {
                hasher.write(&text.len().to_le_bytes());
                hasher.write(text.as_bytes());
            }
        }
        format!("{:016x}", hasher.finish())
    }

    /// Replaces the suites by those of a directory.
    ///
    /// # Errors
    /// If the directory or a file in it cannot be read.
    pub fn with_suites(mut self, dir: &Path) -> Result<Self, DataError> {
        self.suites = walk_directory(dir)?;
        Ok(self)
    }

    /// Replaces the fixtures by those of a directory.
    ///
    /// # Errors
    /// If the directory or a file in it cannot be read.
    pub fn with_fixtures(mut self, dir: &Path) -> Result<Self, DataError> {
        self.fixtures = walk_directory(dir)?;
        Ok(self)
    }

    /// Adds the cases of a directory.
    ///
    /// # Errors
    /// If the directory or a file in it cannot be read.
    pub fn with_regressions(mut self, dir: &Path) -> Result<Self, DataError> {
        self.regressions.extend(walk_directory(dir)?);
        Ok(self)
    }
}

fn walk_embedded(dir: &Dir<'_>, root: &str) -> Result<Vec<DataFile>, DataError> {
    let mut files = Vec::new();
    let mut pending = vec![dir.clone()];
    while let Some(dir) = pending.pop() {
        pending.extend(dir.dirs().cloned());
        for file in dir.files() {
            let path = format!("{root}/{}", file.path().display());
            let text = file.contents_utf8().ok_or_else(|| DataError::file(&path, "is not UTF-8 text"))?;
            files.push(DataFile { path, text: text.to_owned() });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn walk_directory(root: &Path) -> Result<Vec<DataFile>, DataError> {
    let mut files = Vec::new();
    let mut pending = vec![root.to_path_buf()];
    while let Some(dir) = pending.pop() {
        let shown = dir.display().to_string();
        let entries = std::fs::read_dir(&dir).map_err(|e| DataError::file(&shown, format!("cannot be listed: {e}")))?;
        for entry in entries {
            let path = entry.map_err(|e| DataError::file(&shown, format!("cannot be listed: {e}")))?.path();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let shown = path.display().to_string();
            let text =
                std::fs::read_to_string(&path).map_err(|e| DataError::file(&shown, format!("cannot be read: {e}")))?;
            files.push(DataFile { path: shown, text });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
