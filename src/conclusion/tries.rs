//! What several tries of one case come to: broken each time is broken, and otherwise it is flaky, at a rate.

use std::collections::BTreeSet;

use crate::judge::readings::Observation;
use crate::model::Outcome;
use crate::report::{CaseReport, Flakiness};

/// One try of a case.
#[derive(Clone, Debug)]
pub(crate) struct Try {
    /// What came of it.
    pub(crate) report: CaseReport,
    /// What it saw of open clauses.
    pub(crate) observed: Vec<(String, Observation)>,
}

/// What they come to.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    /// The report of the case: that of the try that says most, with the outcome of all.
    pub(crate) report: CaseReport,
    /// What is learned of open clauses.
    pub(crate) observed: Vec<(String, Observation)>,
    /// The tries that count. What came to nothing says nothing beside one that was judged.
    pub(crate) counted: Vec<usize>,
    /// Clauses that were not the same each time: the case neither upholds nor breaks them.
    pub(crate) unsteady: BTreeSet<String>,
}

/// Makes one of them; `None` if there are none.
pub(crate) fn of_tries(tries: Vec<Try>) -> Option<Tried> {
    let judges = |one: &Try| !matches!(one.report.outcome, Outcome::Skip | Outcome::Error);
    let mut counted: Vec<usize> = (0..tries.len()).filter(|nth| tries.get(*nth).is_some_and(judges)).collect();
    if counted.is_empty() && !tries.is_empty() {
        // Why the first came to nothing is what there is to say.
        counted.push(0);
    }
    let judged: Vec<&Try> = counted.iter().filter_map(|nth| tries.get(*nth)).collect();
    let gravest = (0..judged.len()).min_by_key(|nth| gravity(judged[*nth].report.outcome))?;
    let unsteady = by_outcome(&judged, gravest).or_else(|| by_reading(&judged));
    let tells = judged[unsteady.as_ref().map_or(gravest, |unsteady| unsteady.tells)];
    let count: u64 = judged.iter().map(|one| failed_of(&one.report).1).sum();
    let mut report = tells.report.clone();
    report.tries = (count > 1).then_some(count);
    let mut clauses = sometimes_broken(&judged);
    match unsteady {
        Some(Unsteady { flaky, texts, .. }) => {
            // A should that is broken each time is broken, whatever else comes and goes.
            let of_case = report.clauses.iter().filter(|id| !always_broken(&judged, id));
            clauses.extend(of_case.chain([&flaky.clause]).cloned());
            let why = report.reason.take();
            let why = why.as_deref().map_or("not the same each time", |why| why.trim_start_matches("flaky: "));
            report.reason = Some(format!("flaky, {} of {} tries: {why}", flaky.failed, flaky.tries));
            if let Some((allowed, seen)) = texts {
                (report.allowed, report.seen) = (Some(allowed), Some(seen));
            }
            report.outcome = Outcome::Flaky;
            report.flaky = Some(flaky);
        }
        None if report.findings.iter().any(|finding| !clauses.contains(&finding.clause)) => {
            report.findings.retain(|finding| !clauses.contains(&finding.clause));
        }
        // It failed each time, in another way each time.
        None => clauses.retain(|id| !report.findings.iter().any(|finding| finding.clause == *id)),
    }
    let is_steady = |(clause, _): &&(String, Observation)| !differs(&judged, clause);
    let observed = tells.observed.iter().filter(is_steady).cloned().collect();
    Some(Tried { report, observed, counted, unsteady: clauses })
}

/// Something that was not the same each time.
struct Unsteady {
    flaky: Flakiness,
    /// The try that tells of it, among those that count.
    tells: usize,
    /// What is allowed and what was seen, if that try does not say it.
    texts: Option<(String, String)>,
}

/// The order in which tries are worth telling.
fn gravity(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Fail => 0,
        Outcome::Flaky => 1,
        Outcome::Warn => 2,
        Outcome::Pass => 3,
        Outcome::Error => 4,
        Outcome::Skip => 5,
    }
}

/// How often a must was broken in how many tries, of one try that may itself have been several.
fn failed_of(report: &CaseReport) -> (u64, u64) {
    match (&report.flaky, report.outcome) {
        (Some(flaky), Outcome::Flaky) => (flaky.failed, flaky.tries.max(1)),
        (_, Outcome::Fail) => (1, 1),
        _ => (0, 1),
    }
}

