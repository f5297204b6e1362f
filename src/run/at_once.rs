use std::sync::{Mutex, PoisonError};

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::session::Session;

/// Does what does not depend on each other side by side, as much at once as the target takes; what comes of it is in
/// the order of what was given.
pub(super) async fn at_once<F: Future>(session: &Session, things: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let things = things.into_iter();
    let most = things.size_hint().1.map_or(session.width(), |count| count.min(session.width()));
    let waiting = Mutex::new(things.enumerate());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    // Each place takes up one thing after the other: there need not be room for all of them.
    let place = || async {
        let mut done = Vec::new();
        loop {
            let _slot = session.slot().await;
            let Some((nth, thing)) = next() else { break done };
            done.push((nth, thing.await));
        }
    };
    // In boxes, since they are large and would be copied again and again on their way into the queue.
    let places: FuturesUnordered<_> = (0..most).map(|_| Box::pin(place())).collect();
    let mut done: Vec<_> = places.collect::<Vec<_>>().await.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(nth, _)| *nth);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
