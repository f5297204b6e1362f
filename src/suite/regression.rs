use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::error::Text;
use super::{CaseSpec, DataError, DataFile, Located, Suite};

/// A file of further cases of one operation (`regressions/*.toml`): what fuzzing has found, kept so that it stays fixed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RegressionFile {
    /// The operation's name: `CreateKmsTag`.
    operation: String,
    /// Its cases.
    #[schemars(with = "Vec<CaseSpec>")]
    case: Vec<Spanned<CaseSpec>>,
}

/// Whether a file of the suite is one of these.
pub(super) fn is_regression(path: &str) -> bool {
    path.ends_with(".toml") && path.rsplit('/').nth(1) == Some("regressions")
}

/// Adds the cases of a file to their operation.
///
/// # Errors
/// If it is no such file, or there is no such operation.
pub(super) fn add(file: &DataFile, suite: &mut Suite) -> Result<(), DataError> {
    if !file.path.ends_with(".toml") {
        return Ok(());
    }
    let parsed: RegressionFile = toml::from_str(&file.text).map_err(|e| DataError::toml(&file.path, &file.text, &e))?;
    let known = |op: &&mut Arc<super::OperationSuite>| op.operation.id == parsed.operation;
    let Some(op) = suite.operations.iter_mut().find(known) else {
        return Err(DataError::file(&file.path, format!("there is no operation `{}`", parsed.operation)));
    };
    let text = Text::new(&file.path, &file.text);
    let cases =
        parsed.case.into_iter().map(|case| Located { origin: text.line(case.span().start), item: case.into_inner() });
    Arc::make_mut(op).cases.extend(cases);
    Ok(())
}
