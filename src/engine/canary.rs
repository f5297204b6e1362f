//! A surprising answer is held against the target's condition before it counts: what comes of an expired token, a throttle
//! or a gateway's maintenance is nobody's deviation.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::TokenChoice;
use crate::suite::OperationSuite;
use crate::transport::{Confirmed, Ended, EndedBy};

use super::preflight::{Answer, example};
use super::resource::Resource;
use super::session::{Found, Session};
use crate::judge::case::JudgedCase;
use crate::judge::is_in_no_form_of_a_service;

/// Canaries of one operation are no closer to each other than this.
const BETWEEN: Duration = Duration::from_secs(1);

/// So many valid writes in a row have to be refused before the credentials count as ended.
const WRITES: usize = 3;
/// So often do cases of one operation run again whose answers are in no form of a service.
const STRANGE: u32 = 5;

/// Whether what some cases found may be due to the target's condition, so that they run again.
pub(super) async fn is_disturbed<'a>(
    session: &Session,
    resource: &mut Resource,
    finished: impl Iterator<Item = &'a JudgedCase<'a>>,
) -> bool {
    let surprising: Vec<(&JudgedCase<'_>, Found)> = finished.filter_map(|f| Some((f, found(session, f)?))).collect();
    let Some((_, first)) = surprising.first() else { return false };
    let doubtful = |found: &Found| found.unauthorised || found.strange;
    let between = if surprising.iter().any(|(_, found)| doubtful(found)) { Duration::ZERO } else { BETWEEN };
    let earliest = surprising.iter().map(|(_, found)| found.at).min().unwrap_or(first.at);
    if session.client.confirm(&first.operation, earliest, between).await == Confirmed::Shaken {
        return true;
    }
    // It may have been well again just before it was asked; a page that comes each time is the service's own.
    if surprising.iter().any(|(_, found)| found.strange) && session.takes_for_chance(&first.operation, STRANGE) {
        return true;
    }
    if surprising.iter().any(|(_, found)| found.missing)
        && !session.is_ended()
        && let Some(why) = resource.is_gone(session).await
    {
        // Somebody has deleted it: what was found there since says nothing.
        session.client.health().end(EndedBy::Changed, why, earliest);
        return false;
    }
    for (one, found) in surprising.iter().filter(|(_, found)| found.unauthorised) {
        if !session.is_ended() {
            check_permission(session, one.operation(), resource, found.at).await;
        }
    }
    false
}

/// Reading may still work where writing does not any more: only a write tells.
async fn check_permission(session: &Session, op: &OperationSuite, resource: &mut Resource, found: Instant) {
    let operation = &op.operation.id;
    let tells =
        op.operation.effect.stores() && session.known.last_accepted(operation).is_some_and(|last| last <= found);
    if !tells {
        return;
    }
    let looks = resource.looks.len();
    let mut answer = None;
    for _ in 0..WRITES {
        answer = example(session, op, resource).await;
        if !answer.as_ref().is_some_and(Answer::is_unauthorised) {
            break;
        }
    }
    resource.looks.truncate(looks);
    if let Some(answer) = answer.filter(Answer::is_unauthorised) {
        let why =
            format!("the credentials may not write any more: a valid {operation} is answered with {}", answer.told);
        session.client.health().end(EndedBy::Credentials, why, found);
    }
}

/// Sees to it that what was found last is held against the condition, too.
pub(super) async fn confirm_the_rest(session: &Session) {
    for found in session.found().into_values() {
        let last = session.client.health().last_good(&found.operation);
        if last.is_some_and(|last| last < found.at) && !session.is_ended() {
            session.client.confirm(&found.operation, found.at, Duration::ZERO).await;
        }
    }
}

/// Whether something that a case found may be due to what has ended the run: nothing shows that the target was well after
/// it.
pub(super) fn may_be_due_to_the_end(session: &Session, ended: &Ended, found: &Found) -> bool {
    let written = session.known.last_accepted(&found.operation);
    let read = session.client.health().last_good(&found.operation);
    match ended.by {
        // A lost connection, or a throttle, is no finding; all else was found while the target still answered.
        // That is not the target's condition.
        EndedBy::Journal => false,
        EndedBy::Changed if found.at >= ended.since => true,
        EndedBy::Gone | EndedBy::Throttle | EndedBy::Maintenance => found.at > ended.since,
        EndedBy::Credentials if found.unauthorised => written.is_none_or(|last| last < found.at),
        EndedBy::Credentials | EndedBy::Changed => written.max(read).is_none_or(|last| last < found.at),
    }
}

/// What a case found last, if it found anything.
pub(super) fn found(session: &Session, judged: &JudgedCase<'_>) -> Option<Found> {
    let at = judged.found_at()?;
    let refused = judged.evidence().iter().filter(|e| matches!(e.status(), Some(401 | 403)));
    let unauthorised = refused.into_iter().any(|e| is_ordinary(session, &e.request.headers));
    let answers = || judged.evidence().iter().filter_map(|exchange| exchange.answer.as_ref().ok());
    let strange = answers().any(is_in_no_form_of_a_service);
    let missing = answers().any(|response| matches!(response.status, 404 | 410));
    Some(Found { operation: judged.operation().operation.id.clone(), at, unauthorised, missing, strange })
}

/// Whether a request carries the target's own, valid credentials.
fn is_ordinary(session: &Session, headers: &[(String, String)]) -> bool {
    let Some((own, credential)) = session.addresses.credential(TokenChoice::Valid) else { return false };
    headers.iter().any(|(name, value)| name.eq_ignore_ascii_case(&own) && *value == credential)
}
