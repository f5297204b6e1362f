use std::path::Path;

use crate::support::{Output, Served, dewspec, finished, json, run, run_in};

#[test]
fn wrong_usage_is_told_and_nothing_is_sent() {
    for (arguments, part) in [
        (
            vec!["run", "--endpoint", "nonsense", "--project-id", "p", "--secret-id", "s", "--token", "t"],
            "invalid endpoint \"nonsense\"",
        ),
        (vec!["run", "--endpoint", "http://127.0.0.1:1"], "--project-id"),
        (vec!["run", "--endpoint", "http://127.0.0.1:1", "--project-id", "p"], "--secret-id"),
        (vec!["run", "--endpoint", "http://127.0.0.1:1", "--project-id", "p", "--key-id", "k"], "token"),
        (vec!["run", "--seed", "seven"], "invalid seed \"seven\""),
        (vec!["run", "--run-id", "UPPER"], "invalid run id \"UPPER\""),
        (vec!["run", "--project-id", "p"], "give its --endpoint"),
        (vec!["run", "--insecure"], "give its --endpoint"),
        (vec!["run", "--fault", "no-such-fault"], "no-such-fault"),
        (vec!["run", "--reading", "no-such-clause=x"], "no-such-clause"),
        (vec!["run", "--reading", "reserved-prefix=never"], "literal"),
        (vec!["run", "--config", "/nowhere/dewspec.toml"], "/nowhere/dewspec.toml"),
        (vec!["run", "--suites", "/nowhere/suites"], "/nowhere/suites"),
        (vec!["run", "--timeout", "-1"], "--timeout"),
        (vec!["explain", "no.such.clause"], "no.such.clause"),
        (vec!["frobnicate"], "frobnicate"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.code, 2, "{arguments:?}: {}{}", output.out, output.err);
        assert!(output.err.contains(part), "{arguments:?}: {part} is not in {}", output.err);
    }
}

#[test]
fn configuration_comes_from_flags_then_environment_then_file() {
    let served = Served::start(&[]);
    let dir = tempfile::tempdir().expect("a directory");
    let text = format!(
        "endpoint = \"http://127.0.0.1:1\"\nproject-id = \"{}\"\nsecret-id = [\"{}\"]\nkey-id = \"{}\"\nseed = 5\nrun-id = \"file\"\n",
        served.option("--project-id"),
        served.option("--secret-id"),
        served.option("--key-id"),
    );
    std::fs::write(dir.path().join("dewspec.toml"), text).expect("a file");
    let output = dewspec(&["run", "--run-id", "flag", "--report", "json=-", "example"])
        .env("DEWSPEC_ENDPOINT", &served.url)
        .env("DEWSPEC_TOKEN", &served.token)
        .env("DEWSPEC_RUN_ID", "environment")
        .current_dir(dir.path())
        .output()
        .expect("the program starts");
    let report = json(&String::from_utf8(output.stdout).expect("UTF-8"));
    assert_eq!((report["run_id"].clone(), report["seed"].clone()), ("flag".into(), 5.into()));
    std::fs::write(dir.path().join("dewspec.toml"), "endpoint = \"x\"\nsecrets-id = \"y\"\n").expect("a file");
    let wrong = run_in(dir.path(), &["run"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("dewspec.toml:2") && wrong.err.contains("secrets-id"), "{}", wrong.err);
}

/// Where requests would go: flags, variables and a file each name endpoints.
fn place(flags: &[&str], variables: &[(&str, &str)], file: &str) -> Output {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("dewspec.toml"), file).expect("a file");
    let usual = ["--project-id", "p", "--secret-id", "s", "--key-id", "k"];
    let mut command = dewspec(&["run", "--dry-run", "example"]);
    command.args(flags).envs(variables.iter().copied()).env("DEWSPEC_TOKEN", "t");
    let described = file.contains("endpoint") || !variables.is_empty() || flags.iter().any(|f| f.contains("endpoint"));
    finished(command.args(usual.iter().filter(|_| described)).current_dir(dir.path()))
}

#[test]
fn no_endpoint_of_a_lower_layer_beats_one_of_a_higher() {
    const FILE: &str = "endpoint = \"http://file\"\ncsms-endpoint = \"http://file-csms\"\n";
    let variable = ("DEWSPEC_ENDPOINT", "http://environment");
    let specific = ("DEWSPEC_CSMS_ENDPOINT", "http://environment-csms");
    let flag = ["--endpoint", "http://flag"];
    for (flags, variables, expected) in [
        (vec![], vec![], "http://file-csms and http://file"),
        (vec![], vec![variable], "http://environment"),
        (vec![], vec![specific], "http://environment-csms and http://file"),
        (vec![], vec![variable, specific], "http://environment-csms and http://environment"),
        (flag.to_vec(), vec![], "http://flag"),
        (flag.to_vec(), vec![variable, specific], "http://flag"),
        (vec!["--csms-endpoint", "http://flag-csms"], vec![variable], "http://flag-csms and http://environment"),
        ([flag, ["--kms-endpoint", "http://flag-kms"]].concat(), vec![], "http://flag and http://flag-kms"),
    ] {
        let output = place(&flags, &variables, FILE);
        assert_eq!(output.code, 0, "{}", output.err);
        assert!(
            output.out.starts_with(&format!("dry run against {expected}:")),
            "{flags:?} {variables:?}: {}",
            output.out
        );
    }
}