/// A must that was broken in some of them, or else a should.
fn by_outcome(judged: &[&Try], gravest: usize) -> Option<Unsteady> {
    let sum = |of: fn(&CaseReport) -> (u64, u64)| {
        let each = judged.iter().map(|one| of(&one.report));
        each.fold((0, 0), |(failed, tries), (more, of)| (failed + more, tries + of))
    };
    let musts = sum(failed_of);
    let shoulds = sum(|report| (u64::from(report.outcome == Outcome::Warn), 1));
    let (failed, tries) = if musts.0 > 0 { musts } else { shoulds };
    if failed == 0 || failed == tries {
        return None;
    }
    let report = &judged.get(gravest)?.report;
    let known = report.flaky.as_ref().map(|flaky| &flaky.clause);
    let deciding = || report.findings.iter().min_by_key(|finding| finding.level).map(|finding| &finding.clause);
    let clause = known.or_else(deciding).or(report.clauses.first()).cloned().unwrap_or_default();
    Some(Unsteady { flaky: Flakiness { clause, failed, tries }, tells: gravest, texts: None })
}

/// An open clause of which they saw what no reading explains together.
fn by_reading(judged: &[&Try]) -> Option<Unsteady> {
    let clauses: BTreeSet<&String> =
        judged.iter().flat_map(|one| one.observed.iter().map(|(clause, _)| clause)).collect();
    let clause = clauses.into_iter().find(|clause| differs(judged, clause))?;
    let sides: Vec<Side<'_>> = judged.iter().map(|one| side(one, clause)).collect();
    let like = |side: &Side<'_>| sides.iter().filter(|other| *other == side).count();
    let most = sides.iter().map(like).max()?;
    // Of two that are equally frequent, the first is the usual one.
    let usual = sides.iter().position(|side| like(side) == most)?;
    let odd = sides.iter().position(|side| *side != sides[usual])?;
    let failed = sides.iter().filter(|side| **side != sides[usual]).count();
    let seen = |nth: usize| {
        let seen = judged.get(nth)?.observed.iter().find(|(known, _)| known == clause);
        seen.map(|(_, observation)| observation.seen.clone())
    };
    let told = |nth| seen(nth).unwrap_or_else(|| "nothing".to_owned());
    let texts = ("the same each time".to_owned(), format!("{}, and another time {}", told(usual), told(odd)));
    let flaky = Flakiness { clause: clause.clone(), failed: failed as u64, tries: sides.len() as u64 };
    Some(Unsteady { flaky, tells: odd, texts: Some(texts) })
}

/// Which readings a try speaks for.
type Side<'a> = Vec<(&'a str, bool)>;

fn side<'a>(one: &'a Try, clause: &str) -> Side<'a> {
    let seen = one.observed.iter().filter(|(known, _)| known == clause);
    seen.flat_map(|(_, seen)| seen.predictions.iter().map(|told| (told.reading.as_str(), told.holds))).collect()
}

fn differs(judged: &[&Try], clause: &str) -> bool {
    judged.windows(2).any(|pair| side(pair[0], clause) != side(pair[1], clause))
}

fn breaks(report: &CaseReport, clause: &str) -> bool {
    report.findings.iter().any(|finding| finding.clause == clause)
}

fn always_broken(judged: &[&Try], clause: &str) -> bool {
    judged.iter().all(|one| breaks(&one.report, clause))
}

