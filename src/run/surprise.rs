//! A surprising answer is held against the target's condition before it counts: what comes of an expired token, a throttle
//! or a gateway's maintenance is nobody's deviation.

use std::time::{Duration, Instant};

use crate::suite::OperationSuite;
use crate::transport::{Confirmed, EndedBy};
use crate::vocabulary::TokenChoice;

use super::preflight::example;
use super::record::Finished;
use super::resource::Resource;
use super::session::Session;

/// Canaries of one operation are no closer to each other than this.
const BETWEEN: Duration = Duration::from_secs(1);

/// Whether what some cases found may be due to the target's condition, so that they run again.
pub(super) async fn is_shaken<'a>(
    session: &Session,
    resource: &mut Resource,
    finished: impl Iterator<Item = &'a Finished<'a>>,
) -> bool {
    let surprising: Vec<&Finished<'_>> = finished.filter(|f| f.found_at().is_some()).collect();
    let Some(first) = surprising.first() else { return false };
    let operation = first.operation().operation.id.clone();
    if session.client.confirm(&operation, BETWEEN).await == Confirmed::Shaken {
        return true;
    }
    for one in surprising {
        if one.found_unauthorised() && !session.is_ended() {
            check_permission(session, one.operation(), resource, one.found_at()).await;
        }
    }
    false
}

/// Reading may still work where writing does not any more: only a write tells.
async fn check_permission(session: &Session, op: &OperationSuite, resource: &mut Resource, found: Option<Instant>) {
    let operation = &op.operation.id;
    let last = session.last_accepted(operation);
    if last.zip(found).is_some_and(|(last, found)| last > found) || last.is_none() {
        return;
    }
    let looks = resource.looks.len();
    let answer = example(session, op, resource).await;
    resource.looks.truncate(looks);
    if let Some(answer) = answer.filter(|answer| answer.is_unauthorised()) {
        let why =
            format!("the credentials may not write any more: a valid {operation} is answered with {}", answer.told);
        session.client.health().end(EndedBy::Credentials, why, last.unwrap_or_else(Instant::now));
    }
}

/// Sees to it that what was found last is held against the condition, too.
pub(super) async fn confirm_the_rest(session: &Session) {
    for (operation, found) in session.unconfirmed() {
        let last = session.client.health().last_good(&operation);
        if last.is_some_and(|last| last < found) && !session.is_ended() {
            session.client.confirm(&operation, Duration::ZERO).await;
        }
    }
}

/// Whether a request carries the target's own, valid token.
pub(super) fn is_ordinary(session: &Session, headers: &[(String, String)]) -> bool {
    let token = session.addresses.token(TokenChoice::Valid);
    headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("x-auth-token") && Some(value) == token.as_ref())
}
