use crate::generate::Shrinker;
use crate::model::Outcome;
use crate::report::{CaseReport, GeneratedFailure};

use super::alone::run_case;
use super::case_report::report;
use super::property::Inputs;
use super::resource::Resource;
use super::session::Session;
use crate::judge::case::JudgedCase;

/// Requests that making one input simpler may cost.
const EXCHANGES: usize = 400;
/// The same on one resource in a whole run.
const IN_ALL: usize = 1_500;

/// One failing input on its way to its simplest form.
pub(super) struct Shrinking<'a> {
    inputs: &'a Inputs<'a>,
    shrinker: Shrinker,
    input: u64,
}

impl<'a> Shrinking<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>, shrinker: Shrinker, input: u64) -> Self {
        Shrinking { inputs, shrinker, input }
    }

    /// Tries simpler forms for as long as they fail in the same way, and the simplest once more.
    pub(super) async fn shrink(
        mut self,
        session: &Session,
        failed: Shown,
        resource: &mut Resource,
        mut second: Option<&mut Resource>,
        failure: &mut GeneratedFailure,
    ) -> Shown {
        let clauses: Vec<String> = failed.report.findings.iter().map(|f| f.clause.clone()).collect();
        clauses.iter().for_each(|clause| resource.suspicions.suspect(clause));
        let same = |f: &JudgedCase<'_>| {
            matches!(f.outcome, Outcome::Fail | Outcome::Warn)
                && f.findings().iter().any(|f| clauses.contains(&f.clause))
        };
        let mut best = failed;
        let mut simplest = None;
        let mut spent = 0;
        let operation = self.inputs.operation();
        while spent < EXCHANGES && resource.suspicions.may_shrink(IN_ALL) && !session.is_over(operation) {
            let next = match session.is_recorded() {
                true => self.shrinker.next_form_at_once(),
                false => self.shrinker.next_form().await,
            };
            let Some(form) = next else { break };
            failure.tried += 1;
            let case = self.inputs.case(&format!("{}.{}", self.input, failure.tried), form.clone());
            let finished = run_case(session, &case, resource, second.as_deref_mut()).await;
            spent += finished.evidence().len();
            resource.suspicions.shrunk(finished.evidence().len());
            let fails = same(&finished);
            if fails {
                failure.simplified += 1;
                best = Shown::of(session, &finished);
                simplest = Some(form);
            }
            self.shrinker.tell(fails);
        }
        let form = simplest.or_else(|| self.inputs.instance(self.input));
        if let Some(form) = form {
            let case = self.inputs.case(&format!("{}.again", self.input), form);
            let finished = run_case(session, &case, resource, second).await;
            failure.confirmed = same(&finished);
            if failure.confirmed {
                best = Shown::of(session, &finished);
            }
        }
        best
    }
}

/// A failure as it will be shown.
pub(super) struct Shown {
    pub(super) report: CaseReport,
    /// Something was accepted that should not have been, which is proof whatever comes of trying again.
    pub(super) proven: bool,
}

impl Shown {
    pub(super) fn of(session: &Session, finished: &JudgedCase<'_>) -> Self {
        Shown { proven: finished.has_wrong_acceptance(), report: report(session, finished) }
    }
}
