use quick_xml::Reader;
use quick_xml::events::Event;

use crate::deviations::{KnownDeviations, apply};
use crate::model::Repetition;
use crate::report::terminal::{TerminalStyle, render};
use crate::report::{
    CaseTally, FuzzReport, Latency, Otherwise, Report, ReportError, ShardReport, json, junit, sample, schema,
    schema_text,
};

#[test]
fn junit_as_text() {
    insta::assert_snapshot!(junit::render(&sample::report()).unwrap());
}

/// How often each element occurs; stops at anything that is not well-formed.
pub(super) fn elements(xml: &str) -> std::collections::BTreeMap<String, usize> {
    let mut reader = Reader::from_str(xml);
    let mut counts = std::collections::BTreeMap::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    attribute
                        .expect("well-formed")
                        .decoded_and_normalized_value(quick_xml::XmlVersion::Implicit1_0, reader.decoder())
                        .expect("known entities");
                }
                *counts.entry(String::from_utf8(tag.name().as_ref().to_vec()).unwrap()).or_default() += 1;
            }
            Event::Eof => return counts,
            _ => {}
        }
    }
}

#[test]
fn counts_agree_across_formats() {
    let report = sample::report();
    let summary = &report.summary;
    assert_eq!(CaseTally::of(&report.cases).summary(summary.exchanges), *summary);

    let xml = junit::render(&report).unwrap();
    let found = elements(&xml);
    assert_eq!(found["testcase"], report.cases.len());
    assert_eq!(found["failure"], summary.fail);
    assert_eq!(found["error"], summary.error);
    assert_eq!(found["skipped"], summary.skip);
    assert_eq!(found["system-out"], summary.warn);
    assert_eq!((found["flakyFailure"], summary.flaky), (1, 1));
    let total = format!(
        r#"<testsuites name="dewspec" tests="{}" skipped="{}" failures="{}" errors="{}""#,
        report.cases.len(),
        summary.skip,
        summary.fail,
        summary.error
    );
    assert!(xml.contains(&total));

    let text = render(&report, &TerminalStyle::default());
    let row: Vec<usize> = text
        .lines()
        .find_map(|line| line.strip_prefix("in all"))
        .unwrap()
        .split_whitespace()
        .map(|count| count.parse().unwrap_or(0))
        .collect();
    assert_eq!(row, [summary.pass, summary.fail, summary.warn, summary.flaky, summary.skip, summary.error]);

    let read = json::read(&json::render(&report).unwrap()).unwrap();
    assert_eq!(read.summary, *summary);
}

#[test]
fn json_survives_the_way_there_and_back() {
    let text = json::render(&sample::report()).unwrap();
    assert!(text.ends_with("}\n"));
    assert_eq!(json::render(&json::read(&text).unwrap()).unwrap(), text);
}

#[test]
fn another_schema_is_named() {
    let message = |text: &str| json::read(text).unwrap_err().to_string();
    assert_eq!(
        message(r#"{"schema":"dewspec.report/1"}"#),
        r#"expected a report of schema "dewspec.report/2", found "dewspec.report/1""#
    );
    assert_eq!(message("{}"), r#"expected a report of schema "dewspec.report/2", found none"#);
    assert_eq!(message("{\n\"schema\": }"), "not a dewspec report: line 2, column 11: expected value");
    assert!(
        message("{\"schema\":\"dewspec.report/2\"").ends_with("EOF while parsing an object"),
        "the place stands once"
    );
    let cut = json::read("{\"schema\":\"dewspec.report/2\"}").unwrap_err();
    assert!(matches!(cut, ReportError::Malformed { .. }), "{cut}");
}

#[test]
fn the_schema_covers_what_is_written() {
    let schema = schema();
    let passed = [("CreateKmsTag".to_owned(), Default::default())].into();
    let (fuzz, shard) = (Some(FuzzReport::default()), Some(ShardReport::default()));
    let otherwise = Some(Otherwise { exit_code: 4, conclusion: String::new() });
    let latency = [("CreateKmsTag".to_owned(), Latency::default())].into();
    let repetition = Repetition { repeat: 2, ..Repetition::default() };
    let mut whole = Report { fuzz, shard, passed, strict: true, repetition, otherwise, latency, ..sample::report() };
    apply(&KnownDeviations::default(), &mut whole).unwrap();
    let report = serde_json::to_value(whole).unwrap();
    let described: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    let written: Vec<_> = report.as_object().unwrap().keys().collect();
    assert_eq!(described, written);
    assert_eq!(schema["title"], "Report");
    assert!(schema_text().ends_with("}\n"));
}
