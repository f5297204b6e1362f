use std::ops::Range;

use crate::generate::{Doing, Drawing, Generator, Instance, Property, seed_of};
use crate::model::Outcome;
use crate::plan::PlannedCase;
use crate::report::{CaseReport, Flakiness, GeneratedFailure, GeneratedReport};
use crate::suite::{Effect, Expect, StepSpec};

use super::case_report::enter;
use super::group::run_next;
use super::needs::unmet;
use super::resource::Resource;
use super::session::Session;
use super::shrink::{Shown, Shrinking};
use super::target_facts::target_facts;
use crate::judge::case::{Evidence, JudgedCase};

/// Inputs made up and sent before the next are made up.
pub(super) const CHUNK: u64 = 64;
/// Items that an input needs room for, at most: a longer list is refused or meant to be too long.
const MOST_ROOM: usize = 8;

/// Runs properties over some of the inputs of each: all of them side by side, so that they share read-backs, until one
/// input fails, which is then made as simple as it goes against the target itself, and sent once more.
pub(super) async fn run_inputs(
    session: &Session,
    parts: &[(&PlannedCase, Range<u64>)],
    resource: &mut Resource,
    mut second: Option<&mut Resource>,
) -> Vec<CaseReport> {
    let mut parts: Vec<Part<'_>> = parts
        .iter()
        .map(|(case, range)| Part::new(session, case, range.clone(), resource, second.as_deref()))
        .collect();
    loop {
        let mut cases = Vec::new();
        let mut owners = Vec::new();
        for (owner, part) in parts.iter_mut().enumerate() {
            for (number, case) in part.next_cases(CHUNK.saturating_sub(cases.len() as u64)) {
                owners.push((owner, number));
                cases.push(case);
            }
        }
        if cases.is_empty() {
            break;
        }
        while !cases.is_empty() {
            let finished = run_next(session, &cases, resource, second.as_deref_mut()).await;
            let count = finished.len();
            for (finished, (owner, number)) in finished.into_iter().zip(&owners) {
                parts[*owner].take(*number, finished, resource);
            }
            let goes_on: Vec<bool> =
                owners.iter().enumerate().map(|(i, (owner, _))| i >= count && !parts[*owner].is_over()).collect();
            keep(&mut cases, &goes_on);
            keep(&mut owners, &goes_on);
        }
        resource.forget(session).await;
    }
    let mut reports = Vec::with_capacity(parts.len());
    for part in parts {
        reports.push(part.conclude(resource, second.as_deref_mut()).await);
    }
    reports
}

/// Keeps what is to be kept.
fn keep<T>(all: &mut Vec<T>, which: &[bool]) {
    let mut which = which.iter();
    all.retain(|_| which.next().copied().unwrap_or_default());
}

/// A property with some of its inputs.
struct Part<'a> {
    session: &'a Session,
    record: Evidence<'a>,
    /// None where it cannot run.
    inputs: Option<Inputs<'a>>,
    rest: Range<u64>,
    progress: Progress,
}

impl<'a> Part<'a> {
    fn new(
        session: &'a Session,
        case: &'a PlannedCase,
        rest: Range<u64>,
        resource: &Resource,
        second: Option<&Resource>,
    ) -> Self {
        let mut record = Evidence::new(&session.known, case);
        if let Some((reason, unmet)) = unmet(session, case, resource, second) {
            record.skip(reason, unmet);
        }
        let property = case.property.as_ref().filter(|_| !record.is_over());
        let inputs = property.map(|property| Inputs::new(session, case, property, resource));
        Part { session, record, inputs, rest, progress: Progress::default() }
    }

    /// Whether no more of its inputs are sent.
    fn is_over(&self) -> bool {
        self.progress.news.is_some() || self.session.is_over(&self.record.case.op.operation.id)
    }

    /// Its next inputs, with their numbers; `most` of them.
    fn next_cases(&mut self, most: u64) -> Vec<(u64, PlannedCase)> {
        let Some(inputs) = self.inputs.as_ref().filter(|_| !self.is_over()) else { return Vec::new() };
        let end = self.rest.start.saturating_add(most).min(self.rest.end);
        let range = self.rest.start..end;
        self.rest.start = end;
        inputs.cases(range)
    }

    fn take(&mut self, number: u64, finished: JudgedCase<'_>, resource: &Resource) {
        self.progress.take(self.session, &mut self.record, (number, &finished), resource);
    }