#[test]
fn a_token_file_of_the_command_line_beats_the_token_of_the_environment() {
    let served = Served::start(&[]);
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("token");
    std::fs::write(&file, format!("{}\n", served.token)).expect("a file");
    let file = file.display().to_string();
    let check = |token: &str, arguments: &[&str]| {
        let mut command = served.command(&served.url, &["-q", "csms.create-secret-tag.example"]);
        finished(command.args(arguments).env("DEWSPEC_TOKEN", token)).code
    };
    let wrong = "wrong".repeat(10);
    assert_eq!(check(&wrong, &["--token-file", &file]), 0);
    assert_ne!(check(&wrong, &[]), 0);
    assert_eq!(check(&wrong, &["--token-file", "/nowhere/token", "--token", &served.token]), 0, "the direct one");
}

#[test]
fn faults_and_readings_are_refused_beside_an_endpoint_from_anywhere() {
    let none: [(&str, &str); 0] = [];
    for option in [["--fault", "csms-create-stores-refused"], ["--reading", "reserved-prefix=sdk"]] {
        let by_file = place(&option, &none, "endpoint = \"http://file\"\n");
        assert_eq!(by_file.code, 2, "{}", by_file.out);
        assert!(by_file.err.contains(option[0]) && by_file.err.contains("dewspec.toml"), "{}", by_file.err);
        let by_variable = place(&option, &[("DEWSPEC_KMS_ENDPOINT", "http://environment")], "");
        assert_eq!(by_variable.code, 2, "{}", by_variable.out);
        assert!(by_variable.err.contains("environment"), "{}", by_variable.err);
        let by_flag = place(&[option[0], option[1], "--endpoint", "http://flag"], &none, "");
        assert_eq!(by_flag.code, 2, "{}", by_flag.out);
        assert_eq!(place(&option, &none, "").code, 0);
    }
}

#[test]
fn a_broken_suite_is_told_with_file_and_line() {
    let dir = tempfile::tempdir().expect("a directory");
    let copy = dir.path().join("suites");
    copy_tree(&std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("suites"), &copy);
    let shown = copy.display().to_string();
    assert_eq!(run(&["run", "--suites", &shown, "-q", "example"]).code, 0);
    let file = copy.join("kms/create-kms-tag/clauses.toml");
    let text = std::fs::read_to_string(&file).expect("a suite file");
    std::fs::write(&file, text.replacen("max-length = 36", "max-lenght = 36", 1)).expect("a file");
    let output = run(&["run", "--suites", &shown]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("create-kms-tag/clauses.toml:") && output.err.contains("max-lenght"), "{}", output.err);
}

pub(crate) fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Who forgets the endpoint, or whose variable for it is empty, does not mean the embedded server.
#[test]
fn a_target_without_an_endpoint_is_told_wherever_it_is_described() {
    let dir = tempfile::tempdir().expect("a directory");
    let of = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = dewspec(&["run", "-q", "csms.create-secret-tag.example"]);
        finished(command.args(arguments).envs(variables.iter().copied()).current_dir(dir.path()))
    };
    let described = [("DEWSPEC_ENDPOINT", ""), ("DEWSPEC_PROJECT_ID", "p"), ("DEWSPEC_SECRET_ID", "s")];
    let output = of(&described, &[]);
    assert!(output.code == 2 && output.err.contains("DEWSPEC_PROJECT_ID describes a target"), "{}", output.err);
    assert_eq!(of(&[("DEWSPEC_ENDPOINT", ""), ("DEWSPEC_PROJECT_ID", "")], &[]).code, 0, "nothing is described");
    let fault = ["--fault", "csms-create-accepts-key-one-too-long"];
    assert_eq!(of(&described, &fault).code, 0, "the embedded server is meant");
    std::fs::write(dir.path().join("dewspec.toml"), "[profile.lab]\nendpoint = \"http://lab\"\n").expect("a file");
    let output = of(&[], &[]);
    assert!(output.code == 2 && output.err.contains("--profile, of lab"), "{}", output.err);
    std::fs::write(dir.path().join("dewspec.toml"), "key-id = \"k\"\n").expect("a file");
    let output = of(&[], &[]);
    assert!(output.code == 2 && output.err.contains("key-id in dewspec.toml"), "{}", output.err);
}

#[test]
fn what_is_said_to_be_another_tenants_is_not_ones_own() {
    let served = Served::start(&[]);
    let token = served.token.clone();
    let mut command = served.command(&served.url, &["csms.create-secret-tag.example"]);
    let output = finished(command.env("DEWSPEC_FOREIGN_TOKEN", &token));
    assert!(output.code == 2 && output.err.contains("invalid --foreign-token"), "{}", output.err);
}
