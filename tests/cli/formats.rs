//! Every form of a report says the same: counts, causes, verdicts and exit code, whatever the run came to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::support::{Output, Served, dewspec, finished, json};

const FORMS: [&str; 5] = ["json", "junit", "html", "markdown", "sarif"];
const OUTCOMES: [&str; 6] = ["pass", "fail", "warn", "flaky", "skip", "error"];

/// What a form says, as far as it says it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    counts: BTreeMap<&'static str, usize>,
    causes: BTreeSet<String>,
    verdicts: BTreeMap<String, String>,
}

/// A run of which every form is kept in a folder, with what it printed.
struct Scene {
    dir: tempfile::TempDir,
    output: Output,
}

impl Scene {
    fn of(command: &mut std::process::Command, code: i32) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        for form in FORMS {
            command.args(["--report", &format!("{form}={}", dir.path().join(form).display())]);
        }
        let output = finished(command.env("COLUMNS", "200").current_dir(dir.path()));
        assert_eq!(output.code, code, "{}{}", output.out, output.err);
        Scene { dir, output }
    }

    fn text(&self, form: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(form)).expect("a report")
    }

    /// What the JSON report says: the others are held against it.
    fn stored(&self) -> (Value, Said) {
        let report = json(&self.text("json"));
        let names = |member: &str| -> BTreeSet<String> {
            report[member].as_array().expect("a list").iter().map(|row| text(&row["id"])).collect()
        };
        let verdicts = report["clauses"].as_array().expect("clauses").iter();
        let said = Said {
            counts: OUTCOMES.map(|name| (name, report["summary"][name].as_u64().expect("a count") as usize)).into(),
            causes: names("causes"),
            verdicts: verdicts.map(|row| (text(&row["id"]), text(&row["verdict"]))).collect(),
        };
        (report, said)
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// What stands between two texts, each time.
fn between<'t>(page: &'t str, from: &str, to: &'t str) -> Vec<&'t str> {
    page.split(from).skip(1).filter_map(|rest| rest.split_once(to)).map(|(within, _)| within).collect()
}

fn of_html(page: &str) -> Said {
    let counts = OUTCOMES.map(|name| (name, page.matches(&format!("data-outcome=\"{name}\"")).count()));
    let bar = |name: &str| {
        between(page, "<b>", "</li>").into_iter().find_map(|row| row.strip_suffix(&format!("</b> {name}")))
    };
    for (name, count) in counts.iter().filter(|_| page.contains("class=\"counts\"")) {
        assert_eq!(bar(name).map(|count| count.replace(' ', "")), Some(count.to_string()), "{name}");
    }
    let articles = between(page, "<article class=\"cause ", ">");
    let rows = between(page, "<tr class=\"", ">").into_iter().filter(|row| row.contains("id=\"clause-"));
    Said {
        counts: counts.into(),
        causes: articles.iter().map(|article| between(article, "id=\"", "\"")[0].to_owned()).collect(),
        verdicts: rows
            .map(|row| {
                (between(row, "id=\"clause-", "\"")[0].to_owned(), row.split('"').next().expect("one").to_owned())
            })
            .collect(),
    }
}

/// Elements of a JUnit file, counted.
fn of_junit(xml: &str) -> BTreeMap<&'static str, usize> {
    let count = |name: &str| xml.matches(&format!("<{name}>")).count() + xml.matches(&format!("<{name} ")).count();
    ["testcase", "failure", "error", "skipped", "flakyFailure", "rerunFailure", "system-out"]
        .map(|name| (name, count(name)))
        .into()
}

fn of_markdown(page: &str) -> (Option<Vec<usize>>, BTreeSet<String>) {
    let mut lines = page.lines().skip_while(|line| !line.starts_with("| pass | "));
    let row = lines.nth(2).map(|row| row.split('|').filter_map(|cell| cell.trim().parse().ok()).collect());
    let causes = page.lines().filter(|line| line.contains(" case(s), ")).filter_map(|line| line.rsplit('`').nth(1));
    (row, causes.map(str::to_owned).collect())
}

fn of_sarif(log: &str) -> (Value, BTreeSet<String>) {
    let run = json(log)["runs"][0].clone();
    let results = run["results"].as_array().expect("results").iter();
    let causes = results.map(|row| text(&row["partialFingerprints"]["dewspecCause/v1"])).collect();
    (run, causes)
}

