//! The fuzz targets on stable: every committed seed and regression passes, and everything that names the targets names
//! the same ones.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, dead_code, reason = "a library in a package of its own, which uses all of it")]
mod targets;

use targets::{FuzzTarget, TARGETS};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is in a folder that has to be there, and to hold something.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    all.sort();
    assert!(!all.is_empty(), "{} is empty", folder.display());
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
    // Not every target has found something; what one has found is in a folder of its name.
    for name in names("regressions") {
        let target = TARGETS.iter().find(|target| target.name == name);
        run(target.unwrap_or_else(|| panic!("regressions of no target: {name}")), "regressions");
    }
}

/// The names in a folder.
fn names(folder: &str) -> BTreeSet<String> {
    let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    files(&root().join("fuzz").join(folder)).iter().map(name).collect()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Two words for every line that has them.
fn pairs(lines: &str, pair: impl Fn(&str) -> Option<(&str, &str)>) -> BTreeSet<(String, String)> {
    lines.lines().filter_map(|line| pair(line.trim())).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// A target that one of these forgets rots unseen.
#[test]
fn whatever_names_the_targets_names_the_same_ones() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let sources = targets.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names("fuzz_targets"), sources);
    assert_eq!(names("corpus"), targets);
    assert!(names("regressions").is_subset(&targets), "{:?}", names("regressions"));

    let manifest: toml::Table = toml::from_str(&text("fuzz/Cargo.toml")).expect("a manifest");
    let bins = manifest["bin"].as_array().expect("binaries");
    let bins: BTreeSet<String> = bins.iter().map(|bin| bin["name"].as_str().expect("a name").to_owned()).collect();
    assert_eq!(bins, targets);
    for name in &targets {
        assert!(text(&format!("fuzz/fuzz_targets/{name}.rs")).contains(&format!("dewspec_fuzz::{name}(data)")));
        assert!(text("fuzz/README.md").contains(&format!("`{name}`")), "{name} is not in fuzz/README.md");
    }

    let dictionaries: BTreeSet<(String, String)> =
        TARGETS.iter().map(|target| (target.name.to_owned(), target.dictionary.to_owned())).collect();
    let used: BTreeSet<String> = dictionaries.iter().map(|(_, dictionary)| dictionary.clone()).collect();
    assert_eq!(names("dictionaries"), used);
    let matrix = pairs(&text(".github/workflows/fuzz.yml"), |line| {
        line.strip_prefix("- { target: ")?.strip_suffix(" }")?.split_once(", dictionary: ")
    });
    assert_eq!(matrix, dictionaries);
    let script = text(".clusterfuzzlite/build.sh");
    let built = script.split("<<'TARGETS'\n").nth(1).and_then(|rest| rest.split("TARGETS\n").next());
    assert_eq!(pairs(built.expect("a list"), |line| line.split_once(' ')), dictionaries);
}

/// libFuzzer stops at a dictionary that it cannot read.
#[test]
fn dictionaries_are_well_formed() {
    for path in files(&root().join("fuzz/dictionaries")) {
        let text = std::fs::read_to_string(&path).expect("a dictionary");
        let entries: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert!(entries.len() >= 5, "{} has {} entries", path.display(), entries.len());
        for entry in entries {
            assert!(is_well_formed(entry), "{}: {entry}", path.display());
        }
    }
}

/// A text in quotes; in it, `\\`, `\"` and `\xAB` stand for bytes.
fn is_well_formed(entry: &str) -> bool {
    let Some(text) = entry.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let mut rest = text.replace(r"\\", "").replace("\\\"", "");
    while let Some(at) = rest.find(r"\x") {
        let digits = rest.get(at + 2..at + 4);
        if !digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return false;
        }
        rest.replace_range(at..at + 4, "");
    }
    !text.is_empty() && !rest.contains(['"', '\\'])
}

#[test]
fn entries_that_libfuzzer_cannot_read_are_told() {
    for entry in [r#""a""#, r#""\xC3\xa9""#, r#""a \\ \"b\"""#] {
        assert!(is_well_formed(entry), "{entry}");
    }
    for entry in ["a", r#"""#, r#""""#, r#""a"b""#, r#""\x0""#, r#""\xZZ""#, r#""\n""#, r#""a"#] {
        assert!(!is_well_formed(entry), "{entry}");
    }
}
