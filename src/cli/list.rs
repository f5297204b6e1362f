use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::args::ListFormat;
use super::{CliError, console, load};
use crate::causes::Dictionary;
use crate::exit;
use crate::model::Level;
use crate::plan::{Filter, plan};
use crate::server::fault;
use crate::suite::Suite;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Subject {
    Operations,
    Clauses,
    Cases,
    Readings,
    /// The causes that seeded faults show as.
    Causes,
    Faults,
    /// Frozen lists of clauses.
    Revisions,
}

#[derive(Clone, Debug, Args)]
pub(super) struct ListArgs {
    /// What to list
    #[arg(value_enum, default_value = "operations")]
    pub(super) subject: Subject,
    /// With what `dewspec run --signature` adds
    #[arg(long)]
    signature: bool,
    /// With what `dewspec run --neighbours` adds
    #[arg(long)]
    neighbours: bool,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: ListFormat,
    /// Load the suite from a directory instead of the one built in
    #[arg(long, value_name = "DIR")]
    pub(super) suites: Option<PathBuf>,
    /// Load the fixtures from a directory instead of those built in
    #[arg(long, value_name = "DIR")]
    pub(super) fixtures: Option<PathBuf>,
}

/// `dewspec list`
pub(super) fn list(args: &ListArgs) -> Result<u8, CliError> {
    let suite = load::suite(args.suites.as_deref(), args.fixtures.as_deref())?;
    let suite = load::extended(suite, args.signature, args.neighbours);
    let rows = match args.subject {
        Subject::Operations => operations(&suite),
        Subject::Clauses => clauses(&suite),
        Subject::Cases => cases(&suite),
        Subject::Readings => readings(&suite),
        Subject::Causes => causes(),
        Subject::Faults => faults(),
        Subject::Revisions => revisions(&suite),
    };
    let text = match args.format {
        ListFormat::Json => {
            let text = serde_json::to_string_pretty(&rows).map_err(|e| CliError::broken(e.to_string()))?;
            format!("{text}\n")
        }
        ListFormat::Text => table(&rows),
    };
    console::print(&text);
    Ok(exit::CONFORMS)
}

fn operations(suite: &Suite) -> Vec<Value> {
    let plan = plan(suite, &Filter::default());
    suite
        .operations
        .iter()
        .map(|op| {
            let operation = &op.operation;
            let cases = plan.cases().filter(|c| c.op.operation.id == operation.id).count();
            json!({
                "id": operation.id, "service": operation.service, "method": operation.method,
                "path": operation.path, "success": operation.success, "clauses": op.clauses.len(), "cases": cases,
            })
        })
        .collect()
}

fn clauses(suite: &Suite) -> Vec<Value> {
    let all = suite.operations.iter().flat_map(|op| op.clauses.iter());
    all.map(|c| json!({ "id": c.id, "level": c.level, "source": c.source_line(), "wording": c.wording })).collect()
}

fn cases(suite: &Suite) -> Vec<Value> {
    plan(suite, &Filter::default())
        .cases()
        .map(|c| json!({ "id": c.spec.id, "operation": c.op.operation.id, "clauses": c.spec.clauses }))
        .collect()
}

fn readings(suite: &Suite) -> Vec<Value> {
    suite
        .operations
        .iter()
        .flat_map(|op| op.clauses.iter())
        .filter(|c| c.level == Level::Open)
        .map(|c| {
            let names: Vec<&String> = c.readings.keys().collect();
            json!({ "clause": c.id, "readings": names, "wording": c.wording, "source": c.source_line() })
        })
        .collect()
}

fn causes() -> Vec<Value> {
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in Dictionary::built_in().faults() {
        *causes.entry(&entry.cause).or_default() += 1;
    }
    causes.into_iter().map(|(id, faults)| json!({ "id": id, "faults": faults })).collect()
}

fn faults() -> Vec<Value> {
    fault::catalogue()
        .into_iter()
        .map(|f| {
            json!({
                "name": f.name, "family": f.family, "operations": f.operations, "clause": f.clause, "summary": f.summary,
            })
        })
        .collect()
}

fn revisions(suite: &Suite) -> Vec<Value> {
    let all = suite.revisions.iter();
    all.map(|r| json!({ "name": r.name, "clauses": r.clauses.len(), "summary": r.summary })).collect()
}

/// Rows as aligned columns; the last column is as long as it likes.
fn table(rows: &[Value]) -> String {
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| row.as_object().into_iter().flatten().map(|(_, value)| cell(value)).collect()).collect();
    let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| cells.iter().filter_map(|r| r.get(column)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in &cells {
        let mut line = String::new();
        for (i, text) in row.iter().enumerate() {
            let width = if i + 1 == columns { 0 } else { widths[i] };
            line.push_str(&format!("{text:<width$}  "));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
