//! Which faults are on.

use strum::{EnumCount, IntoEnumIterator};

use super::{Deviation, Fault};
use crate::server::operation::Operation;
use crate::server::reading::nearest;

const WORDS: usize = Fault::COUNT.div_ceil(64);

/// A set of faults.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FaultSet([u64; WORDS]);

/// No fault is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no fault `{name}`; {} exist{}", Fault::COUNT, suggestion(nearest))]
pub struct FaultError {
    /// What was asked for.
    pub name: String,
    /// Faults with a similar name.
    pub nearest: Vec<&'static str>,
}

impl FaultSet {
    /// Adds the fault of the given name.
    ///
    /// # Errors
    ///
    /// Fails if no fault has that name.
    pub fn insert(&mut self, name: &str) -> Result<(), FaultError> {
        let fault = name
            .parse()
            .map_err(|_| FaultError { name: name.to_owned(), nearest: nearest(name, Fault::iter().map(Into::into)) })?;
        self.add(fault);
        Ok(())
    }

    /// Adds a fault.
    pub fn add(&mut self, fault: Fault) {
        let (word, bit) = place(fault as usize);
        self.0[word] |= bit;
    }

    /// Whether a fault is in the set.
    pub fn contains(&self, fault: Fault) -> bool {
        let (word, bit) = place(fault as usize);
        self.0[word] & bit != 0
    }

    /// Whether no fault is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The faults in the set.
    pub fn iter(&self) -> impl Iterator<Item = Fault> {
        let set = *self;
        Fault::iter().filter(move |fault| set.contains(*fault))
    }
}

impl FromIterator<Fault> for FaultSet {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        let mut set = Self::default();
        faults.into_iter().for_each(|fault| set.add(fault));
        set
    }
}

/// The deviations of one operation, tested on every request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DeviationSet([u64; WORDS]);

impl DeviationSet {
    /// The deviations that a set of faults means for one operation.
    pub(crate) fn of(faults: &FaultSet, operation: Operation) -> Self {
        let mut set = Self::default();
        for fault in faults.iter().filter(|fault| fault.operation() == operation) {
            // There are no more deviations than faults, so the same number of words holds them.
            let (word, bit) = place(fault.deviation() as usize);
            set.0[word] |= bit;
        }
        set
    }

    pub(crate) fn contains(&self, deviation: Deviation) -> bool {
        let (word, bit) = place(deviation as usize);
        self.0[word] & bit != 0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

const fn place(index: usize) -> (usize, u64) {
    (index / 64, 1 << (index % 64))
}

fn suggestion(nearest: &[&str]) -> String {
    match nearest {
        [] => String::new(),
        names => format!(" (near: {})", names.join(", ")),
    }
}
