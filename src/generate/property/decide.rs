use super::drawn::{Candidates, Drawn};
use super::{Generator, Instance};

/// Rejections before the bytes are given up: whoever has bytes has others.
const REJECTS: u32 = 64;
/// Bytes that are the seed.
const SEED: usize = 8;
/// Steps towards simpler forms, at most.
const STEPS: usize = 64;

/// Makes up inputs of one property from given bytes. The first of them are the seed. Every bit after those says of one
/// simpler form whether to go on from it or to take it back, as a failing target would say it: a fuzzer that changes
/// bits walks through the forms that shrinking may end in. (Bytes cannot be proptest's source of random numbers
/// themselves: it halves what is left of them at every choice between strategies, and goes on with zeros, of which
/// some numbers are drawn for ever.)
#[derive(Debug)]
pub struct Decider(Candidates);

impl Generator {
    /// The same inputs, decided by bytes. `None` if there is nothing to make up.
    pub fn decider(&self) -> Option<Decider> {
        self.candidates().map(Decider)
    }
}

impl Decider {
    /// The input that these bytes decide; `None` if the facts leave no room for it.
    pub fn instance(&self, bytes: &[u8]) -> Option<Instance> {
        let (seed, steps) = bytes.split_at(SEED.min(bytes.len()));
        let mut whole = [0; SEED];
        whole[..seed.len()].copy_from_slice(seed);
        let mut drawn = Drawn::new(&self.0, u64::from_le_bytes(whole), 0, REJECTS)?;
        let mut bits = steps.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 0)).take(STEPS);
        let mut more = !steps.is_empty() && drawn.simplify();
        while let Some(failed) = bits.next().filter(|_| more) {
            more = if failed { drawn.simplify() } else { drawn.complicate() };
        }
        Some(drawn.current)
    }
}
