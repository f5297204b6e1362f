//! What a deviation takes to be seen, beside requests and answers.

use super::Deviation;

impl Deviation {
    /// Deviations that put bytes on the wire which no HTTP library sends.
    pub(crate) const ON_THE_WIRE: [Self; 3] =
        [Self::SendsBodyWithNoContent, Self::TakesChunksForNothing, Self::RefusesChunks];

    /// Deviations that leave a window between looking and storing, for other requests to get into.
    pub(crate) const IN_RACES: [Self; 4] = [
        Self::ExceedsLimitInRace,
        Self::LosesConcurrentUpdates,
        Self::DuplicatesKeysInRace,
        Self::RefusesConcurrentWrites,
    ];

    /// Whether it takes connections to see it: bytes beside the messages, or several requests on their way at once.
    pub(crate) fn needs_sockets(self) -> bool {
        Self::ON_THE_WIRE.contains(&self) || Self::IN_RACES.contains(&self)
    }
}
