use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::Instance;
use crate::generate::seed_of;

/// Made-up inputs; `None` in the place of those that are not what their property is about. A filter of proptest
/// would make up each input once to look at it, and once more to hand it out.
pub(super) type Candidates = BoxedStrategy<Option<Instance>>;

/// Nothing is kept in files.
static CONFIG: LazyLock<Config> = LazyLock::new(|| Config { failure_persistence: None, ..Config::default() });

/// One made-up input on its way to simpler forms.
pub(super) struct Drawn {
    tree: Box<dyn ValueTree<Value = Option<Instance>>>,
    pub(super) current: Instance,
}

impl Drawn {
    /// The first input that is what its property is about, drawn as the `nth` of this seed. `None` after so many that are
    /// not.
    pub(super) fn new(candidates: &Candidates, seed: u64, nth: u64, rejects: u32) -> Option<Self> {
        let config = Config { max_local_rejects: rejects, ..CONFIG.clone() };
        let rng = TestRng::from_seed(RngAlgorithm::XorShift, &seed_bytes(seed, nth));
        let mut runner = TestRunner::new_with_rng(config, rng);
        for _ in 0..rejects {
            let tree = candidates.new_tree(&mut runner).ok()?;
            if let Some(current) = tree.current() {
                return Some(Drawn { tree, current });
            }
        }
        None
    }

    /// Goes on to a simpler form, if there is one.
    pub(super) fn simplify(&mut self) -> bool {
        self.tree.simplify() && self.settle()
    }

    /// Takes back a part of the last step, if there is anything to take back.
    pub(super) fn complicate(&mut self) -> bool {
        self.tree.complicate() && self.settle()
    }

    /// A form that is not what the property is about is taken back like one that does not fail.
    fn settle(&mut self) -> bool {
        loop {
            if let Some(current) = self.tree.current() {
                self.current = current;
                return true;
            }
            if !self.tree.complicate() {
                return false;
            }
        }
    }
}

/// Seeds that are nearly the same would give numbers that begin alike.
fn seed_bytes(seed: u64, nth: u64) -> [u8; 16] {
    let name = nth.to_string();
    let halves = [seed_of(seed, &name), seed_of(!seed, &name)].map(u64::to_le_bytes);
    std::array::from_fn(|at| halves[at / 8][at % 8])
}
