use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::hash::Hasher;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fnv::FnvHasher;
use serde::Serialize;
use tokio::time::Instant;

use crate::model::Request;
use crate::target::Target;
use crate::transport::{Authenticating, Ready, Sending, Transport, Tried, WireOptions};

use super::form::{Authenticated, Bytes, Came, End, Ending, Header, Line, Signal, Try, micros};
use super::mask::Mask;

/// Writes down what goes through it. Cheap to clone; clones write to the same file.
#[derive(Clone)]
pub struct Recorder(Arc<Sink>);

struct Sink {
    began: Instant,
    mask: Mask,
    file: Mutex<Open>,
}

/// Longer bodies are written once, and so many different ones are remembered.
const LONG: usize = 4 * 1024;
const REMEMBERED: usize = 10_000;

struct Open {
    file: BufWriter<File>,
    /// Names of long bodies that are written.
    long: HashSet<String>,
    /// Why it could not be written, and is not any more.
    failed: Option<String>,
}

impl Recorder {
    /// Begins a record; what was in the file is gone.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn begin(path: &Path, header: &Header, target: &Target) -> Result<Self, String> {
        let mask = Mask::new(target, &header.target.target(), header.settings.seed);
        let file = File::create(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let sink = Sink {
            began: Instant::now(),
            mask,
            file: Mutex::new(Open { file: BufWriter::new(file), long: HashSet::new(), failed: None }),
        };
        sink.write(header);
        let failed = sink.open().failed.take();
        match failed {
            None => Ok(Recorder(Arc::new(sink))),
            Some(why) => Err(format!("{}: {why}", path.display())),
        }
    }

    /// The transport with everything that goes through it written down.
    pub fn around(&self, transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        Arc::new(Recording { inner: transport, sink: Arc::clone(&self.0) })
    }

    /// Writes down what, besides the target, has ended the run.
    pub fn ended(&self, by: Ending) {
        let at = micros(self.0.began.elapsed());
        self.0.write(&Line::End(End { at, by }));
    }

    /// Whatever is written is on disk then.
    ///
    /// # Errors
    /// Why it is not.
    pub fn finish(&self) -> Result<(), String> {
        self.0.write(&Line::Complete);
        let mut open = self.0.open();
        let flushed = open.file.flush();
        match (open.failed.take(), flushed) {
            (Some(why), _) => Err(why),
            (None, flushed) => flushed.map_err(|e| e.to_string()),
        }
    }
}

impl Sink {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, line: &impl Serialize) {
        let text = serde_json::to_string(line);
        let mut open = self.open();
        if open.failed.is_some() {
            return;
        }
        let written = text.map_err(std::io::Error::from).and_then(|text| writeln!(open.file, "{text}"));
        if let Err(error) = written {
            open.failed = Some(error.to_string());
        }
    }

    /// A body without credentials, with its name if it is a long one; only the name, if it is written already.
    fn body(&self, body: &[u8]) -> (Bytes, Option<String>) {
        let Some(name) = long(body) else { return (Bytes::of(&self.mask.bytes(body)), None) };
        let is_new = {
            let known = &mut self.open().long;
            known.len() < REMEMBERED && known.insert(name.clone())
        };
        match is_new || !self.open().long.contains(&name) {
            true => (Bytes::of(&self.mask.bytes(body)), is_new.then_some(name)),
            false => (Bytes::Again { again: name }, None),
        }
    }

    /// The request without credentials.
    fn masked(&self, request: &Request) -> Request {
        let field = |(name, value): &(String, String)| {
            let carries = name.eq_ignore_ascii_case("x-auth-token");
            (name.clone(), if carries { self.mask.token(value) } else { value.clone() })
        };
        // Everything else in it is made by dewspec, and holds none.
        Request { headers: request.headers.iter().map(field).collect(), ..request.clone() }
    }

    fn tried(&self, request: &Request, options: &WireOptions, times: (Duration, Duration), tried: Option<&Tried>) {
        let came = Came::of(tried, |bytes| self.mask.bytes(bytes), |body| self.body(body));
        self.write(&Line::Try(Box::new(Try::new(&self.masked(request), options, times, came))));
    }

    fn given_up(&self, request: &Request, options: &WireOptions, times: (Duration, Duration)) {
        self.write(&Line::Try(Box::new(Try::new(&self.masked(request), options, times, Came::Cancelled))));
    }
}

/// The name of a body that is not written twice: its length and a hash.
fn long(body: &[u8]) -> Option<String> {
    (body.len() > LONG).then(|| {
        let mut hasher = FnvHasher::default();
        hasher.write(body);
        format!("{}-{:016x}", body.len(), hasher.finish())
    })
}

/// Adds to a record which signal has ended its run, and with what exit code.
///
/// # Errors
/// Why it cannot be written.
pub fn add_signal(path: &Path, name: &str, exit_code: u8) -> std::io::Result<()> {
    let line = serde_json::to_string(&Line::Signal(Signal { name: name.to_owned(), exit_code }))?;
    writeln!(OpenOptions::new().append(true).open(path)?, "{line}")
}

/// A transport with a recorder before it.
struct Recording {
    inner: Arc<dyn Transport>,
    sink: Arc<Sink>,
}

impl Transport for Recording {
    fn exchange<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Sending<'a> {
        Box::pin(async move {
            let sent = Instant::now();
            let mut given_up = GivenUp { sink: &self.sink, request, options, sent, is_open: true };
            let tried = self.inner.exchange(request, options).await;
            given_up.is_open = false;
            let (sent, took) = tried.as_ref().map_or((sent, Duration::ZERO), |tried| (tried.sent, tried.elapsed));
            let at = sent.saturating_duration_since(self.sink.began);
            self.sink.tried(request, options, (at, took), tried.as_ref());
            tried
        })
    }

    fn ready<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Ready<'a> {
        self.inner.ready(request, options)
    }

    fn fresh(&self) -> Arc<dyn Transport> {
        Arc::new(Recording { inner: self.inner.fresh(), sink: Arc::clone(&self.sink) })
    }

    fn authenticate(&self) -> Authenticating<'_> {
        Box::pin(async move {
            let became = self.inner.authenticate().await?;
            let masked = |text: &str| String::from_utf8_lossy(&self.sink.mask.bytes(text.as_bytes())).into_owned();
            self.sink.write(&Line::Authenticated(match &became {
                Ok(got) => Authenticated::Got(masked(got)),
                Err(why) => Authenticated::Failed(masked(why)),
            }));
            Some(became)
        })
    }

    fn notes(&self) -> Vec<String> {
        let notes = self.inner.notes();
        notes.iter().for_each(|note| self.sink.write(&Line::Note(note.clone())));
        notes
    }
}

/// A request that nobody waits for any more is written down when it is dropped.
struct GivenUp<'a> {
    sink: &'a Sink,
    request: &'a Request,
    options: &'a WireOptions,
    sent: Instant,
    is_open: bool,
}

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        if self.is_open {
            let at = self.sent.saturating_duration_since(self.sink.began);
            self.sink.given_up(self.request, self.options, (at, self.sent.elapsed()));
        }
    }
}
