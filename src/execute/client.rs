use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::connections::Connections;
use super::pace::Pace;
use crate::vocabulary::{Exchange, Request, Response};

/// Bounds of what one target may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest wait for one whole answer.
    pub timeout: Duration,
    /// Largest body that is read.
    pub body: usize,
    /// Requests a second.
    pub rate: Option<u32>,
    /// How often a throttled request is sent again.
    pub throttled: u32,
    /// Longest wait that a throttling answer may ask for.
    pub retry_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            timeout: Duration::from_secs(10),
            body: 1 << 20,
            rate: None,
            throttled: 4,
            retry_after: Duration::from_secs(15),
        }
    }
}

/// The first wait of a throttled request that is not told how long to wait; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// How often a request was throttled, and since when.
#[derive(Debug, Default)]
pub struct Throttling {
    tries: u32,
    since: Option<tokio::time::Instant>,
}

/// The client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the HTTP client: {0}")]
pub struct ClientError(#[from] rustls::Error);

/// Sends requests. Cheap to clone; clones share connections, pace and the count of requests.
#[derive(Clone, Debug)]
pub struct Client {
    connections: Connections,
    limits: Limits,
    pace: Arc<Pace>,
    sent: Arc<AtomicU64>,
    in_vain: Arc<AtomicBool>,
}

impl Client {
    /// A client that follows no redirect, uses no proxy and reads bounded bodies. One that need not do so over
    /// `encrypted` connections, too, trusts no certificate at all.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(limits: Limits, encrypted: bool) -> Result<Self, ClientError> {
        let pace = Arc::new(Pace::new(limits.rate));
        let connections = Connections::new(&limits, encrypted)?;
        Ok(Client { connections, limits, pace, sent: Arc::default(), in_vain: Arc::default() })
    }

    /// A clone that shares pace and count, but no connection.
    pub fn with_own_connections(&self) -> Self {
        Client { connections: self.connections.fresh(), ..self.clone() }
    }

    /// How many requests were sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Counts a request that was sent by other means.
    pub fn count_one(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Waits for a turn, for a request sent by other means.
    pub async fn turn(&self) {
        self.pace.turn().await;
    }

    /// Sends one request. Answers 429 and 503 with `Retry-After` are waited for, as the documents ask.
    pub async fn send(&self, request: Request) -> Exchange {
        let mut throttling = Throttling::default();
        loop {
            self.pace.turn().await;
            let started = Instant::now();
            self.count_one();
            let answer = self.connections.exchange(&request, started).await;
            let elapsed = started.elapsed();
            if !self.waits(answer.as_ref().ok(), &mut throttling).await {
                return Exchange { request, answer, elapsed };
            }
        }
    }

    /// Waits as long as a throttled answer asks for, if it is one; `false` if the answer stands. All requests are held
    /// back meanwhile, and come at a slower pace afterwards.
    pub async fn waits(&self, answer: Option<&Response>, throttling: &mut Throttling) -> bool {
        let Some(answer) = answer else { return false };
        let named = answer.header("retry-after").and_then(|text| retry_after(&text));
        let throttled = answer.status == 429 || (answer.status == 503 && named.is_some());
        if !throttled {
            match throttling.since {
                Some(since) => {
                    self.pace.slow_down(since);
                    self.in_vain.store(false, Ordering::Relaxed);
                }
                None => self.pace.answered(),
            }
            return false;
        }
        // Where waiting has not helped before, it is no throttling but an answer like any other.
        let in_vain = self.in_vain.load(Ordering::Relaxed);
        let most = if in_vain { 1 } else { self.limits.throttled };
        if throttling.tries >= most {
            self.in_vain.store(true, Ordering::Relaxed);
            return false;
        }
        let wait = FIRST_WAIT * 2u32.saturating_pow(throttling.tries);
        let wait = wait.max(named.unwrap_or_default()).min(self.limits.retry_after);
        throttling.tries += 1;
        throttling.since.get_or_insert_with(tokio::time::Instant::now);
        if in_vain {
            tokio::time::sleep(wait.min(FIRST_WAIT)).await;
        } else {
            self.pace.pause(wait);
        }
        true
    }
}

/// Seconds or an HTTP date.
fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    Some(at.duration_since(std::time::SystemTime::now()).unwrap_or_default())
}
