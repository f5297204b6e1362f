use std::fs;
use std::path::Path;
use std::process::Command;

use crate::report::sample;
use crate::report::snapshot::{DifferenceKind, SnapFile, SnapshotTable, accept, compare, overlay, tables};

const DIR: &str = "DEWSPEC_TEST_SNAPSHOTS";
const CONTENTS: &str = "DEWSPEC_TEST_CONTENTS";
const TRICKY: &str = "\n  first: [line]\n---\nkey: \"value\" 键 \\ '\n\nlast";

fn table(name: &str, contents: &str) -> SnapshotTable {
    SnapshotTable { name: name.to_owned(), contents: contents.to_owned() }
}

#[test]
fn tables_of_the_sample() {
    let text: Vec<_> =
        tables(&sample::report()).into_iter().map(|table| format!("# {}\n{}\n", table.name, table.contents)).collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn accepted_tables_no_longer_differ() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("made/on/the/way");
    let tables = tables(&sample::report());
    assert_eq!(compare(&dir, &tables).unwrap().len(), tables.len());
    let accepted = accept(&dir, &tables).unwrap();
    assert!(accepted.iter().all(|difference| difference.kind == DifferenceKind::New));
    assert_eq!(compare(&dir, &tables).unwrap(), []);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), tables.len(), "no temporary file is left");
}

#[test]
fn changed_and_stale_files_are_told_and_foreign_ones_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("other__x.snap"), "mine").unwrap();
    accept(dir, &[table("a.b.c", "one\ntwo"), table("a.b.d", "three")]).unwrap();
    let now = [table("a.b.c", "one\n2\n\n")];
    let differences = compare(dir, &now).unwrap();
    let kinds: Vec<_> = differences.iter().map(|d| (d.name.as_str(), d.kind.to_string())).collect();
    assert_eq!(kinds, [("a.b.c", "changed".to_owned()), ("a.b.d", "stale".to_owned())]);
    assert_eq!(differences[0].diff, "--- kept\n+++ now\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n");
    assert_eq!(accept(dir, &now).unwrap(), differences);
    assert_eq!(compare(dir, &now).unwrap(), []);
    let mut left: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["dewspec__a.b.c.snap", "other__x.snap"]);
}

#[test]
fn a_part_is_compared_with_its_part() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let mut report = sample::report();
    let whole = tables(&report);
    accept(dir, &whole).unwrap();
    assert_eq!(overlay(dir, &whole).unwrap(), whole, "rows survive the way there and back");

    report.cases.retain(|case| case.id.ends_with("max-length/ascii-129"));
    assert_eq!(compare(dir, &overlay(dir, &tables(&report)).unwrap()).unwrap(), []);
    report.cases[0].exchanges[0].status = Some(400);
    let part = overlay(dir, &tables(&report)).unwrap();
    let differences = accept(dir, &part).unwrap();
    let changed: Vec<_> = differences[0].diff.lines().filter(|line| line.starts_with("+key")).collect();
    assert_eq!((differences.len(), changed.len()), (1, 1), "{differences:?}");
    assert_eq!(compare(dir, &part).unwrap(), []);
}

#[test]
fn odd_names_and_files_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let error = accept(dir.path(), &[table("../x", "")]).unwrap_err();
    assert_eq!(error.to_string(), "\"../x\" cannot be the name of a snapshot");
    fs::write(dir.path().join("dewspec__a.snap"), "no head").unwrap();
    let error = compare(dir.path(), &[]).unwrap_err();
    assert!(error.to_string().ends_with("is not a snapshot: it does not begin with a line of ---"), "{error}");
}

#[test]
fn insta_takes_what_we_write() {
    let dir = tempfile::tempdir().unwrap();
    accept(dir.path(), &[table("a.b-c.d", TRICKY)]).unwrap();
    assert!(insta_alone(dir.path(), TRICKY, "no"), "insta refuses the file");
    assert!(!insta_alone(dir.path(), "other", "no"), "insta would take anything");
}

#[test]
fn we_take_what_insta_writes() {
    let dir = tempfile::tempdir().unwrap();
    insta_alone(dir.path(), TRICKY, "always");
    assert_eq!(compare(dir.path(), &[table("a.b-c.d", TRICKY)]).unwrap(), []);
    let path = dir.path().join("dewspec__a.b-c.d.snap");
    let theirs = fs::read_to_string(&path).unwrap();
    let read = SnapFile::read(&path).unwrap();
    assert_eq!(read.expression.as_deref(), Some("contents"));
    assert!(read.source.is_some_and(|source| source.ends_with("snapshots.rs")));
    // Written again, it is the same byte for byte but for quotes that YAML does not need.
    let again = SnapFile::read(&path).unwrap().render();
    assert_eq!(again.replace("\"contents\"", "contents"), theirs);
}

/// Runs insta's own assertion in a process of its own, where its mode can be set; true if it is content.
fn insta_alone(dir: &Path, contents: &str, update: &str) -> bool {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "report::tests::snapshots::asserted_by_insta"])
        .envs([(DIR, dir.as_os_str()), (CONTENTS, contents.as_ref()), ("INSTA_UPDATE", update.as_ref())])
        .env_remove("INSTA_FORCE_PASS")
        .output()
        .unwrap()
        .status
        .success()
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn asserted_by_insta() {
    let (Ok(dir), Ok(contents)) = (std::env::var(DIR), std::env::var(CONTENTS)) else { return };
    insta::with_settings!({ snapshot_path => dir, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("dewspec__a.b-c.d", contents);
    });
}
