use std::ops::Range;

use crate::generate::{Doing, Generator, Instance, Property, seed_of};
use crate::plan::PlannedCase;
use crate::report::{CaseReport, GeneratedFailure, GeneratedReport};
use crate::suite::{Effect, Expect, StepSpec};
use crate::vocabulary::Outcome;

use super::group::run_next;
use super::knowledge::known;
use super::needs::unmet;
use super::record::{Finished, Record};
use super::resource::Resource;
use super::session::Session;
use super::shrink::{Shown, Shrinking};
use super::watch::watch;

/// Inputs made up and sent before the next are made up.
const CHUNK: u64 = 64;
/// Items that an input needs room for, at most: a longer list is refused or meant to be too long.
const MOST_ROOM: usize = 8;

/// Runs a property over some of its inputs: one after the other until one fails, which is then made as simple as it
/// goes against the target itself, and sent once more.
pub(super) async fn run_property(
    session: &Session,
    case: &PlannedCase,
    property: &Property,
    range: Range<u64>,
    resource: &mut Resource,
    mut second: Option<&mut Resource>,
) -> CaseReport {
    watch(session, case, resource).await;
    let mut record = Record::new(session, case);
    if let Some((reason, unmet)) = unmet(session, case, resource, second.as_deref()) {
        record.skip(reason, unmet);
        return record.finish().enter();
    }
    let inputs = Inputs::new(session, case, property, resource);
    let mut progress = Progress::default();
    let operation = &case.op.operation.id;
    let mut at = range.start;
    while at < range.end && progress.news.is_none() && !session.is_over(operation) {
        let end = (at + CHUNK).min(range.end);
        let numbered = inputs.cases(at..end);
        let (numbers, cases): (Vec<u64>, Vec<PlannedCase>) = numbered.into_iter().unzip();
        let mut done = 0;
        while done < cases.len() && progress.news.is_none() && !session.is_over(operation) {
            let finished = run_next(session, &cases[done..], resource, second.as_deref_mut()).await;
            for (finished, number) in finished.into_iter().zip(&numbers[done..]) {
                progress.take(session, &mut record, *number, finished);
                done += 1;
            }
        }
        at = end;
        resource.forget(session).await;
    }
    match progress.news.take().or_else(|| progress.kept.take()) {
        Some(failing) => failing.settle(session, &inputs, progress.generated, resource, second).await,
        None => progress.conclude(record),
    }
}

/// What has come of the inputs so far.
#[derive(Default)]
struct Progress {
    generated: GeneratedReport,
    /// Why inputs could not be judged.
    unjudged: Option<(Outcome, String)>,
    /// An input that broke a must that nothing else was found to break: the end of the search.
    news: Option<Failing>,
    /// The first input that broke a should, or something that is known to be broken; others may say more.
    kept: Option<Failing>,
}

impl Progress {
    fn take(&mut self, session: &Session, record: &mut Record<'_>, number: u64, finished: Finished<'_>) {
        match finished.outcome {
            Outcome::Fail | Outcome::Warn => {
                self.generated.inputs += 1;
                let known = finished.findings().iter().all(|f| session.is_broken(&f.clause));
                let news = !known && finished.outcome == Outcome::Fail;
                let place = if news { &mut self.news } else { &mut self.kept };
                if place.is_none() {
                    *place = Some(Failing { number, known, shown: Shown::of(finished) });
                }
            }
            Outcome::Skip | Outcome::Error => {
                self.generated.skipped += 1;
                self.unjudged = Some((finished.outcome, finished.reason().unwrap_or_default()));
            }
            Outcome::Pass => {
                self.generated.inputs += 1;
                record.held_in(&finished);
            }
        }
    }

    /// The report of a property that no input failed.
    fn conclude(self, mut record: Record<'_>) -> CaseReport {
        match self.unjudged {
            _ if self.generated.inputs > 0 => {}
            Some((Outcome::Error, reason)) => record.error(reason),
            Some((_, reason)) => record.skip(reason, false),
            None => record.skip("there is nothing to make up here, given the readings found", false),
        }
        let mut report = record.finish().enter();
        report.generated = Some(self.generated);
        report
    }
}

/// The inputs of a property, ready to be sent.
pub(super) struct Inputs<'a> {
    session: &'a Session,
    case: &'a PlannedCase,
    generator: Generator,
    seed: u64,
}

