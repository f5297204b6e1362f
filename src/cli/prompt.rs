//! Questions to somebody at a terminal.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dialoguer::console::Term;
use signal_hook::consts::SIGINT;

use super::CliError;
use crate::exit;

/// Whether there is somebody to be asked.
pub(super) fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks. Ctrl-C leaves the terminal as it was.
///
/// # Errors
/// If nobody can be asked any more, or Ctrl-C was pressed.
pub(super) fn asked<T>(question: impl FnOnce() -> dialoguer::Result<T>) -> Result<T, CliError> {
    // While it is asked, the signal only ends the question.
    let registered = signal_hook::flag::register(SIGINT, Arc::new(AtomicBool::new(false)));
    let answer = question();
    if let Ok(id) = registered {
        signal_hook::low_level::unregister(id);
    }
    answer.map_err(|error| {
        let _ = Term::stderr().show_cursor();
        let dialoguer::Error::IO(error) = error;
        match error.kind() {
            std::io::ErrorKind::Interrupted => CliError {
                code: exit::INTERRUPTED,
                message: "ended by SIGINT: nothing was sent that changes anything".to_owned(),
            },
            _ => CliError::usage(format!("nobody can be asked here: {error}")),
        }
    })
}
