use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::report::{CaseTally, html, json, markdown, sample};

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
