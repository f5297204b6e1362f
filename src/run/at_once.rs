use futures_util::stream::{self, StreamExt};

use super::session::Session;

/// Does what does not depend on each other side by side, as much at once as the target takes; what comes of it is in
/// the order of what was given.
pub(super) async fn at_once<F: Future>(session: &Session, things: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let guarded = things.into_iter().map(|thing| async {
        let _slot = session.slot().await;
        thing.await
    });
    stream::iter(guarded).buffered(session.width()).collect().await
}
