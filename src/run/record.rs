use crate::check::{Blame, Deviation};
use crate::evidence;
use crate::plan::PlannedCase;
use crate::report::{CaseReport, ExchangeReport, FindingReport};
use crate::vocabulary::{Exchange, Level, Outcome};

use super::session::Session;

/// What is known of a case while it runs.
pub(super) struct Record<'a> {
    pub(super) session: &'a Session,
    pub(super) case: &'a PlannedCase,
    exchanges: Vec<ExchangeReport>,
    findings: Vec<FindingReport>,
    curls: Vec<Option<String>>,
    skip: Option<(String, bool)>,
    error: Option<String>,
    upheld: Vec<String>,
    wrong_answer: bool,
}

/// A case that has come to its end, not yet entered into the tally.
pub(super) struct Finished {
    pub(super) report: CaseReport,
    /// Clauses that it found upheld, besides its own.
    pub(super) upheld: Vec<String>,
    /// Why it could not be judged, and whether its own condition is the reason.
    pub(super) skip: Option<(String, bool)>,
    /// An answer was wrong, which is proof whatever comes of trying again.
    pub(super) wrong_answer: bool,
}

impl Finished {
    /// Enters it into the tally and hands out its report.
    pub(super) fn enter(self, session: &Session, case: &PlannedCase) -> CaseReport {
        session.enter(case, self.report.outcome, &self.report.findings, &self.upheld, self.skip.as_ref());
        self.report
    }
}

impl<'a> Record<'a> {
    pub(super) fn new(session: &'a Session, case: &'a PlannedCase) -> Self {
        Record {
            session,
            case,
            exchanges: Vec::new(),
            findings: Vec::new(),
            curls: Vec::new(),
            skip: None,
            error: None,
            upheld: Vec::new(),
            wrong_answer: false,
        }
    }

    /// Keeps an exchange; returns its index.
    pub(super) fn exchange(&mut self, exchange: &Exchange) -> usize {
        self.exchanges.push(evidence::show(exchange, &self.session.redactor));
        let token = self.session.target.token.as_str();
        self.curls.push(evidence::curl(&exchange.request, token, &self.session.redactor));
        self.exchanges.len() - 1
    }

    /// A check held.
    pub(super) fn held(&mut self, clause: String) {
        self.upheld.push(clause);
    }

    /// A check held, perhaps one of many of the same kind.
    pub(super) fn held_once(&mut self, clause: String) {
        if !self.upheld.contains(&clause) {
            self.upheld.push(clause);
        }
    }

    /// An answer is not the one expected.
    pub(super) fn wrong_answer(&mut self, deviation: &Deviation, exchange: usize) {
        self.wrong_answer = true;
        self.deviation(deviation, Some(exchange));
    }

    /// A deviation was found.
    pub(super) fn deviation(&mut self, deviation: &Deviation, exchange: Option<usize>) {
        let clause = self.blamed(&deviation.blame);
        self.finding(&clause, &deviation.allowed, &deviation.seen, exchange);
    }

    /// A clause is broken.
    pub(super) fn finding(&mut self, clause: &str, allowed: &str, seen: &str, exchange: Option<usize>) {
        let Some(known) = self.case.op.clause(clause) else { return };
        if self.findings.iter().any(|f| f.clause == clause && f.seen == seen) {
            return;
        }
        let level = if known.level == Level::Open { Level::Must } else { known.level };
        self.findings.push(FindingReport {
            clause: clause.to_owned(),
            level,
            wording: known.wording.clone(),
            source: known.source_line(),
            allowed: self.session.redactor.clean(allowed),
            seen: self.session.redactor.clean(seen),
            exchange,
        });
    }

    /// The id of the clause that a deviation speaks about; where the operation has none for it, the case's.
    fn blamed(&self, blame: &Blame) -> String {
        let op = &self.case.op;
        let own = || self.case.spec.clauses.first().cloned().unwrap_or_default();
        let id = match blame {
            Blame::Case => own(),
            Blame::Success => op.id("success.status"),
            Blame::Status(status) => op.id(&format!("status.{status}")),
            Blame::Documented => op.id("status.documented"),
            Blame::Stored => op.id("stored"),
            Blame::Unchanged => op.id("refused-unchanged"),
            Blame::Atomic => op.id("batch.atomic"),
            Blame::OneValue => op.id("key.one-value"),
            Blame::Limit => op.id("tag-limit"),
        };
        if op.clause(&id).is_some() { id } else { own() }
    }

    /// The case cannot be judged; `unmet` if its own condition does not hold.
    pub(super) fn skip(&mut self, reason: impl Into<String>, unmet: bool) {
        self.skip.get_or_insert((reason.into(), unmet));
    }

    /// dewspec or the network broke.
    pub(super) fn error(&mut self, reason: impl Into<String>) {
        self.error.get_or_insert(reason.into());
    }

    /// Whether anything has ended the case early.
    pub(super) fn is_over(&self) -> bool {
        self.skip.is_some() || self.error.is_some()
    }

    /// Whether a deviation was found.
    pub(super) fn has_findings(&self) -> bool {
        !self.findings.is_empty()
    }

    /// Closes the case and makes its report.
    pub(super) fn finish(self) -> Finished {
        let Record { session, case, exchanges, findings, curls, skip, error, upheld, wrong_answer } = self;
        let worst = findings.iter().map(|f| f.level).min();
        let outcome = match worst {
            Some(Level::Must | Level::Open) => Outcome::Fail,
            Some(Level::Should) if error.is_none() => Outcome::Warn,
            _ if error.is_some() => Outcome::Error,
            _ if skip.is_some() => Outcome::Skip,
            _ => Outcome::Pass,
        };
        let deciding = findings.iter().min_by_key(|f| f.level);
        let reason = match outcome {
            Outcome::Pass => None,
            Outcome::Fail | Outcome::Warn => deciding.map(|f| f.wording.clone()),
            Outcome::Error => error,
            Outcome::Skip => skip.as_ref().map(|(reason, _)| reason.clone()),
        };
        let curl = deciding.and_then(|f| f.exchange).and_then(|i| curls.get(i).cloned().flatten());
        let mut clauses = case.spec.clauses.clone();
        for finding in &findings {
            if !clauses.contains(&finding.clause) {
                clauses.push(finding.clause.clone());
            }
        }
        let report = CaseReport {
            id: case.spec.id.clone(),
            operation: case.op.operation.id.clone(),
            clauses,
            outcome,
            reason: reason.map(|r| session.redactor.clean(&r)),
            allowed: deciding.map(|f| f.allowed.clone()),
            seen: deciding.map(|f| f.seen.clone()),
            curl: curl.or_else(|| curls.into_iter().flatten().next()),
            replay: session.replay_command(&case.spec.id),
            findings,
            exchanges,
            generated: None,
        };
        Finished { report, upheld, skip, wrong_answer }
    }
}
