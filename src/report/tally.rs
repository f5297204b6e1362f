use crate::model::{Outcome, Verdict};

use super::model::{CaseReport, ClauseReport, Summary};

/// Cases by outcome. Every format counts with this, so that the formats cannot disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseTally {
    /// Cases that passed.
    pub pass: usize,
    /// Cases in which a must is broken.
    pub fail: usize,
    /// Cases in which a should is broken.
    pub warn: usize,
    /// Cases that could not be judged.
    pub skip: usize,
    /// Cases that were not the same each time.
    pub flaky: usize,
    /// Cases in which dewspec or the network broke.
    pub error: usize,
    /// Generated inputs that were judged.
    pub inputs: u64,
}

impl CaseTally {
    /// Counts cases.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseReport>) -> Self {
        let mut tally = Self::default();
        for case in cases {
            tally.inputs += case.generated.as_ref().map_or(0, |generated| generated.inputs);
            match case.outcome {
                Outcome::Pass => tally.pass += 1,
                Outcome::Fail => tally.fail += 1,
                Outcome::Warn => tally.warn += 1,
                Outcome::Flaky => tally.flaky += 1,
                Outcome::Skip => tally.skip += 1,
                Outcome::Error => tally.error += 1,
            }
        }
        tally
    }

    /// The report's summary, given how many requests were sent.
    pub fn summary(self, exchanges: u64) -> Summary {
        let Self { pass, fail, warn, flaky, skip, error, inputs } = self;
        Summary { pass, fail, warn, flaky, skip, error, inputs, exchanges }
    }

    /// The counts with their names, in the order they are shown.
    pub(super) fn named(self) -> [(&'static str, usize); 6] {
        [
            ("pass", self.pass),
            ("fail", self.fail),
            ("warn", self.warn),
            ("flaky", self.flaky),
            ("skip", self.skip),
            ("error", self.error),
        ]
    }
}

/// Clauses by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerdictTally {
    /// Checked, and never found broken.
    pub upheld: usize,
    /// Found broken.
    pub violated: usize,
    /// Open, with one reading left.
    pub determined: usize,
    /// Open, with several readings left.
    pub undetermined: usize,
    /// Could not be checked on this target.
    pub unobservable: usize,
    /// The precondition never held.
    pub vacuous: usize,
}

impl VerdictTally {
    /// Counts clauses.
    pub fn of<'a>(clauses: impl IntoIterator<Item = &'a ClauseReport>) -> Self {
        let mut tally = Self::default();
        for clause in clauses {
            match clause.verdict {
                Verdict::Upheld => tally.upheld += 1,
                Verdict::Violated => tally.violated += 1,
                Verdict::Determined => tally.determined += 1,
                Verdict::Undetermined => tally.undetermined += 1,
                Verdict::Unobservable => tally.unobservable += 1,
                Verdict::Vacuous => tally.vacuous += 1,
            }
        }
        tally
    }

    /// The counts with their names, in the order they are shown.
    pub(super) fn named(self) -> [(&'static str, usize); 6] {
        [
            ("upheld", self.upheld),
            ("violated", self.violated),
            ("determined", self.determined),
            ("undetermined", self.undetermined),
            ("unobservable", self.unobservable),
            ("vacuous", self.vacuous),
        ]
    }
}
