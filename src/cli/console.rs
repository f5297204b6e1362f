use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::OnceLock;

/// Why standard output has lost something, the first time.
static LOST: OnceLock<String> = OnceLock::new();

/// Prints to standard output. A reader that has gone away is no error of ours; what is lost otherwise, as on a full disk, is
/// remembered in [`lost`].
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        LOST.get_or_init(|| error.to_string());
    }
}

/// Why something that was printed to standard output was lost, if it was.
pub(super) fn lost() -> Option<&'static str> {
    LOST.get().map(String::as_str)
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
