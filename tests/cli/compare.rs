//! Reports side by side and night after night.

use std::path::Path;

use serde_json::{Value, json as value};

use crate::support::{Output, json, run, run_in};

/// A report of a small run, to make others of.
fn report(arguments: &[&str]) -> Value {
    let output = run(&[&["run", "key.max-length", "--cases", "1", "--report", "json=-"], arguments].concat());
    assert!(output.code <= 1, "{}", output.err);
    json(&output.out)
}

fn store(dir: &Path, name: &str, report: &Value) {
    std::fs::write(dir.join(name), report.to_string()).expect("a file");
}

/// The report as one of this day, with a verdict of its own for one clause.
fn night(dir: &Path, day: u32, of: &Value, change: impl Fn(&mut Value)) {
    let mut report = of.clone();
    report["started_at"] = format!("2026-11-{day:02}T02:41:00Z").into();
    change(&mut report);
    store(dir, &format!("{day:02}.json"), &report);
}

fn schema(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Every member of a value is one that the schema has, of the type that it says.
fn conforms(schema: &Value, root: &Value, value: &Value, at: &str) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).expect("a definition"),
        None => schema,
    };
    if let Some(properties) = schema["properties"].as_object() {
        let object = value.as_object().unwrap_or_else(|| panic!("{at} is no object: {value}"));
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(required.as_str().expect("a name")), "{at} has no {required}");
        }
        for (name, member) in object {
            let known = properties.get(name).unwrap_or_else(|| panic!("{at}/{name} is not in the schema"));
            conforms(known, root, member, &format!("{at}/{name}"));
        }
    } else if let Some(items) = value.as_array() {
        assert_eq!(schema["type"], "array", "{at}");
        items.iter().for_each(|item| conforms(&schema["items"], root, item, at));
    } else if let Some(kind) = schema["type"].as_str() {
        let found = match value {
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::Object(_) => "object",
            Value::Array(_) => "array",
            Value::Null => "null",
        };
        assert_eq!(found, kind, "{at}");
    }
}

#[test]
fn the_forms_are_those_of_the_schemas() {
    for (name, text) in [
        ("matrix.schema.json", dewspec::compare::matrix::schema_text()),
        ("history.schema.json", dewspec::compare::history::schema_text()),
    ] {
        if std::env::var_os("DEWSPEC_UPDATE_SCHEMA").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
            std::fs::write(path, &text).expect("the schema is written");
        }
        assert!(schema(name) == text, "docs/{name} is not what the types say: run with DEWSPEC_UPDATE_SCHEMA=1");
    }
    let dir = tempfile::tempdir().expect("a directory");
    let faulty = report(&["--fault", "kms-create-accepts-key-one-too-long"]);
    store(dir.path(), "faulty.json", &faulty);
    for (command, name) in
        [(&["matrix", "faulty.json"][..], "matrix.schema.json"), (&["history", "."], "history.schema.json")]
    {
        let output = run_in(dir.path(), &[command, &["--report", "json=-"]].concat());
        assert_eq!(output.code, 0, "{}", output.err);
        let schema = json(&schema(name));
        conforms(&schema, &schema, &json(&output.out), name);
    }
}

#[test]
fn a_history_says_since_when_and_what_flaps() {
    let dir = tempfile::tempdir().expect("a directory");
    let good = report(&[]);
    let faulty = report(&["--fault", "kms-create-accepts-key-one-too-long"]);
    let cause = faulty["causes"][0]["id"].as_str().expect("a cause").to_owned();
    let clause =
        good["clauses"].as_array().expect("clauses").iter().find(|c| c["verdict"] == "upheld").expect("one")["id"]
            .as_str()
            .expect("an id")
            .to_owned();
    let dead = |report: &mut Value| {
        report["exit_code"] = 3.into();
        report["conclusion"] = "no verdict: it is gone".into();
        (report["causes"], report["clauses"]) = (value!([]), value!([]));
    };
    let flap = |verdict: &'static str| {
        let clause = clause.clone();
        move |report: &mut Value| {
            let clauses = report["clauses"].as_array_mut().expect("clauses");
            clauses.iter_mut().find(|c| c["id"] == clause.as_str()).expect("the clause")["verdict"] = verdict.into();
        }
    };
    let nothing = |_: &mut Value| {};
    night(dir.path(), 1, &faulty, nothing);
    night(dir.path(), 2, &good, flap("violated"));
    night(dir.path(), 3, &good, flap("upheld"));
    night(dir.path(), 4, &faulty, flap("violated"));
    night(dir.path(), 5, &faulty, dead);
    night(dir.path(), 6, &faulty, |report: &mut Value| report["suite"] = "another".into());
    let output = run_in(dir.path(), &["history", ".", "--report", "json=-"]);
    let told = json(&output.out);
    let series = &told["series"][0];
    assert_eq!(told["series"].as_array().map(Vec::len), Some(1), "{told}");
    let row = &series["causes"][0];
    assert_eq!((row["id"].as_str(), row["present"].as_bool()), (Some(cause.as_str()), Some(true)));
    // A night without a verdict neither ends nor begins anything.
    assert_eq!((&row["first"], &row["since"]), (&value!("2026-11-01T02:41:00Z"), &value!("2026-11-04T02:41:00Z")));
    assert_eq!(row["nights"][1], 0);
    assert_eq!(row["nights"][4], Value::Null);
    let nights = series["nights"].as_array().expect("nights");
    let changed: Vec<bool> = nights.iter().map(|night| night["suite_changed"] == true).collect();
    assert_eq!(changed, [false, false, false, false, false, true]);
    let flapping: Vec<&str> =
        series["flapping"].as_array().expect("rows").iter().filter_map(|f| f["clause"].as_str()).collect();
    assert_eq!(flapping, [clause.as_str()], "what breaks and is mended does not flap");
    let text = run_in(dir.path(), &["history", "."]);
    assert!(text.out.contains(&format!("since 2026-11-04  {cause}")), "{}", text.out);
}

