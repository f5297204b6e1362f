//! Dependencies point one way: which part of the library may know which other one. `clippy.toml` says what the parts without
//! I/O may not do, and `src/lib.rs` which parts these are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Each part, with what it knows. An arrow that nobody needs any more is taken out.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("exit", &[]),
    ("server", &[]),
    ("suite", &["model"]),
    ("rules", &["model", "suite"]),
    ("generate", &["model", "rules", "suite"]),
    ("plan", &["generate", "model", "rules", "suite"]),
    ("ledger", &["model"]),
    ("transport", &["model", "target"]),
    ("judge", &["generate", "ledger", "model", "plan", "suite"]),
    ("target", &["ledger", "model", "server", "suite", "transport"]),
    ("redaction", &["model", "report", "target"]),
    ("record", &["ledger", "model", "plan", "redaction", "suite", "target", "transport"]),
    ("fuzz", &["generate", "judge", "model", "report", "rules", "suite"]),
    ("report", &["conclusion", "exit", "fuzz", "model"]),
    ("causes", &["model", "report", "suite"]),
    ("conclusion", &["causes", "exit", "judge", "model", "plan", "report", "suite"]),
    ("deviations", &["causes", "exit", "model", "plan", "report", "suite"]),
    ("compare", &["exit", "model", "report", "suite"]),
    (
        "engine",
        &[
            "causes",
            "conclusion",
            "exit",
            "fuzz",
            "generate",
            "judge",
            "ledger",
            "model",
            "plan",
            "record",
            "redaction",
            "report",
            "rules",
            "suite",
            "target",
            "transport",
        ],
    ),
    ("selftest", &["causes", "engine", "model", "plan", "report", "server", "suite", "target", "transport"]),
];

/// Who sits on top knows everybody, and nobody knows it.
const ON_TOP: &[&str] = &["cli"];

/// A report holds what verdicts are made of, so that shards can be joined, and the fuzzer's finds, which are files of their
/// own; both hold reports of cases. A transport goes to a target, and the embedded target has a transport of its own.
const KNOW_EACH_OTHER: &[(&str, &str)] = &[("conclusion", "report"), ("fuzz", "report"), ("target", "transport")];

/// What a file says without comments and tests.
fn code(text: &str) -> String {
    let without_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
    without_tests.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Every part that a piece of code names.
fn named(code: &str) -> BTreeSet<String> {
    let word = |rest: &str| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
    code.split("crate::").skip(1).map(word).filter(|word| !word.is_empty()).collect()
}

fn files(folder: &Path, all: &mut Vec<std::path::PathBuf>) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            files(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            all.push(path);
        }
    }
}

/// Each part with the parts that it names, and the files that do.
fn arrows() -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    let mut arrows: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for path in all {
        let inside = path.strip_prefix(&source).unwrap_or(&path).with_extension("");
        let part = inside.iter().next().unwrap_or_default().to_string_lossy().into_owned();
        if part == "lib" || part == "main" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let known = arrows.entry(part.clone()).or_default();
        for other in named(&code(&text)).into_iter().filter(|other| *other != part) {
            known.entry(other).or_default().push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
    arrows
}

#[test]
fn every_part_knows_what_it_may_know_and_no_more() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (part, known) in arrows() {
        if ON_TOP.contains(&part.as_str()) {
            continue;
        }
        let Some(allowed) = allowed.get(part.as_str()) else {
            wrong.push(format!("{part} is a new part: say in ARROWS what it may know"));
            continue;
        };
        for (other, files) in &known {
            if !allowed.contains(&other.as_str()) {
                wrong.push(format!("{} names {other}, which {part} may not know", files.join(", ")));
            }
        }
        let stale = allowed.iter().filter(|other| !known.contains_key(**other));
        wrong.extend(stale.map(|other| format!("{part} does not know {other} any more: take the arrow out")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn of_targets_the_embedded_one_alone_knows_server_and_transport() {
    let arrows = arrows();
    for other in ["server", "transport"] {
        let files = arrows.get("target").and_then(|known| known.get(other)).expect("it does");
        assert!(files.iter().all(|file| file.starts_with("target/embedded/")), "{files:?}");
    }
}

#[test]
fn no_arrow_leads_back() {
    let mut left: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (part, known) in ARROWS {
        let counts = |other: &&&str| !KNOW_EACH_OTHER.contains(&(**other, part));
        left.insert(part, known.iter().filter(counts).copied().collect());
    }
    // What knows nobody but those that are taken away already is taken away, until nothing is left.
    while !left.is_empty() {
        let free: Vec<&str> = left
            .iter()
            .filter(|(_, known)| known.iter().all(|other| !left.contains_key(other)))
            .map(|(part, _)| *part)
            .collect();
        assert!(!free.is_empty(), "these lead back to each other: {left:?}");
        free.into_iter().for_each(|part| drop(left.remove(part)));
    }
}

#[test]
fn comments_and_tests_draw_no_arrows() {
    let text = "//! [`crate::engine`]\nuse crate::model::State;\n    /// `crate::cli`\n#[cfg(test)]\nmod tests { use crate::server; }";
    assert_eq!(named(&code(text)), BTreeSet::from(["model".to_owned()]));
}