impl<'a> Inputs<'a> {
    fn new(session: &'a Session, case: &'a PlannedCase, property: &Property, resource: &Resource) -> Self {
        let ops = session.suite.acting_on(case.op.operation.resource);
        let known = known(session, &case.op, &ops, resource);
        let places = session.placeholders(case);
        let generator = Generator::new(&case.op, &ops, property.clone(), known, &places);
        Inputs { session, case, generator, seed: seed_of(session.settings.seed, &case.spec.id) }
    }

    fn cases(&self, range: Range<u64>) -> Vec<(u64, PlannedCase)> {
        let instances = self.generator.instances(self.seed, range);
        instances.into_iter().map(|(index, instance)| (index, self.case(&index.to_string(), instance))).collect()
    }

    /// One input as a case; the name keeps its keys apart from those of all others.
    pub(super) fn case(&self, name: &str, instance: Instance) -> PlannedCase {
        let id = format!("{}#{name}", self.case.spec.id);
        let places = self.session.placeholders_named(&id, &self.case.op.operation.valid);
        let clause = instance.clause.clone();
        let steps: Vec<StepSpec> = instance.resolved(&places).moves.into_iter().map(step).collect();
        let room = steps.iter().filter_map(|s| s.fill).max().unwrap_or_else(|| self.room(&steps));
        self.case.with_input(id, clause, room, steps)
    }

    /// How many items the requests may store at once, at most.
    fn room(&self, steps: &[StepSpec]) -> usize {
        let Effect::Batch { items, .. } = &self.case.op.operation.effect else {
            return steps.len().clamp(1, MOST_ROOM);
        };
        let listed = |step: &StepSpec| {
            let body: Option<serde_json::Value> = step.body.as_deref().and_then(|b| serde_json::from_str(b).ok());
            body.and_then(|b| b.pointer(items).and_then(|v| v.as_array()).map(Vec::len)).unwrap_or(1)
        };
        steps.iter().map(listed).sum::<usize>().clamp(1, MOST_ROOM)
    }

    pub(super) fn operation(&self) -> &str {
        &self.case.op.operation.id
    }

    /// One input as it was made up.
    pub(super) fn instance(&self, input: u64) -> Option<Instance> {
        self.generator.instances(self.seed, input..input + 1).pop().map(|(_, instance)| instance)
    }

    fn shrinking(&self, input: u64) -> Shrinking<'_> {
        Shrinking::new(self, self.generator.shrinker(self.seed, input), input)
    }
}

fn step(one: crate::generate::Move) -> StepSpec {
    let expect = Expect::with_statuses(one.answer, one.statuses);
    let (body, fill) = match one.doing {
        Doing::Send(body) => (Some(body), None),
        Doing::Fill(count) => (None, Some(count)),
    };
    // A resource is filled without judgement; the step after it is the one that counts.
    let expect = fill.is_none().then_some(expect);
    StepSpec { body, fill, expect, verbatim: true, operation: one.operation, second: one.second, ..StepSpec::default() }
}

/// An input that failed.
struct Failing {
    number: u64,
    /// Everything that it broke is known to be broken.
    known: bool,
    shown: Shown,
}

impl Failing {
    /// Makes the input simpler, confirms it, and reports it under the property's name.
    async fn settle(
        self,
        session: &Session,
        inputs: &Inputs<'_>,
        mut generated: GeneratedReport,
        resource: &mut Resource,
        second: Option<&mut Resource>,
    ) -> CaseReport {
        let case = inputs.case;
        let mut proven = self.shown.proven;
        let mut failure = GeneratedFailure { input: self.number, ..GeneratedFailure::default() };
        // What is known to be broken has been shown by something simpler already.
        let mut report = if self.known || session.is_stopped() {
            failure.confirmed = true;
            self.shown.report
        } else {
            let shown = inputs.shrinking(self.number).shrink(session, self.shown, resource, second, &mut failure).await;
            proven |= shown.proven;
            shown.report
        };
        report.id.clone_from(&case.spec.id);
        report.replay = format!("{} --cases {}", session.replay_command(&case.spec.id), self.number + 1);
        if failure.confirmed || proven {
            session.enter(case, report.outcome, &report.findings, std::iter::empty(), None);
        } else {
            // It did not happen again, so no clause is called broken on its account.
            report.outcome = Outcome::Warn;
            session.enter(case, Outcome::Warn, &[], std::iter::empty(), None);
        }
        generated.failure = Some(failure);
        report.generated = Some(generated);
        report
    }
}
