use crate::report::sample;
use crate::report::terminal::{TerminalStyle, render};
use crate::report::text::display_width;

fn plain(width: usize) -> String {
    render(&sample::report(), &TerminalStyle { width, color: false, verdicts: true })
}

#[test]
fn columns_60() {
    insta::assert_snapshot!(plain(60));
}

#[test]
fn columns_80() {
    insta::assert_snapshot!(plain(80));
}

#[test]
fn columns_120() {
    insta::assert_snapshot!(plain(120));
}

#[test]
fn only_commands_and_single_words_go_past_the_width() {
    let report = sample::report();
    for width in [60, 80, 120] {
        let mut text = plain(width);
        for command in report.cases.iter().filter_map(|case| case.curl.as_ref()) {
            text = text.replace(command, "");
        }
        for line in text.lines().filter(|line| display_width(line) > width) {
            let text = line.trim_start();
            let command = text.starts_with("replay");
            let word = text.split_whitespace().count() <= 2;
            assert!(command || word, "at {width} columns: {line}");
        }
    }
}

#[test]
fn every_id_is_whole_at_any_width() {
    let report = sample::report();
    for width in [60, 80, 120] {
        let text = plain(width);
        for id in report.readings.iter().map(|reading| &reading.clause) {
            assert!(text.contains(id.as_str()), "{id} at {width} columns");
        }
        for cause in &report.causes {
            assert!(text.contains(&cause.example.case), "{} at {width} columns", cause.example.case);
        }
    }
}

#[test]
fn commands_stand_on_one_line() {
    let report = sample::report();
    let text = plain(60);
    let case = report.cases.iter().find(|case| case.id.ends_with("ascii-129")).unwrap();
    assert!(text.contains(&format!("replay   {}\n", case.replay)));
    assert!(text.contains(case.curl.as_deref().unwrap()));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let style = TerminalStyle { width: 80, color: true, verdicts: true };
    let colored = render(&sample::report(), &style);
    let mut bare = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    assert_eq!(bare, plain(80));
    assert_ne!(colored, bare);
}

#[test]
fn the_result_stands_last() {
    let text = plain(120);
    let last: Vec<_> = text.lines().rev().take(2).collect();
    assert_eq!(last[0], "the target does not conform: 4 must clauses are broken (exit code 1)");
    assert_eq!(last[1], "3 pass, 11 fail, 1 warn, 1 flaky, 4 skip, 1 error · 10 inputs, 2 405 exchanges in 1.2 s");
}

#[test]
fn an_empty_run_is_short() {
    let mut report = sample::report();
    report.cases.clear();
    report.causes.clear();
    report.clauses.clear();
    report.readings.clear();
    report.notes.clear();
    report.summary = Default::default();
    let text = render(&report, &TerminalStyle::default());
    assert!(text.lines().count() < 12, "{text}");
    assert!(!text.contains("Failures") && text.contains("0 pass, 0 fail"));
}

#[test]
fn the_section_counts_agree_with_the_totals() {
    let text = plain(120);
    assert!(text.contains("Failures  4 causes of 11 cases"), "{text}");
    assert!(text.contains("Warnings  3 causes of 3 cases"), "{text}");
    assert!(text.contains("Errors  1 case;"));
    assert!(text.contains("Skipped  4 cases"));
}

#[test]
fn must_stands_before_open_before_should() {
    let text = plain(80);
    let at = |what: &str| text.find(what).unwrap();
    assert!(at("race.no-server-error (must)") < at("name.repeated (open)"));
    assert!(at("name.repeated (open)") < at("error.type (should)"));
}
