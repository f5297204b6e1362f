use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::entry::{Entry, KnownDeviations, Subject};
use super::known_ids::KnownIds;
use super::placeholder::is_placeholder;
use super::problem::{Problem, Source};
use crate::model::FlakyPolicy;

/// Known deviations: what a target is expected to fail, why, who looks after it, and until when.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "dewspec known deviations")]
pub(super) struct File {
    /// The entries.
    #[serde(default)]
    #[schemars(with = "Vec<Raw>")]
    deviation: Vec<Spanned<Raw>>,
}

/// One known deviation. It names exactly one of `cause`, `clause` and `case`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Deviation", extend("oneOf" = [{"required": ["cause"]}, {"required": ["clause"]}, {"required": ["case"]}]))]
struct Raw {
    /// A cause, by the id that reports give it.
    #[schemars(with = "Option<String>")]
    cause: Option<Spanned<String>>,
    /// A clause, whatever breaks it.
    #[schemars(with = "Option<String>")]
    clause: Option<Spanned<String>>,
    /// A single case.
    #[schemars(with = "Option<String>")]
    case: Option<Spanned<String>>,
    /// Only on this operation, by name.
    #[schemars(with = "Option<String>")]
    operation: Option<Spanned<String>>,
    /// Only if the target follows these readings: open clauses, each with the name of a reading.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    readings: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Why the deviation is accepted for now.
    #[schemars(with = "String", length(min = 1))]
    reason: Option<Spanned<String>>,
    /// Who looks after it: a person or a team.
    #[schemars(with = "String", length(min = 1))]
    owner: Option<Spanned<String>>,
    /// Where it is tracked.
    #[schemars(with = "String", length(min = 1))]
    link: Option<Spanned<String>>,
    /// The last day on which the entry counts, as YYYY-MM-DD.
    #[schemars(with = "String", extend("format" = "date"))]
    until: Option<Spanned<toml::Value>>,
    /// Anything else worth knowing.
    #[allow(dead_code, reason = "it is for those who read the file")]
    note: Option<String>,
    /// What was observed when the entry was recorded; anything else is a change. Without it, any observation will do.
    #[serde(default)]
    observed: Vec<String>,
    /// The clauses that the cause broke when it was recorded: the entry is stale once they hold.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    clauses: Vec<Spanned<String>>,
    /// The case that showed it when the entry was recorded: the entry is not stale where that was not or could not be run.
    #[schemars(with = "Option<String>")]
    example: Option<Spanned<String>>,
    /// Only generated input has shown it, by a property or the fuzzer: that it does not show is no proof that it is gone.
    #[serde(default)]
    generated: bool,
    /// What it means that it is not the same each time: `pass` and `warn` let it come and go, `fail` fails the run.
    flaky: Option<FlakyPolicy>,
}

/// Reads a file of known deviations; ids are looked up among `known`, where that is given, and what `record` leaves to be
/// filled in is refused, unless `unfinished` ones will do.
///
/// # Errors
/// Every mistake in it, with its place.
pub fn parse(
    file: &str,
    text: &str,
    known: Option<&KnownIds>,
    unfinished: bool,
) -> Result<KnownDeviations, Vec<Problem>> {
    let source = Source { file, text };
    let parsed: File = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        vec![source.problem(&span, error.message().trim())]
    })?;
    let mut problems = Vec::new();
    let mut entries: Vec<Entry> = Vec::new();
    for raw in parsed.deviation {
        if let Some(entry) = read(source, &raw, known, unfinished, &mut problems) {
            let same = entries.iter().find(|other| {
                (&other.subject, &other.operation, &other.readings)
                    == (&entry.subject, &entry.operation, &entry.readings)
            });
            if let Some(same) = same {
                let told = format!("{} is listed twice: see line {}", entry.subject, same.line);
                problems.push(source.problem(&raw.span(), told));
            }
            entries.push(entry);
        }
    }
    if problems.is_empty() { Ok(KnownDeviations { file: file.to_owned(), entries }) } else { Err(problems) }
}

