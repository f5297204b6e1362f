use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use super::instance::resolved;
use super::one_field::{Body, OneField, fits};
use super::sequence::{limits, sequences};
use super::{Instance, Known, Property};
use crate::contract::Contract;
use crate::generate::Placeholders;
use crate::generate::json::mutation;
use crate::generate::whole::whole;
use crate::suite::{Answer, OperationSuite};

/// Makes up the inputs of one property. What the `n`-th input is depends on seed, property and what is
/// known of the target alone.
#[derive(Clone, Debug)]
pub struct Generator {
    contract: Arc<Contract>,
    ops: Vec<Arc<OperationSuite>>,
    property: Property,
    known: Known,
    places: Placeholders,
}

impl Generator {
    /// For a property of an operation; `ops` are those that act on the same resources, for sequences.
    pub fn new(
        op: &Arc<OperationSuite>,
        ops: &[Arc<OperationSuite>],
        property: Property,
        known: Known,
        places: &Placeholders,
    ) -> Self {
        Generator { contract: Arc::new(Contract::new(op)), ops: ops.to_vec(), property, known, places: places.clone() }
    }

    /// These inputs with their numbers, in order. An input that the facts leave no room for is left out.
    pub fn instances(&self, seed: u64, range: Range<u64>) -> Vec<(u64, Instance)> {
        let Some(strategy) = self.strategy() else { return Vec::new() };
        range.filter_map(|index| tree(&strategy, seed, index).map(|tree| (index, tree.current()))).collect()
    }

    /// Simpler and simpler forms of one input.
    pub fn shrinker(&self, seed: u64, index: u64) -> Shrinker {
        let (forms, wanted) = mpsc::sync_channel(0);
        let (verdicts, failed) = mpsc::channel();
        let generator = self.clone();
        // Trees of proptest stay on the thread that made them.
        let thread = std::thread::Builder::new().name("shrink".to_owned());
        let started = thread.spawn(move || {
            let strategy = generator.strategy();
            if let Some(tree) = strategy.as_ref().and_then(|strategy| tree(strategy, seed, index)) {
                simplify(tree, &forms, &failed);
            }
        });
        Shrinker { forms: started.is_ok().then_some(wanted), verdicts }
    }

    pub(super) fn strategy(&self) -> Option<BoxedStrategy<Instance>> {
        let op = self.contract.operation();
        match &self.property {
            Property::Inside { clause } => self.bodies(clause, true),
            Property::Outside { clause } => self.bodies(clause, false),
            Property::Whole => {
                let (contract, places) = (Arc::clone(&self.contract), self.places.clone());
                let bodies = whole(&self.contract, &self.places);
                let valid = bodies.prop_filter("no valid body", move |body| {
                    read(&body.to_string(), &places).is_some_and(|body| contract.standing(&body).is_valid())
                });
                Some(valid.prop_map(|body| Instance::of(body.to_string(), Answer::Accepted)).boxed())
            }
            Property::Structure => Some(self.structures()),
            Property::Sequence { two } => Some(sequences(&self.ops, &self.known, *two)),
            Property::Limit => limits(op, &self.known),
        }
    }

    /// Bodies on one side of one constraint.
    fn bodies(&self, clause: &str, inside: bool) -> Option<BoxedStrategy<Instance>> {
        let op = self.contract.operation();
        let constraint = op.clause(clause)?.constraint.as_ref()?;
        let field = OneField::new(&self.contract, &self.places, constraint);
        let bodies = if inside { field.inside() } else { field.outside() }?;
        let (contract, places, name) = (Arc::clone(&self.contract), self.places.clone(), clause.to_owned());
        let malformed = constraint.well_formed == Some(true) && !inside;
        let answer = if inside { Answer::Accepted } else { Answer::Refused };
        let fitting = bodies.prop_filter("not what the property is about", move |body| match body {
            Body::Text(_) if malformed => true,
            // A lone surrogate is no character of any class, and no text that can be read here.
            other => read(&other.text(), &places).map_or(!inside, |body| fits(&contract, &name, inside, &body)),
        });
        Some(fitting.prop_map(move |body| Instance::of(body.text(), answer)).boxed())
    }

    /// Bodies with one or two changes, expected to fare as the data says.
    fn structures(&self) -> BoxedStrategy<Instance> {
        let (contract, places) = (Arc::clone(&self.contract), self.places.clone());
        (whole(&self.contract, &self.places), mutation(), proptest::option::weighted(0.3, mutation()))
            .prop_map(move |(body, first, second)| {
                let mut body = first.apply(&body);
                if let Some(second) = second {
                    body = second.apply(&body);
                }
                let text = body.to_string();
                // What is nested too deep to be read here may be too deep for others as well.
                let Some(body) = read(&text, &places) else { return Instance::of(text, Answer::Any) };
                let standing = contract.standing(&body);
                let clause = standing.broken.first().cloned();
                let answer = match (&clause, standing.disputed) {
                    (Some(_), false) => Answer::Refused,
                    (None, false) => Answer::Accepted,
                    // Whoever ignores one part of a body need not look at the rest of it.
                    (_, true) => Answer::Any,
                };
                Instance { clause, ..Instance::of(text, answer) }
            })
            .boxed()
    }
}

/// A body as its target reads it.
fn read(text: &str, places: &Placeholders) -> Option<Value> {
    serde_json::from_str(&resolved(text, places)).ok()
}

/// Rejections of one input before it is left out.
const REJECTS: u32 = 2_000;

/// The tree of one input.
fn tree<S: Strategy>(strategy: &S, seed: u64, index: u64) -> Option<S::Tree> {
    let mut bytes = [0; 32];
    let (first, second) = bytes.split_at_mut(8);
    first.copy_from_slice(&seed.to_le_bytes());
    second[..8].copy_from_slice(&index.to_le_bytes());
    let config = Config { failure_persistence: None, max_local_rejects: REJECTS, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    strategy.new_tree(&mut TestRunner::new_with_rng(config, rng)).ok()
}

/// Offers simpler forms for as long as somebody says whether they fail, too.
fn simplify(
    mut tree: impl ValueTree<Value = Instance>,
    forms: &mpsc::SyncSender<Instance>,
    failed: &mpsc::Receiver<bool>,
) {
    let mut simplest = tree.current();
    let mut more = tree.simplify();
    while more {
        let form = tree.current();
        // A step that was taken back leads to what has failed already.
        if form == simplest {
            more = tree.simplify();
            continue;
        }
        if forms.send(form.clone()).is_err() {
            return;
        }
        match failed.recv() {
            Ok(true) => {
                simplest = form;
                more = tree.simplify();
            }
            Ok(false) => more = tree.complicate(),
            Err(_) => return,
        }
    }
}

/// Simpler forms of one input, each in answer to whether the last one failed.
#[derive(Debug)]
pub struct Shrinker {
    forms: Option<mpsc::Receiver<Instance>>,
    verdicts: mpsc::Sender<bool>,
}

impl Shrinker {
    /// The next form to try; `None` at the end.
    pub fn next_form(&self) -> Option<Instance> {
        self.forms.as_ref()?.recv().ok()
    }

    /// Says whether the last form failed like the input did.
    pub fn tell(&self, failed: bool) {
        // The other side may have come to its end.
        let _ = self.verdicts.send(failed);
    }
}
