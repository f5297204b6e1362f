use std::fmt::Debug;
use std::sync::Arc;

use proptest::prelude::Rng;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::{TestRng, TestRunner};

/// Makes up one element.
type Draw<T> = Arc<dyn Fn(&mut TestRng) -> T + Send + Sync>;

/// Lists of elements, such as the characters of a text. They are made simpler in large steps first: half
/// of the list goes, or becomes plain, before single elements do. Every step costs a request.
#[derive(Clone)]
pub(super) struct Series<T> {
    lengths: Arc<[Lengths]>,
    plain: T,
    draw: Draw<T>,
}

/// Lengths that a list may have, and how likely they are beside others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    weight: usize,
    least: usize,
    most: usize,
}

impl Lengths {
    /// From `least` to `most`, each as likely as every other.
    pub(super) fn new(weight: usize, least: usize, most: usize) -> Self {
        Lengths { weight, least, most: most.max(least) }
    }
}

impl<T: Clone> Series<T> {
    /// Lists of any of these lengths; `plain` is the simplest element.
    pub(super) fn new(lengths: &[Lengths], plain: T, draw: impl Fn(&mut TestRng) -> T + Send + Sync + 'static) -> Self {
        Series { lengths: lengths.into(), plain, draw: Arc::new(draw) }
    }
}

impl<T> Debug for Series<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Series({:?})", self.lengths)
    }
}

/// A number below `bound`.
pub(crate) fn below(rng: &mut TestRng, bound: usize) -> usize {
    // The bias of a remainder is of no concern among so few.
    usize::try_from(rng.next_u32()).unwrap_or(0) % bound.max(1)
}

/// One of these lengths.
fn length(rng: &mut TestRng, all: &[Lengths]) -> usize {
    let mut left = below(rng, all.iter().map(|lengths| lengths.weight).sum());
    for lengths in all {
        match left.checked_sub(lengths.weight) {
            Some(rest) => left = rest,
            None => return lengths.least + below(rng, lengths.most - lengths.least + 1),
        }
    }
    0
}

impl<T: Clone + Debug + PartialEq> Strategy for Series<T> {
    type Tree = SeriesTree<T>;
    type Value = Vec<T>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let rng = runner.rng();
        let length = length(rng, &self.lengths);
        let current: Vec<T> = (0..length).map(|_| (self.draw)(rng)).collect();
        Ok(SeriesTree {
            least: self.lengths.iter().map(|lengths| lengths.least).min().unwrap_or_default(),
            plain: self.plain.clone(),
            stage: Stage::PlainAtOnce,
            size: current.len(),
            at: 0,
            before: None,
            refused: None,
            current,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    PlainAtOnce,
    Removing,
    Plain,
    Done,
}

/// One list on its way to its simplest form.
#[derive(Clone, Debug)]
pub(super) struct SeriesTree<T> {
    current: Vec<T>,
    least: usize,
    plain: T,
    stage: Stage,
    /// Elements that the next step is about.
    size: usize,
    at: usize,
    before: Option<Vec<T>>,
    /// The last form that was taken back: where elements are alike, others would be the same.
    refused: Option<Vec<T>>,
}

impl<T: Clone + PartialEq> SeriesTree<T> {
    /// The next step that changes anything.
    fn next_form(&mut self) -> Option<Vec<T>> {
        loop {
            if self.size == 0 {
                self.stage = match self.stage {
                    Stage::PlainAtOnce => Stage::Removing,
                    Stage::Removing => Stage::Plain,
                    Stage::Plain | Stage::Done => Stage::Done,
                };
                self.size = self.current.len();
                self.at = 0;
            }
            let end = self.at + self.size;
            match self.stage {
                _ if self.size == 0 => return None,
                Stage::Done => return None,
                Stage::PlainAtOnce => {
                    self.size = 0;
                    if self.current.iter().any(|element| *element != self.plain) {
                        return Some(vec![self.plain.clone(); self.current.len()]);
                    }
                }
                _ if end > self.current.len() && self.at > 0 => {
                    self.size /= 2;
                    self.at = 0;
                }
                Stage::Removing => {
                    let size = self.size.min(self.current.len().saturating_sub(self.least));
                    if size == 0 {
                        self.size = 0;
                        continue;
                    }
                    self.size = size;
                    let mut form = self.current.clone();
                    form.drain(self.at..(self.at + size).min(self.current.len()));
                    if self.refused.as_ref() == Some(&form) {
                        self.at += size;
                        continue;
                    }
                    return Some(form);
                }
                Stage::Plain => {
                    let end = end.min(self.current.len());
                    let here = self.at;
                    self.at = end;
                    if self.current[here..end].iter().any(|element| *element != self.plain) {
                        let mut form = self.current.clone();
                        form[here..end].fill(self.plain.clone());
                        return Some(form);
                    }
                    if end >= self.current.len() {
                        self.size /= 2;
                        self.at = 0;
                    }
                }
            }
        }
    }
}

impl<T: Clone + Debug + PartialEq> ValueTree for SeriesTree<T> {
    type Value = Vec<T>;

    fn current(&self) -> Vec<T> {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        match self.next_form() {
            Some(form) => {
                self.before = Some(std::mem::replace(&mut self.current, form));
                true
            }
            None => false,
        }
    }

    fn complicate(&mut self) -> bool {
        let Some(before) = self.before.take() else { return false };
        self.refused = Some(std::mem::replace(&mut self.current, before));
        if self.stage == Stage::Removing {
            // What cannot go stays; the step after it is tried next.
            self.at += self.size;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The simplest form that fails, and how many forms it took.
    fn simplest(least: usize, fails: impl Fn(&[u8]) -> bool) -> (Vec<u8>, usize) {
        let series = Series::new(&[Lengths::new(1, least, 200)], 0u8, |rng| u8::try_from(below(rng, 256)).unwrap_or(0));
        let mut runner = TestRunner::deterministic();
        let mut tree = loop {
            let tree = series.new_tree(&mut runner).unwrap_or_else(|e| unreachable!("{e}"));
            if fails(&tree.current()) {
                break tree;
            }
        };
        let mut tried = 0;
        let mut more = tree.simplify();
        while more {
            tried += 1;
            assert!(tree.current().len() >= least);
            more = if fails(&tree.current()) { tree.simplify() } else { tree.complicate() };
        }
        (tree.current(), tried)
    }

    #[test]
    fn lists_end_in_what_makes_them_fail() {
        let (form, tried) = simplest(0, |list| list.iter().any(|n| *n > 200));
        assert_eq!(form.len(), 1);
        assert!(tried < 120, "{tried} forms");
        let (form, tried) = simplest(3, |list| list.len() > 60);
        assert_eq!(form, vec![0; 61]);
        assert!(tried < 60, "{tried} forms");
        let (form, _) = simplest(2, |list| list.contains(&7) && list.contains(&9));
        assert_eq!(form.len(), 2);
    }
}
