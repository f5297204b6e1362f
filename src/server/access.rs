//! Who may act on which project.

use std::fmt;

use axum::http::{HeaderMap, StatusCode};

use super::fault::Deviation;
use super::http::{Envelope, Failure, Reason};
use super::identities::Identities;
use super::rules::Rules;
use super::state::{State, Tenant};

/// How much of a token a careless comparison looks at.
const COMPARED_PREFIX: usize = 32;

/// A token, whose it is and whether it may write.
struct Credential {
    token: String,
    tenant: usize,
    writes: bool,
}

/// Every token that the server knows.
pub(crate) struct Credentials([Credential; 3]);

/// Leaves the tokens out: what is debugged may be printed.
impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Credentials {
    pub(crate) fn new(identities: &Identities) -> Self {
        let credential = |token: &str, tenant, writes| Credential { token: token.to_owned(), tenant, writes };
        Self([
            credential(&identities.token, 0, true),
            credential(&identities.read_only_token, 0, false),
            credential(&identities.foreign_token, 1, true),
        ])
    }

    fn find(&self, rules: &Rules, token: &[u8]) -> Option<&Credential> {
        self.0.iter().find(|known| {
            let known = known.token.as_bytes();
            known == token
                || rules.bends(Deviation::AcceptsTokenPrefix)
                    && token.len() >= COMPARED_PREFIX
                    && known.starts_with(token)
                || rules.bends(Deviation::AcceptsTokenSuffix) && token.starts_with(known)
                || rules.bends(Deviation::AcceptsTokenInAnyCase) && known.eq_ignore_ascii_case(token)
        })
    }
}

/// Checks token and project and returns the tenant to act for.
pub(crate) fn admit<'a>(
    state: &'a State,
    rules: &Rules,
    headers: &HeaderMap,
    project: &str,
    writes: bool,
) -> Result<&'a Tenant, Failure> {
    let owner = state.tenant_of(project).or_else(|| loosely_found(state, rules, project));
    let known = match authenticate(state, rules, headers) {
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

fn authenticate<'a>(state: &'a State, rules: &Rules, headers: &HeaderMap) -> Result<&'a Credential, Refusal> {
    let refusal = |presented, status: StatusCode, envelope: Envelope, reason, rule| Refusal {
        presented,
        failure: Failure::new(status, reason, rule).enveloped(envelope),
    };
    let access = &rules.access;
    match headers.get("x-auth-token").map(|token| token.as_bytes()) {
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
        Some(token) => state.credentials.find(rules, token).ok_or_else(|| {
            refusal(
                Presented::Wrong,
                access.token_wrong,
                access.token_wrong_envelope,
                Reason::TokenWrong,
                "header X-Auth-Token: is not a valid token",
            )
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
