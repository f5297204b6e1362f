//! Why a state file is of no use.

use std::io;
use std::path::PathBuf;

/// A state file that cannot be read, understood or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It cannot be read.
    #[error("cannot read the state file {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is in it is no state.
    #[error("{path} is no state file of this program: {problem}; move it away, or name another file")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it, and where.
        problem: String,
    },
    /// It belongs to a server with other projects.
    #[error("the state file {path} is that of a server with another --seed; give that one, or name another file")]
    OtherServer {
        /// Which file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("cannot write the state file {path}: {source}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl StateError {
    /// Whether a file was named that cannot be meant, as opposed to one that cannot be used now.
    pub fn is_mistake(&self) -> bool {
        matches!(self, Self::Malformed { .. } | Self::OtherServer { .. })
    }
}