fn read(
    source: Source<'_>,
    spanned: &Spanned<Raw>,
    known: Option<&KnownIds>,
    unfinished: bool,
    problems: &mut Vec<Problem>,
) -> Option<Entry> {
    let raw = spanned.get_ref();
    let subject = subject(source, spanned, known, problems);
    if let (Some(operation), Some(known)) = (&raw.operation, known) {
        problems.extend(known.operation(operation.get_ref()).map(|told| source.problem(&operation.span(), told)));
    }
    // What the fuzzer and generated input come to has names that no suite knows.
    if let (Some(example), Some(known), false) = (&raw.example, known, raw.generated) {
        problems.extend(known.case(example.get_ref()).map(|told| source.problem(&example.span(), told)));
    }
    for clause in raw.clauses.iter().filter(|_| known.is_some()) {
        let told = known.and_then(|known| known.clause(clause.get_ref()));
        problems.extend(told.map(|told| source.problem(&clause.span(), told)));
    }
    for (clause, reading) in &raw.readings {
        let told = known.and_then(|known| known.reading(clause.get_ref(), reading.get_ref()));
        problems.extend(told.map(|told| source.problem(&clause.span(), told)));
    }
    let mut text = |name: &str, given: &Option<Spanned<String>>, what: &str| match given {
        None => {
            problems.push(source.problem(&spanned.span(), format!("`{name}` is missing: say {what}")));
            None
        }
        Some(given) if !unfinished && is_placeholder(given.get_ref()) => {
            let told = format!("`{name}` is {:?}, which says nothing: say {what}", given.get_ref());
            problems.push(source.problem(&given.span(), told));
            None
        }
        Some(given) => Some(given.get_ref().clone()),
    };
    let reason = text("reason", &raw.reason, "why the deviation is accepted for now");
    let owner = text("owner", &raw.owner, "who looks after it");
    let link = text("link", &raw.link, "where it is tracked");
    let until = until(source, spanned, problems);
    Some(Entry {
        subject: subject?,
        operation: raw.operation.as_ref().map(|operation| operation.get_ref().clone()),
        readings: raw.readings.iter().map(|(c, r)| (c.get_ref().clone(), r.get_ref().clone())).collect(),
        reason: reason?,
        owner: owner?,
        link: link?,
        until: until?,
        observed: raw.observed.clone(),
        clauses: raw.clauses.iter().map(|clause| clause.get_ref().clone()).collect(),
        example: raw.example.as_ref().map(|example| example.get_ref().clone()),
        generated: raw.generated,
        flaky: raw.flaky,
        line: source.place(spanned.span().start).0,
    })
}

fn subject(
    source: Source<'_>,
    spanned: &Spanned<Raw>,
    known: Option<&KnownIds>,
    problems: &mut Vec<Problem>,
) -> Option<Subject> {
    let raw = spanned.get_ref();
    let (given, subject, unknown) = match (&raw.cause, &raw.clause, &raw.case) {
        (Some(id), None, None) => {
            (id, Subject::Cause(id.get_ref().clone()), known.and_then(|known| known.cause(id.get_ref())))
        }
        (None, Some(id), None) => {
            (id, Subject::Clause(id.get_ref().clone()), known.and_then(|known| known.clause(id.get_ref())))
        }
        (None, None, Some(id)) => {
            (id, Subject::Case(id.get_ref().clone()), known.and_then(|known| known.case(id.get_ref())))
        }
        (None, None, None) => {
            let told = "the entry names nothing: give one of `cause`, `clause` and `case`";
            problems.push(source.problem(&spanned.span(), told));
            return None;
        }
        _ => {
            let told =
                "the entry names several things: give one of `cause`, `clause` and `case`, and an entry for each";
            problems.push(source.problem(&spanned.span(), told));
            return None;
        }
    };
    problems.extend(unknown.map(|told| source.problem(&given.span(), told)));
    Some(subject)
}

fn until(source: Source<'_>, spanned: &Spanned<Raw>, problems: &mut Vec<Problem>) -> Option<Date> {
    let Some(given) = &spanned.get_ref().until else {
        problems.push(
            source.problem(&spanned.span(), "`until` is missing: say on which day the entry ends, as YYYY-MM-DD"),
        );
        return None;
    };
    let text = match given.get_ref() {
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let date = Some(text.as_str()).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
    if date.is_none() {
        let told = format!("`until` is {text:?}, which is no day: write one as YYYY-MM-DD, such as 2027-03-31");
        problems.push(source.problem(&given.span(), told));
    }
    date
}
