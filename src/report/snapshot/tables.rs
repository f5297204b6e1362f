use indexmap::IndexMap;
use serde_json::Value;

use crate::model::Outcome;

use super::super::failure_text::header;
use super::super::model::{CaseReport, ExchangeReport, Report};
use super::super::text::{split_at_width, visible};
use super::layout::{Row, write};
use super::shape::body_shape;

/// A status that comes more often than this in a row is counted.
const REPEATS: usize = 3;
/// Longest error code shown.
const CODE_COLUMNS: usize = 40;
/// Topics with so many cases that they fill a table of their own; all others share one.
const OWN_TABLE: [&str; 5] = ["body", "key", "name", "value", "event_types"];

/// How the target answered the cases of one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotTable {
    /// `service.operation.topic`.
    pub name: String,
    /// The table, one row a case, without a newline at the end.
    pub contents: String,
}

/// The tables of a report, by topic. Nothing in them changes from run to run while the target stays the same:
/// no ids, times or messages.
pub fn tables(report: &Report) -> Vec<SnapshotTable> {
    let mut topics: IndexMap<String, Vec<Row>> = IndexMap::new();
    for case in &report.cases {
        let (topic, key) = split_id(&case.id);
        topics.entry(topic).or_default().push(row(case, key));
    }
    topics.sort_unstable_keys();
    topics.into_iter().map(|(name, rows)| SnapshotTable { name, contents: write(rows) }).collect()
}

/// The topic with the operation before it, and what stands after the operation.
fn split_id(id: &str) -> (String, String) {
    let path = id.split('/').next().unwrap_or(id);
    let topic = match path.split('.').collect::<Vec<_>>().as_slice() {
        [service, operation, topic, ..] if OWN_TABLE.contains(topic) => format!("{service}.{operation}.{topic}"),
        [service, operation, _, ..] => format!("{service}.{operation}.other"),
        parts => parts.join("."),
    };
    let operation: usize = path.split_inclusive('.').take(2).map(str::len).sum();
    let key = id.get(operation..).unwrap_or(id).trim_start_matches('/');
    (visible(&topic), visible(key))
}

fn row(case: &CaseReport, key: String) -> Row {
    if case.outcome == Outcome::Skip {
        let none = || "-".to_owned();
        return [key, "skip".to_owned(), none(), none(), none(), none()];
    }
    let own: Vec<&ExchangeReport> =
        case.exchanges.iter().filter(|exchange| exchange.operation == case.operation).collect();
    let each = |value: fn(&ExchangeReport) -> String| own.iter().map(|exchange| value(exchange)).collect::<Vec<_>>();
    [
        key,
        case.outcome.to_string(),
        statuses(each(status)),
        changes(each(kind)),
        changes(each(code)),
        changes(each(body)),
    ]
}

fn status(exchange: &ExchangeReport) -> String {
    exchange.status.map_or_else(|| "none".to_owned(), |status| status.to_string())
}

/// The media type and its charset; other parameters, such as a boundary, change from run to run.
fn kind(exchange: &ExchangeReport) -> String {
    let Some(value) = header(exchange, "content-type") else { return "-".to_owned() };
    let parts: Vec<String> = value
        .split(';')
        .map(|part| part.trim().to_ascii_lowercase())
        .enumerate()
        .filter(|(at, part)| *at == 0 || part.starts_with("charset="))
        .map(|(_, part)| part)
        .collect();
    cell(&parts.join(";"))
}

fn code(exchange: &ExchangeReport) -> String {
    let body: Option<Value> = exchange.response_body.as_deref().and_then(|body| serde_json::from_str(body).ok());
    let code = body.as_ref().and_then(|body| {
        let holder = body.get("error").unwrap_or(body);
        holder.get("error_code")?.as_str()
    });
    match code {
        None => "-".to_owned(),
        Some(code) => cell(split_at_width(&visible(code), CODE_COLUMNS).0),
    }
}

/// A text of the target in one cell: never empty, and no gap in it that looks like the next column.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() { "\"\"".to_owned() } else { visible(&words.join(" ")) }
}

fn body(exchange: &ExchangeReport) -> String {
    body_shape(exchange.response_body.as_deref(), header(exchange, "content-type"))
}

/// Every value in turn; long runs of the same are counted.
fn statuses(values: Vec<String>) -> String {
    let runs = values.chunk_by(|a, b| a == b).flat_map(|run| match run {
        [first, ..] if run.len() > REPEATS => vec![format!("{first} ×{}", run.len())],
        _ => run.to_vec(),
    });
    joined(runs.collect())
}

/// Every value that differs from the one before.
fn changes(mut values: Vec<String>) -> String {
    values.dedup();
    joined(values)
}

fn joined(values: Vec<String>) -> String {
    if values.is_empty() { "-".to_owned() } else { values.join(" → ") }
}
