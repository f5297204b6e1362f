//! The examples of `CONTRIBUTING.md`, tried as they stand there on a copy of the suite.

use std::path::Path;

use serde_json::Value;

use super::config::copy_tree;
use super::support::run;

/// A block of the text: where it belongs, and what it says.
struct Block {
    file: String,
    /// The row that its lines go into; without one, they are the end of the file.
    row: Option<String>,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The part of the text under a heading.
fn section(heading: &str) -> String {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).expect("a text");
    let (_, rest) = text.split_once(&format!("\n## {heading}\n")).expect("a heading");
    rest.split("\n## ").next().unwrap_or_default().to_owned()
}

fn fenced(section: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    section.split(&fence).skip(1).filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())).collect()
}

/// The blocks that name the file they belong to.
fn blocks(section: &str) -> Vec<Block> {
    let of = |text: String| {
        let (first, rest) = text.split_once('\n')?;
        let place = first.strip_prefix("# in suites/")?;
        let (file, row) = match place.split_once(", in the row of ") {
            Some((file, row)) => (file, Some(row.to_owned())),
            None => (place, None),
        };
        Some(Block { file: file.to_owned(), row, text: rest.to_owned() })
    };
    fenced(section, "toml").into_iter().filter_map(of).collect()
}

/// A copy of the suite with the examples in it.
fn with_examples(section: &str, blocks: usize) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().expect("a directory");
    let suites = dir.path().join("suites");
    copy_tree(&root().join("suites"), &suites);
    let found = self::blocks(section);
    assert_eq!(found.len(), blocks, "examples that say where they belong");
    for block in found {
        let file = suites.join(&block.file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        let after = match block.row {
            Some(row) => {
                let line = format!("row = \"{row}\"\n");
                assert_eq!(before.matches(&line).count(), 1, "the row {row} of {}", block.file);
                before.replace(&line, &format!("{line}{}", block.text))
            }
            None => format!("{before}\n{}", block.text),
        };
        std::fs::write(file, after).expect("a file");
    }
    let shown = suites.display().to_string();
    (dir, shown)
}

/// The ids that a list has.
fn ids(subject: &str, suites: &str) -> Vec<String> {
    let listed = run(&["list", subject, "--format", "json", "--suites", suites]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    let rows: Vec<Value> = serde_json::from_str(&listed.out).expect("JSON");
    rows.iter().filter_map(|row| Some(row["id"].as_str()?.to_owned())).collect()
}

#[test]
fn a_clause_with_a_boundary() {
    let section = section("A clause with a boundary");
    let (_dir, suites) = with_examples(&section, 2);
    let console = fenced(&section, "console").concat();
    let (command, shown) = console.split_once('\n').expect("a command and what it shows");
    let id = command.split_whitespace().nth(3).expect("an id");
    let explained = run(&["explain", id, "--suites", &suites]);
    assert!(explained.out.starts_with(shown), "{}{}", explained.out, explained.err);
    assert!(explained.out.contains("create-secret-event/clauses.toml:"), "{}", explained.out);
    let cases = ids("cases", &suites);
    for (topic, least) in [("notification.target_name.max-length/", 5), ("name.blank-inside/", 1)] {
        let prefix = format!("csms.create-secret-event.{topic}");
        assert!(cases.iter().filter(|id| id.starts_with(&prefix)).count() >= least, "{prefix}");
    }
    let checked = run(&["run", "-q", "--suites", &suites, "target_name.max-length"]);
    assert!(
        checked.code == 1 && checked.out.contains("target_name.max-length/ascii-65"),
        "{}{}",
        checked.out,
        checked.err
    );
}

#[test]
fn an_open_clause_with_two_readings() {
    let section = section("An open clause with two readings");
    let (_dir, suites) = with_examples(&section, 1);
    let checked = run(&["run", "--suites", &suites, "notification.target_id.blank"]);
    assert!(checked.code == 0 && checked.out.contains("determined"), "{}{}", checked.out, checked.err);
}

#[test]
fn an_operation() {
    let section = section("An operation");
    let (_dir, suites) = with_examples(&section, 2);
    let of = |ids: Vec<String>| ids.into_iter().filter(|id| id.starts_with("csms.label-secret.")).collect::<Vec<_>>();
    let (clauses, cases) = (of(ids("clauses", &suites)), of(ids("cases", &suites)));
    assert!(clauses.contains(&"csms.label-secret.value.enum".to_owned()), "{clauses:#?}");
    assert!((250..450).contains(&cases.len()), "{} cases", cases.len());
    let planned = run(&["run", "--dry-run", "--suites", &suites, "csms.label-secret"]);
    assert_eq!(planned.code, 0, "{}", planned.err);
}
