use std::sync::Arc;

use tokio::time::Instant;

use super::knowledge::Knowledge;
use super::suspicion::Suspicions;
use crate::judge::readings::Observation;
use crate::judge::{Blame, Deviation, describe};
use crate::model::{Attempt, Exchange, Level, Outcome};
use crate::plan::PlannedCase;
use crate::suite::{Answer, Clause, Expect, OperationSuite};

/// A clause that a case has found broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) clause: String,
    pub(crate) level: Level,
    /// What the documents allow, and what came.
    pub(crate) allowed: String,
    pub(crate) seen: String,
    /// Index into the case's exchanges.
    pub(crate) exchange: Option<usize>,
}

/// What is known of a case while it runs.
pub(crate) struct Evidence<'a> {
    pub(crate) known: &'a Knowledge,
    pub(crate) case: &'a PlannedCase,
    exchanges: Vec<Arc<Exchange>>,
    findings: Vec<Finding>,
    skip: Option<(String, bool)>,
    error: Option<String>,
    upheld: Vec<String>,
    /// The same of oracles that look at every exchange, by the places of their clauses in the operation.
    judged: Vec<bool>,
    wrong_answer: bool,
    /// An answer is of another kind than the one expected: it shows nothing of what the case is about.
    off_the_point: bool,
    /// How many of the findings are about nothing but what dewspec has not written.
    of_others: usize,
    /// When the last answer came that is known.
    time: Option<Instant>,
    /// When something was found last.
    found_at: Option<Instant>,
    /// What was not as it should be, and was when it was tried again.
    unsteady: Option<(Deviation, Option<usize>)>,
    /// What was seen of open clauses; of no account before the case has come to its end.
    observations: Vec<(String, Observation)>,
}

impl<'a> Evidence<'a> {
    pub(crate) fn new(known: &'a Knowledge, case: &'a PlannedCase) -> Self {
        Evidence {
            known,
            case,
            exchanges: Vec::new(),
            findings: Vec::new(),
            skip: None,
            error: None,
            upheld: Vec::new(),
            judged: Vec::new(),
            wrong_answer: false,
            off_the_point: false,
            of_others: 0,
            time: None,
            found_at: None,
            unsteady: None,
            observations: Vec::new(),
        }
    }

    /// Keeps an exchange; returns its index.
    pub(crate) fn exchange(&mut self, exchange: Arc<Exchange>) -> usize {
        self.came(exchange.came());
        self.exchanges.push(exchange);
        self.exchanges.len() - 1
    }

    /// What is found from here on was seen at this time, or with an exchange of its own.
    pub(crate) fn came(&mut self, time: Option<Instant>) {
        self.time = self.time.max(time);
    }

    /// The target went down with a request, and again when it was sent by itself.
    pub(crate) fn fatal(&mut self, op: &OperationSuite, exchange: usize) {
        if op.operation.id == self.case.op.operation.id {
            let seen = "no answer: the connection was lost, as often as the request was sent";
            self.finding(&op.id("server-error"), "an answer, whatever is wrong with the request", seen, Some(exchange));
            self.wrong_answer = true;
            self.off_the_point = true;
        } else {
            self.error("the target went down with another operation's request");
        }
        self.skip.get_or_insert(("the target went down with it".to_owned(), false));
    }

    /// Something came that no reading explains.
    pub(crate) fn is_surprising(&mut self, exchange: usize) {
        self.found_at = self.found_at.max(self.sent_at(Some(exchange)));
    }

    /// Takes note of what was seen of an open clause.
    pub(crate) fn observed(&mut self, clause: &str, observation: Observation) {
        self.observations.push((clause.to_owned(), observation));
    }

    /// When a request was sent; if it is none that is kept yet, when the last answer came.
    fn sent_at(&self, exchange: Option<usize>) -> Option<Instant> {
        exchange.and_then(|at| self.exchanges.get(at)?.sent).or(self.time)
    }

    /// The index that the next exchange will have.
    pub(crate) fn next_exchange(&self) -> usize {
        self.exchanges.len()
    }

    /// An answer broke off, and came whole when its request was sent again: a should, for it is not always so.
    pub(crate) fn flaky_answer(&mut self, op: &OperationSuite, attempt: &Attempt) {
        if op.operation.id == self.case.op.operation.id {
            let what = attempt.answer.as_ref().err().map(|failure| failure.message.clone()).unwrap_or_default();
            let seen =
                format!("flaky: an answer that was cut or garbled ({what}), and a whole one to the same request");
            self.finding(
                &op.id("server-error.transient"),
                "a whole answer each time",
                &seen,
                Some(self.exchanges.len()),
            );
        }
    }

