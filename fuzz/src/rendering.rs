use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use dewspec::report::snapshot::tables;
use dewspec::report::terminal::{TerminalStyle, render};
use dewspec::report::{Report, ReportError, json, junit};

/// What makes text of a report, by format.
pub(super) struct Renderers {
    pub(super) json: fn(&Report) -> Result<String, ReportError>,
    pub(super) junit: fn(&Report) -> Result<String, ReportError>,
    pub(super) terminal: fn(&Report, &TerminalStyle) -> String,
}

impl Renderers {
    /// Those that `dewspec run` uses.
    pub(super) const REAL: Renderers = Renderers { json: json::render, junit: junit::render, terminal: render };
}

/// Which forms of a report are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forms {
    All,
    Json,
    Junit,
    /// The page, the snapshots and the command line.
    Terminal,
}

impl Forms {
    fn include(self, form: Forms) -> bool {
        self == Forms::All || self == form
    }
}

/// So much of the beginning of a credential must not be shown.
const TELLING: usize = 12;

/// That the forms of a report are well-formed and show no credential.
pub(super) fn rendered(
    renderers: &Renderers,
    report: &Report,
    forms: Forms,
    width: usize,
    token: &str,
) -> Result<(), String> {
    if forms.include(Forms::Json) {
        as_json(renderers, report, token)?;
    }
    if forms.include(Forms::Junit) {
        let xml = (renderers.junit)(report).map_err(|e| format!("no JUnit report: {e}"))?;
        discreet("JUnit", &xml, token)?;
        let (cases, failures) = counted(&xml)?;
        if (cases, failures) != (report.cases.len(), report.summary.fail) {
            return Err(format!("the JUnit report has {cases} cases and {failures} failures\n{xml}"));
        }
    }
    if forms.include(Forms::Terminal) {
        as_text(renderers, report, width, token)?;
    }
    Ok(())
}

fn as_json(renderers: &Renderers, report: &Report, token: &str) -> Result<(), String> {
    let text = (renderers.json)(report).map_err(|e| format!("no JSON report: {e}"))?;
    discreet("JSON", &text, token)?;
    let read = json::read(&text).map_err(|e| format!("the JSON report cannot be read back: {e}"))?;
    // What is stored is less than what there was, and stays the same from then on.
    let again = (renderers.json)(&read).map_err(|e| format!("no JSON report of what was read: {e}"))?;
    match again == text {
        true => Ok(()),
        false => Err(format!("the JSON report reads back as {again} and was {text}")),
    }
}

fn as_text(renderers: &Renderers, report: &Report, width: usize, token: &str) -> Result<(), String> {
    let page = (renderers.terminal)(report, &TerminalStyle { width, ..TerminalStyle::default() });
    discreet("terminal", &page, token)?;
    let escapes = |c: &char| c.is_control() && *c != '\n' || is_bidirectional(*c);
    if let Some(bad) = page.chars().find(escapes) {
        return Err(format!("{bad:?} reaches the terminal\n{page:?}"));
    }
    let rows: usize = tables(report).iter().map(|table| table.contents.lines().count().saturating_sub(1)).sum();
    if rows != report.cases.len() {
        return Err(format!("{rows} rows of snapshots for {} cases", report.cases.len()));
    }
    let curls = report.cases.iter().filter_map(|case| case.curl.as_deref());
    for curl in curls {
        discreet("curl", curl, token)?;
        if curl.chars().any(char::is_control) {
            return Err(format!("the curl line is more than a line: {curl:?}"));
        }
    }
    Ok(())
}

/// Turns the direction of what follows.
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// No credential, nor so much of its beginning that it tells, in any case of letters.
fn discreet(form: &str, text: &str, token: &str) -> Result<(), String> {
    let head = &token.as_bytes()[..TELLING.min(token.len())];
    match text.as_bytes().windows(head.len().max(1)).any(|here| here.eq_ignore_ascii_case(head)) {
        true => Err(format!("the token stands in the {form} form\n{text}")),
        false => Ok(()),
    }
}

/// How many cases and failures an XML text has; stops at anything that is not well-formed.
fn counted(xml: &str) -> Result<(usize, usize), String> {
    let wrong = |what: String| format!("the JUnit report is not well-formed: {what}\n{xml}");
    let forbidden =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if let Some(bad) = xml.chars().find(|c| forbidden(*c)) {
        return Err(wrong(format!("{bad:?}")));
    }
    let mut reader = Reader::from_str(xml);
    let (mut cases, mut failures) = (0, 0);
    loop {
        match reader.read_event().map_err(|e| wrong(e.to_string()))? {
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.map_err(|e| wrong(e.to_string()))?;
                    let value = attribute.decoded_and_normalized_value(XmlVersion::Implicit1_0, reader.decoder());
                    value.map_err(|e| wrong(e.to_string()))?;
                }
                cases += usize::from(tag.name().as_ref() == b"testcase");
                failures += usize::from(tag.name().as_ref() == b"failure");
            }
            Event::Eof => return Ok((cases, failures)),
            _ => {}
        }
    }
}
