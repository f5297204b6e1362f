use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What it means that something is not the same each time.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, strum::Display,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum FlakyPolicy {
    /// Nothing: it is told, and no more.
    Pass,
    /// A warning.
    #[default]
    Warn,
    /// A failure.
    Fail,
}

/// How often cases run, and what it means if that is not the same each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Repetition {
    /// Each case runs so many times.
    pub repeat: u64,
    /// A case that does not pass runs so many times more.
    pub retries: u64,
    /// What it means that a case is not the same each time.
    pub flaky: FlakyPolicy,
}

impl Default for Repetition {
    fn default() -> Self {
        Repetition { repeat: 1, retries: 0, flaky: FlakyPolicy::default() }
    }
}

impl Repetition {
    /// How often a case may run, at most.
    pub fn tries(&self) -> u64 {
        self.repeat.max(1).saturating_add(self.retries)
    }

    /// Whether nothing was said of it.
    pub fn is_usual(&self) -> bool {
        *self == Repetition::default()
    }
}

impl std::fmt::Display for Repetition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "--repeat {} --retries {} --flaky {}", self.repeat, self.retries, self.flaky)
    }
}
