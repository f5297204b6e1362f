use std::sync::{Mutex, PoisonError};

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::session::Session;

/// Does what does not depend on each other side by side, as much at once as the target takes; what comes of it is in
/// the order of what was given.
pub(super) async fn at_once<F: Future>(session: &Session, things: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let waiting = Mutex::new(things.into_iter().enumerate());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    // Each place takes up one thing after the other: there need not be room for all of them.
    let place = || async {
        let mut done = Vec::new();
        while let Some((nth, thing)) = next() {
            let _slot = session.slot().await;
            done.push((nth, thing.await));
        }
        done
    };
    let places: FuturesUnordered<_> = (0..session.width()).map(|_| place()).collect();
    let mut done: Vec<_> = places.collect::<Vec<_>>().await.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(nth, _)| *nth);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
