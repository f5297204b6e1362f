//! The report for people at a terminal or reading a log.

mod address;
mod causes;
mod deviations;
mod fuzzing;
mod header;
mod page;
mod preflight;
mod readings;
mod render;
mod style;
mod table;
mod totals;
mod unjudged;
mod verdicts;

pub use preflight::preflight;
pub use render::render;
pub use style::TerminalStyle;
