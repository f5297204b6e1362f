use toml::{Table, Value};

use super::Find;
use crate::generate::{Placeholders, mark};
use crate::suite::Answer;

/// Why a find cannot become a case.
#[derive(Debug, thiserror::Error)]
pub enum PromoteError {
    /// Its text would be read as a placeholder.
    #[error("request {0} of the find holds `${{`, which a case reads as a placeholder")]
    Placeholder(usize),
    /// It is not certain that it fails.
    #[error("the find was not confirmed: a case made of it would fail now and then")]
    Flaky,
    /// The text cannot be made.
    #[error("cannot be written as TOML: {0}")]
    Toml(#[from] toml::ser::Error),
}

/// A find as a regression file: a case that breaks the same clause for as long as the target does.
///
/// # Errors
/// If it is flaky, or cannot be written in the data's form.
pub fn promote(find: &Find) -> Result<String, PromoteError> {
    if !find.confirmed {
        return Err(PromoteError::Flaky);
    }
    let text = |text: &str| Value::String(text.to_owned());
    let mut steps = Vec::new();
    for (at, (request, expected)) in find.input.requests.iter().zip(&find.expected).enumerate() {
        // Only what has a meaning in the data may look as if it had.
        let bare = mark::resolve(&mark::read(&request.body), &Placeholders::new(0, "", "", ""), 0);
        if bare.contains("${") {
            return Err(PromoteError::Placeholder(at));
        }
        let mut step = Table::new();
        step.insert("body".to_owned(), text(&request.body));
        if request.operation != find.operation {
            step.insert("operation".to_owned(), text(&request.operation));
        }
        let mut expect = Table::new();
        expect.insert("answer".to_owned(), text(&expected.answer.to_string()));
        if expected.answer == Answer::Refused {
            let statuses = expected.statuses.iter().map(|status| Value::Integer(i64::from(*status)));
            expect.insert("status".to_owned(), Value::Array(statuses.collect()));
        }
        step.insert("expect".to_owned(), Value::Table(expect));
        steps.push(Value::Table(step));
    }
    let mut clauses = vec![find.clause.as_str()];
    let last = find.expected.last().map(|expected| expected.clause.as_str());
    clauses.extend(last.filter(|last| *last != find.clause));
    let mut case = Table::new();
    case.insert("id".to_owned(), text(&find.id.replace("/fuzz-", "/found-")));
    case.insert("clauses".to_owned(), Value::Array(clauses.into_iter().map(text).collect()));
    case.insert("title".to_owned(), text(find.case.reason.as_deref().unwrap_or("found by fuzzing")));
    let room = find.expected.iter().map(|e| e.stores).sum::<usize>().max(1);
    case.insert("room".to_owned(), Value::Integer(i64::try_from(room).unwrap_or(1)));
    if !find.readings.is_empty() {
        let when = find.readings.iter().map(|(clause, reading)| (clause.clone(), Value::Array(vec![text(reading)])));
        case.insert("when".to_owned(), Value::Table(when.collect()));
    }
    case.insert("steps".to_owned(), Value::Array(steps));
    let mut file = Table::new();
    file.insert("operation".to_owned(), text(&find.operation));
    file.insert("case".to_owned(), Value::Array(vec![Value::Table(case)]));
    Ok(format!(
        "# Found by `dewspec fuzz` with seed {}, input {}.\n{}",
        find.seed,
        find.number,
        toml::to_string(&file)?
    ))
}