    /// Good credentials were refused, and accepted when the same was sent again.
    pub(crate) fn refused_once(&mut self, op: &OperationSuite, first: &Exchange) {
        let Some(status) = first.status().filter(|_| self.is_on_trial(op)) else { return };
        let seen = format!("{}; another answer when the same was sent again", describe(first));
        let allowed = "credentials that are good are accepted each time".to_owned();
        self.flaky(Deviation { blame: Blame::Status(status), allowed, seen }, Some(self.exchanges.len()));
    }

    /// Whether a step of this operation is what the case is about; what others do to get there is for their own cases.
    pub(crate) fn is_on_trial(&self, op: &OperationSuite) -> bool {
        op.operation.id == self.case.op.operation.id
    }

    /// A step of another operation did not do what it should, so that nothing can be said of this one.
    pub(crate) fn way_blocked(&mut self, op: &OperationSuite, seen: &str) {
        self.skip(format!("{}, which it needs, did otherwise than it should: {seen}", op.operation.id), false);
    }

    /// Whether a request was sent again after a try that may have been carried out.
    pub(crate) fn has_second_try(&self) -> bool {
        self.exchanges.iter().any(|exchange| exchange.is_second_try())
    }

    /// An exchange that was kept.
    pub(crate) fn exchange_at(&self, index: usize) -> Option<&Exchange> {
        self.exchanges.get(index).map(|exchange| &**exchange)
    }

    /// Takes in what is known from a request of the same case that was sent apart; returns how far the indices of its
    /// exchanges have moved.
    pub(crate) fn absorb(&mut self, other: Evidence<'a>) -> usize {
        let before = self.exchanges.len();
        self.exchanges.extend(other.exchanges);
        self.findings.extend(
            other
                .findings
                .into_iter()
                .map(|finding| Finding { exchange: finding.exchange.map(|index| index + before), ..finding }),
        );
        self.skip = self.skip.take().or(other.skip);
        self.error = self.error.take().or(other.error);
        self.upheld.extend(other.upheld);
        self.hold_at_all(&other.judged);
        self.wrong_answer |= other.wrong_answer;
        self.off_the_point |= other.off_the_point;
        self.of_others += other.of_others;
        self.time = self.time.max(other.time);
        self.found_at = self.found_at.max(other.found_at);
        self.observations.extend(other.observations);
        self.unsteady = self.unsteady.take().or(other.unsteady);
        before
    }

    /// A check held.
    pub(crate) fn held(&mut self, clause: String) {
        self.upheld.push(clause);
    }

    /// What an answer that is as expected says about the general clauses of its operation.
    pub(crate) fn held_answer(&mut self, op: &OperationSuite, expect: &Expect, exchange: &Exchange) {
        match (expect.answer, exchange.status()) {
            (Answer::Accepted, Some(status)) if expect.or_refused.contains(&status) => {}
            (Answer::Accepted, _) => {
                if let Some(sent) = exchange.sent {
                    self.known.accepted(&op.operation.id, sent);
                }
                self.held(op.id("success.status"));
            }
            (Answer::Refused, Some(status)) => self.held(op.id(&format!("status.{status}"))),
            _ => {}
        }
    }

    /// An oracle of the case's operation found nothing amiss; the place is that of its clause.
    pub(crate) fn held_at(&mut self, place: usize) {
        if self.judged.is_empty() {
            self.judged = vec![false; self.case.op.clauses.len()];
        }
        if let Some(held) = self.judged.get_mut(place) {
            *held = true;
        }
    }

    fn hold_at_all(&mut self, held: &[bool]) {
        if self.judged.len() < held.len() {
            self.judged.resize(held.len(), false);
        }
        self.judged.iter_mut().zip(held).for_each(|(all, one)| *all |= one);
    }

    /// What held in a case over one input held in the property, too.
    pub(crate) fn held_in(&mut self, input: &JudgedCase<'_>) {
        for clause in &input.record.upheld {
            if !self.upheld.contains(clause) {
                self.upheld.push(clause.clone());
            }
        }
        self.hold_at_all(&input.record.judged);
    }

    /// An answer is not the one expected.
    pub(crate) fn wrong_answer(&mut self, deviation: &Deviation, exchange: usize) {
        self.wrong_answer = true;
        self.off_the_point = true;
        self.deviation(deviation, Some(exchange));
    }

