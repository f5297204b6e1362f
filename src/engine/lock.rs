use std::fs::{File, OpenOptions, TryLockError};
use std::hash::Hasher;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fnv::FnvHasher;
use same_file::Handle;
use tokio::time::Instant;

use crate::target::Target;

/// How often it is looked whether a lock is free.
const LOOK: Duration = Duration::from_millis(50);

/// Keeps other dewspec processes on this machine away from the resources of a target: one lock file for
/// each endpoint and resource, taken in sorted order, released and removed when dropped.
#[derive(Debug, Default)]
pub(super) struct Locks {
    held: Vec<(PathBuf, File)>,
}

/// Another dewspec process works on the same secrets and keys, and did not end in time.
#[derive(Debug, thiserror::Error)]
#[error("{holder} works on the same secrets and keys, and did not end within {} s", waited.as_secs())]
pub struct Busy {
    /// Which process that is, as far as its lock file says.
    holder: String,
    /// How long it was waited for.
    waited: Duration,
}

impl Locks {
    /// Takes every lock, and waits for those that other processes have, `most` in all. Where the directory for temporary
    /// files takes none, it goes without. Events are the whole project's. The first wait is told, and with an empty text that it is over.
    ///
    /// # Errors
    /// If a lock is not free by then.
    pub(super) async fn acquire(
        target: &Target,
        whole_project: bool,
        most: Duration,
        told: impl Fn(&str),
    ) -> Result<Self, Busy> {
        let mut locks = Locks::default();
        if target.embedded {
            return Ok(locks);
        }
        let end = Instant::now() + most;
        let mut waited = false;
        for path in paths(target, whole_project) {
            loop {
                match lock(&path) {
                    Ok(Some(file)) => {
                        locks.held.push((path, file));
                        break;
                    }
                    Ok(None) if Instant::now() >= end => return Err(Busy { holder: holder(&path), waited: most }),
                    Ok(None) => {
                        if !waited {
                            told(&format!("{} works on the same secrets and keys", holder(&path)));
                            waited = true;
                        }
                        tokio::time::sleep(LOOK).await;
                    }
                    Err(_) => break,
                }
            }
        }
        if waited {
            told("");
        }
        Ok(locks)
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

/// The lock files of a target, in the order in which everybody takes them.
fn paths(target: &Target, whole_project: bool) -> Vec<PathBuf> {
    let endpoints = format!("{:?}{:?}", target.csms, target.kms);
    let project = Some(&target.project_id).filter(|_| whole_project);
    let ids = target.secret_ids.iter().chain(&target.key_ids).chain(project);
    let mut names: Vec<String> =
        ids.map(|id| format!("dewspec-{:016x}.lock", fnv(&format!("{endpoints}{id}")))).collect();
    names.sort();
    names.dedup();
    let directory = std::env::temp_dir();
    names.iter().map(|name| directory.join(name)).collect()
}

/// All builds of dewspec must come to the same name.
fn fnv(text: &str) -> u64 {
    let mut hasher = FnvHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Locks the file that is there under this name once the lock is had; `None` if another process has it.
fn lock(path: &Path) -> std::io::Result<Option<File>> {
    loop {
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if is_there(path, &file)? {
            // For whoever waits; the lock holds without it.
            let text = format!("pid {}, since {}\n", std::process::id(), httpdate::fmt_http_date(SystemTime::now()));
            let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
            return Ok(Some(file));
        }
    }
}

/// Who has a lock, as its file says.
fn holder(path: &Path) -> String {
    let said = std::fs::read_to_string(path).unwrap_or_default();
    match said.lines().next().filter(|line| line.starts_with("pid ") && line.len() < 80) {
        Some(who) => format!("another dewspec process ({who})"),
        None => "another dewspec process".to_owned(),
    }
}

/// Whether this file is the one under this name.
fn is_there(path: &Path, file: &File) -> std::io::Result<bool> {
    let locked = Handle::from_file(file.try_clone()?)?;
    Ok(Handle::from_path(path).is_ok_and(|there| there == locked))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn target(name: &str) -> Target {
        Target { project_id: format!("{name}-{}", std::process::id()), ..Target::default() }
    }

    #[tokio::test]
    async fn one_at_a_time_and_nothing_is_left() {
        let target = target("locks");
        let first = Locks::acquire(&target, true, LONG, |_| {}).await.unwrap();
        let path = first.held.first().map(|(path, _)| path.clone()).expect("a lock");
        let said = Mutex::new(Vec::new());
        let second = Locks::acquire(&target, true, LONG, |what| said.lock().unwrap().push(what.to_owned()));
        let mut second = std::pin::pin!(second);
        assert!(tokio::time::timeout(LOOK * 3, &mut second).await.is_err(), "the second has to wait");
        drop(first);
        let second = second.await.unwrap();
        assert!(path.exists(), "a lock of its own");
        let said = said.lock().unwrap().clone();
        assert_eq!(said.len(), 2, "told once that it waits, and once that this is over: {said:?}");
        assert!(said[0].contains(&format!("pid {}", std::process::id())) && said[0].contains("GMT"), "{said:?}");
        assert_eq!(said[1], "");
        drop(second);
        assert!(!path.exists());
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_has_an_end() {
        let target = target("bounded");
        let _first = Locks::acquire(&target, true, LONG, |_| {}).await.unwrap();
        let started = Instant::now();
        let busy = Locks::acquire(&target, true, Duration::from_secs(7), |_| {}).await.unwrap_err().to_string();
        assert!(started.elapsed() < Duration::from_secs(8));
        assert!(busy.contains("works on the same secrets and keys, and did not end within 7 s"), "{busy}");
    }

    #[test]
    fn a_removed_file_locks_nothing() {
        let path = std::env::temp_dir().join(format!("dewspec-removed-{}.lock", std::process::id()));
        let there = |file: &File| is_there(&path, file).unwrap();
        let open = || File::create(&path).unwrap();
        let first = open();
        assert!(there(&first));
        assert!(std::fs::remove_file(&path).is_ok() && !there(&first));
        let second = open();
        assert!(there(&second) && !there(&first), "another file of the same name");
        assert!(std::fs::remove_file(&path).is_ok());
    }
}
