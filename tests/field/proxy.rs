//! One proxy that can be told what to do with each call: everything between a client and a server that is not the
//! server's doing.
//!
//! A [`Rule`] is a closure that is asked once for each call, in the order in which calls arrive, and keeps what it
//! needs to know between them. See [`crate::rules`] for those that several tests need.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::call::Call;
use crate::framing::{Heard, Received, Wire, closes};

/// What is done with a call.
pub(crate) enum Act {
    /// It is passed on, and the answer passed back as it came.
    Pass,
    /// The proxy answers by itself.
    Answer(Answer),
    /// It is passed on, and the answer changed on its way back.
    Change(fn(Answer) -> Answer),
    /// It is passed on with this token in the place of its own credentials, and answered by a clock that is so many seconds
    /// ahead.
    As(String, i64),
    /// It is passed on without this beginning of its path.
    Without(&'static str),
    /// It is passed on after a while.
    Delay(Duration),
    /// It is not passed on, and the connection closed without a byte.
    Drop,
    /// It is passed on, and the connection closed without a byte of the answer.
    Lose,
    /// It is passed on, and the connection closed in the midst of the answer.
    Cut,
    /// It is passed on, and answered with bytes that are no HTTP.
    Garble,
    /// It is not passed on and never answered; the connection stays open.
    Silent,
    /// It kills the process: every connection is closed, and new ones are refused for so long, or for ever.
    Die(Option<Duration>),
}

/// Decides about each call.
pub(crate) trait Rule: FnMut(&Call) -> Act + Send + 'static {}

impl<R: FnMut(&Call) -> Act + Send + 'static> Rule for R {}

/// What a proxy saw.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) calls: Vec<Call>,
    /// What was answered, by status; 0 stands for no answer.
    pub(crate) statuses: BTreeMap<u16, usize>,
    pub(crate) connections: usize,
    methods: BTreeMap<String, usize>,
}

struct Shared {
    upstream: SocketAddr,
    began: Instant,
    rule: Mutex<Box<dyn Rule>>,
    seen: Mutex<Seen>,
    deaths: UnboundedSender<Option<Duration>>,
}

/// A proxy on a thread of its own, until it is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// The thread ends when this is gone.
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Proxy {
    /// With nothing behind it: its rule answers everything.
    pub(crate) fn alone(rule: impl Rule) -> Self {
        // The discard port: nobody listens there, should a call be passed on all the same.
        Self::before(SocketAddr::from((Ipv4Addr::LOCALHOST, 9)), rule)
    }

    /// Before the server at this address.
    pub(crate) fn before(upstream: SocketAddr, rule: impl Rule) -> Self {
        Self::late(upstream, Duration::ZERO, rule)
    }

    /// The same, and connections are refused for so long at first: it is still starting.
    pub(crate) fn late(upstream: SocketAddr, asleep: Duration, rule: impl Rule) -> Self {
        let (deaths, died) = unbounded_channel();
        let (began, rule) = (Instant::now(), Mutex::new(Box::new(rule) as Box<dyn Rule>));
        let shared = Arc::new(Shared { upstream, began, rule, seen: Mutex::default(), deaths });
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                // Bound and never listening: keeps the port while connections are refused.
                let reserved = bound((Ipv4Addr::LOCALHOST, 0).into());
                let address = reserved.local_addr().expect("an address");
                let listening = listen(address, asleep, theirs, died);
                tokio::pin!(listening);
                if asleep.is_zero() {
                    // Whoever is told the address finds it listening.
                    let _ = futures_util::future::poll_immediate(&mut listening).await;
                }
                tell.send(address).expect("somebody waits");
                tokio::select! {
                    _ = stopped => {}
                    () = listening => {}
                }
            });
        });
        Proxy { address: told.recv().expect("an address"), shared, _stop: stop }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that came so far.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        locked(&self.shared.seen)
    }

    /// How many calls came so far.
    pub(crate) fn calls(&self) -> usize {
        self.seen().calls.len()
    }

    /// How many of the calls were such.
    pub(crate) fn count(&self, such: impl Fn(&Call) -> bool) -> usize {
        self.seen().calls.iter().filter(|call| such(call)).count()
    }

    /// How often this status was answered.
    pub(crate) fn answered(&self, status: u16) -> usize {
        self.seen().statuses.get(&status).copied().unwrap_or_default()
    }
}

fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bound(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseport(true).expect("an option");
    socket.bind(address).expect("a port");
    socket
}

async fn listen(
    address: SocketAddr,
    asleep: Duration,
    shared: Arc<Shared>,
    mut deaths: UnboundedReceiver<Option<Duration>>,
) {
    let mut gone = Some(asleep);
    loop {
        match gone {
            Some(time) => tokio::time::sleep(time).await,
            None => std::future::pending().await,
        }
        // Several requests may have killed it at once: it died once.
        while deaths.try_recv().is_ok() {}
        let listener = bound(address).listen(1024).expect("a listener");
        gone = serve(listener, &shared, &mut deaths).await;
    }
}

/// Serves connections until one of them is the death of all, and tells how long nobody is there then.
async fn serve(
    listener: TcpListener,
    shared: &Arc<Shared>,
    deaths: &mut UnboundedReceiver<Option<Duration>>,
) -> Option<Duration> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => {
                locked(&shared.seen).connections += 1;
                let shared = Arc::clone(shared);
                connections.spawn(async move {
                    // A connection that broke is what the test is about, or its client's affair.
                    let _ = converse(Wire::new(client), &shared).await;
                });
                while connections.try_join_next().is_some() {}
            }
            Some(gone) = deaths.recv() => {
                drop(listener);
                connections.shutdown().await;
                return gone;
            }
        }
    }
}

