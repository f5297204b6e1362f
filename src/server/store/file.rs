//! The file itself: read whole, written whole or not at all.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::StateError;
use super::snapshot::Snapshot;

/// What is in a file; nothing if there is no file yet.
pub(super) fn read(path: &Path) -> Result<Option<Snapshot>, StateError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StateError::Read { path: path.to_owned(), source }),
    };
    let snapshot = serde_json::from_slice(&bytes);
    snapshot.map(Some).map_err(|error| StateError::Malformed { path: path.to_owned(), problem: error.to_string() })
}

/// Puts a snapshot in the place of the file, which nobody ever sees half written.
pub(super) fn write(path: &Path, snapshot: &Snapshot) -> Result<(), StateError> {
    let replace = || -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, snapshot)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    replace().map_err(|source| StateError::Write { path: PathBuf::from(path), source })
}
