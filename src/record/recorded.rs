use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fs::File;
use std::hash::Hasher;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fnv::FnvHasher;
use serde::Deserialize;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

use crate::model::{FailureKind, Request};
use crate::transport::{Authenticating, Ready, Sending, Transport, Tried, WireOptions};

use super::form::{Authenticated, Bytes, Came, Ending, FORM, Header, Line, Try, failure, manner, micros};

/// Why a record cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is no record, or one of another form.
    #[error("{path}:{line}: {what}")]
    Form {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

/// Where a try stands in the file.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u64,
    offset: u64,
    length: usize,
}

/// A record, and the transport that answers from it: each request as it was answered then, and at that time. What the record
/// does not hold has no answer.
pub struct Recorded {
    path: PathBuf,
    /// The first line.
    pub header: Header,
    complete: bool,
    ending: Option<(Duration, Ending)>,
    signal: Option<(String, u8)>,
    shared: Arc<Shared>,
}

struct Shared {
    began: Instant,
    file: Mutex<File>,
    /// By what was sent, in the order of time.
    tries: Mutex<HashMap<u64, VecDeque<Place>>>,
    /// Where long bodies stand, by name.
    bodies: HashMap<String, Place>,
    missing: Mutex<u64>,
    authenticated: Option<Authenticated>,
    notes: Vec<String>,
    order: Order,
}

/// Sees to it that answers come in the order in which they came, which the time of a runtime is too coarse for.
#[derive(Default)]
struct Order {
    awaited: Mutex<BTreeSet<(u64, u64)>>,
}

/// One answer that is waited for; it is not any more when this is dropped.
struct Awaited<'a> {
    order: &'a Order,
    name: (u64, u64),
}

impl Order {
    /// Waits until this time, and until what came before has come; answers are named by when they came and where they stand.
    async fn turn(&self, name: (u64, u64), time: Instant) {
        // Whoever has got an answer needs a few moments to ask for more, which may have come before this one.
        const MOMENTS: usize = 8;
        self.lock().insert(name);
        let awaited = Awaited { order: self, name };
        sleep_until(time).await;
        let mut moments = 0;
        while moments < MOMENTS {
            moments = if self.lock().first() == Some(&awaited.name) { moments + 1 } else { 0 };
            yield_now().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<(u64, u64)>> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        self.order.lock().remove(&self.name);
    }
}

impl Recorded {
    /// Reads a record. Its tries stay in the file until they are asked for. Must be called in the runtime in which it is
    /// judged, whose time stands still meanwhile.
    ///
    /// # Errors
    /// If it cannot be read, or is no record.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        let shown = path.display().to_string();
        let read = |source| RecordError::Read { path: shown.clone(), source };
        let form = |line, what| RecordError::Form { path: shown.clone(), line, what };
        let mut lines = BufReader::new(File::open(path).map_err(read)?);
        let mut text = Vec::new();
        let mut offset = lines.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut text).map_err(read)? as u64;
        let header = header(&text).map_err(|what| form(1, what))?;
        let mut tries: HashMap<u64, VecDeque<Place>> = HashMap::new();
        let mut bodies = HashMap::new();
        let (mut complete, mut ending, mut signal) = (false, None, None);
        let (mut authenticated, mut notes) = (None, Vec::new());
        for number in 2.. {
            text.clear();
            let length = lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text).map_err(read)?;
            if length == 0 {
                break;
            }
            match serde_json::from_slice::<Line>(&text) {
                Ok(Line::Try(tried)) => {
                    let place = Place { at: tried.at, offset, length };
                    if let Some(name) = tried.name() {
                        bodies.insert(name.to_owned(), place);
                    }
                    tries.entry(key_of(&tried).map_err(|what| form(number, what))?).or_default().push_back(place);
                }
                Ok(Line::End(end)) => {
                    ending.get_or_insert((Duration::from_micros(end.at), end.by));
                }
                Ok(Line::Complete) => complete = true,
                Ok(Line::Authenticated(became)) => authenticated = Some(became),
                Ok(Line::Note(note)) => notes.push(note),
                Ok(Line::Signal(one)) => signal = Some((one.name, one.exit_code)),
                // What a run that was killed was writing just then.
                Err(_) if !text.ends_with(b"\n") => break,
                Err(error) => return Err(form(number, format!("it is no line of a record: {error}"))),
            }
            offset += length as u64;
        }
        for all in tries.values_mut() {
            all.make_contiguous().sort_by_key(|place| place.at);
        }
        let file = File::open(path).map_err(read)?;
        let shared = Shared {
            began: Instant::now(),
            file: Mutex::new(file),
            tries: Mutex::new(tries),
            bodies,
            missing: Mutex::default(),
            authenticated,
            notes,
            order: Order::default(),
        };
        Ok(Recorded { path: path.to_owned(), header, complete, ending, signal, shared: Arc::new(shared) })
    }

    /// The transport that answers from it.
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(Answering(Arc::clone(&self.shared)))
    }

    /// Whether its run came to an end, and the record with it.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Waits until the run was ended, and until what had come by then has been dealt with; forever, if it was not.
    pub(crate) async fn until_ended(&self) -> Ending {
        match &self.ending {
            Some((after, by)) => {
                self.shared.order.turn((micros(*after), u64::MAX), self.shared.began + *after).await;
                by.clone()
            }
            None => std::future::pending().await,
        }
    }

    /// The signal that ended the run, and the exit code that it made.
    pub fn signal(&self) -> Option<(&str, u8)> {
        self.signal.as_ref().map(|(name, code)| (name.as_str(), *code))
    }

    /// The beginning of the run in the time of the runtime.
    pub fn began(&self) -> Instant {
        self.shared.began
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many requests were asked for that it does not hold.
    pub fn missing(&self) -> u64 {
        *self.shared.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of its tries nobody has asked for.
    pub fn unused(&self) -> usize {
        self.shared.tries.lock().unwrap_or_else(PoisonError::into_inner).values().map(VecDeque::len).sum()
    }
}

/// A first line, and one after it, have no more bytes than this.
const LONGEST_HEADER: u64 = 16 << 20;
const LONGEST_LINE: u64 = 64 << 20;

fn header(line: &[u8]) -> Result<Header, String> {
    #[derive(Deserialize)]
    struct Head {
        record: Option<serde_json::Value>,
    }

    const NONE: &str = "it is no record of `dewspec run --record`";
    let wrong = |error: serde_json::Error| format!("{NONE}: {error}");
    // Of another form, the form is what is wrong, and not a member that is missing.
    match serde_json::from_slice::<Head>(line).map_err(wrong)?.record {
        Some(serde_json::Value::String(form)) if form == FORM => serde_json::from_slice(line).map_err(wrong),
        Some(other) => Err(format!("it is {other}, and this dewspec reads {FORM:?}")),
        None => Err(NONE.to_owned()),
    }
}

/// What tells requests apart: everything that is sent, and the way in which it is.
fn key<'a>(
    method: &str,
    url: &str,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    body: Option<&[u8]>,
    manner: &[String],
) -> u64 {
    let mut hasher = FnvHasher::default();
    let mut part = |bytes: &[u8]| {
        hasher.write(&bytes.len().to_le_bytes());
        hasher.write(bytes);
    };
    part(method.as_bytes());
    part(url.as_bytes());
    for (name, value) in headers {
        part(name.as_bytes());
        part(value.as_bytes());
    }
    part(if body.is_some() { b"body" } else { b"" });
    part(body.unwrap_or_default());
    manner.iter().for_each(|word| part(word.as_bytes()));
    hasher.finish()
}

