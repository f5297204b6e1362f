//! The report as one page for a browser: no network, readable without a script, and nothing that a target has sent can do
//! anything in it.

mod cases;
mod causes;
mod clauses;
mod page;
mod timing;

pub use page::render;
