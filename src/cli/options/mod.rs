//! Options that several subcommands share.

mod credentials;
mod deviations;
mod embedded;
mod engine;
mod network;
mod output;
mod repetition;
mod serve;
mod suite;
mod target;

pub(super) use credentials::{AccessKeyArgs, LoginArgs};
pub(super) use deviations::DeviationsArgs;
pub(super) use embedded::EmbeddedArgs;
pub(super) use engine::EngineArgs;
pub(super) use network::NetworkArgs;
pub(super) use output::{FormatArgs, OutputArgs, When};
pub(super) use repetition::RepetitionArgs;
pub(super) use serve::ServeArgs;
pub(super) use suite::SuiteArgs;
pub(super) use target::TargetArgs;
