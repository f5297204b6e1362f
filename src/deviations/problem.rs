use std::fmt;
use std::ops::Range;

/// A mistake in a file of known deviations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

/// A file's name and text, in which places are found.
#[derive(Clone, Copy)]
pub(super) struct Source<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
}

impl Source<'_> {
    pub(super) fn problem(self, span: &Range<usize>, message: impl Into<String>) -> Problem {
        let (line, column) = self.place(span.start);
        Problem { file: self.file.to_owned(), line, column, message: message.into() }
    }

    /// Line and column of a byte offset, both from 1.
    pub(super) fn place(self, offset: usize) -> (usize, usize) {
        let before: String =
            String::from_utf8_lossy(self.text.as_bytes().get(..offset).unwrap_or_default()).into_owned();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}