#[test]
fn what_is_no_report_is_named_and_the_rest_is_shown() {
    let dir = tempfile::tempdir().expect("a directory");
    let nothing = run_in(dir.path(), &["history", "."]);
    assert!(nothing.code == 2 && nothing.err.contains("there is no report in it"), "{}", nothing.err);
    store(dir.path(), "good.json", &report(&[]));
    store(dir.path(), "shard.json", &report(&["--shard", "1/2"]));
    std::fs::write(dir.path().join("cut.json"), r#"{"schema":"dewspec.report/2","dewsp"#).expect("a file");
    std::fs::write(dir.path().join("old.json"), r#"{"schema":"dewspec.report/1"}"#).expect("a file");
    std::fs::write(dir.path().join("notes.txt"), "not looked at").expect("a file");
    let output = run_in(dir.path(), &["history", ".", "--report", "html=page.html"]);
    assert_eq!(output.code, 0, "{}", output.err);
    let left_out: Vec<&str> = output.err.lines().collect();
    assert_eq!(left_out.len(), 3, "{}", output.err);
    assert!(left_out[0].starts_with("left out: cut.json: not a dewspec report: line 1, "), "{}", output.err);
    assert!(
        left_out[1].contains("old.json: expected a report of schema \"dewspec.report/2\", found \"dewspec.report/1\"")
    );
    assert!(left_out[2].contains("shard.json: it is of one shard alone"));
    let page = std::fs::read_to_string(dir.path().join("page.html")).expect("a page");
    assert!(page.contains("cut.json") && page.contains("Files left out"));
}

#[test]
fn a_matrix_puts_implementations_side_by_side() {
    let dir = tempfile::tempdir().expect("a directory");
    let faulty = report(&["--fault", "kms-create-accepts-key-one-too-long"]);
    store(dir.path(), "faulty.json", &faulty);
    // Of an older suite, which had one clause less.
    let mut older = report(&[]);
    older["suite"] = "older".into();
    let clauses = older["clauses"].as_array_mut().expect("clauses");
    let missing = clauses.iter().position(|c| c["verdict"] == "upheld").expect("one");
    let missing = clauses.remove(missing)["id"].as_str().expect("an id").to_owned();
    store(dir.path(), "good.json", &older);
    let matrix = |more: &[&str]| -> Output {
        run_in(dir.path(), &[&["matrix", "my server=good.json", "faulty.json"], more].concat())
    };
    std::fs::create_dir(dir.path().join("badges")).expect("a directory");
    let output =
        matrix(&["--report", "json=m.json", "--report", "html=m.html", "--report", "markdown=-", "--badges", "badges"]);
    assert_eq!(output.code, 0, "{}", output.err);
    assert!(output.out.contains("| my server | conforms in part |"), "{}", output.out);
    let told = json(&std::fs::read_to_string(dir.path().join("m.json")).expect("a matrix"));
    let row = told["clauses"]
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["clause"] == missing.as_str())
        .expect("the clause");
    assert_eq!(row["standings"], value!(["not-scored", "upheld"]));
    assert_eq!(row["counts"], false);
    assert!(told["notes"].to_string().contains("2 different suites"));
    let broken = &told["implementations"][1];
    assert!(broken["verdicts"]["violated"].as_u64().expect("a number") > 0);
    assert!(told["implementations"][0]["verdicts"].get("not scored").is_none(), "it counts for nobody");
    let badge = |name: &str| json(&std::fs::read_to_string(dir.path().join("badges").join(name)).expect("a badge"));
    assert_eq!(badge("my-server.badge.json")["message"], "conforms in part");
    assert_eq!(
        (&badge("faulty.badge.json")["color"], &badge("faulty.badge.json")["schemaVersion"]),
        (&value!("red"), &value!(1))
    );
    // By a frozen list, what is not in it counts for nobody.
    let frozen = run(&["list", "revisions"]);
    let name = frozen.out.split_whitespace().next().expect("a revision").to_owned();
    let by_revision = matrix(&["--revision", &name, "--report", "json=-"]);
    assert_eq!(json(&by_revision.out)["revision"], name.as_str());
    for (arguments, why) in [
        (&["matrix", "good.json", "x/../good.json"][..], "there is a \"good\" already"),
        (&["matrix", "good.json", "--revision", "1999"], "there is no revision \"1999\"; there are: "),
        (&["matrix", "none.json"], "none.json: cannot be read"),
        (&["matrix", "good.json", "--report", "pdf=x"], "give html=PATH or markdown=PATH or json=PATH"),
        (&["matrix", "good.json", "--badges", "nowhere"], "there is no directory nowhere"),
    ] {
        let refused = run_in(dir.path(), arguments);
        assert!(refused.code == 2 && refused.err.contains(why), "{why}: {}", refused.err);
    }
}

#[test]
fn a_frozen_list_leaves_later_clauses_out() {
    let dir = tempfile::tempdir().expect("a directory");
    let good = report(&[]);
    store(dir.path(), "good.json", &good);
    let suites = dir.path().join("suites");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("suites"), &suites);
    let clauses: Vec<&str> =
        good["clauses"].as_array().expect("clauses").iter().filter_map(|c| c["id"].as_str()).collect();
    let frozen = format!("summary = \"s\"\nclauses = [{:?}]\n", clauses[0]);
    std::fs::write(suites.join("revisions/one.toml"), frozen).expect("a file");
    let arguments = ["matrix", "good.json", "--suites", "suites", "--revision", "one", "--report", "json=-"];
    let told = json(&run_in(dir.path(), &arguments).out);
    let scored = told["clauses"].as_array().expect("rows").iter().filter(|row| row["counts"] == true).count();
    assert_eq!((scored, told["clauses"].as_array().map(Vec::len)), (1, Some(clauses.len())));
    std::fs::write(suites.join("revisions/two.toml"), "summary = \"s\"\nclauses = [\"a\", \"a\"]\n").expect("a file");
    let refused = run_in(dir.path(), &arguments);
    assert!(refused.code == 2 && refused.err.contains("two.toml") && refused.err.contains("twice"), "{}", refused.err);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}

