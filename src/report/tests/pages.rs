use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::report::{CaseTally, annotations, html, json, markdown, sample, sarif};

/// What stands between two texts, the first time.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = text.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or("", |(within, _)| within)
}

#[test]
fn no_script_runs_but_the_pages_own_and_nothing_is_loaded() {
    let page = html::render(&sample::report());
    let script = between(&page, "<script>", "</script>");
    let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
    assert!(
        script.len() > 500 && page.contains(&format!("script-src 'sha256-{hash}'")),
        "the script is the one allowed"
    );
    assert_eq!(page.matches("<script").count(), 1, "what a target sends is text");
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains('\u{202e}') && !page.contains('\u{1b}'));
    assert!(page.contains("default-src 'none'"));
    for part in ["src=", "@import", "url(", "onclick", "javascript:"] {
        assert!(!page.contains(part), "{part}");
    }
}

#[test]
fn pages_say_what_the_report_says() {
    let report = sample::report();
    let (page, text) = (html::render(&report), markdown::render(&report));
    for cause in &report.causes {
        assert!(page.contains(&format!("id=\"{}\"", cause.id)), "{}", cause.id);
        assert!(text.contains(&cause.id), "{}", cause.id);
    }
    for (name, count) in CaseTally::of(&report.cases).named() {
        assert!(page.contains(&format!("<b>{count}</b> {name}")), "{count} {name}");
        assert_eq!(page.matches(&format!("data-outcome=\"{name}\"")).count(), count, "{name}");
    }
    assert_eq!(text.matches("\n## ").count(), report.causes.len() + 1, "one for each cause, and the notes");
    let stored = json::read(&json::render(&report).unwrap()).unwrap();
    assert_eq!(html::render(&stored).matches("<article").count(), report.causes.len(), "a stored report has them, too");
}

#[test]
fn markdown_keeps_what_is_hostile_in_its_place_and_its_size() {
    let mut report = sample::report();
    report.causes[0].title = "`<img src=x>` [a](b) @everyone | x".to_owned();
    report.causes[0].example.replay = "```\nfree".to_owned();
    let text = markdown::render(&report);
    assert!(!text.contains("<img") && !text.contains("[a](b)") && !text.contains(" @everyone"), "{text}");
    assert!(text.contains("````sh\n```\nfree\n````"), "a fence that nothing ends");
    let one = report.causes[0].clone();
    report.causes = vec![one; 20_000];
    let text = markdown::render(&report);
    assert!(text.len() < 1_024_000 && text.contains("more causes are left out"), "{}", text.len());
}

#[test]
fn a_report_with_nothing_in_it_is_a_page_all_the_same() {
    let mut report = sample::report();
    report.causes.clear();
    report.cases.clear();
    report.clauses.clear();
    report.readings.clear();
    let page = html::render(&report);
    assert!(page.contains("Nothing was judged") && page.ends_with("</html>"), "{page}");
}

#[test]
fn sarif_has_a_rule_for_each_clause_and_a_result_for_each_cause() {
    let report = sample::report();
    let log: Value = serde_json::from_str(&sarif::render(&report).unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!((rules.len(), results.len()), (report.clauses.len(), report.causes.len()));
    for (result, cause) in results.iter().zip(&report.causes) {
        assert_eq!(result["partialFingerprints"]["dewspecCause/v1"], cause.id.as_str());
        assert_eq!(result["ruleId"], cause.clauses[0].as_str());
        if let Some(at) = result["ruleIndex"].as_u64() {
            assert_eq!(rules[at as usize]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "suites/csms/create-secret-tag/clauses.toml");
            assert_eq!(place["region"]["startLine"], 12);
        }
        assert!(!result["message"]["text"].as_str().unwrap().contains('\u{1b}'));
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn sarif_says_what_kept_a_run_from_a_verdict() {
    let mut report = sample::report();
    report.exit_code = 3;
    report.preflight[0].ok = false;
    let log: Value = serde_json::from_str(&sarif::render(&report).unwrap()).unwrap();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["message"]["text"], "credentials: the token is accepted");
}

#[test]
fn annotations_are_one_line_each_and_at_most_ten() {
    let mut report = sample::report();
    let text = annotations::render(&report);
    assert_eq!(text.lines().count(), report.causes.len().min(10));
    assert!(
        text.lines().all(|line| line.starts_with("::error title=") || line.starts_with("::warning title=")),
        "{text}"
    );
    report.causes[0].title = "a::b, c\n::error::gotcha".to_owned();
    report.causes[0].observed = "100 %\n::set-output name=x::y".to_owned();
    report.causes = vec![report.causes[0].clone(); 60];
    let text = annotations::render(&report);
    assert_eq!(text.lines().count(), 10, "{text}");
    let first = text.lines().next().unwrap();
    assert!(first.contains("title=a%3A%3Ab%2C c") && first.contains("100 %25%0A"), "{first}");
    report.causes.clear();
    report.conclusion = "the target cannot be reached".to_owned();
    assert_eq!(annotations::render(&report), "::error title=dewspec::the target cannot be reached\n");
    report.exit_code = 0;
    assert_eq!(annotations::render(&report), "");
}
