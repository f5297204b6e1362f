use std::path::{Path, PathBuf};

/// Why a file of the fuzzer, or a directory of them, cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct FileError {
    path: PathBuf,
    message: String,
}

impl FileError {
    pub(super) fn new(path: &Path, message: impl std::fmt::Display) -> Self {
        FileError { path: path.to_owned(), message: message.to_string() }
    }
}
