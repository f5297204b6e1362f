//! The words every other module speaks: levels, outcomes, verdicts, requests and exchanges.

mod clock;
mod exchange;
mod level;
mod outcome;
mod pointer;
mod repetition;
mod request;
mod resource_kind;
mod state;
mod verdict;

pub use clock::Clock;
pub use exchange::{Attempt, AttemptKind, Exchange, Failure, FailureKind, Response};
pub use level::Level;
pub use outcome::Outcome;
pub use pointer::{at, at_mut, member};
pub use repetition::{FlakyPolicy, Repetition};
pub use request::{Identity, PathChoice, Request, TokenChoice};
pub use resource_kind::ResourceKind;
pub use state::State;
pub use verdict::Verdict;
