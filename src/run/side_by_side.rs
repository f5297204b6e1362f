use std::cmp::Reverse;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::JoinHandle;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};

use super::session::Session;

/// A resource and what runs on it, one after the other.
pub(super) trait Lane: Clone + Send + 'static {
    /// What comes of each thing that runs.
    type Outcome: Send + 'static;

    /// How much there is to do, compared with other lanes.
    fn weight(&self) -> u64;

    /// Does it all.
    fn run(self, way: Way<'_, Self::Outcome>) -> impl Future<Output = ()>;
}

/// What a lane needs on its way.
pub(super) struct Way<'a, T> {
    pub(super) session: &'a Session,
    gate: &'a Semaphore,
    outcomes: mpsc::UnboundedSender<T>,
}

impl<'a, T> Way<'a, T> {
    /// A turn among all lanes; it ends when it is dropped.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'a>> {
        // The gate never closes, so there is always a permit to wait for.
        self.gate.acquire().await.ok()
    }

    /// Hands over what has come of something.
    pub(super) fn deliver(&self, outcome: T) {
        // Nobody waits any more only when the run itself has ended.
        let _ = self.outcomes.send(outcome);
    }
}

/// What is worth a thread of its own.
const WORTH_A_THREAD: u64 = 32;

/// Runs lanes side by side, on several threads where the target and the work are worth it, and hands over what
/// comes of them as it comes.
pub(super) async fn side_by_side<L: Lane>(session: &Session, lanes: Vec<L>, mut take: impl FnMut(L::Outcome)) {
    let (outcomes, mut finished) = mpsc::unbounded_channel();
    let crew = Crew { gate: Arc::new(Semaphore::new(session.settings.concurrency.max(1))), outcomes };
    let mut shares = shares(session, lanes).into_iter();
    let mut own = shares.next().unwrap_or_default();
    let mut threads = Vec::new();
    for share in shares {
        match crew.clone().on_thread(session, share) {
            Ok(thread) => threads.push(thread),
            Err(back) => own.extend(back),
        }
    }
    let collect = async {
        while let Some(outcome) = finished.recv().await {
            take(outcome);
        }
    };
    tokio::join!(crew.run(session, own), collect);
    for thread in threads {
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

/// A share of the lanes for each thread.
fn shares<L: Lane>(session: &Session, mut lanes: Vec<L>) -> Vec<Vec<L>> {
    let whole: u64 = lanes.iter().map(Lane::weight).sum();
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let worth = session.settings.width > 1 && whole >= WORTH_A_THREAD * 2;
    let count = if worth { cores.min(lanes.len()) } else { 1 };
    lanes.sort_by_key(|lane| Reverse(lane.weight()));
    let mut shares: Vec<(u64, Vec<L>)> = vec![(0, Vec::new()); count.max(1)];
    for lane in lanes {
        // The longest first, each to whoever has least to do.
        if let Some((load, share)) = shares.iter_mut().min_by_key(|(load, _)| *load) {
            *load += lane.weight();
            share.push(lane);
        }
    }
    shares.into_iter().map(|(_, share)| share).collect()
}

/// What every thread needs to work on its lanes.
struct Crew<T> {
    gate: Arc<Semaphore>,
    outcomes: mpsc::UnboundedSender<T>,
}

impl<T> Clone for Crew<T> {
    fn clone(&self) -> Self {
        Crew { gate: Arc::clone(&self.gate), outcomes: self.outcomes.clone() }
    }
}

impl<T: Send + 'static> Crew<T> {
    /// Runs lanes on a thread of their own; gives them back if there is none to be had.
    fn on_thread<L: Lane<Outcome = T>>(self, session: &Session, lanes: Vec<L>) -> Result<JoinHandle<()>, Vec<L>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let (Ok(runtime), Ok(session)) = (runtime, session.for_thread()) else { return Err(lanes) };
        // Kept here, too, until the thread is known to have begun.
        let back = lanes.clone();
        let thread = std::thread::Builder::new().name("lanes".to_owned());
        thread.spawn(move || runtime.block_on(self.run(&session, lanes))).map_err(|_| back)
    }

    /// Runs lanes side by side.
    async fn run<L: Lane<Outcome = T>>(self, session: &Session, lanes: Vec<L>) {
        let way = || Way { session, gate: &self.gate, outcomes: self.outcomes.clone() };
        let mut running: FuturesUnordered<_> = lanes.into_iter().map(|lane| lane.run(way())).collect();
        while running.next().await.is_some() {}
    }
}
