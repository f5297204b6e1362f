use std::fs::{File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use same_file::Handle;

use crate::target::Target;

/// Keeps other dewspec processes on this machine away from the resources of a target: one lock file for
/// each endpoint and resource, taken in sorted order, released and removed when dropped.
#[derive(Debug, Default)]
pub(super) struct Locks {
    held: Vec<(PathBuf, File)>,
}

impl Locks {
    /// Waits for every lock. Where the directory for temporary files takes none, it goes without.
    pub(super) fn acquire(target: &Target) -> Self {
        if target.embedded {
            return Locks::default();
        }
        let endpoints = format!("{:?}{:?}", target.csms, target.kms);
        let mut names: Vec<String> = target
            .secret_ids
            .iter()
            .chain(&target.key_ids)
            .chain([&target.project_id])
            .map(|id| {
                let mut hasher = std::hash::DefaultHasher::new();
                (&endpoints, id).hash(&mut hasher);
                format!("dewspec-{:016x}.lock", hasher.finish())
            })
            .collect();
        names.sort();
        names.dedup();
        let directory = std::env::temp_dir();
        Locks { held: names.iter().filter_map(|name| lock(directory.join(name))).collect() }
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for (path, _locked) in &self.held {
            // Still locked: whoever waits for it finds that it is gone, and makes a new one. Where an open file cannot
            // be removed, it stays for the next run.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Waits for the lock on the file that is there under this name once the lock is had.
fn lock(path: PathBuf) -> Option<(PathBuf, File)> {
    loop {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).ok()?;
        file.lock().ok()?;
        if is_there(&path, &file).ok()? {
            return Some((path, file));
        }
    }
}

/// Whether this file is the one under this name.
fn is_there(path: &Path, file: &File) -> std::io::Result<bool> {
    let locked = Handle::from_file(file.try_clone()?)?;
    Ok(Handle::from_path(path).is_ok_and(|there| there == locked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_nothing_is_left() {
        let target = Target { project_id: format!("locks-{}", std::process::id()), ..Target::default() };
        let first = Locks::acquire(&target);
        let path = first.held.first().map(|(path, _)| path.clone()).unwrap_or_else(|| unreachable!("a lock"));
        let waiting = std::thread::spawn(move || Locks::acquire(&target));
        assert!(path.exists() && !waiting.is_finished());
        drop(first);
        let second = waiting.join().unwrap_or_else(|_| unreachable!("a thread that ends"));
        assert!(path.exists(), "a lock of its own");
        drop(second);
        assert!(!path.exists());
    }

    #[test]
    fn a_removed_file_locks_nothing() {
        let path = std::env::temp_dir().join(format!("dewspec-removed-{}.lock", std::process::id()));
        let there = |file: &File| is_there(&path, file).unwrap_or_else(|e| unreachable!("{e}"));
        let open = || File::create(&path).unwrap_or_else(|e| unreachable!("{e}"));
        let first = open();
        assert!(there(&first));
        assert!(std::fs::remove_file(&path).is_ok() && !there(&first));
        let second = open();
        assert!(there(&second) && !there(&first), "another file of the same name");
        assert!(std::fs::remove_file(&path).is_ok());
    }
}
