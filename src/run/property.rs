use std::ops::Range;
use std::sync::Arc;

use crate::generate::{Doing, Generator, Instance, Property, seed_of};
use crate::plan::PlannedCase;
use crate::report::{CaseReport, GeneratedFailure, GeneratedReport};
use crate::suite::{Effect, Expect, OperationSuite, StatusRule, StepSpec};
use crate::vocabulary::Outcome;

use super::case::run_case;
use super::group::{group_length, run_group};
use super::knowledge::known;
use super::needs::unmet;
use super::record::{Finished, Record};
use super::resource::Resource;
use super::session::Session;
use super::shrink::Shrinking;

/// Inputs made up and sent before the next are made up.
const CHUNK: u64 = 64;

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
    let mut record = Record::new(session, case);
    if let Some((reason, unmet)) = unmet(session, case, resource, second.as_deref()) {
        record.skip(reason, unmet);
        return record.finish().enter();
    }
    let inputs = Inputs::new(session, case, property, resource);
    let mut generated = GeneratedReport::default();
    let mut reason = None;
    let mut at = range.start;
    while at < range.end && !session.is_stopped() && !session.is_gone() {
        let end = (at + CHUNK).min(range.end);
        let cases = inputs.cases(at..end);
        let mut rest = cases.as_slice();
        while !rest.is_empty() {
            let length = group_length(session, rest, resource).max(1);
            let (now, later) = rest.split_at(length);
            let finished = if length >= 2 {
                run_group(session, &now.iter().collect::<Vec<_>>(), resource).await
            } else {
                vec![run_case(session, &now[0], resource, second.as_deref_mut()).await]
            };
            for (i, finished) in finished.into_iter().enumerate() {
                match finished.outcome {
                    Outcome::Fail | Outcome::Warn => {
                        let input = at + (cases.len() - rest.len() + i) as u64;
                        let failure = Failing { inputs: &inputs, input, generated };
                        return failure.settle(session, finished, resource, second).await;
                    }
                    Outcome::Skip | Outcome::Error => {
                        generated.skipped += 1;
                        reason = Some((finished.outcome, finished.reason().unwrap_or_default()));
                    }
                    Outcome::Pass => {
                        generated.inputs += 1;
                        finished.upheld().for_each(|clause| record.held_once(clause));
                    }
                }
            }
            rest = later;
        }
        at = end;
        resource.forget(session).await;
    }
    if let Some((outcome, reason)) = reason
        && generated.inputs == 0
    {
        match outcome {
            Outcome::Error => record.error(reason),
            _ => record.skip(reason, false),
        }
    } else if generated.inputs == 0 {
        record.skip("there is nothing to make up here, given the readings found", false);
    }
    let mut report = record.finish().enter();
    report.generated = Some(generated);
    report
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
        let ops = acting_on_the_same(session, &case.op);
        let known = known(session, &case.op, &ops, resource);
        let places = session.placeholders(case);
        let generator = Generator::new(&case.op, &ops, property.clone(), known, &places);
        Inputs { session, case, generator, seed: seed_of(session.settings.seed, &case.spec.id) }
    }

    fn cases(&self, range: Range<u64>) -> Vec<PlannedCase> {
        let first = range.start;
        let instances = self.generator.instances(self.seed, range);
        (first..).zip(instances).map(|(index, instance)| self.case(&index.to_string(), instance)).collect()
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
        let listed = |step: &StepSpec| {
            let body: Option<serde_json::Value> = step.body.as_deref().and_then(|b| serde_json::from_str(b).ok());
            match &self.case.op.operation.effect {
                Effect::Batch { items, .. } => {
                    body.and_then(|b| b.pointer(items).and_then(|v| v.as_array()).map(Vec::len)).unwrap_or(1)
                }
                Effect::Put { .. } | Effect::Create { .. } => 1,
            }
        };
        steps.iter().map(listed).sum::<usize>().clamp(1, 8)
    }

    /// One input as it was made up.
    pub(super) fn instance(&self, input: u64) -> Option<Instance> {
        self.generator.instances(self.seed, input..input + 1).pop()
    }

    fn shrinking(&self, input: u64) -> Shrinking<'_> {
        Shrinking::new(self, self.generator.shrinker(self.seed, input), input)
    }
}

fn step(one: crate::generate::Move) -> StepSpec {
    let expect = Expect { status: StatusRule::Fixed(one.statuses), ..Expect::new(one.answer) };
    let (body, fill) = match one.doing {
        Doing::Send(body) => (Some(body), None),
        Doing::Fill(count) => (None, Some(count)),
    };
    // A resource is filled without judgement; the step after it is the one that counts.
    let expect = fill.is_none().then_some(expect);
    StepSpec { body, fill, expect, verbatim: true, operation: one.operation, second: one.second, ..StepSpec::default() }
}

/// The operations whose resource is of the same kind.
fn acting_on_the_same(session: &Session, op: &OperationSuite) -> Vec<Arc<OperationSuite>> {
    let kind = op.operation.resource;
    session.suite.operations.iter().filter(|o| o.operation.resource == kind).cloned().collect()
}

/// A property with an input that failed.
struct Failing<'a> {
    inputs: &'a Inputs<'a>,
    input: u64,
    generated: GeneratedReport,
}

impl Failing<'_> {
    /// Makes the input simpler, confirms it, and reports it under the property's name.
    async fn settle(
        mut self,
        session: &Session,
        failed: Finished<'_>,
        resource: &mut Resource,
        second: Option<&mut Resource>,
    ) -> CaseReport {
        let case = self.inputs.case;
        let known = failed.findings().iter().all(|f| session.is_broken(&f.clause));
        let mut proven = failed.has_wrong_answer();
        let mut failure = GeneratedFailure { input: self.input, ..GeneratedFailure::default() };
        // What is known to be broken has been shown by something simpler already.
        let mut report = if known || session.is_stopped() {
            failure.confirmed = true;
            failed.into_report()
        } else {
            let shown = self.inputs.shrinking(self.input).shrink(session, failed, resource, second, &mut failure).await;
            proven |= shown.proven;
            shown.report
        };
        self.generated.inputs += 1;
        report.id.clone_from(&case.spec.id);
        report.replay = format!("{} --cases {}", session.replay_command(&case.spec.id), self.input + 1);
        if failure.confirmed || proven {
            session.enter(case, report.outcome, &report.findings, std::iter::empty(), None);
        } else {
            // It did not happen again, so no clause is called broken on its account.
            report.outcome = Outcome::Warn;
            session.enter(case, Outcome::Warn, &[], std::iter::empty(), None);
        }
        self.generated.failure = Some(failure);
        report.generated = Some(self.generated);
        report
    }
}
