use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use crate::model::FlakyPolicy;

/// A file of known deviations, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownDeviations {
    /// Its name, for messages.
    pub file: String,
    /// Its entries, in order.
    pub entries: Vec<Entry>,
}

/// One known deviation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is expected to fail.
    pub subject: Subject,
    /// On this operation alone.
    pub operation: Option<String>,
    /// Only if the target follows these readings, by open clause.
    pub readings: BTreeMap<String, String>,
    /// Why it is accepted for now.
    pub reason: String,
    /// Who looks after it.
    pub owner: String,
    /// Where it is tracked.
    pub link: String,
    /// The last day on which it counts.
    pub until: Date,
    /// What was observed when it was recorded; something else is a change. Empty: anything goes.
    pub observed: Vec<String>,
    /// The clauses that a cause broke when it was recorded.
    pub clauses: Vec<String>,
    /// The case that showed it when it was recorded: if it was not or could not be run, nothing is known.
    pub example: Option<String>,
    /// Only generated input has shown it: that it does not show proves nothing.
    pub generated: bool,
    /// What it means that it is not the same each time.
    pub flaky: Option<FlakyPolicy>,
    /// Its line in the file, from 1.
    pub line: usize,
}

/// What an entry names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One explanation of many failures.
    Cause(String),
    /// A clause, whatever breaks it.
    Clause(String),
    /// A single case.
    Case(String),
}

impl Subject {
    /// The id named.
    pub fn id(&self) -> &str {
        match self {
            Subject::Cause(id) | Subject::Clause(id) | Subject::Case(id) => id,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Subject::Cause(_) => "cause",
            Subject::Clause(_) => "clause",
            Subject::Case(_) => "case",
        };
        write!(f, "{kind} {}", self.id())
    }
}
