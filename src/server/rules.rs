//! Everything one operation goes by, worked out when the server starts.

use std::sync::atomic::{AtomicU64, Ordering};

use super::fault::{Deviation, DeviationSet, FaultSet};
use super::operation::Operation;
use super::reading::{AccessReadings, BatchReadings, EventReadings, Profile, SequenceReadings, TagReadings};

/// The readings and deviations of one operation.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) operation: Operation,
    pub(crate) access: AccessReadings,
    pub(crate) tag: TagReadings,
    pub(crate) batch: BatchReadings,
    pub(crate) sequence: SequenceReadings,
    pub(crate) event: EventReadings,
    deviations: DeviationSet,
    seen: AtomicU64,
}

impl Rules {
    /// The rules of an operation; an observer goes by those of its neighbour, without faults.
    pub(crate) fn new(operation: Operation, profile: &Profile, faults: &FaultSet) -> Self {
        Self {
            operation,
            access: AccessReadings::of(profile, operation),
            tag: TagReadings::of(profile, operation),
            batch: BatchReadings::of(profile, operation),
            sequence: SequenceReadings::of(profile, operation),
            event: EventReadings::of(profile, operation),
            deviations: DeviationSet::of(faults, operation),
            seen: AtomicU64::new(0),
        }
    }

    /// Whether the operation deviates in the given way.
    pub(crate) fn bends(&self, deviation: Deviation) -> bool {
        self.deviations.contains(deviation)
    }

    /// Whether the operation deviates in one of the given ways.
    pub(crate) fn bends_any(&self, deviations: &[Deviation]) -> bool {
        self.is_bent() && deviations.iter().any(|deviation| self.bends(*deviation))
    }

    /// Whether the operation deviates in any way.
    pub(crate) fn is_bent(&self) -> bool {
        !self.deviations.is_empty()
    }

    /// Numbers the requests, from one; not counted where nothing could depend on it.
    pub(crate) fn number_request(&self) -> u64 {
        if self.is_bent() { self.seen.fetch_add(1, Ordering::Relaxed) + 1 } else { 0 }
    }

    /// How many requests have come; none where nothing could depend on it.
    pub(crate) fn requests(&self) -> u64 {
        self.seen.load(Ordering::Relaxed)
    }

    /// Counts the requests from the beginning again.
    pub(crate) fn restart(&self) {
        self.seen.store(0, Ordering::Relaxed);
    }

    /// Whether a success needs bytes that an HTTP library would not send.
    pub(crate) fn writes_body_with_204(&self) -> bool {
        self.tag.success_body || self.bends_any(&Deviation::ON_THE_WIRE)
    }
}
