use crate::report::CaseReport;

/// Is told how a run goes on.
pub trait Observer: Send + Sync {
    /// The number of cases that will run.
    fn planned(&self, cases: usize);
    /// A case is finished.
    fn finished(&self, case: &CaseReport);
    /// What is going on between cases.
    fn phase(&self, what: &str);
    /// What is waited for, and how long that may take.
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
