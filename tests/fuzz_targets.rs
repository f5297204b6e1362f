//! The fuzz targets on stable: every committed seed and regression passes, and everything that names the targets names
//! the same ones.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use dewspec::fuzz_targets::{FuzzTarget, TARGETS};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files in a folder; none where there is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    all.sort();
    all
}

fn run(target: &FuzzTarget, folder: &str) -> usize {
    let inputs = files(&root().join("fuzz").join(folder).join(target.name));
    for input in &inputs {
        let data = std::fs::read(input).expect("an input");
        if let Err(difference) = (target.run)(&data) {
            panic!("{}: {difference}", input.display());
        }
    }
    inputs.len()
}

#[test]
fn every_seed_passes() {
    for target in TARGETS {
        let seeds = run(target, "corpus");
        assert!((8..=24).contains(&seeds), "{}: {seeds} seeds", target.name);
    }
}

#[test]
fn every_find_stays_fixed() {
    for target in TARGETS {
        run(target, "regressions");
    }
}