    /// An answer is not the one expected. Accepted is accepted, and refused is refused, whatever is wrong with it: that much
    /// it shows.
    pub(crate) fn unlike(&mut self, expect: &Expect, deviation: &Deviation, exchange: usize) {
        let off_the_point = self.off_the_point;
        self.wrong_answer(deviation, exchange);
        let status = self.exchange_at(exchange).and_then(Exchange::status).unwrap_or_default();
        let alike = match expect.answer {
            Answer::Accepted => (200..300).contains(&status),
            Answer::Refused => (400..500).contains(&status),
            Answer::Any => true,
        };
        self.off_the_point = off_the_point || !alike;
    }

    /// A deviation was found.
    pub(crate) fn deviation(&mut self, deviation: &Deviation, exchange: Option<usize>) {
        let clause = self.blamed(&deviation.blame);
        self.finding(&clause, &deviation.allowed, &deviation.seen, exchange);
    }

    /// Something was not as it should be, and was when it was tried again.
    pub(crate) fn flaky(&mut self, deviation: Deviation, exchange: Option<usize>) {
        self.found_at = self.found_at.max(self.sent_at(exchange));
        self.unsteady.get_or_insert((deviation, exchange));
    }

    /// A deviation was found; `of_others` if it is about nothing but what dewspec has not written.
    pub(crate) fn deviation_of_state(&mut self, deviation: &Deviation, exchange: usize, of_others: bool) {
        let before = self.findings.len();
        self.deviation(deviation, Some(exchange));
        if of_others {
            self.of_others += self.findings.len() - before;
        }
    }

    /// A clause is broken.
    pub(crate) fn finding(&mut self, clause: &str, allowed: &str, seen: &str, exchange: Option<usize>) {
        // Where the operation has no such clause, it is a matter of what the case is about: nothing that was found is dropped.
        let own = || self.case.spec.clauses.first().and_then(|own| self.case.op.clause(own));
        let Some(known) = self.case.op.clause(clause).or_else(own) else {
            self.error(format!("no clause of {} speaks of what was found: {seen}", self.case.op.operation.id));
            return;
        };
        if self.findings.iter().any(|f| f.clause == known.id && f.seen == seen) {
            return;
        }
        let level = if known.level == Level::Open { Level::Must } else { known.level };
        let level = self.case.op.operation.gravity(level);
        self.found_at = self.found_at.max(self.sent_at(exchange));
        self.findings.push(Finding {
            clause: known.id.clone(),
            level,
            allowed: allowed.to_owned(),
            seen: seen.to_owned(),
            exchange,
        });
    }

    /// The id of the clause that a deviation speaks about; where the operation has none for it, the case's.
    pub(crate) fn blamed(&self, blame: &Blame) -> String {
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
    pub(crate) fn skip(&mut self, reason: impl Into<String>, unmet: bool) {
        self.skip.get_or_insert((reason.into(), unmet));
    }

    /// dewspec or the network broke.
    pub(crate) fn error(&mut self, reason: impl Into<String>) {
        self.error.get_or_insert(reason.into());
    }

    /// Whether anything has ended the case early.
    pub(crate) fn is_over(&self) -> bool {
        self.skip.is_some() || self.error.is_some()
    }

    /// Whether an answer was not the one expected.
    pub(crate) fn has_wrong_answer(&self) -> bool {
        self.wrong_answer
    }

    /// Something was accepted that should not have been, which is proof whatever comes of trying again.
    pub(crate) fn has_wrong_acceptance(&self) -> bool {
        let accepted = |at: usize| self.exchanges.get(at).and_then(|e| e.status()).is_some_and(|s| s < 400);
        self.wrong_answer && self.findings.iter().filter_map(|f| f.exchange).any(accepted)
    }

    /// Whether a deviation was found that is more than a broken should.
    pub(crate) fn breaks_a_must(&self) -> bool {
        self.findings.iter().any(|finding| finding.level != Level::Should)
    }

    /// Whether a deviation was found.
    pub(crate) fn has_findings(&self) -> bool {
        !self.findings.is_empty()
    }

    /// Whether anything was seen of open clauses.
    pub(crate) fn has_observations(&self) -> bool {
        !self.observations.is_empty()
    }

    fn upheld(&self) -> impl Iterator<Item = &str> {
        let clauses = &self.case.op.clauses;
        let judged = clauses.iter().zip(&self.judged).filter(|(_, held)| **held).map(|(clause, _)| clause.id.as_str());
        self.upheld.iter().map(String::as_str).chain(judged)
    }

    /// Closes the case.
    pub(crate) fn finish(self) -> JudgedCase<'a> {
        let worst = self.findings.iter().map(|f| f.level).min();
        let outcome = match worst {
            Some(Level::Must | Level::Open) => Outcome::Fail,
            Some(Level::Should) if self.error.is_none() && self.unsteady.is_none() => Outcome::Warn,
            Some(Level::Should) if self.error.is_none() => Outcome::Flaky,
            _ if self.error.is_some() => Outcome::Error,
            None if self.unsteady.is_some() => Outcome::Flaky,
            _ if self.skip.is_some() => Outcome::Skip,
            _ => Outcome::Pass,
        };
        JudgedCase { record: self, outcome }
    }
}

