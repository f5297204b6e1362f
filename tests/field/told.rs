//! What a run told, and what tests ask of it.

use std::time::Duration;

use serde_json::Value;

/// Everything that a finished process left.
#[derive(Debug)]
pub(crate) struct Told {
    /// The exit code, or the number of the signal that ended it, negative.
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    /// The JSON report, if it was written.
    pub(crate) report: Option<Value>,
    pub(crate) took: Duration,
    /// The most memory it held, where that can be seen.
    pub(crate) peak_kib: Option<u64>,
}

impl Told {
    /// Both streams, for messages and for what may stand on either.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    #[track_caller]
    pub(crate) fn code_is(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "the exit code:\n{}", self.excerpt());
        self
    }

    #[track_caller]
    pub(crate) fn code_is_one_of(&self, codes: &[i32]) -> &Self {
        assert!(
            codes.contains(&self.code),
            "the exit code is {}, not one of {codes:?}:\n{}",
            self.code,
            self.excerpt()
        );
        self
    }

    /// No case failed, no clause is violated, nothing on the terminal says so.
    #[track_caller]
    pub(crate) fn accuses_nobody(&self) -> &Self {
        assert_eq!(self.failed(), Vec::<String>::new(), "failing cases:\n{}", self.excerpt());
        assert_eq!(self.violated(), Vec::<String>::new(), "violated clauses:\n{}", self.excerpt());
        let said = self.out.contains("\nFailures") || self.out.starts_with("Failures");
        assert!(!said, "the terminal accuses:\n{}", self.excerpt());
        self
    }

    /// Whatever is accused, it is nothing but these clauses.
    #[track_caller]
    pub(crate) fn accuses_at_most(&self, clauses: &[&str]) -> &Self {
        let others: Vec<String> = self.violated().into_iter().filter(|id| !clauses.contains(&id.as_str())).collect();
        assert_eq!(others, Vec::<String>::new(), "violated besides {clauses:?}:\n{}", self.excerpt());
        self
    }

    /// The fault behind it is found.
    #[track_caller]
    pub(crate) fn finds(&self, clause: &str) -> &Self {
        self.code_is(1);
        assert!(self.violated().iter().any(|id| id == clause), "{clause} is not violated:\n{}", self.excerpt());
        self
    }

    /// The fault behind it is found, or the run ends without a verdict and says one of these words.
    #[track_caller]
    pub(crate) fn finds_or_explains(&self, clauses: &[&str], words: &[&str]) -> &Self {
        self.code_is_one_of(&[1, 3]);
        if self.code == 3 {
            return self.says_one_of(words);
        }
        let found = self.violated().iter().any(|id| clauses.contains(&id.as_str()));
        assert!(found, "none of {clauses:?} is violated:\n{}", self.excerpt());
        self
    }

    #[track_caller]
    pub(crate) fn says(&self, part: &str) -> &Self {
        self.says_one_of(&[part])
    }

    /// One of these stands on one of the streams, in whatever case.
    #[track_caller]
    pub(crate) fn says_one_of(&self, parts: &[&str]) -> &Self {
        // Lines are wrapped where the terminal ends.
        let text = self.text().to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let said = parts.iter().any(|part| text.contains(&part.to_lowercase()));
        assert!(said, "none of {parts:?} is said:\n{}", self.excerpt());
        self
    }

    #[track_caller]
    pub(crate) fn never_says(&self, part: &str) -> &Self {
        let report = self.report.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(!self.text().contains(part), "{part} is said:\n{}", self.excerpt());
        assert!(!report.contains(part), "{part} stands in the report");
        self
    }

    #[track_caller]
    pub(crate) fn lines_at_most(&self, most: usize) -> &Self {
        let lines = self.text().lines().count();
        assert!(lines <= most, "{lines} lines, more than {most}:\n{}", self.excerpt());
        self
    }

    #[track_caller]
    pub(crate) fn took_at_most(&self, seconds: u64) -> &Self {
        assert!(self.took <= Duration::from_secs(seconds), "it took {:?}:\n{}", self.took, self.excerpt());
        self
    }

    /// It never held more memory than that; nothing is said where that cannot be seen.
    #[track_caller]
    pub(crate) fn held_at_most_mib(&self, most: u64) -> &Self {
        let held = self.peak_kib.unwrap_or_default() / 1024;
        assert!(held <= most, "it held {held} MiB:\n{}", self.excerpt());
        self
    }

    /// The ids of the cases that failed.
    pub(crate) fn failed(&self) -> Vec<String> {
        self.ids("cases", |case| case["outcome"] == "fail")
    }

    /// The ids of the clauses that are violated.
    pub(crate) fn violated(&self) -> Vec<String> {
        self.ids("clauses", |clause| clause["verdict"] == "violated")
    }

    /// The ids of the clauses that are upheld.
    pub(crate) fn upheld(&self) -> Vec<String> {
        self.ids("clauses", |clause| clause["verdict"] == "upheld")
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        let notes = self.report.iter().flat_map(|report| report["notes"].as_array()).flatten();
        notes.filter_map(|note| note.as_str().map(str::to_owned)).collect()
    }

    fn ids(&self, list: &str, such: impl Fn(&Value) -> bool) -> Vec<String> {
        let entries = self.report.iter().flat_map(|report| report[list].as_array()).flatten();
        entries.filter(|entry| such(entry)).filter_map(|entry| entry["id"].as_str().map(str::to_owned)).collect()
    }

    /// Enough to see what went wrong.
    pub(crate) fn excerpt(&self) -> String {
        const LINES: usize = 60;
        let text = self.text();
        let lines: Vec<&str> = text.lines().collect();
        let (head, tail) = if lines.len() > LINES { lines.split_at(LINES / 2) } else { (lines.as_slice(), &[][..]) };
        let tail = &tail[tail.len().saturating_sub(LINES / 2)..];
        let dots = if tail.is_empty() { "" } else { "\n…\n" };
        format!("code {}, {:?}\n{}{dots}{}", self.code, self.took, head.join("\n"), tail.join("\n"))
    }
}
