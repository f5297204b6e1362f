use futures_util::stream::{self, StreamExt};

use super::session::Session;

/// Does what does not depend on each other side by side, as much at once as the target takes; what comes of it is in
/// the order of what was given.
pub(super) async fn at_once<F: Future>(session: &Session, things: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let guarded = things.into_iter().enumerate().map(|(nth, thing)| async move {
        let _slot = session.slot().await;
        (nth, thing.await)
    });
    // The next need not wait for the first of those under way.
    let mut done: Vec<_> = stream::iter(guarded).buffer_unordered(session.width()).collect().await;
    done.sort_unstable_by_key(|(nth, _)| *nth);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
