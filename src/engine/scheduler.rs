use std::collections::BinaryHeap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use futures_util::future::join_all;
use tokio::sync::mpsc;

use super::session::Session;

/// A resource and what runs on it, one after the other.
pub(super) trait Queue: Send + 'static {
    /// What comes of each thing that runs.
    type Outcome: Send + 'static;

    /// How much there is left to do, compared with other queues.
    fn left(&self) -> u64;

    /// Does the next of it, and hands over what comes of that.
    fn go_on(&mut self, session: &Session, deliver: impl Fn(Self::Outcome)) -> impl Future<Output = ()>;
}

/// What is worth a thread of its own.
const WORTH_A_THREAD: u64 = 32;

/// Runs queues side by side, on several threads where the target and the work are worth it, and hands over what
/// comes of them as it comes.
pub(super) async fn run_queues<L: Queue>(session: &Session, queues: Vec<L>, mut take: impl FnMut(L::Outcome)) {
    let workers = session.settings.concurrency.clamp(1, queues.len().max(1));
    let threads = threads(session, &queues).min(workers);
    let (outcomes, mut finished) = mpsc::unbounded_channel();
    let shared = Workers { waiting: Arc::new(Mutex::new(queues.into_iter().map(Waiting::new).collect())), outcomes };
    // Whoever cannot have a thread leaves its queues to the others: all of them take from one heap.
    let started: Vec<JoinHandle<()>> =
        (1..threads).filter_map(|nth| shared.clone().on_thread(session, share(workers, threads, nth))).collect();
    let own = workers - (1..=started.len()).map(|nth| share(workers, threads, nth)).sum::<usize>();
    let collect = async {
        while let Some(outcome) = finished.recv().await {
            take(outcome);
        }
    };
    tokio::join!(shared.run(session, own), collect);
    for thread in started {
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

/// How many threads are worth while.
fn threads<L: Queue>(session: &Session, queues: &[L]) -> usize {
    let whole: u64 = queues.iter().map(Queue::left).sum();
    // A record is judged in its own time, which only one thread can keep.
    let worth = session.settings.width > 1 && whole >= WORTH_A_THREAD * 2 && !session.is_recorded();
    if worth { std::thread::available_parallelism().map_or(1, NonZero::get) } else { 1 }
}

/// The workers of the `nth` of so many threads.
fn share(workers: usize, threads: usize, nth: usize) -> usize {
    workers * (nth + 1) / threads - workers * nth / threads
}

/// A queue that nobody is at work on, and how much there is left to do of it.
struct Waiting<L> {
    left: u64,
    queue: L,
}

impl<L: Queue> Waiting<L> {
    fn new(queue: L) -> Self {
        Waiting { left: queue.left(), queue }
    }
}

/// The queue with most to do comes first, so that none is left over at the end.
impl<L> Ord for Waiting<L> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.left.cmp(&other.left)
    }
}

impl<L> PartialOrd for Waiting<L> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<L> PartialEq for Waiting<L> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<L> Eq for Waiting<L> {}

/// What all workers share, on whatever thread.
struct Workers<L: Queue> {
    waiting: Arc<Mutex<BinaryHeap<Waiting<L>>>>,
    outcomes: mpsc::UnboundedSender<L::Outcome>,
}

impl<L: Queue> Clone for Workers<L> {
    fn clone(&self) -> Self {
        Workers { waiting: Arc::clone(&self.waiting), outcomes: self.outcomes.clone() }
    }
}

impl<L: Queue> Workers<L> {
    /// So many workers on a thread of their own, if there is one to be had.
    fn on_thread(self, session: &Session, workers: usize) -> Option<JoinHandle<()>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let session = session.for_thread();
        let thread = std::thread::Builder::new().name("queues".to_owned());
        thread.spawn(move || runtime.block_on(self.run(&session, workers))).ok()
    }

    /// So many workers side by side.
    async fn run(self, session: &Session, workers: usize) {
        join_all((0..workers).map(|_| self.work(session))).await;
    }

    /// Goes on with one queue after the other until none is waiting: what others are at work on is left to them.
    async fn work(&self, session: &Session) {
        // Nobody waits for outcomes any more only when the run itself has ended.
        let deliver = |outcome| drop(self.outcomes.send(outcome));
        loop {
            let Some(Waiting { mut queue, .. }) = self.waiting().pop() else { return };
            queue.go_on(session, deliver).await;
            let waiting = Waiting::new(queue);
            if waiting.left > 0 {
                self.waiting().push(waiting);
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BinaryHeap<Waiting<L>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
