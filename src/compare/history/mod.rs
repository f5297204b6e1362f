//! One target night after night: causes and since when they are there, verdicts that flap, times.

mod chart;
mod html;
mod json;
mod model;

pub use html::render as html;
pub use json::{render as json, schema_text};
pub use model::{CauseRow, FlappingClause, History, Night, ReadingChange, SCHEMA, Series, Stored, Unreadable, history};
