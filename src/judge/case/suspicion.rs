//! What the cases on one resource have found out that is amiss, and how much time and effort that has cost so far. It belongs
//! to the resource, so that what is sent to it does not depend on what happens elsewhere at the same time.

use std::collections::BTreeSet;
use std::time::Duration;

/// Clauses that need no more patience, and what patience has cost.
#[derive(Debug, Default)]
pub(crate) struct Suspicions {
    broken: BTreeSet<String>,
    suspected: BTreeSet<String>,
    wasted: Duration,
    shrunk: usize,
}

impl Suspicions {
    /// Takes note that a clause was found broken.
    pub(crate) fn broken(&mut self, clause: &str) {
        if !self.broken.contains(clause) {
            self.broken.insert(clause.to_owned());
        }
    }

    /// Takes note that a clause is probably broken: no need to be patient with it.
    pub(crate) fn suspect(&mut self, clause: &str) {
        self.suspected.insert(clause.to_owned());
    }

    /// Whether a clause was found broken.
    pub(crate) fn is_broken(&self, clause: &str) -> bool {
        self.broken.contains(clause)
    }

    /// Whether a clause was found broken, or probably is.
    pub(crate) fn is_suspect(&self, clause: &str) -> bool {
        self.is_broken(clause) || self.suspected.contains(clause)
    }

    /// Takes note of time spent waiting in vain for a state.
    pub(crate) fn waste(&mut self, time: Duration) {
        self.wasted += time;
    }

    /// Whether that is as much as may be wasted.
    pub(crate) fn is_impatient(&self, most: Duration) -> bool {
        self.wasted >= most
    }

    /// Takes note of requests spent on making failing inputs simpler.
    pub(crate) fn shrunk(&mut self, exchanges: usize) {
        self.shrunk += exchanges;
    }

    /// Whether more may be spent on that.
    pub(crate) fn may_shrink(&self, most: usize) -> bool {
        self.shrunk < most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_is_suspect_and_not_the_other_way_round() {
        let mut suspicions = Suspicions::default();
        suspicions.suspect("a");
        suspicions.broken("b");
        assert!(suspicions.is_suspect("a") && !suspicions.is_broken("a"));
        assert!(suspicions.is_suspect("b") && suspicions.is_broken("b"));
        assert!(!suspicions.is_suspect("c"));
    }

    #[test]
    fn time_and_effort_come_to_an_end() {
        let mut suspicions = Suspicions::default();
        suspicions.waste(Duration::from_secs(3));
        assert!(!suspicions.is_impatient(Duration::from_secs(4)));
        suspicions.waste(Duration::from_secs(1));
        assert!(suspicions.is_impatient(Duration::from_secs(4)));
        assert!(suspicions.may_shrink(1));
        suspicions.shrunk(1);
        assert!(!suspicions.may_shrink(1));
    }
}
