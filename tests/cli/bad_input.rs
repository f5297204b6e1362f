//! Files that are not what a subcommand reads: one clear error for each, whichever subcommand it is.

use std::path::Path;

use crate::support::{Output, run, run_in};

/// What is put into the place of a report or a record, with what it is called.
fn bad(dir: &Path, whole: &str) -> Vec<(&'static str, &'static str)> {
    let put = |name: &str, bytes: &[u8]| std::fs::write(dir.join(name), bytes).expect("a file");
    put("empty.json", b"");
    put("page.json", b"<html>no</html>");
    put("cut.json", &whole.as_bytes()[..whole.len() / 2]);
    put("other.json", whole.replacen("dewspec.report/2", "dewspec.report/1", 1).as_bytes());
    put("object.json", b"{}");
    put("list.json", b"[1]");
    put("deep.json", "[".repeat(100_000).as_bytes());
    put("bytes.json", b"\xff\xfe\x00{");
    put("typed.json", br#"{"schema":"dewspec.report/2","seed":"seven"}"#);
    let long = std::fs::File::create(dir.join("long.json")).expect("a file");
    long.set_len(100 << 20).expect("a long file");
    std::fs::create_dir(dir.join("folder.json")).expect("a folder");
    [
        ("empty.json", "empty"),
        ("page.json", "no JSON"),
        ("cut.json", "cut"),
        ("other.json", "of another schema"),
        ("object.json", "an empty object"),
        ("list.json", "a list"),
        ("deep.json", "nested without end"),
        ("bytes.json", "no text"),
        ("typed.json", "of a wrong type"),
        ("long.json", "100 MB long"),
        ("folder.json", "a folder"),
        ("none.json", "not there"),
    ]
    .into()
}

fn is_one_clear_error(output: &Output, name: &str) -> Result<(), String> {
    let lines = output.err.lines().count();
    let is_clear = output.code == 2
        && output.out.is_empty()
        && lines == 1
        && output.err.starts_with("error: ")
        && output.err.contains(name)
        && output.err.len() < 600;
    match is_clear && output.err.matches(" column ").count() <= 1 {
        true => Ok(()),
        false => Err(format!("exit code {}, {lines} line(s): {}{}", output.code, output.out, output.err)),
    }
}

#[test]
fn every_subcommand_has_one_clear_error_for_what_it_cannot_read() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    let fault = ["--fault", "kms-create-accepts-key-one-too-long", "create-kms-tag.key"];
    assert_eq!(run_in(dir, &[&["run", "--cases", "1", "--report", "json=good"], &fault[..]].concat()).code, 1);
    assert_eq!(run_in(dir, &[&["run", "--cases", "1", "--record", "record"], &fault[..]].concat()).code, 1);
    let whole = std::fs::read_to_string(dir.join("good")).expect("a report");
    let mut wrong = Vec::new();
    for (file, what) in bad(dir, &whole) {
        let commands: [&[&str]; 10] = [
            &["report", file],
            &["diff", file, "good"],
            &["diff", "good", file],
            &["merge", "good", file],
            &["matrix", "a=good", &format!("b={file}")],
            &["replay", file],
            &["deviations", "record", "known.toml", file],
            &["deviations", "prune", "known.toml", file],
            &["run", "--shard", "1/2", "--durations", file],
            &["judge", file],
        ];
        for command in commands {
            let known = "[[deviation]]\ncause = \"kms.create-kms-tag.accepts.key\"\nreason = \"r, for now\"\n\
                         owner = \"o\"\nlink = \"L-1\"\nuntil = 2999-12-31\n";
            std::fs::write(dir.join("known.toml"), known).expect("a file");
            if let Err(told) = is_one_clear_error(&run_in(dir, command), file) {
                wrong.push(format!("{} with a file that is {what}: {told}", command.join(" ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A folder is not given up for one file in it.
#[test]
fn a_history_names_what_it_leaves_out() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    assert_eq!(run_in(dir, &["run", "--cases", "1", "create-kms-tag.key", "--report", "json=good"]).code, 0);
    let whole = std::fs::read_to_string(dir.join("good")).expect("a report");
    let nights = dir.join("nights");
    std::fs::create_dir(&nights).expect("a folder");
    let names = bad(&nights, &whole);
    let alone = run_in(dir, &["history", "nights"]);
    assert!(alone.code == 2 && alone.err.starts_with("error: nights: there is no report in it"), "{}", alone.err);
    assert_eq!(alone.err.lines().count(), 1, "{}", alone.err);
    std::fs::copy(dir.join("good"), nights.join("night.json")).expect("a copy");
    let told = run_in(dir, &["history", "nights", "--report", "html=history.html"]);
    assert_eq!(told.code, 0, "{}", told.err);
    let page = std::fs::read_to_string(dir.join("history.html")).expect("a page");
    for (file, what) in names.iter().filter(|(file, _)| !["folder.json", "none.json"].contains(file)) {
        assert_eq!(told.err.matches(&format!("left out: {file}: ")).count(), 1, "{what}: {}", told.err);
        assert!(page.contains(file), "{what}");
    }
}

#[test]
fn other_files_have_one_clear_error_too() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    std::fs::write(dir.join("bad.toml"), "what = [").expect("a file");
    std::fs::write(dir.join("find.json"), r#"{"schema":"dewspec.find/1","id":7}"#).expect("a file");
    for (command, name) in [
        (&["run", "--deviations", "bad.toml"][..], "bad.toml"),
        (&["deviations", "check", "bad.toml"], "bad.toml"),
        (&["run", "--config", "bad.toml"], "bad.toml"),
        (&["run", "--suites", "bad.toml"], "bad.toml"),
        (&["replay", "find.json"], "find.json"),
        (&["history", "bad.toml"], "bad.toml"),
        (&["history", "nowhere"], "nowhere"),
    ] {
        let output = run_in(dir, command);
        assert!(output.code == 2 && output.err.starts_with("error: "), "{command:?}: {}", output.err);
        assert!(output.err.contains(name) && output.out.is_empty(), "{command:?}: {}{}", output.out, output.err);
    }
    assert_eq!(run(&["judge"]).code, 2);
}
