//! Who may act on which project.

use axum::http::{HeaderMap, StatusCode};

use super::Known;
use super::credentials::TokenError;
use super::signature::expired;
use crate::server::fault::Deviation;
use crate::server::http::{Envelope, Failure, Reason};
use crate::server::rules::Rules;
use crate::server::state::{State, Tenant};

/// Who sends a request: by the token in its headers, or by what its signature turned out to be.
#[derive(Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) signed: Option<Result<Known, Failure>>,
}

/// Checks credentials and project and returns the tenant to act for.
pub(crate) fn admit<'a>(
    state: &'a State,
    rules: &Rules,
    caller: &Caller<'_>,
    project: &str,
    writes: bool,
) -> Result<&'a Tenant, Failure> {
    let owner = state.tenant_of(project).or_else(|| loosely_found(state, rules, project));
    let known = match authenticate(state, rules, caller) {
        Ok(known) => known,
        Err(refusal) => {
            return waved_through(rules, &refusal).then_some(owner).flatten().ok_or(refusal.failure);
        }
    };
    let own = &state.tenants[known.tenant];
    let owner = match owner {
        Some(owner) => owner,
        None if rules.bends(Deviation::AcceptsUnknownProject) => own,
        None => {
            let message = "project_id: no such project is open to this token";
            return Err(Failure::new(rules.access.unknown_project, Reason::Project, message));
        }
    };
    if owner.project_id != own.project_id && !rules.bends(Deviation::AcceptsForeignToken) {
        let message = "header X-Auth-Token: was issued for another project than project_id";
        return Err(Failure::new(rules.access.token_foreign, Reason::Project, message));
    }
    if writes && !known.writes && !rules.bends(Deviation::WritesWithReadOnlyToken) {
        let message = "header X-Auth-Token: its role may read but not write";
        return Err(Failure::new(rules.access.token_read_only, Reason::Permission, message));
    }
    Ok(owner)
}

/// The tenant that a fault takes for the one of a project that is not.
fn loosely_found<'a>(state: &'a State, rules: &Rules, project: &str) -> Option<&'a Tenant> {
    let same = |known: &str| {
        rules.bends(Deviation::MatchesProjectInAnyCase) && known.eq_ignore_ascii_case(project)
            || rules.bends(Deviation::CutsBlanksOffProject) && known == project.trim()
    };
    state.tenants.iter().find(|tenant| same(&tenant.project_id))
}

/// Who sends a request, whatever it is for.
///
/// # Errors
///
/// What is wrong with the credentials.
pub(crate) fn identify(state: &State, caller: &Caller<'_>) -> Result<Known, Failure> {
    authenticate(state, state.gateway(), caller).map_err(|refusal| refusal.failure)
}

/// A token that was refused, and what was wrong with it.
struct Refusal {
    presented: Presented,
    failure: Failure,
}

enum Presented {
    Nothing,
    Empty,
    Wrong,
}

fn authenticate(state: &State, rules: &Rules, caller: &Caller<'_>) -> Result<Known, Refusal> {
    if let Some(signed) = &caller.signed {
        return signed.clone().map_err(|failure| Refusal { presented: Presented::Wrong, failure });
    }
    let refusal = |presented, status: StatusCode, envelope: Envelope, reason, rule| Refusal {
        presented,
        failure: Failure::new(status, reason, rule).enveloped(envelope),
    };
    let access = &rules.access;
    match caller.headers.get("x-auth-token").map(|token| token.as_bytes()) {
        None if rules.bends(Deviation::FailsOnMissingToken) => {
            Err(Refusal { presented: Presented::Nothing, failure: Failure::internal() })
        }
        None => Err(refusal(
            Presented::Nothing,
            access.token_missing,
            access.token_missing_envelope,
            Reason::TokenMissing,
            "header X-Auth-Token: is mandatory",
        )),
        Some(b"") => Err(refusal(
            Presented::Empty,
            access.token_empty,
            Envelope::Wrapped,
            Reason::TokenMissing,
            "header X-Auth-Token: must not be empty",
        )),
        Some(token) => state.credentials.find(rules, token).map_err(|error| match error {
            TokenError::Unknown => refusal(
                Presented::Wrong,
                access.token_wrong,
                access.token_wrong_envelope,
                Reason::TokenWrong,
                "header X-Auth-Token: is not a valid token",
            ),
            TokenError::Expired(end) => {
                let failure = expired(&format!("token expires, expires at {end}"));
                Refusal { presented: Presented::Wrong, failure }
            }
        }),
    }
}

fn waved_through(rules: &Rules, refusal: &Refusal) -> bool {
    rules.bends(match refusal.presented {
        Presented::Nothing => Deviation::AcceptsMissingToken,
        Presented::Empty => Deviation::AcceptsEmptyToken,
        Presented::Wrong => Deviation::AcceptsAnyToken,
    })
}
