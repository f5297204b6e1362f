//! Implementations side by side: clauses, causes, readings and times.

mod badge;
mod html;
mod json;
mod markdown;
mod model;

pub use badge::badge;
pub use html::render as html;
pub use json::{render as json, schema_text};
pub use markdown::render as markdown;
pub use model::{CauseRow, ClauseRow, Entry, Implementation, Matrix, ReadingRow, SCHEMA, Standing, matrix};
