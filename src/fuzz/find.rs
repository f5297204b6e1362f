use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FileError, Input};
use crate::generate::seed_of;
use crate::report::CaseReport;
use crate::suite::Answer;

/// Version of the form of a find's file.
pub const SCHEMA: &str = "dewspec.find/1";

/// An input that made a target break a clause, with everything that is needed to send it again.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Find {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// `<clause>/fuzz-<fingerprint>`: the same for the same way of breaking the same clause.
    pub id: String,
    /// The operation whose clause is broken.
    pub operation: String,
    /// The clause.
    pub clause: String,
    /// What tells this way of breaking the clause from others.
    pub fingerprint: String,
    /// Seed of the run: with `run_id` and `id` it makes the same keys again.
    pub seed: u64,
    /// Run id of the run.
    pub run_id: String,
    /// The how-manieth input it was, from 0.
    pub number: u64,
    /// Requests that had been sent by then.
    pub requests: u64,
    /// Inputs of this run that failed in the same way.
    pub times: u64,
    /// Simpler forms that were tried.
    pub tried: u64,
    /// Simpler forms that failed as well.
    pub simplified: u64,
    /// Sent once more in the end, it failed again; otherwise it is flaky.
    pub confirmed: bool,
    /// The simplest form that fails.
    pub input: Input,
    /// What is expected of each of its requests.
    pub expected: Vec<Expected>,
    /// Readings found that the expectation rests on, by open clause.
    pub readings: IndexMap<String, String>,
    /// What was sent, what came, and what the documents say of it.
    pub case: CaseReport,
}

/// What is expected of one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Expected {
    /// `accepted`, `refused`, or `any` where only the rules for every answer apply.
    pub answer: Answer,
    /// Statuses that a refusal may have.
    pub statuses: Vec<u16>,
    /// The clause that a wrong answer breaks.
    pub clause: String,
    /// Items that it may store.
    pub stores: usize,
}

impl Find {
    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.json", self.id.replace('/', "-"))
    }

    /// Reads a find from its text; `path` is for the message.
    ///
    /// # Errors
    /// If it is no find of this version.
    pub fn parse(path: &Path, text: &str) -> Result<Self, FileError> {
        let find: Find = serde_json::from_str(text).map_err(|e| FileError::new(path, format!("is no find: {e}")))?;
        if find.schema != SCHEMA {
            return Err(FileError::new(path, format!("has schema {:?}; this version reads {SCHEMA:?}", find.schema)));
        }
        if find.expected.len() != find.input.requests.len() {
            return Err(FileError::new(path, "does not say what is expected of each of its requests"));
        }
        Ok(find)
    }

    /// Reads a find, or every find of a directory in the order of their names.
    ///
    /// # Errors
    /// If a file cannot be read or is no find.
    pub fn read(path: &Path) -> Result<Vec<Self>, FileError> {
        let read = |path: &Path| {
            let text = std::fs::read_to_string(path).map_err(|e| FileError::new(path, e))?;
            Self::parse(path, &text)
        };
        if !path.is_dir() {
            return Ok(vec![read(path)?]);
        }
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|e| FileError::new(path, e))? {
            let path = entry.map_err(|e| FileError::new(path, e))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                paths.push(path);
            }
        }
        paths.sort();
        paths.iter().map(|path| read(path)).collect()
    }

    /// Writes the find to a directory, which is made if need be; a find of the same id is replaced.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn write(&self, dir: &Path) -> Result<PathBuf, FileError> {
        std::fs::create_dir_all(dir).map_err(|e| FileError::new(dir, e))?;
        let path = dir.join(self.file_name());
        let text = serde_json::to_string_pretty(self).map_err(|e| FileError::new(&path, e))?;
        std::fs::write(&path, text + "\n").map_err(|e| FileError::new(&path, e))?;
        Ok(path)
    }
}

/// What one way of breaking a clause has in common with itself: what was allowed and what was seen, texts and
/// numbers left out.
pub fn fingerprint(clause: &str, allowed: &str, seen: &str) -> String {
    let mut common = String::new();
    for text in [allowed, seen] {
        // What stands between quotes, and every second piece is that, differs from input to input.
        for piece in text.split('"').step_by(2) {
            let words = piece.split(|c: char| !c.is_ascii_alphanumeric());
            // Statuses matter, and they are the numbers of three digits.
            let tells = |word: &&str| word.chars().all(|c| c.is_ascii_alphabetic()) || word.len() == 3;
            words.filter(tells).for_each(|word| common.push_str(word));
        }
        common.push('|');
    }
    format!("{:08x}", seed_of(0, &format!("{clause}|{common}")) >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_does_not_depend_on_what_was_made_up() {
        let one = |key: &str, status: u16| {
            fingerprint("c", "accepted with status 204", &format!("status {status}, \"{key}\""))
        };
        assert_eq!(one("dewspec-1a", 500), one("dewspec-2b", 500));
        assert_ne!(one("dewspec-1a", 500), one("dewspec-1a", 502));
    }
}
