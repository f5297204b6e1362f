use std::collections::{BTreeMap, BTreeSet};

use super::error::line_of;
use super::{DataError, Origin};

/// Replaces every `{{name}}` by its parameter. Lines stay lines, so that later errors point at the right one.
///
/// # Errors
/// A name without parameter, with its line; or a parameter that the text never uses.
pub(super) fn substitute(
    file: &str,
    text: &str,
    parameters: &BTreeMap<String, String>,
    optional: &[&str],
) -> Result<String, DataError> {
    let mut out = String::with_capacity(text.len());
    let mut used = BTreeSet::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let at = text.len() - rest.len() + start;
        let origin = || Origin { file: file.to_owned(), line: line_of(text, at) };
        let Some(length) = rest[start..].find("}}") else {
            return Err(DataError::new(origin(), "`{{` is never closed by `}}`"));
        };
        let name = rest[start + 2..start + length].trim();
        let Some(value) = parameters.get(name) else {
            let known = parameters.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(DataError::new(origin(), format!("no parameter `{name}` is given here; there are: {known}")));
        };
        used.insert(name.to_owned());
        out.push_str(&rest[..start]);
        out.push_str(value);
        rest = &rest[start + length + 2..];
    }
    out.push_str(rest);
    match parameters.keys().find(|name| !used.contains(*name) && !optional.contains(&name.as_str())) {
        Some(unused) => Err(DataError::file(file, format!("the parameter `{unused}` is given but never used"))),
        None => Ok(out),
    }
}