impl Shared {
    fn decide(&self, heard: &Heard) -> Act {
        let mut seen = locked(&self.seen);
        let of_method = *seen.methods.entry(heard.method.clone()).and_modify(|count| *count += 1).or_default();
        let call = Call {
            number: seen.calls.len(),
            of_method,
            since: self.began.elapsed(),
            method: heard.method.clone(),
            path: heard.path.clone(),
            fields: heard.fields.clone(),
            body: String::from_utf8_lossy(&heard.body).into_owned(),
            raw: heard.body.clone(),
        };
        let act = locked(&self.rule)(&call);
        seen.calls.push(call);
        act
    }

    fn note(&self, status: u16) {
        *locked(&self.seen).statuses.entry(status).or_default() += 1;
    }
}

/// Serves one connection.
async fn converse(mut client: Wire, shared: &Shared) -> io::Result<()> {
    let mut server = None;
    while let Some(heard) = client.request().await? {
        let act = shared.decide(&heard);
        if let Act::Delay(time) = act {
            tokio::time::sleep(time).await;
        }
        let (bytes, last) = match act {
            Act::Drop => {
                shared.note(0);
                return Ok(());
            }
            Act::Silent => {
                shared.note(0);
                client.gone().await;
                return Ok(());
            }
            Act::Die(time) => {
                shared.note(0);
                let _ = shared.deaths.send(time);
                return std::future::pending().await;
            }
            Act::Answer(answer) => {
                shared.note(answer.status);
                (answer.bytes(), closes(&answer.fields))
            }
            Act::As(token, ahead) => {
                let theirs = Heard { bytes: with_token(&heard, &token), ..heard.clone() };
                let Received { answer, last, .. } = passed_on(&mut server, &theirs, shared.upstream).await?;
                shared.note(answer.status);
                (told_by(answer, ahead).bytes(), last)
            }
            Act::Without(prefix) => {
                let line = format!("{} {}", heard.method, heard.path);
                let shorter = format!("{} {}", heard.method, &heard.path[prefix.len()..]);
                let bytes = [shorter.as_bytes(), &heard.bytes[line.len()..]].concat();
                let theirs = Heard { bytes, ..heard.clone() };
                let Received { answer, bytes, last } = passed_on(&mut server, &theirs, shared.upstream).await?;
                shared.note(answer.status);
                (bytes, last)
            }
            Act::Pass | Act::Delay(_) | Act::Change(_) | Act::Lose | Act::Cut | Act::Garble => {
                let came = passed_on(&mut server, &heard, shared.upstream).await?;
                let Some(sent) = sent_back(act, came, shared) else { return Ok(()) };
                sent
            }
        };
        client.send(&bytes).await?;
        if last || closes(&heard.fields) {
            client.finish().await;
            return Ok(());
        }
    }
    Ok(())
}

/// The bytes of a request with this token in the place of its own credentials.
fn with_token(heard: &Heard, token: &str) -> Vec<u8> {
    let end = heard.bytes.len() - heard.body.len();
    let head = String::from_utf8_lossy(&heard.bytes[..end]).into_owned();
    let is_credential = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        ["authorization", "x-auth-token", "x-sdk-date", "x-security-token"].contains(&name.as_str())
    };
    let mut lines: Vec<String> =
        head.trim_end().split("\r\n").filter(|line| !is_credential(line)).map(str::to_owned).collect();
    lines.push(format!("X-Auth-Token: {token}"));
    let mut bytes = format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes();
    bytes.extend_from_slice(&heard.body);
    bytes
}

/// The answer of a server whose clock is so many seconds ahead.
pub(crate) fn told_by(mut answer: Answer, ahead: i64) -> Answer {
    let by = Duration::from_secs(ahead.unsigned_abs());
    let now = std::time::SystemTime::now();
    let time = if ahead < 0 { now - by } else { now + by };
    answer.fields.retain(|(name, _)| !name.eq_ignore_ascii_case("date"));
    answer.with("Date", &httpdate::fmt_http_date(time))
}

async fn passed_on(server: &mut Option<Wire>, heard: &Heard, upstream: SocketAddr) -> io::Result<Received> {
    let wire = match server {
        Some(wire) => wire,
        None => server.insert(Wire::new(TcpStream::connect(upstream).await?)),
    };
    wire.send(&heard.bytes).await?;
    let received = wire.answer(&heard.method).await?;
    if received.last {
        *server = None;
    }
    Ok(received)
}

/// What is sent of an answer, and whether it is the last; nothing, if the connection ends without it.
fn sent_back(act: Act, came: Received, shared: &Shared) -> Option<(Vec<u8>, bool)> {
    let Received { answer, bytes, last } = came;
    let sent = match act {
        Act::Lose => None,
        Act::Cut => Some((bytes[..bytes.len() - 1].to_vec(), true)),
        Act::Garble => Some((b"\x00\x01\x02\x03 this is something else\r\n\r\n".to_vec(), true)),
        Act::Change(change) => {
            let answer = change(answer);
            shared.note(answer.status);
            return Some((answer.bytes(), last));
        }
        _ => {
            shared.note(answer.status);
            return Some((bytes, last));
        }
    };
    shared.note(0);
    sent
}
