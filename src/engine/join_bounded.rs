use std::sync::{Mutex, PoisonError};

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::session::Session;

/// Does what does not depend on each other side by side, as much at once as the target takes; what comes of it is in
/// the order of what was given.
pub(super) async fn join_bounded<F: Future>(session: &Session, things: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    in_places(session.width(), async || session.slot().await, things).await
}

/// So many at once, each of them in a slot of its own.
async fn in_places<S, F: Future>(
    places: usize,
    slot: impl AsyncFn() -> S,
    things: impl IntoIterator<Item = F>,
) -> Vec<F::Output> {
    let things = things.into_iter();
    let places = things.size_hint().1.map_or(places, |count| count.min(places));
    let waiting = Mutex::new(things.enumerate());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    // Each place takes up one thing after the other: there need not be room for all of them.
    let place = || async {
        let mut done = Vec::new();
        // Work first, then a slot for it: who has none to do must not wait behind others for a slot.
        while let Some((nth, thing)) = next() {
            let _slot = slot().await;
            done.push((nth, thing.await));
        }
        done
    };
    // In boxes, since they are large and would be copied again and again on their way into the queue.
    let places: FuturesUnordered<_> = (0..places).map(|_| Box::pin(place())).collect();
    let mut done: Vec<_> = places.collect::<Vec<_>>().await.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(nth, _)| *nth);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn what_ends_first_stays_in_its_place() {
        const THINGS: usize = 20;
        for places in [1, 3, THINGS, 2 * THINGS] {
            let (now, most) = (Cell::new(0), Cell::new(0));
            let thing = async |nth: usize| {
                now.set(now.get() + 1);
                most.set(most.get().max(now.get()));
                for _ in nth..THINGS {
                    yield_now().await;
                }
                now.set(now.get() - 1);
                nth
            };
            let outcomes = in_places(places, async || (), (0..THINGS).map(&thing)).await;
            assert_eq!(outcomes, (0..THINGS).collect::<Vec<_>>());
            assert_eq!(most.get(), places.min(THINGS));
        }
    }
}
