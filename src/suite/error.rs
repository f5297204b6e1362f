use std::fmt;
use std::ops::Range;

use super::meant::meant;

/// Where something stands in the data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// File, relative to the data's root.
    pub file: String,
    /// Line, from 1; 0 where only the file is known.
    pub line: usize,
    /// Column in characters, from 1; 0 where only the line is meant.
    pub column: usize,
}

impl Origin {
    /// A whole line of a file.
    pub fn line(file: impl Into<String>, line: usize) -> Self {
        Origin { file: file.into(), line, column: 0 }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => f.write_str(&self.file),
            (line, 0) => write!(f, "{}:{line}", self.file),
            (line, column) => write!(f, "{}:{line}:{column}", self.file),
        }
    }
}

/// A mistake in the suite, the fixtures or the configuration; nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {message}")]
pub struct DataError {
    /// Where.
    pub origin: Origin,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl DataError {
    /// An error at a known place.
    pub fn new(origin: Origin, message: impl Into<String>) -> Self {
        DataError { origin, message: message.into() }
    }

    /// An error about a whole file.
    pub fn file(file: impl Into<String>, message: impl Into<String>) -> Self {
        DataError::new(Origin::line(file, 0), message)
    }

    /// A TOML error, with the place it is at and what was probably meant.
    pub fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let origin = error.span().map_or_else(|| Origin::line(file, 0), |span| Text::new(file, text).place(span.start));
        DataError::new(origin, meant(error.message()))
    }
}

/// A mistake at a place in a text whose file is known elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    pub(super) span: Range<usize>,
    pub(super) message: String,
}

impl Mistake {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Mistake { span, message: message.into() }
    }
}

/// A file's name and text, with the places of its lines, so that many offsets are looked up without counting from the
/// beginning each time.
pub(super) struct Text<'t> {
    pub(super) file: &'t str,
    text: &'t str,
    /// Where the lines end.
    ends: Vec<usize>,
}

impl<'t> Text<'t> {
    pub(super) fn new(file: &'t str, text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        Text { file, text, ends }
    }

    /// The line in which a byte offset falls.
    pub(super) fn line(&self, offset: usize) -> Origin {
        Origin::line(self.file, self.ends.partition_point(|end| *end < offset) + 1)
    }

    /// Line and column of a byte offset.
    pub(super) fn place(&self, offset: usize) -> Origin {
        let origin = self.line(offset);
        let begin = origin.line.checked_sub(2).and_then(|before| self.ends.get(before)).map_or(0, |end| end + 1);
        let before = self.text.as_bytes().get(begin..offset.max(begin)).unwrap_or_default();
        Origin { column: String::from_utf8_lossy(before).chars().count() + 1, ..origin }
    }

    pub(super) fn error(&self, mistake: &Mistake) -> DataError {
        DataError::new(self.place(mistake.span.start), mistake.message.clone())
    }

    pub(super) fn toml(&self, error: &toml::de::Error) -> DataError {
        let origin = error.span().map_or_else(|| Origin::line(self.file, 0), |span| self.place(span.start));
        DataError::new(origin, meant(error.message()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_lines_and_columns_in_characters() {
        let text = Text::new("f", "one\nzwölf = 3\n");
        let places = [0, 3, 4, 9, 15].map(|at| text.place(at).to_string());
        assert_eq!(places, ["f:1:1", "f:1:4", "f:2:1", "f:2:5", "f:3:1"]);
        assert_eq!(text.line(9).to_string(), "f:2");
    }
}
