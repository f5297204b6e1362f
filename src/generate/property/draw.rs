use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;
use tokio::sync::mpsc as channel;

use super::drawn::{Candidates, Drawn};
use super::instance::resolved;
use super::one_field::{Body, OneField, fits, read};
use super::sequence::{limits, sequences};
use super::{Instance, Property, TargetFacts};
use crate::generate::Placeholders;
use crate::generate::json::{is_broken, mutation};
use crate::generate::whole::whole;
use crate::rules::Contract;
use crate::suite::{Answer, Effect, OperationSuite};

/// Makes up the inputs of one property. What the `n`-th input is depends on seed, property and what is
/// known of the target alone.
#[derive(Clone, Debug)]
pub struct Generator {
    contract: Arc<Contract>,
    ops: Vec<Arc<OperationSuite>>,
    property: Property,
    known: TargetFacts,
    places: Placeholders,
}

impl Generator {
    /// For a property of an operation; `ops` are those that act on the same resources, for sequences.
    pub fn new(
        op: &Arc<OperationSuite>,
        ops: &[Arc<OperationSuite>],
        property: Property,
        known: TargetFacts,
        places: &Placeholders,
    ) -> Self {
        Generator { contract: Arc::new(Contract::new(op)), ops: ops.to_vec(), property, known, places: places.clone() }
    }

    /// These inputs with their numbers, in order. An input that the facts leave no room for is left out.
    pub fn instances(&self, seed: u64, range: Range<u64>) -> Vec<(u64, Instance)> {
        self.drawing().instances(seed, range)
    }

    /// Ready for many inputs.
    pub fn drawing(&self) -> Drawing {
        Drawing(self.candidates())
    }

    /// Simpler and simpler forms of one input.
    pub fn shrinker(&self, seed: u64, index: u64) -> Shrinker {
        let (forms, wanted) = channel::channel(1);
        let (verdicts, failed) = mpsc::channel();
        let generator = self.clone();
        // Trees of proptest stay on the thread that made them.
        let thread = std::thread::Builder::new().name("shrink".to_owned());
        let started = thread.spawn(move || {
            let candidates = generator.candidates();
            if let Some(drawn) = candidates.and_then(|candidates| Drawn::new(&candidates, seed, index, REJECTS)) {
                simplify(drawn, &forms, &failed);
            }
        });
        Shrinker { forms: started.is_ok().then_some(wanted), verdicts }
    }

    pub(super) fn candidates(&self) -> Option<Candidates> {
        match &self.property {
            Property::Inside { clause } => self.bodies(clause, true),
            Property::Outside { clause } => self.bodies(clause, false),
            Property::Whole => Some(self.wholes()),
            Property::Structure => Some(self.structures().prop_map(Some).boxed()),
            Property::Sequence { two } => {
                Some(sequences(&self.taking_part(), &self.known, *two).prop_map(Some).boxed())
            }
            Property::Limit => Some(limits(self.contract.operation(), &self.known)?.prop_map(Some).boxed()),
        }
    }

    /// The operations of its sequences: those that write single items, where one deletes them by their paths, and else all
    /// that are not about one path.
    fn taking_part(&self) -> Vec<Arc<OperationSuite>> {
        let removes = matches!(self.contract.operation().operation.effect, Effect::Remove { .. });
        let takes_part = |op: &&Arc<OperationSuite>| match op.operation.effect {
            Effect::Batch { .. } => !removes,
            _ => removes || op.operation.effect.stores(),
        };
        self.ops.iter().filter(takes_part).cloned().collect()
    }

    /// Valid bodies.
    fn wholes(&self) -> Candidates {
        let (contract, places) = (Arc::clone(&self.contract), self.places.clone());
        whole(&self.contract, &self.places)
            .prop_map(move |body| {
                let (text, valid) = Body::Json(body).written(&places, |body| contract.standing(body).is_valid());
                valid?.then(|| Instance::of(text, Answer::Accepted))
            })
            .boxed()
    }

