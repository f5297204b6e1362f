use crate::judge::State;
use crate::judge::case::payload_of;
use crate::model::TokenChoice;
use crate::plan::PlannedCase;
use crate::suite::{Answer, Need, StepSpec};

use super::resource::{LEFT_BEHIND, Resource};
use super::session::Session;

/// Why a case cannot run here, and whether its own condition is the reason.
pub(super) fn unmet(
    session: &Session,
    case: &PlannedCase,
    resource: &Resource,
    second: Option<&Resource>,
) -> Option<(String, bool)> {
    for (clause, readings) in &case.spec.when {
        let profile = session.known.profile();
        if !profile.is_among(clause, readings) {
            let found = match profile.remaining(clause).as_slice() {
                [] => "none of its readings".to_owned(),
                remaining => remaining.join(" or "),
            };
            return Some((
                format!("it applies only where {clause} is {}; here it is {found}", readings.join(" or ")),
                true,
            ));
        }
    }
    let target = &session.target;
    if target.authentication.signs()
        && let Some(step) = case.spec.steps.iter().find(|s| s.token != TokenChoice::Valid && s.token.is_made_of_token())
    {
        let reason = format!("requests are signed here: there is no token to make one of that is {}", step.token);
        return Some((reason, false));
    }
    for need in &case.spec.needs {
        let missing = match need {
            Need::List => (!resource.can_list()).then(|| "the stored state cannot be listed on this target".to_owned()),
            Need::Delete => (!resource.can_delete()).then(|| "nothing can be deleted on this target".to_owned()),
            Need::OtherKind => match second {
                None => Some("it needs a secret and a key".to_owned()),
                Some(other) => (!other.can_delete()).then(|| format!("nothing can be deleted from a {}", other.kind)),
            },
            Need::SecondResource => second.is_none().then(|| format!("it needs a second {}", resource.kind)),
            Need::ForeignResource => target
                .foreign_resource(resource.kind)
                .is_none()
                .then(|| format!("another tenant's {} is needed: give --foreign-{}-id", resource.kind, resource.kind)),
            Need::ForeignProject => target
                .foreign
                .project_id
                .is_none()
                .then(|| "another tenant's project is needed: give --foreign-project-id".to_owned()),
            Need::ForeignToken => target
                .foreign
                .token
                .is_none()
                .then(|| "another tenant's token is needed: give --foreign-token".to_owned()),
            Need::ReadOnlyToken => target
                .read_only_token
                .is_none()
                .then(|| "a token that may only read is needed: give --read-only-token".to_owned())
                .or_else(|| session.read_only_refused(resource.kind)),
            Need::AccessKey => (!target.authentication.signs())
                .then(|| "requests have a token here, and the case needs an access key to sign with".to_owned()),
            Need::EmptyResource => resource.is_in_doubt().or_else(|| {
                let reason = || format!("the {} carries items already, and the case needs an empty one", resource.kind);
                (resource.ledger.carries() > 0).then(reason)
            }),
        };
        if let Some(reason) = missing {
            return Some((reason, false));
        }
    }
    let filled = case.spec.steps.iter().filter_map(|s| s.fill).max();
    if filled.is_some() && resource.ledger.is_shared() {
        let reason = format!("somebody else keeps changing what the {} carries", resource.kind.carrier());
        return Some((reason, false));
    }
    let most = filled.unwrap_or(case.spec.room);
    let kept = if resource.can_delete() { kept_keys(session, case, resource) } else { most };
    if kept > 0 && writes(case) && resource.ledger.stuck().len() + kept > LEFT_BEHIND {
        let what = if resource.can_delete() { "keys that need encoding in a path" } else { "nothing" };
        let can = if resource.can_delete() { "cannot" } else { "can" };
        let reason =
            format!("{what} {can} be deleted on this target, and more than {LEFT_BEHIND} items would be left behind");
        return Some((reason, false));
    }
    let second = second.filter(|second| second.kind == resource.kind);
    room(session, case, resource).or_else(|| room(session, case, second?)).map(|reason| (reason, false))
}

/// How many items a case means to store that would stay for ever, though others can be deleted.
fn kept_keys(session: &Session, case: &PlannedCase, resource: &Resource) -> usize {
    if !resource.plain_paths_only {
        return 0;
    }
    let places = session.known.placeholders(case);
    let may_be_accepted =
        |s: &&StepSpec| s.expect.iter().chain(s.readings.values()).any(|e| e.answer != Answer::Refused);
    let set_up = case.spec.steps.iter().flat_map(|s| s.setup.iter().flatten()).map(|(key, _)| places.fill(key));
    let sent = case
        .spec
        .steps
        .iter()
        .filter(may_be_accepted)
        .filter_map(|step| payload_of(&session.known, case, &case.op, step, &State::new()));
    let sent = sent.flat_map(|payload| payload.change.put.into_iter().map(|(key, _)| key));
    set_up.chain(sent).filter(|key| resource.keeps(key)).count()
}

/// Whether a case means to store anything.
fn writes(case: &PlannedCase) -> bool {
    case.spec.steps.iter().any(|s| {
        s.setup.is_some()
            || s.fill.is_some()
            || (s.token == TokenChoice::Valid
                && s.expect.iter().chain(s.readings.values()).any(|e| e.answer != Answer::Refused))
    })
}

/// Whether the case's items fit beside those that are there.
fn room(session: &Session, case: &PlannedCase, resource: &Resource) -> Option<String> {
    let limit = resource.limit(&session.known, case)?;
    let there = resource.ledger.carries();
    let fills = case.spec.steps.iter().filter_map(|s| s.fill).max();
    if fills.is_some() || there + case.spec.room <= limit {
        return None;
    }
    Some(format!(
        "the {} carries {there} items already, and there is no room for {} more",
        resource.kind.carrier(),
        case.spec.room
    ))
}