/// Holds every form against the stored one.
fn agree(name: &str, scene: &Scene) -> (Value, Said) {
    let (report, said) = scene.stored();
    let exit_code = report["exit_code"].as_i64().expect("a code");
    let conclusion = text(&report["conclusion"]);
    assert_eq!(exit_code, i64::from(scene.output.code), "{name}");

    let html = scene.text("html");
    assert_eq!(of_html(&html), said, "{name}: html");
    assert!(html.contains(&format!("(exit code {exit_code})")), "{name}");

    let (row, causes) = of_markdown(&scene.text("markdown"));
    let counts: Vec<usize> = OUTCOMES.map(|outcome| said.counts[outcome]).to_vec();
    assert_eq!(
        (row, &causes),
        (Some(counts.clone()).filter(|counts| counts.iter().sum::<usize>() > 0), &said.causes),
        "{name}: markdown"
    );

    let (run, causes) = of_sarif(&scene.text("sarif"));
    assert_eq!(causes, said.causes, "{name}: sarif");
    assert_eq!(run["invocations"][0]["exitCode"], exit_code, "{name}");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules").iter();
    assert_eq!(
        rules.map(|rule| text(&rule["id"])).collect::<BTreeSet<_>>(),
        said.verdicts.keys().cloned().collect(),
        "{name}"
    );

    let elements = of_junit(&scene.text("junit"));
    let failures = report["repetition"]["flaky"] == "fail";
    let (flaky, fail) = (said.counts["flaky"], said.counts["fail"]);
    assert_eq!(elements["testcase"], counts.iter().sum::<usize>(), "{name}: junit");
    assert_eq!(elements["failure"], if failures { fail + flaky } else { fail }, "{name}: junit");
    assert_eq!((elements["error"], elements["skipped"]), (said.counts["error"], said.counts["skip"]), "{name}: junit");
    assert_eq!(elements["system-out"], said.counts["warn"], "{name}: junit");
    let tries = |of: &Value| of["flaky"]["failed"].as_u64().unwrap_or_default() as usize;
    let failed: usize = report["cases"].as_array().expect("cases").iter().map(tries).sum();
    assert_eq!(elements["flakyFailure"], if failures { 0 } else { failed }, "{name}: junit");

    let out = &scene.output.out;
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(out).contains(&words(&conclusion)), "{name}: {conclusion} is not in {out}");
    if !said.counts.values().all(|count| *count == 0) {
        let flaky = if flaky > 0 { format!("{flaky} flaky, ") } else { String::new() };
        let [pass, fail, warn, _, skip, error] = OUTCOMES.map(|outcome| said.counts[outcome]);
        let told = format!("{pass} pass, {fail} fail, {warn} warn, {flaky}{skip} skip, {error} error");
        assert!(out.contains(&told), "{name}: {told} is not in {out}");
    }
    for cause in report["causes"].as_array().expect("causes") {
        let title: String = text(&cause["title"]).chars().take(60).collect();
        assert!(words(out).contains(&words(&title)), "{name}: {title} is not in {out}");
        for (form, page) in
            [("markdown", scene.text("markdown")), ("sarif", scene.text("sarif")), ("html", html.clone())]
        {
            let rate = cause.get("rate").map(|rate| format!("flaky, {} of {} tries", rate["failed"], rate["tries"]));
            assert!(rate.as_ref().is_none_or(|rate| page.contains(rate)), "{name}: {rate:?} is not in {form}");
        }
    }
    for (clause, verdict) in said.verdicts.iter().filter(|(_, verdict)| *verdict == "violated") {
        let topic = clause.splitn(3, '.').nth(2).unwrap_or(clause);
        let line = out.lines().find(|line| line.trim_start().starts_with(verdict.as_str()) && line.contains(topic));
        assert!(line.is_some(), "{name}: {clause} is not told as {verdict} in {out}");
    }
    (report, said)
}

fn scene(code: i32, arguments: &[&str]) -> Scene {
    Scene::of(dewspec(&["run", "--cases", "1"]).args(arguments), code)
}

#[test]
fn all_forms_say_the_same() {
    const KEY: &str = "create-secret-tag.key";
    let (_, said) = agree("passing", &scene(0, &[KEY]));
    assert!(said.counts["pass"] > 20 && said.causes.is_empty());

    let fault = ["--fault", "csms-create-accepts-key-one-too-long", "--fault", "csms-create-flattens-errors", KEY];
    let (_, said) = agree("failing", &scene(1, &fault));
    assert!(said.counts["fail"] > 20 && said.causes.len() >= 2, "{said:?}");

    let warned = ["--fault", "csms-create-fails-on-other-methods", "create-secret-tag"];
    let (_, said) = agree("warned", &scene(0, &warned));
    assert!(said.counts["warn"] > 0, "{said:?}");

    let flaky = ["--fault", "csms-create-refuses-now-and-then", "--concurrency", "1", "--retries", "3"];
    let flaky = [&flaky[..], &["create-secret-tag.key.characters"]].concat();
    let (report, said) = agree("flaky", &scene(0, &flaky));
    assert!(said.counts["flaky"] > 0 && said.counts["fail"] == 0, "{said:?}");
    assert!(
        report["causes"].as_array().expect("causes").iter().any(|cause| cause["rate"]["failed"].as_u64() > Some(0))
    );
    let (_, failing) = agree("flaky that fails", &scene(1, &[flaky.as_slice(), &["--flaky", "fail"]].concat()));
    assert_eq!(failing.counts["flaky"], said.counts["flaky"]);
    agree("flaky that passes", &scene(0, &[flaky.as_slice(), &["--flaky", "pass", "--strict"]].concat()));
    agree("failing again", &scene(1, &[fault.as_slice(), &["--retries", "1"]].concat()));
}

#[test]
fn all_forms_say_the_same_of_runs_that_prove_nothing() {
    let served = Served::start(&[]);
    let alone = |code: i32, filters: &[&str]| {
        let mut command = dewspec(&["run", "--endpoint", &served.url, "--project-id", &served.option("--project-id")]);
        command.args(["--secret-id", &served.option("--secret-id")]).args(filters).env("DEWSPEC_TOKEN", &served.token);
        Scene::of(&mut command, code)
    };
    let (_, said) = agree("skipped", &alone(4, &["create-secret-tag.foreign"]));
    assert!(said.counts["skip"] > 0 && said.counts["pass"] == 0, "{said:?}");
    let (_, said) = agree("vacuous", &scene(4, &["no-such-case"]));
    assert_eq!(said, Said { counts: OUTCOMES.map(|outcome| (outcome, 0)).into(), ..Said::default() });
    let mut dead = dewspec(&["run", "--endpoint", "http://127.0.0.1:9", "--project-id", "p", "--secret-id", "s"]);
    let scene = Scene::of(dead.args(["--max-wait", "0"]).env("DEWSPEC_TOKEN", "t"), 3);
    agree("preflight", &scene);
    for form in ["html", "markdown", "sarif"] {
        assert!(scene.text(form).contains("reach csms"), "{form} names the step that failed");
    }
    assert!(Path::new(&scene.dir.path().join("junit")).is_file());
}
