//! Cases that run several times: all of them (`--repeat`), or those that do not pass (`--retries`). A pass over the plan is
//! what is repeated, so that cases share their read-backs each time, and tries of one case lie apart in time.

use std::collections::{BTreeMap, BTreeSet};

use crate::conclusion::{Try, of_tries};
use crate::judge::readings::Observation;
use crate::model::Outcome;
use crate::plan::PlannedCase;
use crate::report::CaseReport;

use super::progress::{Observer, Silent};
use super::property_shards::run_properties;
use super::resource_queues::{Leases, run_one_by_one, run_pairs, run_resource_queues};
use super::session::Session;

/// How cases run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// Side by side on all resources.
    Queues,
    /// Those that hold two resources, one after the other.
    Pairs,
    /// Those over generated input.
    Properties,
    /// Those that have wrong signatures, one after the other and by themselves.
    OneByOne,
}

/// Runs cases as often as the settings say, and says what all tries of each come to.
pub(super) async fn run_tries(
    session: &Session,
    way: Way,
    cases: &[PlannedCase],
    leases: &Leases,
    progress: &dyn Observer,
) -> Vec<CaseReport> {
    let most = session.settings.repetition.tries();
    if most <= 1 {
        return run(session, way, cases, leases, progress).await;
    }
    let before = session.known.take_observed();
    let mut tries: BTreeMap<String, Vec<Try>> = BTreeMap::new();
    for number in 0..most {
        let odd = contradicting(session, &before, &tries);
        let is_due =
            |case: &&PlannedCase| odd.contains(&case.spec.id) || is_due(session, number, tries.get(&case.spec.id));
        let again: Vec<PlannedCase> = cases.iter().filter(is_due).cloned().collect();
        if again.is_empty() || (number > 0 && (session.is_stopped() || session.is_cut_short())) {
            break;
        }
        let listener: &dyn Observer = if number == 0 { progress } else { &Silent };
        if number > 0 {
            progress.phase(&format!("running {} case(s) again, try {} of {most}", again.len(), number + 1));
        }
        session.tally().begin_tries(usize::try_from(number).unwrap_or(usize::MAX));
        let reports = run(session, way, &again, leases, listener).await;
        let mut observed: BTreeMap<String, Vec<(String, Observation)>> = BTreeMap::new();
        for (clause, observation) in session.known.take_observed() {
            observed.entry(observation.case.clone()).or_default().push((clause, observation));
        }
        for report in reports {
            let observed = observed.remove(&report.id).unwrap_or_default();
            tries.entry(report.id.clone()).or_default().push(Try { report, observed });
        }
    }
    before.into_iter().for_each(|(clause, observation)| session.known.observed(clause, observation));
    let reports = settle(session, tries);
    session.tally().end_tries();
    reports
}

async fn run(
    session: &Session,
    way: Way,
    cases: &[PlannedCase],
    leases: &Leases,
    progress: &dyn Observer,
) -> Vec<CaseReport> {
    match way {
        Way::Queues => run_resource_queues(session, cases, leases, progress).await,
        Way::Pairs => run_pairs(session, cases, leases, progress).await,
        Way::Properties => run_properties(session, cases, leases, progress).await,
        Way::OneByOne => run_one_by_one(session, cases, leases, progress).await,
    }
}

/// Whether a case is to run for the try of this number, counted from 0.
fn is_due(session: &Session, number: u64, before: Option<&Vec<Try>>) -> bool {
    let repetition = &session.settings.repetition;
    let last = before.and_then(|tries| tries.last()).map(|last| last.report.outcome);
    match last {
        None => number == 0,
        // What it needs is not there the next time, either.
        Some(Outcome::Skip) => false,
        Some(_) if number < repetition.repeat => true,
        Some(outcome) => outcome != Outcome::Pass,
    }
}

/// Probes that ran once, and showed what no reading explains together with what all others showed. Each of them passed by
/// itself; it may have been by chance.
fn contradicting(
    session: &Session,
    before: &[(String, Observation)],
    tries: &BTreeMap<String, Vec<Try>>,
) -> BTreeSet<String> {
    let mut profile = session.known.profile().clone();
    let once = tries.values().filter(|tries| tries.len() == 1).flatten();
    for (clause, observation) in before.iter().chain(once.flat_map(|one| &one.observed)) {
        profile.observe(clause, observation.clone());
    }
    let odd = profile.open_clauses().filter_map(|clause| profile.conflict(clause)).flatten();
    odd.map(|observation| observation.case.clone()).filter(|case| tries.contains_key(case)).collect()
}

/// One report for each case; clauses are held or broken by what its tries come to.
fn settle(session: &Session, tries: BTreeMap<String, Vec<Try>>) -> Vec<CaseReport> {
    let mut recovered = Vec::new();
    let mut reports = Vec::with_capacity(tries.len());
    for (id, tries) in tries {
        let was_lost = tries.first().is_some_and(|first| first.report.outcome == Outcome::Error);
        let Some(tried) = of_tries(tries) else { continue };
        session.tally().settle(&id, &tried.counted, &tried.unsteady);
        tried.observed.into_iter().for_each(|(clause, observation)| session.known.observed(clause, observation));
        if was_lost && tried.report.outcome != Outcome::Error {
            recovered.push(id);
        }
        reports.push(tried.report);
    }
    if !recovered.is_empty() {
        const NAMED: usize = 5;
        let more = recovered.len().saturating_sub(NAMED);
        let names = recovered.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        session.note(format!("could be judged only when they were tried again: {names}{more}"));
    }
    reports
}
