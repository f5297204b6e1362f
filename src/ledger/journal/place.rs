use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// Where journals are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder with one for each run.
    Folder(PathBuf),
    /// One file, for one run after the other.
    File(PathBuf),
}

impl Place {
    /// The folder of this user: `$XDG_STATE_HOME/dewspec`, or `~/.local/state/dewspec`, or what Windows has for that.
    /// `None` for a user without a home.
    pub fn of_user() -> Option<Self> {
        let strategy = etcetera::choose_base_strategy().ok()?;
        let state = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
        Some(Place::Folder(state.join("dewspec")))
    }

    /// The journal of a run.
    pub(super) fn of_run(&self, run_id: &str) -> PathBuf {
        match self {
            Place::Folder(folder) => folder.join(format!("{run_id}-{}.journal", std::process::id())),
            Place::File(file) => file.clone(),
        }
    }

    /// Every journal that is there.
    pub(super) fn all(&self) -> Vec<PathBuf> {
        match self {
            Place::Folder(folder) => journals(folder),
            Place::File(file) if file.is_dir() => journals(file),
            Place::File(file) => Some(file.clone()).filter(|file| file.exists()).into_iter().collect(),
        }
    }
}

fn journals(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut all: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "journal")).collect();
    all.sort();
    all
}
