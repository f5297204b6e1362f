use std::fs::{File, OpenOptions};
use std::hash::{Hash, Hasher};

use crate::target::Target;

/// Keeps other dewspec processes on this machine away from the resources of a target: one lock file for
/// each endpoint and resource, taken in sorted order, released when dropped.
#[derive(Debug, Default)]
pub(super) struct Locks {
    _held: Vec<File>,
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
        let open = |name: &String| {
            let path = std::env::temp_dir().join(name);
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).ok()?;
            file.lock().ok()?;
            Some(file)
        };
        Locks { _held: names.iter().filter_map(open).collect() }
    }
}
