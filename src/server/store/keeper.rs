//! Keeps a state file up to date while a server runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use super::StateError;
use super::file::{read, write};
use super::snapshot::{Misfit, Snapshot};
use crate::server::hosting::Teller;
use crate::server::state::{State, locked};

/// How long changes are gathered before they are written.
const GATHERED: Duration = Duration::from_millis(100);

/// A state file and the server it belongs to.
#[derive(Debug)]
pub(crate) struct Keeper {
    path: PathBuf,
    state: Arc<State>,
    change: Notify,
    kept: Mutex<Option<Snapshot>>,
}

impl Keeper {
    /// Puts the server into the state that the file has, and the state into the file whenever it has changed. Ends
    /// when nobody else holds this.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, understood or written.
    pub(crate) fn start(path: &Path, state: &Arc<State>, warn: Option<Teller>) -> Result<Arc<Self>, StateError> {
        if let Some(snapshot) = read(path)? {
            snapshot.restore(state).map_err(|misfit| match misfit {
                Misfit::Schema(problem) => StateError::Malformed { path: path.to_owned(), problem },
                Misfit::Projects => StateError::OtherServer { path: path.to_owned() },
            })?;
        }
        let keeper = Arc::new(Self {
            path: path.to_owned(),
            state: Arc::clone(state),
            change: Notify::new(),
            kept: Mutex::default(),
        });
        // What cannot be written is better known at once.
        keeper.keep()?;
        let weak = Arc::downgrade(&keeper);
        tokio::spawn(async move {
            loop {
                let Some(keeper) = weak.upgrade() else { return };
                // Looks up now and then whether anybody is left.
                let changed = tokio::time::timeout(Duration::from_secs(1), keeper.change.notified()).await.is_ok();
                drop(keeper);
                if !changed {
                    continue;
                }
                tokio::time::sleep(GATHERED).await;
                let Some(keeper) = weak.upgrade() else { return };
                let kept = tokio::task::spawn_blocking(move || keeper.keep()).await;
                if let (Ok(Err(error)), Some(warn)) = (kept, &warn) {
                    warn(&error.to_string());
                }
            }
        });
        Ok(keeper)
    }

    /// Says that something may have changed.
    pub(crate) fn changed(&self) {
        self.change.notify_one();
    }

    /// Writes the state as it is now, if it is not what was written last.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn keep(&self) -> Result<(), StateError> {
        let mut kept = locked(&self.kept);
        let now = Snapshot::of(&self.state);
        if kept.as_ref() != Some(&now) {
            write(&self.path, &now)?;
            *kept = Some(now);
        }
        Ok(())
    }
}
