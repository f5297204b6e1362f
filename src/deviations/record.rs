use std::collections::BTreeSet;
use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::Date;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value, value};

use crate::report::{Cause, Report, StandingKind};

use super::entry::KnownDeviations;
use super::placeholder::{LINK, OWNER, REASON};

/// How long an entry counts if nothing else is said.
const DAYS: i64 = 90;

/// What a person says of what is recorded.
#[derive(Clone, Debug, Default)]
pub struct Filling {
    /// Why it is accepted for now.
    pub reason: Option<String>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Where it is tracked.
    pub link: Option<String>,
    /// The last day; else 90 days after the report's.
    pub until: Option<Date>,
}

/// What became of a file to which something was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The whole text.
    pub text: String,
    /// Causes that were added.
    pub added: Vec<String>,
    /// Causes whose observation was brought up to date.
    pub updated: Vec<String>,
    /// Causes that have changed or expired, and are left to a person.
    pub left: Vec<String>,
}

/// Adds an entry for each cause that is new, or for those named; a changed or
/// expired cause that is named gets the observation of the report, and a new last day if it had expired or one is given.
/// The report has been held against `known`, which is what the text says. All else in the text stays as it is, comments
/// included.
///
/// # Errors
/// If a named cause is not there, or the text cannot be changed.
pub fn record(
    text: &str,
    known: &KnownDeviations,
    report: &Report,
    named: &[String],
    filling: &Filling,
) -> Result<Recorded, String> {
    let mut document: DocumentMut = text.parse().map_err(|error| format!("{}: {error}", known.file))?;
    let ids: BTreeSet<&str> = report.causes.iter().map(|cause| cause.id.as_str()).collect();
    if let Some(unknown) = named.iter().find(|id| !ids.contains(id.as_str())) {
        let all: Vec<&str> = ids.into_iter().collect();
        let there = if all.is_empty() { "there is none".to_owned() } else { format!("there are {}", all.join(", ")) };
        return Err(format!("the report has no cause {unknown:?}: {there}"));
    }
    let day: Date = report
        .started_at
        .get(..10)
        .unwrap_or_default()
        .parse()
        .map_err(|_| format!("the report says that it began at {:?}, which is no time", report.started_at))?;
    let until = match filling.until {
        Some(until) => until,
        None => day.checked_add(DAYS.days()).map_err(|error| error.to_string())?,
    };
    let mut end = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing("");
    let mut recorded = Recorded { text: String::new(), added: Vec::new(), updated: Vec::new(), left: Vec::new() };
    for cause in &report.causes {
        let is_named = named.contains(&cause.id);
        let counts = report.counts(cause);
        match cause.standing.as_ref().map_or(StandingKind::New, |standing| standing.kind) {
            StandingKind::New if is_named || (named.is_empty() && counts) => {
                let entries = document.entry("deviation").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
                let entries = entries.as_array_of_tables_mut().ok_or_else(|| {
                    format!("{}: `deviation` is written in one line: write each entry as [[deviation]]", known.file)
                })?;
                let mut entry = entry(report, cause, filling, until);
                // What stands at the end of the file stays above what is added.
                let own = entry.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
                entry.decor_mut().set_prefix(format!("{}{own}", std::mem::take(&mut end)));
                entries.push(entry);
                recorded.added.push(cause.id.clone());
            }
            kind @ (StandingKind::Changed | StandingKind::Expired) if is_named => {
                let is_renewed = kind == StandingKind::Expired || filling.until.is_some();
                if update(&mut document, cause, filling, is_renewed.then_some(until)) {
                    recorded.updated.push(cause.id.clone());
                } else {
                    recorded.left.push(cause.id.clone());
                }
            }
            StandingKind::Changed | StandingKind::Expired if named.is_empty() => recorded.left.push(cause.id.clone()),
            _ => {}
        }
    }
    document.set_trailing(end);
    recorded.text = document.to_string();
    Ok(recorded)
}

fn entry(report: &Report, cause: &Cause, filling: &Filling, until: Date) -> Table {
    let mut table = Table::new();
    let told = |given: &Option<String>, placeholder: &str| value(given.as_deref().unwrap_or(placeholder));
    table.insert("cause", value(&cause.id));
    table.insert("reason", told(&filling.reason, REASON));
    table.insert("owner", told(&filling.owner, OWNER));
    table.insert("link", told(&filling.link, LINK));
    table.insert("until", date(until));
    table.insert("observed", observed(cause));
    table.insert("clauses", value(cause.clauses.iter().map(Value::from).collect::<toml_edit::Array>()));
    table.insert("example", value(&cause.example.case));
    if is_generated(report, cause) {
        table.insert("generated", value(true));
    }
    if cause.flaky {
        table.insert("flaky", value("warn"));
    }
    let mut above = String::from("\n");
    let _ = writeln!(above, "# {}", cause.title.replace(['\n', '\r'], " "));
    table.decor_mut().set_prefix(above);
    table
}

fn date(day: Date) -> Item {
    let day = day.to_string();
    day.parse::<toml_edit::Datetime>().map_or_else(|_| value(&day), value)
}

fn observed(cause: &Cause) -> Item {
    let texts: BTreeSet<&str> = cause.observations.iter().map(|one| one.observed.as_str()).collect();
    value(texts.into_iter().map(Value::from).collect::<toml_edit::Array>())
}

/// Whether no case with input of its own shows it.
fn is_generated(report: &Report, cause: &Cause) -> bool {
    let cases = || report.cases.iter().filter(|case| case.causes.contains(&cause.id));
    report.fuzz.is_some() || (cases().next().is_some() && cases().all(|case| case.generated.is_some()))
}

/// Writes what was observed into the entry of a cause, and what a person has said of it anew; false, if it has none of its own.
fn update(document: &mut DocumentMut, cause: &Cause, filling: &Filling, until: Option<Date>) -> bool {
    let Some(entries) = document.get_mut("deviation").and_then(Item::as_array_of_tables_mut) else { return false };
    let is_of_cause = |table: &&mut Table| table.get("cause").and_then(Item::as_str) == Some(&cause.id);
    let Some(table) = entries.iter_mut().find(is_of_cause) else { return false };
    table.insert("observed", observed(cause));
    for (name, given) in [("reason", &filling.reason), ("owner", &filling.owner), ("link", &filling.link)] {
        given.iter().for_each(|text| drop(table.insert(name, value(text))));
    }
    if let Some(until) = until {
        table.insert("until", date(until));
    }
    true
}