    async fn conclude(mut self, resource: &mut Resource, second: Option<&mut Resource>) -> CaseReport {
        let failing = self.progress.news.take().or_else(|| self.progress.kept.take());
        match (failing, &self.inputs) {
            (Some(failing), Some(inputs)) => {
                failing.settle(self.session, inputs, self.progress.generated, resource, second).await
            }
            _ if self.inputs.is_some() => self.progress.conclude(self.session, self.record),
            _ => enter(self.session, self.record.finish()),
        }
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
    fn take(
        &mut self,
        session: &Session,
        record: &mut Evidence<'_>,
        (number, finished): (u64, &JudgedCase<'_>),
        resource: &Resource,
    ) {
        match finished.outcome {
            Outcome::Fail | Outcome::Warn | Outcome::Flaky => {
                self.generated.inputs += 1;
                let known = finished.broken().all(|clause| resource.suspicions.is_broken(clause));
                let news = !known && finished.outcome == Outcome::Fail;
                let place = if news { &mut self.news } else { &mut self.kept };
                if place.is_none() {
                    *place = Some(Failing { number, shown: Shown::of(session, finished) });
                }
            }
            Outcome::Skip | Outcome::Error => {
                self.generated.skipped += 1;
                self.generated.lost += u64::from(finished.outcome == Outcome::Error);
                self.unjudged = Some((finished.outcome, finished.reason().unwrap_or_default()));
            }
            Outcome::Pass => {
                self.generated.inputs += 1;
                record.held_in(finished);
            }
        }
    }

    /// The report of a property that no input failed.
    fn conclude(self, session: &Session, mut record: Evidence<'_>) -> CaseReport {
        match self.unjudged {
            // Here and there one is lost; where most of them are, the others prove little.
            _ if self.generated.inputs > self.generated.lost => {}
            Some((Outcome::Error, reason)) => record.error(reason),
            Some((_, reason)) => record.skip(reason, false),
            None => record.skip("there is nothing to make up here, given the readings found", false),
        }
        let mut report = enter(session, record.finish());
        report.generated = Some(self.generated);
        report
    }
}

/// The inputs of a property, ready to be sent.
pub(super) struct Inputs<'a> {
    session: &'a Session,
    case: &'a PlannedCase,
    generator: Generator,
    drawing: Drawing,
    seed: u64,
}

impl<'a> Inputs<'a> {
    fn new(session: &'a Session, case: &'a PlannedCase, property: &Property, resource: &Resource) -> Self {
        let ops = session.known.suite.acting_on(case.op.operation.resource);
        let known = target_facts(session, &case.op, &ops, resource);
        let places = session.known.placeholders(case);
        let generator = Generator::new(&case.op, &ops, property.clone(), known, &places);
        let drawing = generator.drawing();
        Inputs { session, case, generator, drawing, seed: seed_of(session.settings.seed, &case.spec.id) }
    }

    fn cases(&self, range: Range<u64>) -> Vec<(u64, PlannedCase)> {
        let instances = self.drawing.instances(self.seed, range);
        instances.into_iter().map(|(index, instance)| (index, self.case(&index.to_string(), instance))).collect()
    }

    /// One input as a case; the name keeps its keys apart from those of all others.
    pub(super) fn case(&self, name: &str, instance: Instance) -> PlannedCase {
        let id = format!("{}#{name}", self.case.spec.id);
        let places = self.session.known.placeholders_named(&id, &self.case.op.operation.valid);
        let clause = instance.clause.clone();
        let steps: Vec<StepSpec> = instance.resolved(&places).moves.into_iter().map(step).collect();
        let steps = [&self.case.op.operation.first[..], &steps].concat();
        let room = steps.iter().filter_map(|s| s.fill).max().unwrap_or_else(|| self.room(&steps));
        self.case.with_input(id, clause, room, steps)
    }

    /// How many items the requests may store at once, at most.
    fn room(&self, steps: &[StepSpec]) -> usize {
        if !matches!(self.case.op.operation.effect, Effect::Batch { .. }) {
            return steps.len().clamp(1, MOST_ROOM);
        }
        // Every item begins with a brace, and the body around them with one more.
        let listed = |step: &StepSpec| step.body.as_ref().map_or(1, |b| b.matches('{').count().saturating_sub(1));
        steps.iter().map(listed).sum::<usize>().clamp(1, MOST_ROOM)
    }

    pub(super) fn operation(&self) -> &str {
        &self.case.op.operation.id
    }

    /// One input as it was made up.
    pub(super) fn instance(&self, input: u64) -> Option<Instance> {
        self.drawing.instances(self.seed, input..input + 1).pop().map(|(_, instance)| instance)
    }

    fn shrinking(&self, input: u64) -> Shrinking<'_> {
        Shrinking::new(self, self.generator.shrinker(self.seed, input), input)
    }
}

fn step(one: crate::generate::Move) -> StepSpec {
    let expect = Expect::with_statuses(one.answer, one.statuses);
    let (mut body, mut names, mut fill) = (None, None, None);
    match one.doing {
        Doing::Send(text) => body = Some(text),
        Doing::Name(item) => names = Some(item),
        Doing::Fill(count) => fill = Some(count),
    }
    let no_body = names.is_some();
    // A resource is filled without judgement; the step after it is the one that counts.
    let expect = fill.is_none().then_some(expect);
    let (operation, second) = (one.operation, one.second);
    StepSpec { body, no_body, names, fill, expect, verbatim: true, operation, second, ..StepSpec::default() }
}

/// An input that failed.
struct Failing {
    number: u64,
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
        let known = self.shown.report.findings.iter().all(|f| resource.suspicions.is_broken(&f.clause));
        let mut report = if known || session.is_stopped() {
            failure.confirmed = true;
            self.shown.report
        } else {
            let shown = inputs.shrinking(self.number).shrink(session, self.shown, resource, second, &mut failure).await;
            proven |= shown.proven;
            shown.report
        };
        report.id.clone_from(&case.spec.id);
        report.replay = session.replay_input(&case.spec.id, self.number);
        if failure.confirmed || proven {
            report.findings.iter().for_each(|finding| resource.suspicions.broken(&finding.clause));
            session.enter(case, (report.outcome, false), &report.broken(), std::iter::empty(), None);
        } else {
            // It did not happen again, so no clause is called broken on its account.
            let clause = report.findings.first().map(|finding| finding.clause.clone()).unwrap_or_default();
            report.outcome = Outcome::Flaky;
            report.flaky = Some(Flakiness { clause, failed: 1, tries: 2 });
            report.findings.clear();
            session.enter(case, (Outcome::Flaky, false), &[], std::iter::empty(), None);
        }
        generated.failure = Some(failure);
        report.generated = Some(generated);
        report
    }
}