    /// Bodies on one side of one constraint.
    fn bodies(&self, clause: &str, inside: bool) -> Option<Candidates> {
        let op = self.contract.operation();
        let constraint = op.clause(clause)?.constraint.as_ref()?;
        let field = OneField::new(&self.contract, &self.places, constraint);
        let bodies = if inside { field.inside() } else { field.outside() }?;
        let (contract, places, name) = (Arc::clone(&self.contract), self.places.clone(), clause.to_owned());
        let malformed = constraint.well_formed == Some(true) && !inside;
        let encoding = constraint.utf8 == Some(true);
        let answer = if inside { Answer::Accepted } else { Answer::Refused };
        let candidates = bodies.prop_map(move |body| match body {
            Body::Text(text) if encoding => Some(Instance::of(text, answer)),
            Body::Text(text) if malformed => is_broken(&text).then(|| Instance::of(text, answer)),
            body => {
                let (text, fits) = body.written(&places, |body| fits(&contract, &name, inside, body));
                // A lone surrogate is no character of any class, and no text that can be read here.
                fits.unwrap_or(!inside).then(|| Instance::of(text, answer))
            }
        });
        Some(candidates.boxed())
    }

    /// Bodies with one or two changes, expected to fare as the data says.
    fn structures(&self) -> BoxedStrategy<Instance> {
        let (contract, places) = (Arc::clone(&self.contract), self.places.clone());
        let stored = contract.operation().id("stored");
        (whole(&self.contract, &self.places), mutation(), proptest::option::weighted(0.3, mutation()))
            .prop_map(move |(body, first, second)| {
                let mut body = first.apply(&body);
                if let Some(second) = second {
                    body = second.apply(&body);
                }
                let text = body.to_string();
                // What is nested too deep to be read here may be too deep for others as well.
                let Some(body) = read(&resolved(&text, &places)) else { return Instance::of(text, Answer::Any) };
                let standing = contract.standing(&body);
                let broken = standing.broken.first().cloned();
                let answer = match (&broken, standing.disputed) {
                    (Some(_), false) => Answer::Refused,
                    (None, false) => Answer::Accepted,
                    // Whoever ignores one part of a body need not look at the rest of it.
                    (_, true) => Answer::Any,
                };
                let clause = broken.or_else(|| (answer == Answer::Accepted).then(|| stored.clone()));
                Instance { clause, ..Instance::of(text, answer) }
            })
            .boxed()
    }
}

/// What the inputs of a property are drawn from; it stays on the thread that made it.
pub struct Drawing(Option<Candidates>);

impl Drawing {
    /// These inputs with their numbers, in order. An input that the facts leave no room for is left out.
    pub fn instances(&self, seed: u64, range: Range<u64>) -> Vec<(u64, Instance)> {
        let Some(candidates) = &self.0 else { return Vec::new() };
        let drawn = |index| Drawn::new(candidates, seed, index, REJECTS);
        range.filter_map(|index| Some((index, drawn(index)?.current))).collect()
    }
}

/// Rejections of one input before it is left out.
const REJECTS: u32 = 2_000;

/// Offers simpler forms for as long as somebody says whether they fail, too.
fn simplify(mut drawn: Drawn, forms: &channel::Sender<Instance>, failed: &mpsc::Receiver<bool>) {
    let mut simplest = drawn.current.clone();
    let mut more = drawn.simplify();
    while more {
        let form = drawn.current.clone();
        // A step that was taken back leads to what has failed already.
        if form == simplest {
            more = drawn.simplify();
            continue;
        }
        if forms.blocking_send(form.clone()).is_err() {
            return;
        }
        match failed.recv() {
            Ok(true) => {
                simplest = form;
                more = drawn.simplify();
            }
            Ok(false) => more = drawn.complicate(),
            Err(_) => return,
        }
    }
}

/// Simpler forms of one input, each in answer to whether the last one failed.
#[derive(Debug)]
pub struct Shrinker {
    forms: Option<channel::Receiver<Instance>>,
    verdicts: mpsc::Sender<bool>,
}

impl Shrinker {
    /// The next form to try; `None` at the end. It is made on a thread of its own, which nothing else waits for.
    pub async fn next_form(&mut self) -> Option<Instance> {
        self.forms.as_mut()?.recv().await
    }

    /// The same, and everything else stands still until it is made: where time is made up, none must pass meanwhile.
    pub fn next_form_at_once(&mut self) -> Option<Instance> {
        const LOOK: Duration = Duration::from_micros(20);
        let forms = self.forms.as_mut()?;
        loop {
            match forms.try_recv() {
                Ok(form) => return Some(form),
                Err(channel::error::TryRecvError::Disconnected) => return None,
                Err(channel::error::TryRecvError::Empty) => std::thread::sleep(LOOK),
            }
        }
    }

    /// Says whether the last form failed like the input did.
    pub fn tell(&self, failed: bool) {
        // The other side may have come to its end.
        let _ = self.verdicts.send(failed);
    }
}