fn key_of(tried: &Try) -> Result<u64, String> {
    let headers = tried.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = tried.body.clone().map(Bytes::bytes).transpose()?;
    Ok(key(&tried.method, &tried.url, headers, body.as_deref(), &tried.manner))
}

fn key_for(request: &Request, options: &WireOptions) -> u64 {
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    key(&request.method, &request.url, headers, request.body.as_deref(), &manner(options))
}

impl Shared {
    /// The next try of this request that nobody has asked for.
    fn next(&self, request: &Request, options: &WireOptions) -> Option<Place> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&key_for(request, options))?.pop_front()
    }

    /// The same, left where it is.
    fn coming(&self, request: &Request, options: &WireOptions) -> Option<Place> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).get(&key_for(request, options))?.front().copied()
    }

    fn read(&self, place: Place) -> Result<Try, String> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = vec![0; place.length];
        file.seek(SeekFrom::Start(place.offset)).map_err(|e| e.to_string())?;
        file.read_exact(&mut text).map_err(|e| e.to_string())?;
        drop(file);
        let changed = || "it was changed while it was judged".to_owned();
        let Ok(Line::Try(mut tried)) = serde_json::from_slice(&text) else { return Err(changed()) };
        if let Some(name) = tried.again() {
            let body = self.bodies.get(name).filter(|body| body.offset != place.offset);
            let mut other = self.read(*body.ok_or_else(|| format!("the body {name} is missing"))?)?;
            tried.take_body_of(&mut other);
        }
        Ok(*tried)
    }
}

/// Answers from a record.
struct Answering(Arc<Shared>);

impl Transport for Answering {
    fn exchange<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Sending<'a> {
        Box::pin(async move {
            let unrecorded = |why: &str| {
                *self.0.missing.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                let answer = Err(failure(FailureKind::Unrecorded, why.to_owned()));
                Some(Tried { answer, sent: Instant::now(), elapsed: Duration::ZERO })
            };
            let Some(place) = self.0.next(request, options) else {
                return unrecorded("the record does not hold this request");
            };
            let tried = match self.0.read(place) {
                Ok(tried) => tried,
                Err(why) => return unrecorded(&format!("the record cannot be read: {why}")),
            };
            let sent = self.0.began + Duration::from_micros(tried.at);
            let elapsed = Duration::from_micros(tried.took);
            let answer = match tried.came {
                Came::Answer(answer) => match answer.received() {
                    Ok(received) => Ok(received),
                    Err(why) => return unrecorded(&format!("the record cannot be read: {why}")),
                },
                Came::Failure { kind, message } => Err(failure(kind, message)),
                Came::Cancelled => return std::future::pending().await,
                Came::Unobservable => return None,
            };
            self.0.order.turn((tried.at + tried.took, place.offset), sent + elapsed).await;
            Some(Tried { answer, sent, elapsed })
        })
    }

    /// It goes when it went: what had come to an end by then was known.
    fn ready<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Ready<'a> {
        Box::pin(async move {
            if let Some(place) = self.0.coming(request, options) {
                self.0.order.turn((place.at, place.offset), self.0.began + Duration::from_micros(place.at)).await;
            }
        })
    }

    fn fresh(&self) -> Arc<dyn Transport> {
        Arc::new(Answering(Arc::clone(&self.0)))
    }

    fn authenticate(&self) -> Authenticating<'_> {
        Box::pin(std::future::ready(self.0.authenticated.clone().map(|became| match became {
            Authenticated::Got(told) => Ok(told),
            Authenticated::Failed(why) => Err(why),
        })))
    }

    fn notes(&self) -> Vec<String> {
        self.0.notes.clone()
    }
}
