use std::io::{IsTerminal, Write};

/// Prints to standard output. A reader that has gone away is no error of ours.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints an error to standard error, each line marked as such.
pub(super) fn error(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "error: {}", text.trim_end());
}

/// Prints a warning to standard error.
pub(super) fn warning(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "warning: {}", text.trim_end());
}

/// Prints a remark to standard error.
pub(super) fn info(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{}", text.trim_end());
}

/// Whether standard output is a terminal that wants colour.
pub(super) fn color() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Columns of the terminal, or of `COLUMNS`, or 100 in a pipe.
pub(super) fn width() -> usize {
    let named = std::env::var("COLUMNS").ok().and_then(|v| v.parse().ok());
    let real = terminal_size::terminal_size().map(|(w, _)| usize::from(w.0));
    named.or(real).unwrap_or(100).clamp(40, 160)
}
