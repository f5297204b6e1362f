use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::super::error::ReportError;

/// A snapshot in the file format of `insta`: a head in YAML, of which two fields matter, and the contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapFile {
    /// What made it.
    pub source: Option<String>,
    /// What it shows.
    pub expression: Option<String>,
    /// The text, without line breaks at its end: the format does not keep them.
    pub contents: String,
}

impl SnapFile {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, ReportError> {
        let text = fs::read_to_string(path).map_err(|source| ReportError::File {
            action: "read",
            path: path.into(),
            source,
        })?;
        Self::parse(&text).map_err(|problem| ReportError::Snapshot { path: path.into(), problem })
    }

    /// Writes a file whole or not at all: a temporary one beside it takes its place.
    pub fn write(&self, path: &Path) -> Result<(), ReportError> {
        let file = |action| move |source| ReportError::File { action, path: path.into(), source };
        let temporary = path.with_extension(format!("tmp{}", std::process::id()));
        let written = write_synced(&temporary, &self.render()).and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            // The first error is the one to tell; what cannot be removed either was perhaps never there.
            let _ = fs::remove_file(&temporary);
        }
        written.map_err(file("write"))
    }

    /// The file as text.
    pub fn render(&self) -> String {
        let mut text = String::from("---\n");
        for (name, value) in [("source", &self.source), ("expression", &self.expression)] {
            if let Some(value) = value {
                text.push_str(&format!("{name}: {}\n", quote(value)));
            }
        }
        text.push_str(&format!("---\n{}\n", normal(&self.contents)));
        text
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let mut lines = text.lines();
        if lines.next().map(str::trim_end) != Some("---") {
            return Err("it does not begin with a line of ---");
        }
        let mut file = Self::default();
        loop {
            let line = lines.next().ok_or("its head has no end")?;
            if line.trim_end() == "---" {
                break;
            }
            match line.split_once(": ") {
                Some(("source", value)) => file.source = Some(unquote(value)?),
                Some(("expression", value)) => file.expression = Some(unquote(value)?),
                Some(("snapshot_kind", "binary")) => return Err("it is binary"),
                // Other fields, and the lines of those that span several, are for insta's own tools.
                _ => {}
            }
        }
        file.contents = normal(&lines.collect::<Vec<_>>().join("\n"));
        Ok(file)
    }
}

/// What insta compares: no white space at the end, newlines of one kind.
pub(super) fn normal(contents: &str) -> String {
    contents.trim_end().replace("\r\n", "\n")
}

fn write_synced(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A JSON string is a YAML string too; plain words are left bare, as insta does.
fn quote(value: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ');
    let bare = value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.contains(['_', '-', '.', '/'])
        && !value.ends_with(' ')
        && value.chars().all(word);
    if bare { value.to_owned() } else { serde_json::Value::from(value).to_string() }
}

fn unquote(value: &str) -> Result<String, &'static str> {
    let value = value.trim();
    if value.starts_with('"') {
        return serde_json::from_str(value).map_err(|_| "a field of its head has broken quotes");
    }
    Ok(match value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(quoted) => quoted.replace("''", "'"),
        None => value.to_owned(),
    })
}
