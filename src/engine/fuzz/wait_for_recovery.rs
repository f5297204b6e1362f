use std::time::Duration;

use tokio::time::Instant;

use crate::suite::OperationSuite;
use crate::transport::EndedBy;

use super::super::session::Session;

/// How long a target that stopped answering may take to come back.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two tries to reach it.
const PAUSE: Duration = Duration::from_millis(250);

/// Waits until the target answers again; how long that took, or `None` if it did not.
pub(super) async fn wait_for_recovery(session: &Session, op: &OperationSuite) -> Option<Duration> {
    let started = Instant::now();
    session.client.health().revive();
    while started.elapsed() < PATIENCE && !session.is_stopped() {
        if session.client.answers(&op.operation.id).await {
            return Some(started.elapsed());
        }
        tokio::time::sleep(PAUSE).await;
    }
    let why = "the target stopped answering and did not come back".to_owned();
    session.client.health().end(EndedBy::Gone, why, Instant::now());
    None
}