/// Clauses that some tries broke and others did not.
fn sometimes_broken(judged: &[&Try]) -> BTreeSet<String> {
    let all = judged.iter().flat_map(|one| one.report.findings.iter().map(|finding| &finding.clause));
    all.filter(|id| !always_broken(judged, id)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::readings::{Observation, Prediction};
    use crate::model::Level;
    use crate::report::FindingReport;

    const MUST: &str = "c.must";
    const SHOULD: &str = "c.should";

    fn finding(clause: &str, level: Level) -> FindingReport {
        FindingReport {
            clause: clause.to_owned(),
            level,
            wording: "it holds".to_owned(),
            source: String::new(),
            allowed: "status 204".to_owned(),
            seen: "status 500".to_owned(),
            exchange: None,
        }
    }

    fn one(outcome: Outcome) -> Try {
        let findings = match outcome {
            Outcome::Fail => vec![finding(MUST, Level::Must)],
            Outcome::Warn => vec![finding(SHOULD, Level::Should)],
            _ => Vec::new(),
        };
        let clauses = vec![MUST.to_owned()];
        let reason = (outcome != Outcome::Pass).then(|| format!("{outcome} it is"));
        let report = CaseReport { outcome, findings, clauses, reason, ..CaseReport::passed("Op", "c/one") };
        Try { report, observed: Vec::new() }
    }

    fn tried(outcomes: &[Outcome]) -> Tried {
        of_tries(outcomes.iter().map(|outcome| one(*outcome)).collect()).unwrap()
    }

    #[test]
    fn what_is_the_same_each_time_is_that() {
        use Outcome::{Error, Fail, Pass, Skip, Warn};
        for (outcomes, expected, tries) in [
            (vec![Pass, Pass, Pass], Pass, Some(3)),
            (vec![Fail, Fail], Fail, Some(2)),
            (vec![Warn, Warn], Warn, Some(2)),
            (vec![Fail], Fail, None),
            // What could not be judged says nothing of the target.
            (vec![Error, Pass], Pass, None),
            (vec![Fail, Skip], Fail, None),
            (vec![Error, Skip], Error, None),
        ] {
            let tried = tried(&outcomes);
            assert_eq!((tried.report.outcome, tried.report.tries), (expected, tries), "{outcomes:?}");
            assert_eq!((tried.report.flaky, tried.unsteady.len()), (None, 0), "{outcomes:?}");
        }
        assert!(of_tries(Vec::new()).is_none());
    }

    #[test]
    fn what_is_not_is_flaky_at_a_rate_and_told_by_the_gravest_try() {
        use Outcome::{Error, Fail, Pass, Warn};
        for (outcomes, failed, tries, clause) in [
            (vec![Pass, Fail, Pass], 1, 3, MUST),
            (vec![Fail, Error, Pass], 1, 2, MUST),
            (vec![Warn, Pass, Warn], 2, 3, SHOULD),
            (vec![Warn, Fail], 1, 2, MUST),
        ] {
            let Tried { report, unsteady, counted, .. } = tried(&outcomes);
            assert_eq!(report.outcome, Outcome::Flaky, "{outcomes:?}");
            assert_eq!(report.flaky, Some(Flakiness { clause: clause.to_owned(), failed, tries }), "{outcomes:?}");
            assert!(unsteady.contains(clause), "{outcomes:?}: {unsteady:?}");
            assert!(!report.findings.is_empty(), "what was found is told: {outcomes:?}");
            assert_eq!(counted.len() as u64, tries);
            let reason = report.reason.unwrap_or_default();
            assert!(reason.starts_with(&format!("flaky, {failed} of {tries} tries: ")), "{reason}");
        }
    }

    #[test]
    fn a_try_that_was_flaky_by_itself_counts_as_what_it_was() {
        let mut flaky = one(Outcome::Flaky);
        flaky.report.flaky = Some(Flakiness { clause: MUST.to_owned(), failed: 1, tries: 2 });
        let Tried { report, .. } = of_tries(vec![one(Outcome::Fail), flaky, one(Outcome::Pass)]).unwrap();
        assert_eq!(report.flaky, Some(Flakiness { clause: MUST.to_owned(), failed: 2, tries: 4 }));
    }

    #[test]
    fn a_should_that_is_broken_each_time_is_broken_beside_a_flaky_must() {
        let mut both = one(Outcome::Fail);
        both.report.findings.push(finding(SHOULD, Level::Should));
        let Tried { report, unsteady, .. } = of_tries(vec![both, one(Outcome::Warn)]).unwrap();
        assert_eq!(report.outcome, Outcome::Flaky);
        assert!(unsteady.contains(MUST) && !unsteady.contains(SHOULD), "{unsteady:?}");
    }

    #[test]
    fn what_fails_each_time_in_another_way_fails() {
        let other = |clause: &str| {
            let mut other = one(Outcome::Fail);
            other.report.findings = vec![finding(clause, Level::Must)];
            other
        };
        let Tried { report, unsteady, .. } = of_tries(vec![other("c.a"), other("c.b")]).unwrap();
        assert_eq!((report.outcome, report.findings.len()), (Outcome::Fail, 1));
        assert_eq!(unsteady, BTreeSet::from(["c.b".to_owned()]), "what is told is broken, and nothing else is");
    }

    #[test]
    fn readings_that_differ_are_flaky_and_teach_nothing() {
        let seen = |holds: bool, seen: &str| {
            let mut one = one(Outcome::Pass);
            let prediction =
                |reading: &str, holds| Prediction { reading: reading.to_owned(), holds, allowed: String::new() };
            let observation = Observation {
                case: "c/one".to_owned(),
                seen: seen.to_owned(),
                predictions: vec![prediction("lax", holds), prediction("strict", !holds)],
                exchange: None,
            };
            one.observed = vec![("c.open".to_owned(), observation)];
            one
        };
        let steady = of_tries(vec![seen(true, "status 204"), seen(true, "status 204")]).unwrap();
        assert_eq!((steady.report.outcome, steady.observed.len()), (Outcome::Pass, 1), "told once");
        let Tried { report, observed, unsteady, .. } =
            of_tries(vec![seen(true, "status 204"), seen(false, "status 400"), seen(true, "status 204")]).unwrap();
        assert_eq!((report.outcome, observed.len()), (Outcome::Flaky, 0));
        assert_eq!(report.flaky, Some(Flakiness { clause: "c.open".to_owned(), failed: 1, tries: 3 }));
        assert_eq!(report.seen.as_deref(), Some("status 204, and another time status 400"));
        assert!(unsteady.contains("c.open"));
    }
}
