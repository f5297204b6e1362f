//! What a reference server is started with.

use std::time::Duration;

use super::fault::FaultSet;
use super::reading::Profile;

/// Everything that shapes a reference server: how open clauses are read, which faults are seeded, how much there is to tag.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The reading followed for every open clause.
    pub profile: Profile,
    /// The deliberate deviations.
    pub faults: FaultSet,
    /// How many secrets the first tenant owns.
    pub secrets: usize,
    /// How many keys the first tenant owns.
    pub keys: usize,
    /// What identifiers and tokens are derived from.
    pub seed: u64,
    /// How long tokens and temporary access keys count, from their making on; for ever, and a day for those that IAM
    /// gives out, where nothing is said.
    pub token_lifetime: Option<Duration>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            faults: FaultSet::default(),
            secrets: 12,
            keys: 12,
            seed: 0,
            token_lifetime: None,
        }
    }
}
