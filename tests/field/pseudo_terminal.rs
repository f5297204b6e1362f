//! Somebody at a terminal: the program as a child that has one, what it shows, and keys that are pressed.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tempfile::TempDir;

/// When a test fails that waits in vain.
const LIMIT: Duration = Duration::from_secs(40);

/// What was shown up to now, and whether that is all.
#[derive(Default)]
struct Screen {
    shown: Mutex<(String, bool)>,
    more: Condvar,
}

/// The program, with a terminal.
pub(crate) struct Terminal {
    child: Child,
    keys: File,
    screen: Arc<Screen>,
    dir: TempDir,
}

impl Terminal {
    /// Starts the program with these arguments and variables, in a folder of its own.
    pub(crate) fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("it is ours");
        unlockpt(&master).expect("it is open");
        let name = ptsname(&master, Vec::new()).expect("it has a name");
        let path = Path::new(name.to_str().expect("plain characters")).to_owned();
        let slave = || Stdio::from(OpenOptions::new().read(true).write(true).open(&path).expect("its other side"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_dewspec"));
        command.env_clear().env("HOME", dir.path()).env("XDG_STATE_HOME", dir.path().join("state"));
        command.env("TERM", "xterm").env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(variables.iter().copied()).args(arguments).current_dir(dir.path());
        let child = command.stdin(slave()).stdout(slave()).stderr(slave()).spawn().expect("the program starts");
        drop(command);
        let keys = File::from(master);
        let screen = Arc::new(Screen::default());
        let (reader, seen) = (keys.try_clone().expect("one more"), Arc::clone(&screen));
        std::thread::spawn(move || seen.fill(reader));
        Terminal { child, keys, screen, dir }
    }

    /// Waits until this is shown, after what was waited for before.
    #[track_caller]
    pub(crate) fn shows(&self, part: &str) -> &Self {
        let end = Instant::now() + LIMIT;
        let mut shown = self.screen.shown.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let text = plain(&shown.0);
            if text.contains(part) {
                return self;
            }
            assert!(!shown.1 && Instant::now() < end, "{part:?} is not shown:\n{text}");
            shown = self
                .screen
                .more
                .wait_timeout(shown, Duration::from_millis(100))
                .map(|(shown, _)| shown)
                .unwrap_or_else(|e| e.into_inner().0);
        }
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) -> &Self {
        self.keys.write_all(keys.as_bytes()).expect("the terminal takes them");
        self
    }

    /// Waits for the end: the exit code, and everything that was shown.
    #[track_caller]
    pub(crate) fn end(&mut self) -> (i32, String) {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                let mut shown = self.screen.shown.lock().unwrap_or_else(PoisonError::into_inner);
                while !shown.1 && Instant::now() < end {
                    shown = self
                        .screen
                        .more
                        .wait_timeout(shown, Duration::from_millis(100))
                        .map(|(shown, _)| shown)
                        .unwrap_or_else(|e| e.into_inner().0);
                }
                return (status.code().unwrap_or(-1), shown.0.clone());
            }
            assert!(Instant::now() < end, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// A file in the folder where it runs.
    pub(crate) fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(name)).unwrap_or_default()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Screen {
    /// Reads until the other side is closed, which a terminal tells as an error.
    fn fill(&self, mut from: impl Read) {
        let mut bytes = [0; 4096];
        loop {
            let read = from.read(&mut bytes).unwrap_or(0);
            let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.0.push_str(&String::from_utf8_lossy(&bytes[..read]));
            shown.1 = read == 0;
            self.more.notify_all();
            if read == 0 {
                return;
            }
        }
    }
}

/// The text without colours and movements, its white space as single blanks.
pub(crate) fn plain(shown: &str) -> String {
    let mut text = String::new();
    let mut rest = shown;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        text.push_str(before);
        let end = after.find(|c: char| c.is_ascii_alphabetic()).map_or(after.len(), |at| at + 1);
        rest = &after[end..];
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
