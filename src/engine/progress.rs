use crate::report::CaseReport;

/// Is told how a run goes on.
pub trait Observer: Send + Sync {
    /// The number of cases that will run.
    fn planned(&self, cases: usize);
    /// A case is finished.
    fn finished(&self, case: &CaseReport);
    /// What is going on between cases.
    fn phase(&self, what: &str);
    /// What the run waits for, and how long it will probably take, as in `the target throttles (429); 1 200 requests
    /// left, about 40 s`. May be said as often as it changes; an empty text means that it goes on.
    fn waiting(&self, _what: &str) {}
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn planned(&self, _: usize) {}
    fn finished(&self, _: &CaseReport) {}
    fn phase(&self, _: &str) {}
}
