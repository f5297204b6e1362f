use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{DataFile, DataSource, Suite};

impl Suite {
    /// The suite as data that loads as the same suite: templates filled in, shapes included, one line an entry.
    ///
    /// # Errors
    /// In words, if something cannot be written as data.
    pub fn print(&self) -> Result<DataSource, String> {
        let mut suites = vec![
            file("suites/documents.toml", &[("document", list(&self.documents)?)]),
            file("suites/observers/observers.toml", &[("observer", list(&self.observers)?)]),
        ];
        for op in &self.operations {
            let clauses = list(op.clauses.iter().map(|clause| &clause.item))?;
            let cases = list(op.cases.iter().map(|case| &case.item))?;
            let operation = value(&op.operation)?;
            let members = [("verbatim", true.into()), ("operation", operation), ("clause", clauses), ("case", cases)];
            suites.push(file(&op.file, &members));
        }
        let mut fixtures: Vec<DataFile> = Vec::new();
        let mut index = Vec::new();
        for fixture in &self.fixtures {
            index.push(json!({
                "id": fixture.id,
                "operation": fixture.operation,
                "kind": fixture.kind.to_string(),
                "status": fixture.status,
                "source": value(&fixture.source)?,
                "file": fixture.file.strip_prefix(FIXTURES).unwrap_or(&fixture.file),
            }));
            if fixtures.iter().all(|known| known.path != fixture.file) {
                fixtures.push(DataFile { path: fixture.file.clone(), text: fixture.text.clone() });
            }
        }
        fixtures.push(file(&format!("{FIXTURES}index.toml"), &[("fixture", Value::Array(index))]));
        Ok(DataSource { suites, fixtures, ..DataSource::default() })
    }
}

/// Where fixtures stand.
const FIXTURES: &str = "fixtures/";

fn value(item: &impl Serialize) -> Result<Value, String> {
    serde_json::to_value(item).map_err(|e| e.to_string())
}

fn list<T: Serialize>(items: impl IntoIterator<Item = T>) -> Result<Value, String> {
    items.into_iter().map(|item| value(&item)).collect::<Result<_, _>>().map(Value::Array)
}

fn file(path: &str, members: &[(&str, Value)]) -> DataFile {
    let lines: Vec<String> = members.iter().map(|(name, value)| format!("{name} = {}\n", toml_of(value))).collect();
    DataFile { path: path.to_owned(), text: lines.concat() }
}

/// A value as TOML on one line. What is not there is left out.
fn toml_of(value: &Value) -> String {
    match value {
        Value::Object(members) => table(members),
        Value::Array(items) => format!("[{}]", items.iter().map(toml_of).collect::<Vec<_>>().join(", ")),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

fn table(members: &Map<String, Value>) -> String {
    let there = members.iter().filter(|(_, value)| !value.is_null());
    let members: Vec<String> = there.map(|(name, value)| format!("{} = {}", quoted(name), toml_of(value))).collect();
    format!("{{ {} }}", members.join(", "))
}

/// A text as JSON writes it, which TOML reads, but for what TOML forbids.
fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_back_as_they_were() {
        for text in ["", "{{op}}", "a\u{7f}\"\\\u{0}\n", "\u{20000}'"] {
            let read: toml::Table = toml::from_str(&format!("t = {}", quoted(text))).expect("TOML");
            assert_eq!(read["t"].as_str(), Some(text));
        }
    }

    #[test]
    fn the_suite_prints_and_loads_again() {
        let suite = Suite::load(&DataSource::embedded().expect("data")).expect("a suite");
        let printed = suite.print().expect("data");
        let again = Suite::load(&printed).expect("the printed suite");
        let twice = again.print().expect("data");
        assert_eq!((twice.suites, twice.fixtures), (printed.suites, printed.fixtures));
    }
}
