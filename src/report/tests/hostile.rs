use serde_json::Value;

use super::formats::elements;
use crate::report::sample::{self, HOSTILE};
use crate::report::snapshot::tables;
use crate::report::terminal::{TerminalStyle, render};
use crate::report::{Report, json, junit};

/// Fields whose values the form of the report fixes.
const FIXED: [&str; 4] = ["schema", "level", "verdict", "outcome"];

/// The sample with something hostile in every text.
fn poisoned() -> Report {
    fn poison(value: &mut Value) {
        match value {
            Value::String(text) => text.push_str(&format!("\n\u{9b}\u{fffe}\u{2066}{HOSTILE}")),
            Value::Array(items) => items.iter_mut().for_each(poison),
            Value::Object(members) => {
                members
                    .iter_mut()
                    .filter(|(name, _)| !FIXED.contains(&name.as_str()))
                    .for_each(|(_, value)| poison(value));
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(sample::report()).unwrap();
    poison(&mut value);
    serde_json::from_value(value).unwrap()
}

#[test]
fn nothing_reaches_the_terminal() {
    for report in [sample::report(), poisoned()] {
        for width in [1, 40, 60, 80, 120, 500] {
            let text = render(&report, &TerminalStyle { width, color: false, verdicts: true });
            let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || "\u{202e}\u{2066}".contains(*c));
            assert_eq!(bad, None, "at {width} columns");
        }
    }
}

#[test]
fn junit_stays_well_formed() {
    for report in [sample::report(), poisoned()] {
        let xml = junit::render(&report).unwrap();
        let found = elements(&xml);
        assert_eq!(found["failure"], report.summary.fail);
        assert!(!found.contains_key("script"));
        let forbidden =
            |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
        assert_eq!(xml.chars().find(|c| forbidden(*c)), None);
        assert!(!xml.contains("]]>"));
        let read = quick_junit::Report::deserialize_from_str(&xml).expect("its own reader takes it");
        assert_eq!(read.tests, report.cases.len());
    }
}

#[test]
fn what_is_hostile_is_shown_and_not_dropped() {
    let shown = r"\u{0}\u{1b}[2J\u{202e}gnp.exe 凭据标签\u{7}";
    assert!(junit::render(&sample::report()).unwrap().contains(shown));
    let text = render(&sample::report(), &TerminalStyle { width: 120, ..TerminalStyle::default() });
    assert!(text.contains(shown), "{text}");
}

#[test]
fn json_keeps_it_as_it_came() {
    let report = poisoned();
    let read = json::read(&json::render(&report).unwrap()).unwrap();
    assert_eq!(json::render(&read).unwrap(), json::render(&report).unwrap());
    let failed = |report: &Report| report.cases.iter().find(|case| !case.findings.is_empty()).cloned().unwrap();
    assert_eq!(failed(&read).findings[0].seen, failed(&report).findings[0].seen);
    assert_eq!(failed(&read).exchanges, failed(&report).exchanges);
}

#[test]
fn tables_stay_one_row_a_case() {
    for report in [sample::report(), poisoned()] {
        let tables = tables(&report);
        let rows: usize = tables.iter().map(|table| table.contents.lines().count() - 1).sum();
        assert_eq!(rows, report.cases.len());
        assert!(tables.iter().all(|table| !table.contents.contains('\u{1b}')));
    }
}

#[test]
fn a_text_without_end_takes_a_few_lines() {
    let mut report = sample::report();
    let case = report.cases.iter_mut().find(|case| !case.findings.is_empty()).unwrap();
    case.findings[0].seen = "\u{0}x 键".repeat(300_000);
    let lines = |report: &Report| render(report, &TerminalStyle::default()).lines().count();
    assert!(lines(&report) < lines(&sample::report()) + 20);
}
