use std::time::Duration;

use tokio::time::Instant;

use crate::suite::OperationSuite;

use super::super::capability::reach;
use super::super::session::Session;

/// How long a target that stopped answering may take to come back.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two tries to reach it.
const PAUSE: Duration = Duration::from_millis(250);

/// Waits until the target answers again; how long that took, or `None` if it did not.
pub(super) async fn revived(session: &Session, op: &OperationSuite, resource: &str) -> Option<Duration> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE && !session.is_stopped() {
        if reach(session, op, resource).await.is_ok() {
            session.silence.end();
            return Some(started.elapsed());
        }
        tokio::time::sleep(PAUSE).await;
    }
    None
}