/// Whatever stands in a report, in no page does it become markup, and no page may load or run anything.
#[test]
fn hostile_reports_stay_text() {
    const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u{202e}|`*_\u{1b}[31m";
    let dir = tempfile::tempdir().expect("a directory");
    let mut bad = report(&["--fault", "kms-create-accepts-key-one-too-long"]);
    for pointer in [
        "/conclusion",
        "/run_id",
        "/started_at",
        "/suite",
        "/dewspec_version",
        "/causes/0/id",
        "/causes/0/title",
        "/clauses/0/id",
        "/clauses/0/operation",
        "/clauses/1/id",
        "/readings/0/clause",
        "/readings/0/remaining/0",
        "/target/project_id",
    ] {
        if let Some(text) = bad.pointer_mut(pointer) {
            *text = HOSTILE.into();
        }
    }
    bad["target"]["embedded"] = false.into();
    store(dir.path(), "bad.json", &bad);
    let mut other = bad.clone();
    other["causes"] = value!([]);
    store(dir.path(), "other.json", &other);
    let named = format!("{}=bad.json", HOSTILE.replace(['/', '='], ""));
    for arguments in
        [&["history", ".", "--report", "html=-"][..], &["matrix", &named, "other.json", "--report", "html=-"]]
    {
        let page = run_in(dir.path(), arguments);
        assert_eq!(page.code, 0, "{}", page.err);
        assert!(page.out.contains("Content-Security-Policy") && page.out.contains("default-src 'none'"));
        assert!(page.out.contains("&lt;script&gt;") && !page.out.contains("<script>alert"), "{arguments:?}");
        assert!(!page.out.contains("<img") && !page.out.contains('\u{202e}') && !page.out.contains('\u{1b}'));
        assert_eq!(page.out.matches("<script").count(), 1, "its own script");
        assert!(!page.out.contains("onerror=alert(1)>"), "{arguments:?}");
    }
    for arguments in [&["history", "."][..], &["matrix", &named, "other.json"]] {
        let text = run_in(dir.path(), arguments);
        assert!(text.code == 0 && !text.out.contains('\u{1b}') && !text.out.contains('\u{202e}'), "{}", text.out);
        // In code, nothing is markup.
        let told = text.out.replace("\\`", "");
        let outside: Vec<&str> = told.split('`').step_by(2).collect();
        assert!(!outside.concat().contains("<script>alert") || arguments[0] == "history", "{}", text.out);
        let columns = |line: &str| line.replace("\\|", "").matches('|').count();
        let rows: Vec<&str> = text.out.lines().filter(|line| line.contains("kms.create-kms-tag")).collect();
        assert!(rows.iter().all(|row| columns(row) == columns(rows[0])), "{}", rows.join("\n"));
    }
}
