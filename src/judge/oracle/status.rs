use super::super::describe;
use super::{Judgement, Scene};

/// Only documented statuses, and those the gateway in front of the service has for its own reasons.
pub(super) fn documented(scene: &Scene<'_>, statuses: &[u16], gateway: &[u16]) -> Judgement {
    let Some(response) = scene.response().filter(|_| !scene.is_answered_on_the_way()) else {
        return Judgement::NotApplicable;
    };
    // 409 is the business of the open clauses on duplicates and limits.
    let known = statuses.contains(&response.status) || gateway.contains(&response.status) || response.status == 409;
    let list = || statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    Judgement::when(known, || format!("one of the statuses {}", list()), || describe(scene.exchange))
}

/// A server error that repeats for the same input.
pub(super) fn no_server_error(scene: &Scene<'_>) -> Judgement {
    if scene.response().is_none() {
        return Judgement::NotApplicable;
    }
    Judgement::when(
        !scene.repeated_server_error,
        || "an error of the client's, if the request is wrong",
        || format!("{}, twice for the same input", describe(scene.exchange)),
    )
}

/// A server error that does not.
pub(super) fn no_transient(scene: &Scene<'_>) -> Judgement {
    Judgement::when(
        !scene.transient_server_error,
        || "the same answer for the same input",
        || "a server error once, and none when the request was sent again",
    )
}

/// A server status that no input should provoke: judged only where it occurs.
pub(super) fn unprovoked(scene: &Scene<'_>, status: u16) -> Judgement {
    match scene.response() {
        Some(response) if response.status == status => Judgement::when(
            !scene.repeated_server_error,
            || format!("no status {status} for a request that can be answered"),
            || format!("{}, twice for the same input", describe(scene.exchange)),
        ),
        _ => Judgement::NotApplicable,
    }
}
