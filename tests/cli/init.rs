//! `dewspec init`: the file, its schema, what is never written, and the doctor's word at its end.

use std::path::Path;

use tempfile::TempDir;

use crate::support::{Output, Served, dewspec, finished};

/// `dewspec init` for a served target, in a folder.
fn init(dir: &Path, served: &Served, arguments: &[&str]) -> Output {
    let mut command = dewspec(&["init", "--endpoint", &served.url]);
    command.args(&served.options).args(arguments).env("DEWSPEC_TOKEN", &served.token);
    finished(command.current_dir(dir))
}

fn read(dir: &TempDir, name: &str) -> String {
    std::fs::read_to_string(dir.path().join(name)).unwrap_or_default()
}

#[test]
fn the_schema_in_the_repository_is_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/dewspec.schema.json");
    let now = ::dewspec::cli::config_schema();
    if std::env::var_os("DEWSPEC_UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &now).expect("the schema is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == now, "docs/dewspec.schema.json is not up to date: run the test with DEWSPEC_UPDATE_SCHEMA=1");
}

#[test]
fn it_writes_a_file_that_runs_and_ends_with_the_doctor() {
    let (served, dir) = (Served::start(&["--listen", "127.0.0.1:0"]), tempfile::tempdir().expect("a folder"));
    let output = init(dir.path(), &served, &["--rate", "500"]);
    assert_eq!(output.code, 0, "{}{}", output.out, output.err);
    assert!(
        output.out.contains("dewspec.toml is written") && output.out.contains("ok    reach csms"),
        "{}",
        output.out
    );
    let file = read(&dir, "dewspec.toml");
    assert!(file.starts_with("#:schema ./dewspec.schema.json\n") && file.contains("\nrate = 500\n"), "{file}");
    assert!(!file.contains(&served.token), "no secret is written");
    assert_eq!(read(&dir, "dewspec.schema.json"), ::dewspec::cli::config_schema());
    let mut command = dewspec(&["run", "-q", "csms.create-secret-tag.example"]);
    let output = finished(command.env("DEWSPEC_TOKEN", &served.token).current_dir(dir.path()));
    assert_eq!(output.code, 0, "{}{}", output.out, output.err);
    assert!(output.out.contains(&served.url), "{}", output.out);
}

#[test]
fn what_is_there_stays_unless_it_is_forced() {
    let (served, dir) = (Served::start(&["--listen", "127.0.0.1:0"]), tempfile::tempdir().expect("a folder"));
    std::fs::write(dir.path().join("dewspec.toml"), "# mine\n").expect("a file");
    let output = init(dir.path(), &served, &[]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("dewspec.toml is there already: --force writes it anew"), "{}", output.err);
    assert_eq!(read(&dir, "dewspec.toml"), "# mine\n");
    let output = init(dir.path(), &served, &["other.toml"]);
    assert_eq!(output.code, 0, "{}{}", output.out, output.err);
    std::fs::write(dir.path().join("dewspec.schema.json"), "{}").expect("a file");
    let output = init(dir.path(), &served, &["third.toml"]);
    assert!(output.code == 2 && output.err.contains("dewspec.schema.json is there already"), "{}", output.err);
    let output = init(dir.path(), &served, &["--force"]);
    assert_eq!(output.code, 0, "{}{}", output.out, output.err);
    assert!(read(&dir, "dewspec.toml").contains(&served.url));
}

#[test]
fn what_is_missing_or_wrong_is_told_and_the_file_is_there_to_be_mended() {
    let dir = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| finished(dewspec(&["init"]).args(arguments).current_dir(dir.path()));
    let output = run(&[]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("where is the target? give --endpoint, or --region"), "{}", output.err);
    assert!(!dir.path().join("dewspec.toml").exists());
    let output = run(&["--region", "cn-north-4", "--project-id", "p", "--secret-id", "s"]);
    assert_eq!(output.code, 2, "{}", output.err);
    let told = "dewspec.toml is as it was asked for, and a run cannot begin: a target needs a token or an access key";
    assert!(output.err.contains(told), "{}", output.err);
    assert!(read(&dir, "dewspec.toml").contains("\nregion = \"cn-north-4\"\n"));
    let output = run(&[
        "--endpoint",
        "http://127.0.0.1:9",
        "--project-id",
        "p",
        "--secret-id",
        "s",
        "--token",
        "hidden-token",
        "x.toml",
    ]);
    assert_eq!(output.code, 3, "{}{}", output.out, output.err);
    assert!(
        output.out.contains("FAIL  reach csms") && output.err.contains("--token not written"),
        "{}{}",
        output.out,
        output.err
    );
    assert!(!read(&dir, "x.toml").contains("hidden-token"));
}
