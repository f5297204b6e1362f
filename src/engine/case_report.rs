//! What becomes of a judged case: it is entered into the tally, and shown.

use std::sync::Arc;

use crate::judge::case::{Finding, JudgedCase, Unsteady};
use crate::model::{Exchange, Outcome};
use crate::redaction;
use crate::report::{CaseReport, FindingReport, Flakiness};

use super::canary::found;
use super::resource::Resource;
use super::session::Session;

/// Enters a case into the tally and makes its report; what was found broken is known on its resource from now on.
pub(super) fn enter_on(session: &Session, judged: JudgedCase<'_>, resource: &mut Resource) -> CaseReport {
    judged.broken().for_each(|clause| resource.suspicions.broken(clause));
    enter(session, judged)
}

/// Enters a case into the tally and makes its report.
pub(super) fn enter(session: &Session, mut judged: JudgedCase<'_>) -> CaseReport {
    for (clause, mut observation) in judged.take_observations() {
        observation.seen = session.redactor.clean(&observation.seen);
        session.known.observed(clause, observation);
    }
    let broken: Vec<&str> = judged.broken().collect();
    let outcome = (judged.outcome, judged.is_to_the_point());
    session.enter(judged.case(), outcome, &broken, judged.upheld(), judged.skipped());
    if let Some(found) = found(session, &judged) {
        session.note_found(judged.case(), found);
    }
    report(session, &judged)
}

/// The report of a case, without credentials.
pub(super) fn report(session: &Session, judged: &JudgedCase<'_>) -> CaseReport {
    let (case, exchanges) = (judged.case(), judged.evidence());
    let clean = |text: &str| session.redactor.clean(text);
    let findings: Vec<FindingReport> = judged.findings().iter().map(|f| finding(session, judged, f)).collect();
    let deciding = judged.gravest();
    let (mut allowed, mut seen) = (deciding.map(|f| clean(&f.allowed)), deciding.map(|f| clean(&f.seen)));
    let mut at = deciding.and_then(|f| f.exchange);
    let mut flaky = None;
    if judged.outcome == Outcome::Flaky
        && let Some(Unsteady { clause, deviation, exchange }) = judged.unsteady()
    {
        (allowed, seen, at) = (Some(clean(&deviation.allowed)), Some(clean(&deviation.seen)), exchange);
        flaky = Some(Flakiness { clause: clause.id.clone(), failed: 1, tries: 2 });
    }
    let token = session.target.token.as_str();
    let curl = |exchange: &Arc<Exchange>| redaction::curl(&exchange.request, token, &session.redactor);
    let mut clauses = case.spec.clauses.clone();
    for finding in &findings {
        if !clauses.contains(&finding.clause) {
            clauses.push(finding.clause.clone());
        }
    }
    CaseReport {
        id: case.spec.id.clone(),
        operation: case.op.operation.id.clone(),
        clauses,
        causes: Vec::new(),
        outcome: judged.outcome,
        reason: judged.reason().map(|reason| clean(&reason)),
        allowed,
        seen,
        curl: at.and_then(|i| exchanges.get(i)).and_then(curl).or_else(|| exchanges.iter().find_map(curl)),
        replay: session.replay_command(&case.spec.id),
        flaky,
        tries: None,
        findings,
        exchanges: exchanges.iter().map(|e| redaction::show(e, &session.redactor)).collect(),
        generated: None,
    }
}

fn finding(session: &Session, judged: &JudgedCase<'_>, found: &Finding) -> FindingReport {
    let clause = judged.operation().clause(&found.clause);
    FindingReport {
        clause: found.clause.clone(),
        level: found.level,
        wording: clause.map(|clause| clause.wording.clone()).unwrap_or_default(),
        source: clause.map(|clause| clause.source_line()).unwrap_or_default(),
        allowed: session.redactor.clean(&found.allowed),
        seen: session.redactor.clean(&found.seen),
        exchange: found.exchange,
    }
}