/// A case that has come to its end.
pub(crate) struct JudgedCase<'a> {
    record: Evidence<'a>,
    pub(crate) outcome: Outcome,
}

/// What was not the same each time, and the clause that it would break.
pub(crate) struct Unsteady<'e> {
    pub(crate) clause: &'e Clause,
    pub(crate) deviation: &'e Deviation,
    pub(crate) exchange: Option<usize>,
}

impl<'a> JudgedCase<'a> {
    pub(crate) fn case(&self) -> &'a PlannedCase {
        self.record.case
    }

    /// The operation that is on trial.
    pub(crate) fn operation(&self) -> &'a OperationSuite {
        &self.record.case.op
    }

    /// When something surprising was found last, if anything was.
    pub(crate) fn found_at(&self) -> Option<Instant> {
        self.record.found_at
    }

    pub(crate) fn findings(&self) -> &[Finding] {
        &self.record.findings
    }

    /// The clauses found broken.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &str> {
        self.record.findings.iter().map(|finding| finding.clause.as_str())
    }

    /// Everything that was sent and came, as far as it is kept: the case's own requests, then what was read back.
    pub(crate) fn evidence(&self) -> &[Arc<Exchange>] {
        &self.record.exchanges
    }

    /// The finding that decides about the outcome.
    pub(crate) fn gravest(&self) -> Option<&Finding> {
        self.record.findings.iter().min_by_key(|f| f.level)
    }

    /// What was found broken is looked at with less patience from now on.
    pub(crate) fn raise_suspicion(&self, suspicions: &mut Suspicions) {
        self.broken().for_each(|clause| suspicions.suspect(clause));
    }

    /// All that was found may as well be the doing of somebody else, who has come or gone just then; unless the same was
    /// found before.
    pub(crate) fn may_be_chance(&self, suspicions: &Suspicions) -> bool {
        let Evidence { findings, of_others, .. } = &self.record;
        let known = || findings.iter().all(|finding| suspicions.is_suspect(&finding.clause));
        !findings.is_empty() && *of_others == findings.len() && !known()
    }

    /// Something was accepted that should not have been, which is proof whatever comes of trying again.
    pub(crate) fn has_wrong_acceptance(&self) -> bool {
        self.record.has_wrong_acceptance()
    }

    /// Nothing is learned from it about readings.
    pub(crate) fn forget_observations(&mut self) {
        self.record.observations.clear();
    }

    /// What was seen of open clauses, each with its clause.
    pub(crate) fn take_observations(&mut self) -> Vec<(String, Observation)> {
        std::mem::take(&mut self.record.observations)
    }

    /// Clauses found upheld, besides its own.
    pub(crate) fn upheld(&self) -> impl Iterator<Item = &str> {
        self.record.upheld()
    }

    /// Whether its answers say something of what it is about.
    pub(crate) fn is_to_the_point(&self) -> bool {
        !self.record.off_the_point && self.record.skip.is_none()
    }

    /// Why it was not judged, and whether its own condition is the reason.
    pub(crate) fn skipped(&self) -> Option<&(String, bool)> {
        self.record.skip.as_ref()
    }

    /// Why it is no pass.
    pub(crate) fn reason(&self) -> Option<String> {
        match self.outcome {
            Outcome::Pass => None,
            Outcome::Fail | Outcome::Warn => {
                self.gravest().and_then(|f| self.record.case.op.clause(&f.clause)).map(|c| c.wording.clone())
            }
            Outcome::Flaky => self.unsteady().map(|it| format!("flaky: {}", it.clause.wording)),
            Outcome::Error => self.record.error.clone(),
            Outcome::Skip => self.record.skip.as_ref().map(|(reason, _)| reason.clone()),
        }
    }

    /// What was not the same each time, if anything was.
    pub(crate) fn unsteady(&self) -> Option<Unsteady<'_>> {
        let (deviation, exchange) = self.record.unsteady.as_ref()?;
        let clause = self.record.blamed(&deviation.blame);
        Some(Unsteady { clause: self.record.case.op.clause(&clause)?, deviation, exchange: *exchange })
    }
}
